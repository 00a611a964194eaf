//! The `leasebook` command: the market for tenants, providers and governors, in the units people use.

pub mod amount;
mod cli;
pub mod commands;
pub mod context;
pub mod demo;
pub mod failure;
pub mod instant;
pub mod local;
pub mod output;
pub mod password;
pub mod pictures;
pub mod results;

pub use cli::{run, start_logging, Cli};
