//! What an agent asks of anything that runs units.
//!
//! An attempt is one run of consecutive units of one job. Its state is in the executor's own directory, so an agent that
//! was killed can ask [`Executor::recover`] what became of it. Executors run hostile code; the agent never does.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use market_types::resources::Resources;
use serde::{Deserialize, Serialize};

use crate::device::DeviceClass;
use crate::kernel::{Conformance, View, ViewError};
use crate::manifest::{ExecutorKind, ManifestError, Output};
use crate::{Digest, Manifest, Store};

#[async_trait]
pub trait Executor: Send + Sync {
    fn kind(&self) -> ExecutorKind;

    /// What this machine can do. What is absent is [`Capabilities::Unavailable`], never an error.
    async fn probe(&self) -> Capabilities;

    /// Whether `job` could run within `grant`. Pure: it is asked before every bid.
    ///
    /// # Errors
    /// The first rule that refuses it.
    fn assess(&self, job: &Manifest, grant: &Grant) -> Result<Plan, Refusal>;

    /// Checks that all content is in `store` and is what its digests say, and that the code is valid.
    ///
    /// # Errors
    /// [`ExecutorError::Missing`] names what must be fetched first; [`ExecutorError::Refused`] what will never run.
    async fn prepare(&self, plan: &Plan, store: &Store) -> Result<Prepared, ExecutorError>;

    /// Runs `units`. Asked again for the same attempt it returns the same handle and starts nothing, even when the attempt
    /// has ended or is lost: what is left to do takes a new attempt.
    ///
    /// # Errors
    /// [`ExecutorError::AttemptConflict`] if the attempt was started with other work.
    async fn start(
        &self,
        prepared: &Prepared,
        attempt: &AttemptId,
        units: UnitRange,
    ) -> Result<Handle, ExecutorError>;

    /// What became of an attempt, asked by an agent that was not there.
    ///
    /// # Errors
    /// The attempt's files cannot be read.
    async fn recover(&self, attempt: &AttemptId) -> Result<Recovered, ExecutorError>;

    /// Returns when unit `unit` is finished, or the attempt ended without it.
    ///
    /// # Errors
    /// A unit outside the attempt; files that cannot be read.
    async fn wait_unit(&self, handle: &Handle, unit: u32) -> Result<UnitOutcome, ExecutorError>;

    /// Returns when the attempt has ended.
    ///
    /// # Errors
    /// Files that cannot be read.
    async fn wait(&self, handle: &Handle) -> Result<Outcome, ExecutorError>;

    /// What the attempt printed, from byte `from`, at most 64 KiB.
    ///
    /// # Errors
    /// The log cannot be read.
    async fn logs(&self, attempt: &AttemptId, from: u64) -> Result<LogChunk, ExecutorError>;

    /// # Errors
    /// The attempt's files cannot be read.
    async fn usage(&self, attempt: &AttemptId) -> Result<Usage, ExecutorError>;

    /// Asks the attempt to end after its present unit; kills it when `grace` has passed.
    ///
    /// # Errors
    /// It cannot be signalled.
    async fn stop(&self, handle: &Handle, grace: Duration) -> Result<(), ExecutorError>;

    /// Kills what runs and deletes the attempt's files. Nothing happens if there is none.
    ///
    /// # Errors
    /// The files cannot be deleted.
    async fn destroy(&self, attempt: &AttemptId) -> Result<(), ExecutorError>;
}

/// 1 to 80 of `a-z 0-9 -`; the agent's own name for one run of units. Also a directory's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttemptId(String);

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("attempt {0:?} is no word of 1 to 80 characters of a-z, 0-9, '-'")]
pub struct AttemptIdError(String);

impl AttemptId {
    /// `lease-7-from-0-try-1`.
    pub fn new(lease: u64, first_unit: u32, attempt: u32) -> Self {
        Self(format!("lease-{lease}-from-{first_unit}-try-{attempt}"))
    }

    /// `audit-lease-7-unit-3`: somebody else's unit, run again.
    pub fn audit(lease: u64, unit: u32) -> Self {
        Self(format!("audit-lease-{lease}-unit-{unit}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AttemptId {
    type Err = AttemptIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if text.is_empty() || text.len() > 80 || !text.bytes().all(allowed) {
            return Err(AttemptIdError(text.chars().take(100).collect()));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for AttemptId {
    type Error = AttemptIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AttemptId> for String {
    fn from(id: AttemptId) -> Self {
        id.0
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Capabilities {
    Kernel(Conformance),
    Unavailable(Unavailable),
}

/// Why a machine cannot run a kind of job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Unavailable {
    #[error("no Vulkan adapter: install a GPU driver, or scripts/install-vulkan for the software one")]
    NoAdapter,
    #[error("the adapter gives no device: {0}")]
    NoDevice(String),
    #[error("the kernel program {} cannot be started: {reason}", path.display())]
    NoProgram { path: PathBuf, reason: String },
    #[error("the self-test did not end within {0} s")]
    SelfTestTimeout(u64),
    #[error("the self-test ended without an answer: {0}")]
    SelfTestFailed(String),
}

/// What an agent would let a job have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub class: DeviceClass,
    pub resources: Resources,
    pub capabilities: Capabilities,
}

/// A job that can run here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub manifest: Manifest,
    pub manifest_digest: Digest,
    /// Longest a unit may take.
    pub unit_deadline: Duration,
}

/// Why a job will not run here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    #[error("this executor runs {have:?} jobs, the manifest asks for {asked:?}")]
    Kind { have: ExecutorKind, asked: ExecutorKind },
    #[error("{resource}: the job needs {needed}, granted are {granted}")]
    Resource {
        resource: &'static str,
        needed: u64,
        granted: u64,
    },
    #[error("a kernel has no network: write network = \"none\"")]
    Network,
    #[error("a kernel takes no secrets")]
    Secrets,
    #[error("adapter {adapter:?} failed the self-test ({failed}); nothing it computes can be attested")]
    SelfTest { adapter: String, failed: &'static str },
    #[error("one unit's buffers take {needed} bytes, the adapter binds at most {max} in one buffer")]
    BufferTooLarge { needed: u64, max: u64 },
    #[error(transparent)]
    Kernel(#[from] crate::kernel::KernelError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error("{field}: {found} bytes, the manifest says {expected}")]
    ContentSize {
        field: Digest,
        expected: u64,
        found: u64,
    },
}

/// A plan whose content is here and verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    pub plan: Plan,
    pub kernel: PathBuf,
    pub inputs: Vec<PathBuf>,
    /// Whether parts of a frame can be asked for.
    pub windowed: bool,
    /// The part of each frame that is rendered; all of it if `None`.
    pub view: Option<View>,
}

impl Prepared {
    /// The same job, of whose frames only `view` is rendered. Results are the samples alone.
    ///
    /// # Errors
    /// No image, a kernel that renders whole frames only, a view that leaves the frame.
    pub fn through(&self, view: View) -> Result<Self, ViewError> {
        let Output::Rgba8 { width, height } = self.plan.manifest.output else {
            return Err(ViewError::NoImage);
        };
        if !self.windowed {
            return Err(ViewError::WholeFramesOnly);
        }
        view.check(width, height)?;
        Ok(Self {
            view: Some(view),
            ..self.clone()
        })
    }
}

/// Units `first` to `first + count - 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRange {
    pub first: u32,
    pub count: u32,
}

impl UnitRange {
    pub fn iter(self) -> impl Iterator<Item = u32> {
        self.first..self.first.saturating_add(self.count)
    }

    pub fn contains(self, unit: u32) -> bool {
        unit >= self.first && unit - self.first < self.count
    }
}

impl fmt::Display for UnitRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.first.saturating_add(self.count))
    }
}

/// An attempt that was started, for the agent's journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    pub attempt: AttemptId,
    pub units: UnitRange,
    pub unit_deadline: Duration,
}

/// One unit's finished output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitResult {
    pub unit: u32,
    /// SHA-256 of the output.
    pub result: Digest,
    pub bytes: u64,
    /// Unix seconds.
    pub finished_at: u64,
    /// Time of the unit's dispatches and of reading its output back.
    pub elapsed_micros: u64,
    /// The raw output, in the attempt's directory until it is destroyed.
    pub path: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitOutcome {
    Finished(UnitResult),
    /// The attempt ended before this unit.
    NotRun(Exit),
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// All units are finished.
    Completed,
    /// Asked to stop before all were.
    Stopped,
    /// `unit` took longer than its deadline and was killed.
    DeadlineExceeded { unit: u32, deadline: Duration },
    /// The device or the kernel failed.
    Failed { unit: Option<u32>, reason: String },
    /// The process is gone and left no word: it was killed, or the machine was restarted.
    Lost,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub exit: Exit,
    /// In order of units.
    pub finished: Vec<UnitResult>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovered {
    NeverStarted,
    Running(Handle),
    Exited(Handle, Outcome),
    /// Gone without a word; what it had finished is good.
    Lost(Handle, Vec<UnitResult>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogChunk {
    pub bytes: Vec<u8>,
    /// Where the next chunk begins.
    pub next: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    pub units_finished: u32,
    /// Sum over the finished units.
    pub busy: Duration,
    pub output_bytes: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum ExecutorError {
    #[error("{0} must be fetched first")]
    Missing(Digest),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("attempt {attempt} was started with other work")]
    AttemptConflict { attempt: AttemptId },
    #[error("there is no attempt {0}")]
    NoAttempt(AttemptId),
    #[error("units {asked} of a job of {count}")]
    Units { asked: UnitRange, count: u32 },
    #[error("unit {unit} is not of the attempt's units {units}")]
    ForeignUnit { unit: u32, units: UnitRange },
    #[error("{what} at {}: {source}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{} is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("signal to process {pid}: {reason}")]
    Signal { pid: i32, reason: nix::errno::Errno },
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}
