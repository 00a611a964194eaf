//! `provider-registry`: who may work, with what, and how far they can be trusted.
//!
//! Providers register machines and an agent key and put up bond. The order book asks whether a bidder can commit, and commits
//! capacity and bonds for a lease in one step; the escrow releases and penalises them and tells how leases ended. What a message
//! means is written in [`market_types::registry`].

pub mod audits;
pub mod bounds;
pub mod contract;
pub mod error;
pub mod evidence;
pub mod execute;
pub mod judge;
pub mod machines;
pub mod migrate;
pub mod outgoing;
pub mod price;
pub mod profile;
pub mod query;
pub mod snapshot;
pub mod stake;
pub mod state;

#[cfg(test)]
mod tests;

pub use error::ContractError;
