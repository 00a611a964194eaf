//! One file per family of commands.

pub mod account;
pub mod audit;
pub mod beacon;
pub mod bid;
pub mod deploy;
pub mod devnet;
pub mod gov;
pub mod job;
pub mod keys;
pub mod lease;
pub mod list;
pub mod machine;
pub mod market;
pub mod order;
pub mod place;
pub mod provider;
pub mod refusal;
pub mod simulate;
