//! Runs an attempt: all its units, one after another, on one device.

use std::fs;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::gpu::{Gpu, GpuError};
use super::runner::Runner;
use super::watchdog::Watchdog;
use crate::executor::{ExecutorError, Exit, Prepared, UnitResult};
use crate::kernel::protocol::{self, Folder, Request, Started};
use crate::kernel::{attempt, validate};
use crate::{Digest, Manifest};

/// For opening the device and compiling the kernel.
pub const STARTUP_LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error("the lock of {folder}: {source}")]
    Lock { folder: String, source: std::io::Error },
    #[error("there is no request in {0}")]
    NoRequest(String),
}

/// # Errors
/// The attempt's directory is unusable. Whatever the kernel does wrong is in `exit.json` instead.
pub fn run(folder: &Folder) -> Result<(), ServeError> {
    let name = || folder.0.display().to_string();
    let lock_failed = |source| ServeError::Lock {
        folder: name(),
        source,
    };
    let lock = fs::File::create(folder.lock()).map_err(lock_failed)?;
    lock.lock().map_err(lock_failed)?;
    if folder.started().exists() {
        return Ok(());
    }
    let request: Request = protocol::read(&folder.request())?.ok_or_else(|| ServeError::NoRequest(name()))?;
    protocol::write(
        &folder.started(),
        &Started {
            pid: nix::unistd::getpid().as_raw(),
        },
    )?;

    let watchdog = Watchdog::start(folder.clone());
    // wgpu and drivers panic where they cannot go on; the attempt's end is written down all the same.
    let ran = catch_unwind(AssertUnwindSafe(|| run_units(folder, &request, &watchdog)));
    let exit = match ran {
        Ok(Ok(exit)) => exit,
        Ok(Err(Failure { unit, reason })) => Exit::Failed { unit, reason },
        Err(_) => Exit::Failed {
            unit: None,
            reason: "the driver or wgpu panicked; see the log".into(),
        },
    };
    watchdog.rest();
    attempt::conclude(folder, &exit)?;
    Ok(())
}

struct Failure {
    unit: Option<u32>,
    reason: String,
}

fn before(reason: impl std::fmt::Display) -> Failure {
    Failure {
        unit: None,
        reason: reason.to_string(),
    }
}

fn run_units(folder: &Folder, request: &Request, watchdog: &Watchdog) -> Result<Exit, Failure> {
    let reason = format!(
        "opening the device and compiling took over {} s",
        STARTUP_LIMIT.as_secs()
    );
    watchdog.allow(STARTUP_LIMIT, Exit::Failed { unit: None, reason });
    let manifest = &request.prepared.plan.manifest;
    let (source, inputs) = load(&request.prepared)?;
    validate(source.as_bytes(), manifest).map_err(before)?;
    let gpu = Gpu::open().map_err(before)?;
    let runner = Runner::new(&gpu, manifest, request.prepared.view, &source, &inputs).map_err(before)?;

    let deadline = request.prepared.plan.unit_deadline;
    for unit in request.units.iter() {
        if folder.stop().exists() {
            return Ok(Exit::Stopped);
        }
        watchdog.allow(deadline, Exit::DeadlineExceeded { unit, deadline });
        let failed = |reason: String| Failure {
            unit: Some(unit),
            reason,
        };
        let begun = Instant::now();
        let output = runner.run(unit).map_err(|e: GpuError| failed(e.to_string()))?;
        watchdog.rest();
        keep(folder, unit, &output, begun).map_err(|e| failed(e.to_string()))?;
    }
    Ok(Exit::Completed)
}

fn load(prepared: &Prepared) -> Result<(String, Vec<Vec<u8>>), Failure> {
    let manifest: &Manifest = &prepared.plan.manifest;
    let mut contents = Vec::new();
    for (content, path) in manifest
        .contents()
        .zip(std::iter::once(&prepared.kernel).chain(&prepared.inputs))
    {
        let bytes = fs::read(path).map_err(|e| before(format!("{}: {e}", path.display())))?;
        content.digest.verify(&bytes).map_err(before)?;
        contents.push(bytes);
    }
    let source = String::from_utf8(contents.remove(0)).map_err(before)?;
    Ok((source, contents))
}

fn keep(folder: &Folder, unit: u32, output: &[u8], begun: Instant) -> Result<(), ExecutorError> {
    let path = folder.output(unit);
    protocol::write_bytes(&path, output).map_err(|source| ExecutorError::Io {
        what: "writing",
        path: path.clone(),
        source,
    })?;
    let result = UnitResult {
        unit,
        result: Digest::of(output),
        bytes: output.len() as u64,
        finished_at: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |t| t.as_secs()),
        elapsed_micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        path,
    };
    protocol::write(&folder.result(unit), &result)
}
