//! What the agent must not forget, in one redb file. Intent before effect; one transaction per arrow.
//!
//! Values are JSON, for people who have to look. A committed transaction is on disk.

mod records;
mod tables;

pub use records::{
    Attempt, BatchRecord, Identity, LeaseRecord, Service, StoredReceipt, TxRecord, UnitRecord,
};
pub use tables::{Journal, JournalError, Write};
