//! The agent as a process.

use std::fs::OpenOptions;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command as Plain, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(120);

pub struct Agent {
    child: Child,
}

impl Agent {
    pub fn start(config: &Path, log: &Path, fault: Option<&str>, more: &[&str]) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_leasebook-agent"));
        command
            .arg("run")
            .arg("--config")
            .arg(config)
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        command
            .env("LEASEBOOK_KERNEL", kernel_program())
            .env_remove("LEASEBOOK_FAULT")
            .kill_on_drop(true);
        if let Some(fault) = fault {
            command.env("LEASEBOOK_FAULT", fault);
        }
        Self {
            child: command.spawn().unwrap(),
        }
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id().unwrap()).unwrap());
        kill(pid, signal).unwrap();
    }

    /// Waits for its end; the signal that killed it, or `None` if it ended by itself and well.
    pub async fn ended(&mut self) -> Option<i32> {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let status = status.expect("the agent goes on").unwrap();
        assert!(status.signal().is_some() || status.success(), "{status}");
        status.signal()
    }

    pub async fn killed(mut self) {
        self.signal(Signal::SIGKILL);
        assert_eq!(self.ended().await, Some(9));
    }
}

/// The kernel child: what `LEASEBOOK_KERNEL` names, else built here, for cargo makes only the programs of the crate under test.
pub fn kernel_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(named) = std::env::var_os("LEASEBOOK_KERNEL") {
            return named.into();
        }
        let agent = Path::new(env!("CARGO_BIN_EXE_leasebook-agent"));
        let built = Plain::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--package",
                "jobs",
                "--bin",
                "leasebook-kernel",
            ])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .status();
        assert!(built.unwrap().success());
        agent.with_file_name("leasebook-kernel")
    })
}
