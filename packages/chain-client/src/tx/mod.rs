//! Transactions: messages become signed bytes, bytes are broadcast, and what a block made of them is read back.

mod bytes;
mod deliver;
mod error;
mod msg;
mod outcome;
mod sequence;
mod sign;
mod signer;

pub use bytes::{TxBytes, TxBytesError, TxHash, TxHashError};
pub use deliver::Broadcast;
pub use error::{BroadcastError, TxError};
pub use msg::{Msg, MsgError};
pub use outcome::TxOutcome;
pub use signer::{Gas, Signer, TxOptions};
