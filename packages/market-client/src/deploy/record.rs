//! How far a deployment has come, so that it goes on where it stopped.
//!
//! A step is a transaction. Its signed bytes are kept before a node hears of them, so that after an end at any moment either nobody
//! has them, or the same bytes, which a chain takes once, are sent again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base64::engine::general_purpose::STANDARD;
use base64::Engine as _;
use chain_client::{CodeHash, TxBytes};
use serde::{Deserialize, Serialize};

use crate::MarketError;

/// What a step left on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Made {
    Code { code_id: u64, hash: CodeHash },
    Contract { address: String },
    Wired,
    Proposal { id: u64 },
}

/// The steps done, by name, and the one under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Empty before the first step.
    pub chain_id: String,
    /// Whose key signs all of them.
    pub deployer: String,
    pub done: BTreeMap<String, Made>,
    pub pending: Option<Pending>,
}

/// A transaction that may or may not be on the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    pub step: String,
    /// Its signed bytes in base64.
    tx: String,
}

impl Pending {
    pub(super) fn new(step: &str, tx: &TxBytes) -> Self {
        Self {
            step: step.into(),
            tx: STANDARD.encode(tx.as_slice()),
        }
    }

    pub(super) fn bytes(&self) -> Result<TxBytes, MarketError> {
        let bytes = STANDARD.decode(&self.tx);
        bytes.map(TxBytes::from_vec).map_err(|_| MarketError::Damaged {
            step: self.step.clone(),
        })
    }
}

/// Where steps are kept, and who hears of them.
pub trait Keep: Send {
    /// Keep `steps` whole, or fail. The deployment ends at a failure.
    ///
    /// # Errors
    /// They could not be kept.
    fn save(&mut self, steps: &Steps) -> Result<(), MarketError>;

    /// `step` is on the chain; `again` if it was there before.
    fn done(&mut self, step: &str, made: &Made, again: bool) {
        let _ = (step, made, again);
    }
}

/// For chains that are gone when the process is: keeps nothing.
pub struct Forget;

impl Keep for Forget {
    fn save(&mut self, _: &Steps) -> Result<(), MarketError> {
        Ok(())
    }
}

/// The record of one deployment.
pub struct Record {
    pub(super) steps: Steps,
    pub(super) keep: Box<dyn Keep>,
}

impl Record {
    pub fn new(steps: Steps, keep: impl Keep + 'static) -> Self {
        Self {
            steps,
            keep: Box::new(keep),
        }
    }

    /// A record that nobody reads again.
    pub fn forgotten() -> Self {
        Self::new(Steps::default(), Forget)
    }

    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    pub(super) fn save(&mut self) -> Result<(), MarketError> {
        self.keep.save(&self.steps)
    }
}

/// A record in a file. `tell` hears of each step.
pub struct RecordFile<T> {
    path: PathBuf,
    tell: T,
}

impl<T: FnMut(&str, &Made, bool) + Send + 'static> RecordFile<T> {
    /// The record in the file at `path`, or an empty one if there is none.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn open(path: PathBuf, tell: T) -> Result<Record, MarketError> {
        let failed = |cause: String| MarketError::ReadFile {
            path: path.clone(),
            cause,
        };
        let steps = match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map_err(|error| failed(error.to_string()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Steps::default(),
            Err(error) => return Err(failed(error.to_string())),
        };
        Ok(Record::new(steps, Self { path, tell }))
    }
}

impl<T: FnMut(&str, &Made, bool) + Send> Keep for RecordFile<T> {
    fn save(&mut self, steps: &Steps) -> Result<(), MarketError> {
        crate::file::write(&self.path, steps)
    }

    fn done(&mut self, step: &str, made: &Made, again: bool) {
        (self.tell)(step, made, again);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_back_as_it_was_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("market.steps.json");
        let mut record = RecordFile::open(path.clone(), |_, _, _| {}).unwrap();
        assert_eq!(record.steps, Steps::default());
        let code = Made::Code {
            code_id: 7,
            hash: CodeHash([3; 32]),
        };
        record.steps.done.insert("store order-book".into(), code);
        record.steps.pending = Some(Pending::new("wire", &TxBytes::from_vec(vec![1, 2, 3])));
        record.save().unwrap();
        let again = RecordFile::open(path.clone(), |_, _, _| {}).unwrap();
        assert_eq!(again.steps, record.steps);
        let bytes = again.steps.pending.unwrap().bytes().unwrap();
        assert_eq!(bytes.as_slice(), [1, 2, 3]);

        std::fs::write(&path, "{").unwrap();
        let broken = RecordFile::open(path, |_, _, _| {});
        assert!(matches!(broken, Err(MarketError::ReadFile { .. })));
    }
}
