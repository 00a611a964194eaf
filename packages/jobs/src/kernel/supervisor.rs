//! Starts, watches and kills children.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;

use super::attempt;
use super::child::STARTUP_LIMIT;
use super::program::command;
use super::protocol::{self, Folder, Request, Started};
use crate::executor::{AttemptId, ExecutorError, Exit, Handle};

/// How often files of a running attempt are looked at.
pub const POLL: Duration = Duration::from_millis(10);
/// How long a child may be over a deadline before the agent kills it; its own watchdog should have.
pub const DEADLINE_SLACK: Duration = Duration::from_secs(1);
/// A child that was started by an agent that died has this long to take its lock.
pub const ADOPTION_LIMIT: Duration = Duration::from_secs(10);

/// Attempts are directories under `root`; `program` is what runs in the children.
pub struct Supervisor {
    root: PathBuf,
    pub program: PathBuf,
    watches: Mutex<HashMap<AttemptId, Watch>>,
}

/// What this process knows of an attempt beyond its files.
pub struct Watch {
    child: Option<Child>,
    /// This process started the child.
    own: bool,
    finished: u32,
    /// When `finished` was last seen to change.
    since: Instant,
}

/// What a look at an attempt found.
pub enum Seen {
    Running,
    Ended(Exit),
}

impl Supervisor {
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
    pub fn folder(&self, attempt: &AttemptId) -> Folder {
        Folder(self.root.join(attempt.as_str()))
    }

    pub fn watches(&self) -> MutexGuard<'_, HashMap<AttemptId, Watch>> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn spawn(&self, folder: &Folder) -> Result<Child, ExecutorError> {
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

    pub fn request(&self, attempt: &AttemptId) -> Result<Option<Request>, ExecutorError> {
        protocol::read(&self.folder(attempt).request())
    }

    /// One look at a started attempt; kills it if it is over its deadline.
    pub fn look(&self, handle: &Handle) -> Result<Seen, ExecutorError> {
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

    pub fn is_alive(&self, attempt: &AttemptId, folder: &Folder) -> Result<bool, ExecutorError> {
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
    pub fn kill(&self, attempt: &AttemptId, folder: &Folder) -> Result<(), ExecutorError> {
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

    /// Waits until nobody runs the attempt; false if somebody still does after `within`.
    pub async fn gone(
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
    /// Of a child that this process started.
    pub fn own(child: Child) -> Self {
        Self {
            child: Some(child),
            own: true,
            ..Self::new()
        }
    }

    fn new() -> Self {
        Self {
            child: None,
            own: false,
            finished: 0,
            since: Instant::now(),
        }
    }
}
