//! One file per family of commands.

pub mod account;
pub mod devnet;
pub mod gov;
pub mod job;
pub mod keys;
pub mod lease;
pub mod market;
pub mod order;
pub mod provider;
