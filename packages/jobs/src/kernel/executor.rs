//! The `kernel` executor as agents see it. What it knows of an attempt is in the attempt's directory.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::Duration;

use async_trait::async_trait;

use super::assess::assess;
use super::protocol::{self, Request};
use super::supervisor::{Seen, Supervisor, Watch, ADOPTION_LIMIT, DEADLINE_SLACK, POLL};
use super::{ask, attempt};
use crate::executor::{
    AttemptId, Capabilities, Executor, ExecutorError, Exit, Grant, Handle, LogChunk, Outcome, Plan, Prepared,
    Recovered, Refusal, UnitOutcome, UnitRange, UnitResult, Usage,
};
use crate::manifest::ExecutorKind;
use crate::{Manifest, Store};

const LOG_CHUNK: u64 = 64 * 1024;

/// Runs kernels in child processes.
pub struct KernelExecutor {
    supervisor: Supervisor,
}

impl KernelExecutor {
    /// Attempts become directories under `root`; `program` is the child program, see [`super::locate_program`].
    ///
    /// # Errors
    /// `root` cannot be made.
    pub fn new(root: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Result<Self, ExecutorError> {
        Ok(Self {
            supervisor: Supervisor::new(root, program)?,
        })
    }
}

#[async_trait]
impl Executor for KernelExecutor {
    fn kind(&self) -> ExecutorKind {
        ExecutorKind::Kernel
    }

    async fn probe(&self) -> Capabilities {
        ask::probe(&self.supervisor.program).await
    }

    fn assess(&self, job: &Manifest, grant: &Grant) -> Result<Plan, Refusal> {
        assess(job, grant)
    }

    async fn prepare(&self, plan: &Plan, store: &Store) -> Result<Prepared, ExecutorError> {
        let mut paths = Vec::new();
        for content in plan.manifest.contents() {
            if !store.has(&content.digest) {
                return Err(ExecutorError::Missing(content.digest));
            }
            let found = store.read(&content.digest)?.len() as u64;
            if found != content.size {
                let (field, expected) = (content.digest, content.size);
                return Err(Refusal::ContentSize {
                    field,
                    expected,
                    found,
                }
                .into());
            }
            let path = store.path(&content.digest);
            let absolute = fs::canonicalize(&path);
            paths.push(absolute.map_err(|source| ExecutorError::Io {
                what: "finding content",
                path,
                source,
            })?);
        }
        let kernel = paths.remove(0);
        let valid = ask::check(&self.supervisor.program, &plan.manifest, &kernel)
            .await
            .map_err(Refusal::from)?;
        Ok(Prepared {
            plan: plan.clone(),
            kernel,
            inputs: paths,
            windowed: valid.windowed,
            view: None,
        })
    }

    async fn start(
        &self,
        prepared: &Prepared,
        attempt: &AttemptId,
        units: UnitRange,
    ) -> Result<Handle, ExecutorError> {
        let count = prepared.plan.manifest.units.count;
        if units.count == 0 || units.first >= count || units.count > count - units.first {
            return Err(ExecutorError::Units { asked: units, count });
        }
        let folder = self.supervisor.folder(attempt);
        let request = Request {
            attempt: attempt.clone(),
            units,
            prepared: prepared.clone(),
        };
        if let Some(earlier) = self.supervisor.request(attempt)? {
            if earlier != request {
                return Err(ExecutorError::AttemptConflict {
                    attempt: attempt.clone(),
                });
            }
        }
        let mut watches = self.supervisor.watches();
        if watches.contains_key(attempt) || folder.started().exists() || folder.exit().exists() {
            return Ok(request.handle());
        }
        let failed = |source| ExecutorError::Io {
            what: "making the attempt",
            path: folder.0.clone(),
            source,
        };
        fs::create_dir_all(&folder.0).map_err(failed)?;
        protocol::write(&folder.request(), &request)?;
        let child = self.supervisor.spawn(&folder)?;
        watches.insert(attempt.clone(), Watch::own(child));
        Ok(request.handle())
    }

    async fn recover(&self, attempt: &AttemptId) -> Result<Recovered, ExecutorError> {
        let Some(request) = self.supervisor.request(attempt)? else {
            return Ok(Recovered::NeverStarted);
        };
        let folder = self.supervisor.folder(attempt);
        let handle = request.handle();
        let unseen = !self.supervisor.watches().contains_key(attempt);
        let failed = |source| ExecutorError::Io {
            what: "the lock",
            path: folder.lock(),
            source,
        };
        if unseen && !folder.started().exists() && !protocol::is_held(&folder).map_err(failed)? {
            // Should a child still be on its way, `start` makes a second and the lock lets one of them run.
            return Ok(Recovered::NeverStarted);
        }
        Ok(match self.supervisor.look(&handle)? {
            Seen::Running => Recovered::Running(handle),
            Seen::Ended(exit) => {
                let finished = attempt::finished(&folder, handle.units)?;
                match exit {
                    Exit::Lost => Recovered::Lost(handle, finished),
                    exit => Recovered::Exited(handle, Outcome { exit, finished }),
                }
            }
        })
    }

    async fn wait_unit(&self, handle: &Handle, unit: u32) -> Result<UnitOutcome, ExecutorError> {
        if !handle.units.contains(unit) {
            return Err(ExecutorError::ForeignUnit {
                unit,
                units: handle.units,
            });
        }
        let folder = self.supervisor.folder(&handle.attempt);
        loop {
            let seen = self.supervisor.look(handle)?;
            // Looked at last, so that a result written before the end is not missed.
            if let Some(result) = attempt::unit_result(&folder, unit)? {
                return Ok(UnitOutcome::Finished(result));
            }
            if let Seen::Ended(exit) = seen {
                return Ok(UnitOutcome::NotRun(exit));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn wait(&self, handle: &Handle) -> Result<Outcome, ExecutorError> {
        let folder = self.supervisor.folder(&handle.attempt);
        loop {
            if let Seen::Ended(exit) = self.supervisor.look(handle)? {
                return Ok(Outcome {
                    exit,
                    finished: attempt::finished(&folder, handle.units)?,
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn logs(&self, attempt: &AttemptId, from: u64) -> Result<LogChunk, ExecutorError> {
        let path = self.supervisor.folder(attempt).log();
        let failed = |source| ExecutorError::Io {
            what: "reading the log",
            path: path.clone(),
            source,
        };
        let mut log = match File::open(&path) {
            Ok(log) => log,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                return Err(ExecutorError::NoAttempt(attempt.clone()));
            }
            Err(e) => return Err(failed(e)),
        };
        log.seek(SeekFrom::Start(from)).map_err(failed)?;
        let mut bytes = Vec::new();
        log.take(LOG_CHUNK).read_to_end(&mut bytes).map_err(failed)?;
        let next = from.saturating_add(bytes.len() as u64);
        Ok(LogChunk { bytes, next })
    }

    async fn usage(&self, attempt: &AttemptId) -> Result<Usage, ExecutorError> {
        let request = self
            .supervisor
            .request(attempt)?
            .ok_or_else(|| ExecutorError::NoAttempt(attempt.clone()))?;
        let finished = attempt::finished(&self.supervisor.folder(attempt), request.units)?;
        Ok(finished
            .iter()
            .fold(Usage::default(), |sum, unit: &UnitResult| Usage {
                units_finished: sum.units_finished.saturating_add(1),
                busy: sum
                    .busy
                    .saturating_add(Duration::from_micros(unit.elapsed_micros)),
                output_bytes: sum.output_bytes.saturating_add(unit.bytes),
            }))
    }

    async fn stop(&self, handle: &Handle, grace: Duration) -> Result<(), ExecutorError> {
        let folder = self.supervisor.folder(&handle.attempt);
        if !folder.0.exists() {
            return Ok(());
        }
        let failed = |source| ExecutorError::Io {
            what: "asking to stop",
            path: folder.stop(),
            source,
        };
        fs::write(folder.stop(), []).map_err(failed)?;
        if !self.supervisor.gone(&handle.attempt, &folder, grace).await? {
            attempt::conclude(&folder, &Exit::Stopped)?;
            self.supervisor.kill(&handle.attempt, &folder)?;
            self.supervisor
                .gone(&handle.attempt, &folder, DEADLINE_SLACK)
                .await?;
        }
        Ok(())
    }

    async fn destroy(&self, attempt: &AttemptId) -> Result<(), ExecutorError> {
        let folder = self.supervisor.folder(attempt);
        if !folder.0.exists() {
            return Ok(());
        }
        self.supervisor.kill(attempt, &folder)?;
        self.supervisor.gone(attempt, &folder, ADOPTION_LIMIT).await?;
        self.supervisor.watches().remove(attempt);
        match fs::remove_dir_all(&folder.0) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(ExecutorError::Io {
                what: "deleting the attempt",
                path: folder.0,
                source,
            }),
            _ => Ok(()),
        }
    }
}
