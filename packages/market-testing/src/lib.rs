//! A whole market in one process, for tests.
//!
//! [`Suite`] stands the five contracts and their tokens up and has one method for each thing people want of them; after each message
//! it checks what must always be true. [`hostile`] has tokens that misbehave. Failures come back typed, as [`Failure`].

pub mod call;
pub mod chain;
pub mod failure;
pub mod hostile;
pub mod keys;
pub mod ledger;
pub mod model;
pub mod specs;
pub mod suite;

pub use call::Call;
pub use failure::Failure;
pub use keys::Key;
pub use suite::{events, Outcome, Suite};
