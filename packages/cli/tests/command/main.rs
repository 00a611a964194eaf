//! The `leasebook` command from outside, as its users meet it: one devnet process, and everything by arguments, output and exit
//! code.

// A broken assumption of a test may panic.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod agent;
mod amounts;
mod answers;
mod governance;
mod help;
mod jobs;
mod keys;
mod market;
mod market_file;
mod node;
mod run;
mod service;
mod simulate;
mod task;
mod why;
