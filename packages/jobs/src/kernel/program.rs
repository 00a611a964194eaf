//! Where the child program is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const PROGRAM_NAME: &str = "leasebook-kernel";

/// Names the program's path if it is not beside the running one.
pub const PROGRAM_ENV: &str = "LEASEBOOK_KERNEL";

/// `$LEASEBOOK_KERNEL`, else `leasebook-kernel` beside the running program or in the directory above it, else by `PATH`.
pub fn locate_program() -> PathBuf {
    if let Some(path) = env::var_os(PROGRAM_ENV) {
        return path.into();
    }
    let own = env::current_exe().unwrap_or_default();
    own.ancestors()
        .skip(1)
        .take(2)
        .map(|folder| folder.join(PROGRAM_NAME))
        .find(|path| path.is_file())
        .unwrap_or_else(|| PROGRAM_NAME.into())
}

/// Environment that drivers and loaders read. Nothing else reaches the child, keys least of all.
const PASSED_ON: [&str; 12] = [
    "PATH",
    "HOME",
    "LD_",
    "XDG_",
    "VK_",
    "LP_",
    "MESA_",
    "GALLIUM_",
    "WGPU_",
    "NVIDIA_",
    "CUDA_",
    "RUST_BACKTRACE",
];

/// `program` with an environment cleared but for what drivers need.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(env::vars_os().filter(|(name, _)| {
        name.to_str().is_some_and(|name| {
            PASSED_ON
                .iter()
                .any(|pass| name == *pass || pass.ends_with('_') && name.starts_with(pass))
        })
    }));
    command
}
