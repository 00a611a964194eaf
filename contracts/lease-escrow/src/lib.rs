//! `lease-escrow`: what is owed to whom, right now. It holds all money of tenants and providers, and the leases.
//!
//! `lease` is the pure core: how a lease moves from award to close, and what money moves with it. `ledger` moves money
//! between purposes and can neither make nor lose any. `execute` is the shell: load, check who asks, let the core
//! decide, save once, send. Messages and answers are those of [`market_types::escrow`].

pub mod contract;
pub mod error;
mod execute;
mod lease;
mod ledger;
mod migrate;
mod packed;
mod params;
mod query;
mod sisters;
mod state;
#[cfg(test)]
mod tests;

pub use error::ContractError;
