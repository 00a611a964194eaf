//! `attestation`: was the work really done?
//!
//! An agent posts the Merkle roots of its receipts in batches. The price of a batch is held by the escrow while it vests, and is
//! released to the provider afterwards. How often its units are to be audited, and what that costs the provider, is fixed when it is posted.

pub mod audit;
pub mod beacon;
pub mod breaker;
pub mod contract;
mod docket;
pub mod error;
pub mod execute;
mod finish;
pub mod migrate;
pub mod params;
pub mod query;
mod seating;
pub mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
