//! One queue for all transactions: one sequence, bids first, several intents in one transaction, bytes stored before they
//! are sent, the same bytes again until their fate is known.

mod intent;
mod pending;
mod worker;

pub use intent::{Intent, Key};
pub use pending::Pending;
pub use worker::{Queue, QueueError, Worker};
