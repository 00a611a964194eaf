//! Questions that the child program answers at once.

use std::io;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use super::child::{CheckAnswer, CheckRequest};
use super::program::command;
use super::validate::KernelError;
use crate::executor::{Capabilities, Unavailable};
use crate::Manifest;

const SELF_TEST_LIMIT: Duration = Duration::from_secs(120);
const CHECK_LIMIT: Duration = Duration::from_secs(30);

/// Has the child open the adapter and test it.
pub async fn probe(program: &Path) -> Capabilities {
    let unavailable = match ask(program, "probe", Vec::new(), SELF_TEST_LIMIT).await {
        Ok(output) => match serde_json::from_slice(&output) {
            Ok(capabilities) => return capabilities,
            Err(e) => Unavailable::SelfTestFailed(e.to_string()),
        },
        Err(AskError::Spawn(e)) => Unavailable::NoProgram {
            path: program.into(),
            reason: e.to_string(),
        },
        Err(AskError::Timeout(limit)) => Unavailable::SelfTestTimeout(limit.as_secs()),
        Err(e) => Unavailable::SelfTestFailed(e.to_string()),
    };
    Capabilities::Unavailable(unavailable)
}

/// The child's standard output, for a command that answers and ends.
async fn ask(program: &Path, argument: &str, input: Vec<u8>, limit: Duration) -> Result<Vec<u8>, AskError> {
    let mut command = tokio::process::Command::from(command(program));
    command
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn().map_err(AskError::Spawn)?;
    let run = async {
        if let Some(mut stdin) = child.stdin.take() {
            tokio::io::AsyncWriteExt::write_all(&mut stdin, &input)
                .await
                .map_err(AskError::Talk)?;
        }
        child.wait_with_output().await.map_err(AskError::Talk)
    };
    let output = tokio::time::timeout(limit, run)
        .await
        .map_err(|_| AskError::Timeout(limit))??;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.trim().lines().last().unwrap_or_default();
        return Err(AskError::Exit(format!("{}: {last}", output.status)));
    }
    Ok(output.stdout)
}

/// Has the child parse and validate `kernel`, which may be hostile.
pub async fn check(program: &Path, manifest: &Manifest, kernel: &Path) -> CheckAnswer {
    let request = CheckRequest {
        manifest: manifest.clone(),
        kernel: kernel.into(),
    };
    let told = |e: &dyn std::fmt::Display| KernelError::Checker(e.to_string());
    let input = serde_json::to_vec(&request).map_err(|e| told(&e))?;
    let output = ask(program, "check", input, CHECK_LIMIT)
        .await
        .map_err(|e| told(&e))?;
    serde_json::from_slice(&output).map_err(|e| told(&e))?
}
#[derive(Debug, thiserror::Error)]
enum AskError {
    #[error("it cannot be started: {0}")]
    Spawn(io::Error),
    #[error("it broke off: {0}")]
    Talk(io::Error),
    #[error("it did not end within {} s", .0.as_secs())]
    Timeout(Duration),
    #[error("{0}")]
    Exit(String),
}
