//! The agent's side: starts, watches and kills children; reads what they wrote.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use market_types::resources::Resources;
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;

use super::attempt;
use super::child::{CheckAnswer, CheckRequest, STARTUP_LIMIT};
use super::program::command;
use super::protocol::{self, Folder, Request, Started};
use super::validate::KernelError;
use crate::executor::{
    AttemptId, Capabilities, Executor, ExecutorError, Exit, Grant, Handle, LogChunk, Outcome, Plan, Prepared,
    Recovered, Refusal, Unavailable, UnitOutcome, UnitRange, UnitResult, Usage,
};
use crate::manifest::{ExecutorKind, NetworkPolicy};
use crate::{Manifest, Store};

/// How often files of a running attempt are looked at.
const POLL: Duration = Duration::from_millis(10);
/// How long a child may be over a deadline before the agent kills it; its own watchdog should have.
const DEADLINE_SLACK: Duration = Duration::from_secs(1);
/// A child that was started by an agent that died has this long to take its lock.
const ADOPTION_LIMIT: Duration = Duration::from_secs(10);
const SELF_TEST_LIMIT: Duration = Duration::from_secs(120);
const CHECK_LIMIT: Duration = Duration::from_secs(30);
const LOG_CHUNK: u64 = 64 * 1024;

/// Runs kernels in child processes. Attempts are directories under `root`.
pub struct KernelExecutor {
    root: PathBuf,
    program: PathBuf,
    watches: Mutex<HashMap<AttemptId, Watch>>,
}

/// What this process knows of an attempt beyond its files.
struct Watch {
    child: Option<Child>,
    /// This process started the child.
    own: bool,
    finished: u32,
    /// When `finished` was last seen to change.
    since: Instant,
}

/// What a look at an attempt found.
enum Seen {
    Running,
    Ended(Exit),
}

impl KernelExecutor {
    /// `program` is the child program, see [`super::locate_program`].
    ///
    /// # Errors
    /// `root` cannot be made.
    pub fn new(root: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Result<Self, ExecutorError> {
        let root = root.into();
        let failed = |source| ExecutorError::Io {
            what: "making the attempts' directory",
            path: root.clone(),
            source,
        };
        fs::create_dir_all(&root).map_err(failed)?;
        let root = fs::canonicalize(&root).map_err(failed)?;
        Ok(Self {
            root,
            program: program.into(),
            watches: Mutex::default(),
        })
    }

    fn folder(&self, attempt: &AttemptId) -> Folder {
        Folder(self.root.join(attempt.as_str()))
    }

    fn watches(&self) -> MutexGuard<'_, HashMap<AttemptId, Watch>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The child's standard output, for a command that answers and ends.
    async fn ask(&self, argument: &str, input: Vec<u8>, limit: Duration) -> Result<Vec<u8>, AskError> {
        let mut command = tokio::process::Command::from(command(&self.program));
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

    async fn check(&self, manifest: &Manifest, kernel: &Path) -> CheckAnswer {
        let request = CheckRequest {
            manifest: manifest.clone(),
            kernel: kernel.into(),
        };
        let told = |e: &dyn std::fmt::Display| KernelError::Checker(e.to_string());
        let input = serde_json::to_vec(&request).map_err(|e| told(&e))?;
        let output = self
            .ask("check", input, CHECK_LIMIT)
            .await
            .map_err(|e| told(&e))?;
        serde_json::from_slice(&output).map_err(|e| told(&e))?
    }

    fn spawn(&self, folder: &Folder) -> Result<Child, ExecutorError> {
        let log_failed = |source| ExecutorError::Io {
            what: "opening the log",
            path: folder.log(),
            source,
        };
        let log = File::create(folder.log()).map_err(log_failed)?;
        let errors = log.try_clone().map_err(log_failed)?;
        let mut command = command(&self.program);
        command
            .arg("run")
            .arg(&folder.0)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors);
        // A group of its own: what interrupts the agent does not interrupt its units.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map_err(|source| ExecutorError::Io {
            what: "starting the kernel program",
            path: self.program.clone(),
            source,
        })
    }

    fn request(&self, attempt: &AttemptId) -> Result<Option<Request>, ExecutorError> {
        protocol::read(&self.folder(attempt).request())
    }

    /// One look at a started attempt; kills it if it is over its deadline.
    fn look(&self, handle: &Handle) -> Result<Seen, ExecutorError> {
        let folder = self.folder(&handle.attempt);
        if let Some(exit) = attempt::exit(&folder)? {
            self.reap(&handle.attempt);
            return Ok(Seen::Ended(exit));
        }
        let alive = self.is_alive(&handle.attempt, &folder)?;
        if !alive {
            // It may have written its last word between the two looks.
            let exit = attempt::exit(&folder)?.unwrap_or(Exit::Lost);
            attempt::conclude(&folder, &exit)?;
            return Ok(Seen::Ended(exit));
        }
        let (first_unfinished, waited) = self.progress(handle, &folder)?;
        let startup = if first_unfinished == handle.units.first {
            STARTUP_LIMIT
        } else {
            Duration::ZERO
        };
        let limit = handle
            .unit_deadline
            .saturating_add(startup)
            .saturating_add(DEADLINE_SLACK);
        if waited > limit {
            let exit = Exit::DeadlineExceeded {
                unit: first_unfinished,
                deadline: handle.unit_deadline,
            };
            attempt::conclude(&folder, &exit)?;
            self.kill(&handle.attempt, &folder)?;
            return Ok(Seen::Ended(exit));
        }
        Ok(Seen::Running)
    }

    fn is_alive(&self, attempt: &AttemptId, folder: &Folder) -> Result<bool, ExecutorError> {
        let failed = |source| ExecutorError::Io {
            what: "the lock",
            path: folder.lock(),
            source,
        };
        let mut watches = self.watches();
        let watch = watches.entry(attempt.clone()).or_insert_with(Watch::new);
        if let Some(child) = &mut watch.child {
            if child.try_wait().map_err(failed)?.is_none() {
                return Ok(true);
            }
            watch.child = None;
        }
        if protocol::is_held(folder).map_err(failed)? {
            return Ok(true);
        }
        // Started by an agent that died before its child had taken the lock.
        Ok(!watch.own && !folder.started().exists() && watch.since.elapsed() < ADOPTION_LIMIT)
    }

    fn progress(&self, handle: &Handle, folder: &Folder) -> Result<(u32, Duration), ExecutorError> {
        let mut watches = self.watches();
        let watch = watches.entry(handle.attempt.clone()).or_insert_with(Watch::new);
        while watch.finished < handle.units.count {
            let next = handle.units.first.saturating_add(watch.finished);
            if !folder.result(next).exists() {
                break;
            }
            watch.finished = watch.finished.saturating_add(1);
            watch.since = Instant::now();
        }
        Ok((
            handle.units.first.saturating_add(watch.finished),
            watch.since.elapsed(),
        ))
    }

    fn reap(&self, attempt: &AttemptId) {
        let mut watches = self.watches();
        let Some(watch) = watches.get_mut(attempt) else {
            return;
        };
        if matches!(
            watch.child.as_mut().map(Child::try_wait),
            Some(Ok(Some(_)) | Err(_))
        ) {
            watch.child = None;
        }
    }

    /// SIGKILL to whoever holds the attempt.
    fn kill(&self, attempt: &AttemptId, folder: &Folder) -> Result<(), ExecutorError> {
        let failed = |source| ExecutorError::Io {
            what: "the lock",
            path: folder.lock(),
            source,
        };
        if let Some(child) = self.watches().get_mut(attempt).and_then(|w| w.child.as_mut()) {
            return child.kill().map_err(failed);
        }
        // Only while the lock is held is the number that of our child and not of a later process.
        let Some(Started { pid }) = protocol::read(&folder.started())? else {
            return Ok(());
        };
        if !protocol::is_held(folder).map_err(failed)? {
            return Ok(());
        }
        match kill(Pid::from_raw(pid), Signal::SIGKILL) {
            Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
            Err(reason) => Err(ExecutorError::Signal { pid, reason }),
        }
    }

    async fn gone(
        &self,
        attempt: &AttemptId,
        folder: &Folder,
        within: Duration,
    ) -> Result<bool, ExecutorError> {
        let until = Instant::now() + within;
        while self.is_alive(attempt, folder)? {
            if Instant::now() >= until {
                return Ok(false);
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(true)
    }
}

impl Watch {
    fn new() -> Self {
        Self {
            child: None,
            own: false,
            finished: 0,
            since: Instant::now(),
        }
    }
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

#[async_trait]
impl Executor for KernelExecutor {
    fn kind(&self) -> ExecutorKind {
        ExecutorKind::Kernel
    }

    async fn probe(&self) -> Capabilities {
        let unavailable = match self.ask("probe", Vec::new(), SELF_TEST_LIMIT).await {
            Ok(output) => match serde_json::from_slice(&output) {
                Ok(capabilities) => return capabilities,
                Err(e) => Unavailable::SelfTestFailed(e.to_string()),
            },
            Err(AskError::Spawn(e)) => Unavailable::NoProgram {
                path: self.program.clone(),
                reason: e.to_string(),
            },
            Err(AskError::Timeout(limit)) => Unavailable::SelfTestTimeout(limit.as_secs()),
            Err(e) => Unavailable::SelfTestFailed(e.to_string()),
        };
        Capabilities::Unavailable(unavailable)
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
        self.check(&plan.manifest, &kernel).await.map_err(Refusal::from)?;
        Ok(Prepared {
            plan: plan.clone(),
            kernel,
            inputs: paths,
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
        let folder = self.folder(attempt);
        let request = Request {
            attempt: attempt.clone(),
            units,
            prepared: prepared.clone(),
        };
        if let Some(earlier) = self.request(attempt)? {
            if earlier != request {
                return Err(ExecutorError::AttemptConflict {
                    attempt: attempt.clone(),
                });
            }
        }
        let mut watches = self.watches();
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
        let child = self.spawn(&folder)?;
        watches.insert(
            attempt.clone(),
            Watch {
                child: Some(child),
                own: true,
                ..Watch::new()
            },
        );
        Ok(request.handle())
    }

    async fn recover(&self, attempt: &AttemptId) -> Result<Recovered, ExecutorError> {
        let Some(request) = self.request(attempt)? else {
            return Ok(Recovered::NeverStarted);
        };
        let folder = self.folder(attempt);
        let handle = request.handle();
        let unseen = !self.watches().contains_key(attempt);
        let failed = |source| ExecutorError::Io {
            what: "the lock",
            path: folder.lock(),
            source,
        };
        if unseen && !folder.started().exists() && !protocol::is_held(&folder).map_err(failed)? {
            // Should a child still be on its way, `start` makes a second and the lock lets one of them run.
            return Ok(Recovered::NeverStarted);
        }
        Ok(match self.look(&handle)? {
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
        let folder = self.folder(&handle.attempt);
        loop {
            let seen = self.look(handle)?;
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
        let folder = self.folder(&handle.attempt);
        loop {
            if let Seen::Ended(exit) = self.look(handle)? {
                return Ok(Outcome {
                    exit,
                    finished: attempt::finished(&folder, handle.units)?,
                });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn logs(&self, attempt: &AttemptId, from: u64) -> Result<LogChunk, ExecutorError> {
        let path = self.folder(attempt).log();
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
            .request(attempt)?
            .ok_or_else(|| ExecutorError::NoAttempt(attempt.clone()))?;
        let finished = attempt::finished(&self.folder(attempt), request.units)?;
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
        let folder = self.folder(&handle.attempt);
        if !folder.0.exists() {
            return Ok(());
        }
        let failed = |source| ExecutorError::Io {
            what: "asking to stop",
            path: folder.stop(),
            source,
        };
        fs::write(folder.stop(), []).map_err(failed)?;
        if !self.gone(&handle.attempt, &folder, grace).await? {
            attempt::conclude(&folder, &Exit::Stopped)?;
            self.kill(&handle.attempt, &folder)?;
            self.gone(&handle.attempt, &folder, DEADLINE_SLACK).await?;
        }
        Ok(())
    }

    async fn destroy(&self, attempt: &AttemptId) -> Result<(), ExecutorError> {
        let folder = self.folder(attempt);
        if !folder.0.exists() {
            return Ok(());
        }
        self.kill(attempt, &folder)?;
        self.gone(attempt, &folder, ADOPTION_LIMIT).await?;
        self.watches().remove(attempt);
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

/// The rules of [`Executor::assess`] for kernels.
fn assess(job: &Manifest, grant: &Grant) -> Result<Plan, Refusal> {
    let conformance = match &grant.capabilities {
        Capabilities::Kernel(conformance) => conformance,
        Capabilities::Unavailable(reason) => return Err(reason.clone().into()),
    };
    if job.executor != ExecutorKind::Kernel {
        return Err(Refusal::Kind {
            have: ExecutorKind::Kernel,
            asked: job.executor,
        });
    }
    if let Some(failed) = conformance.failed_test() {
        return Err(Refusal::SelfTest {
            adapter: conformance.adapter.name.clone(),
            failed,
        });
    }
    if job.network != NetworkPolicy::None {
        return Err(Refusal::Network);
    }
    if !job.secrets.is_empty() {
        return Err(Refusal::Secrets);
    }
    enough(&job.resources.into(), &grant.resources)?;
    let buffers = [job.output.bytes(), job.kernel.scratch_bytes].into_iter();
    let largest = buffers
        .chain(job.inputs.iter().map(|input| input.size))
        .max()
        .unwrap_or(0);
    let max = conformance.adapter.max_buffer_bytes;
    if largest > max {
        return Err(Refusal::BufferTooLarge { needed: largest, max });
    }
    let manifest_digest = job.digest().map_err(Refusal::from)?;
    let unit_deadline = Duration::from_secs(job.units.deadline_seconds.into());
    Ok(Plan {
        manifest: job.clone(),
        manifest_digest,
        unit_deadline,
    })
}

fn enough(needed: &Resources, granted: &Resources) -> Result<(), Refusal> {
    let pairs: [(&'static str, u64, u64); 5] = [
        ("GPUs", needed.gpus.into(), granted.gpus.into()),
        ("MiB of VRAM", needed.vram_mib.into(), granted.vram_mib.into()),
        (
            "thousandths of a vCPU",
            needed.cpu_milli.into(),
            granted.cpu_milli.into(),
        ),
        ("MiB of RAM", needed.ram_mib.into(), granted.ram_mib.into()),
        (
            "MiB of disk",
            needed.ephemeral_mib.into(),
            granted.ephemeral_mib.into(),
        ),
    ];
    match pairs.into_iter().find(|(_, needed, granted)| needed > granted) {
        Some((resource, needed, granted)) => Err(Refusal::Resource {
            resource,
            needed,
            granted,
        }),
        None => Ok(()),
    }
}
