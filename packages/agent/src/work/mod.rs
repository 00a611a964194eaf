//! Runs units: those of own task leases, the shell around [`crate::machine::task::work`], and others' for audits.

mod examine;
mod relay;
mod runner;
mod sign;

pub use examine::{ExamineError, Examiner};
pub use relay::Relay;
pub use runner::{Runner, TaskHandle};
pub use sign::{sign_unit, SignError};
