//! What runs in the child process: everything that touches a GPU driver or parses a kernel.

mod direct;
mod gpu;
mod runner;
mod self_test;
mod serve;
mod watchdog;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::protocol::Folder;
use super::validate::{validate, KernelError, ValidKernel};
use crate::Manifest;

pub use gpu::GpuError;
pub use serve::STARTUP_LIMIT;

const USAGE: &str = "usage: leasebook-kernel probe | check | run ATTEMPT-DIRECTORY | direct JOB FIRST COUNT";

/// What `check` reads from standard input; it answers with a [`CheckAnswer`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CheckRequest {
    pub manifest: Manifest,
    pub kernel: PathBuf,
}

pub type CheckAnswer = Result<ValidKernel, KernelError>;

/// The program: the command is the first argument. Exits with 2 for a command it does not know.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["probe"] => answer(&self_test::probe()),
        ["check"] => check(),
        ["run", folder] => serve::run(&Folder(folder.into())).map_err(|e| io::Error::other(e.to_string())),
        ["direct", job, first, count] => direct::run(Path::new(job), first, count),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("leasebook-kernel: {e}");
            ExitCode::FAILURE
        }
    }
}

fn check() -> io::Result<()> {
    let mut text = Vec::new();
    io::stdin().read_to_end(&mut text)?;
    let request: CheckRequest = serde_json::from_slice(&text)?;
    let source = std::fs::read(&request.kernel)?;
    let checked: CheckAnswer = validate(&source, &request.manifest);
    answer(&checked)
}

fn answer(value: &impl Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")
}
