use std::time::Duration;

use thiserror::Error;

use super::{
    bytes::{TxBytesError, TxHash},
    msg::MsgError,
    outcome::TxOutcome,
};
use crate::{address::AddressError, chain::QueryError, options::GasPriceError, rpc::RpcError};

/// Why a node did not take a transaction.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum BroadcastError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// `expected` is the signer's next sequence as the node counts, waiting transactions included.
    #[error("the transaction has sequence {got}; the node expects {expected}")]
    Sequence { expected: u64, got: u64 },
    #[error("the node refused {hash}: {log} ({codespace} {code})")]
    Refused {
        hash: TxHash,
        codespace: String,
        code: u32,
        log: String,
    },
}

/// Why a transaction did not do what it was sent for.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum TxError {
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Message(#[from] MsgError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    Fee(#[from] GasPriceError),
    #[error("account {address} does not exist: it never received anything")]
    NoAccount { address: String },
    /// It would fail now; nothing was sent.
    #[error("simulation failed: {log} ({codespace} {code})")]
    Simulation {
        codespace: String,
        code: u32,
        log: String,
    },
    #[error(transparent)]
    Bytes(#[from] TxBytesError),
    #[error(transparent)]
    Broadcast(#[from] BroadcastError),
    /// No endpoint confirmed that it took the transaction, and none denied it. The same bytes may be sent again;
    /// signing the messages anew could do them twice.
    #[error("it is not known whether a node took {hash}: {cause}")]
    Undecided { hash: TxHash, cause: BroadcastError },
    /// It may still be included later.
    #[error("{hash} was in no block after {waited:?}{}", because(.last))]
    Unconfirmed {
        hash: TxHash,
        waited: Duration,
        /// What a node said last.
        last: Option<Box<TxError>>,
    },
    /// No block up to the last one that could have it has it.
    #[error("{hash} was valid up to height {timeout_height} and is in no block; the chain is at {height}")]
    Expired {
        hash: TxHash,
        timeout_height: u64,
        height: u64,
    },
    /// Its sequence was used by another transaction: it can never be included.
    #[error(
        "{hash} has sequence {got}, but the account is at {expected}: another transaction took its place"
    )]
    Superseded { hash: TxHash, expected: u64, got: u64 },
    /// It is in a block, and changed nothing but the fee and the sequence.
    #[error("{} failed at height {}: {} ({} {})", .0.hash, .0.height, .0.log, .0.codespace, .0.code)]
    Failed(Box<TxOutcome>),
    #[error("{hash} has no response of the type {wanted}")]
    NoResponse { hash: TxHash, wanted: &'static str },
}

fn because(last: &Option<Box<TxError>>) -> String {
    last.as_ref().map(|last| format!(": {last}")).unwrap_or_default()
}

impl From<RpcError> for TxError {
    fn from(error: RpcError) -> Self {
        Self::Query(QueryError::Rpc(error))
    }
}
