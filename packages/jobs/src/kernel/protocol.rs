//! What agent and child write for each other in an attempt's directory. Every file but `lock`, `log` and outputs is JSON, written
//! beside its place and renamed into it.
//!
//! | file | written by | says |
//! | --- | --- | --- |
//! | `request.json` | agent | what to run |
//! | `lock` | child | held as long as the child lives |
//! | `started.json` | child | its process id |
//! | `unit-N.out`, `unit-N.json` | child | output of unit N, then its digest |
//! | `stop` | agent | end after the present unit |
//! | `exit.json` | child, or the agent that killed it | how it ended |
//! | `log` | child | what it printed |

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::executor::{AttemptId, ExecutorError, Handle, Prepared, UnitRange};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub attempt: AttemptId,
    pub units: UnitRange,
    pub prepared: Prepared,
}

impl Request {
    pub fn handle(&self) -> Handle {
        Handle {
            attempt: self.attempt.clone(),
            units: self.units,
            unit_deadline: self.prepared.plan.unit_deadline,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Started {
    pub pid: i32,
}

/// An attempt's directory and the names in it.
#[derive(Clone, Debug)]
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn request(&self) -> PathBuf {
        self.0.join("request.json")
    }
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }
    pub fn started(&self) -> PathBuf {
        self.0.join("started.json")
    }
    pub fn stop(&self) -> PathBuf {
        self.0.join("stop")
    }
    pub fn exit(&self) -> PathBuf {
        self.0.join("exit.json")
    }
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }
    pub fn output(&self, unit: u32) -> PathBuf {
        self.0.join(format!("unit-{unit}.out"))
    }
    pub fn result(&self, unit: u32) -> PathBuf {
        self.0.join(format!("unit-{unit}.json"))
    }
}

/// Reads a file that may not be there yet.
///
/// # Errors
/// It is there and cannot be read, or is something else.
pub fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ExecutorError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|e| ExecutorError::Damaged {
                path: path.into(),
                reason: e.to_string(),
            }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ExecutorError::Io {
            what: "reading",
            path: path.into(),
            source,
        }),
    }
}

/// Writes beside `path`, then renames.
///
/// # Errors
/// What the disk refuses.
pub fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), ExecutorError> {
    let failed = |source| ExecutorError::Io {
        what: "writing",
        path: path.into(),
        source,
    };
    let bytes = serde_json::to_vec(value).map_err(|e| failed(e.into()))?;
    write_bytes(path, &bytes).map_err(failed)
}

pub fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut temp = tempfile::NamedTempFile::new_in(folder)?;
    temp.write_all(bytes)?;
    temp.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Whether a live child holds the attempt. `File::try_lock` is `flock`: it ends with the process, however that ends.
///
/// # Errors
/// The lock file cannot be opened.
pub fn is_held(folder: &Folder) -> io::Result<bool> {
    match File::open(folder.lock()) {
        Ok(file) => match file.try_lock() {
            Ok(()) => Ok(false),
            Err(std::fs::TryLockError::WouldBlock) => Ok(true),
            Err(std::fs::TryLockError::Error(e)) => Err(e),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(e) => Err(e),
    }
}
