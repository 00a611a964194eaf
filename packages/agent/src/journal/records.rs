use cosmwasm_std::Binary;
use jobs::executor::UnitRange;
use jobs::receipt::{Receipt, SignedReceipt};
use jobs::Digest;
use market_types::{Hash32, Seconds, UnixTime};
use serde::{Deserialize, Serialize};

use crate::machine::batch::{BatchState, Sealed};
use crate::machine::stream::StreamState;
use crate::machine::task::Stage;
use crate::queue::Intent;

/// A lease of this provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaseRecord {
    pub manifest: Hash32,
    pub session_key: Option<Binary>,
    pub service: Service,
    /// When nothing further was to be done for it.
    #[serde(default)]
    pub ended_at: Option<UnixTime>,
}

impl LeaseRecord {
    /// Nothing of it is needed any more: it ended `keep` ago, and none of its batches can still be paid.
    pub fn is_forgettable(&self, batches: &[BatchRecord], now: UnixTime, keep: Seconds) -> bool {
        let over = self.ended_at.is_some_and(|ended| now >= ended.plus(keep));
        over && self.service.is_ended() && batches.iter().all(|batch| batch.state.is_final())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Service {
    Task {
        stage: Stage,
        units: u32,
        /// Being run; may be over.
        attempt: Option<Attempt>,
        /// Numbers the attempts of this lease.
        attempts_made: u32,
        /// Failed attempts at the unit that is next.
        failures: u32,
        /// Why it was given up, for the tenant.
        failed: Option<String>,
    },
    Stream {
        state: StreamState,
    },
}

impl Service {
    /// On a chain that was set back nothing has ended.
    pub fn set_back(&mut self) {
        match self {
            Self::Task { stage, .. } if *stage == Stage::Ended => *stage = Stage::Won,
            Self::Stream { state } => *state = StreamState::Won,
            Self::Task { .. } => {}
        }
    }

    /// Attempts are numbered by lease, and a number is never given twice.
    pub fn attempts_made(&self) -> u32 {
        match self {
            Self::Task { attempts_made, .. } => *attempts_made,
            Self::Stream { .. } => 0,
        }
    }

    pub fn is_ended(&self) -> bool {
        match self {
            Self::Task { stage, .. } => *stage == Stage::Ended,
            Self::Stream { state } => *state == StreamState::Ended,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: u32,
    pub units: UnitRange,
}

/// A unit that was run. Its receipt is signed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitRecord {
    pub result: Digest,
    pub bytes: u64,
    pub finished_at: UnixTime,
    /// Time of the run alone.
    pub elapsed_micros: u64,
    pub receipt: Option<StoredReceipt>,
}

/// A signed receipt as its 152 and 64 bytes, in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoredReceipt(pub SignedReceipt);

#[derive(Debug, thiserror::Error)]
#[error("a stored receipt has 216 bytes in hexadecimal")]
pub struct NoReceipt;

impl From<StoredReceipt> for String {
    fn from(StoredReceipt(signed): StoredReceipt) -> Self {
        hex::encode(signed.receipt.encode()) + &hex::encode(signed.signature)
    }
}

impl TryFrom<String> for StoredReceipt {
    type Error = NoReceipt;
    fn try_from(text: String) -> Result<Self, NoReceipt> {
        let bytes = hex::decode(text).map_err(|_| NoReceipt)?;
        let (receipt, signature) = bytes.split_first_chunk().ok_or(NoReceipt)?;
        let signature = signature.try_into().map_err(|_| NoReceipt)?;
        Ok(Self(SignedReceipt {
            receipt: Receipt::decode(receipt),
            signature,
        }))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRecord {
    pub sealed: Sealed,
    /// The last leaf of its tree: random, so that a batch planted to test auditors looks like any other.
    pub blind: Hash32,
    pub state: BatchState,
}

/// A signed transaction whose fate is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TxRecord {
    pub bytes: Binary,
    pub intents: Vec<Intent>,
}

/// Figures of the daemon itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    pub chain_id: String,
    pub lease_escrow: String,
    pub owner: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use market_types::BatchNo;

    const WEEK: Seconds = Seconds(604_800);

    #[test]
    fn a_lease_is_kept_until_its_margin_is_over_and_its_batches_are_final() {
        let ended = LeaseRecord {
            manifest: Hash32([1; 32]),
            session_key: None,
            service: Service::Stream {
                state: StreamState::Ended,
            },
            ended_at: Some(UnixTime(1_000)),
        };
        let batch = |state| BatchRecord {
            sealed: Sealed {
                first: 0,
                count: 1,
                root: Hash32([2; 32]),
            },
            blind: Hash32([3; 32]),
            state,
        };
        let released = [batch(BatchState::Released { batch: BatchNo(1) })];
        let vested = [batch(BatchState::Vested { batch: BatchNo(1) })];
        let then = UnixTime(1_000).plus(WEEK);
        assert!(ended.is_forgettable(&released, then, WEEK));
        assert!(!ended.is_forgettable(&released, UnixTime(then.0 - 1), WEEK));
        assert!(!ended.is_forgettable(&vested, then, WEEK));
        let live = LeaseRecord {
            ended_at: None,
            ..ended
        };
        assert!(!live.is_forgettable(&released, then, WEEK));
    }
}
