//! Runs the units of one task lease: the shell around [`crate::machine::task::work`].

mod runner;
mod sign;

pub use runner::{Runner, TaskHandle};
pub use sign::{sign_unit, SignError};
