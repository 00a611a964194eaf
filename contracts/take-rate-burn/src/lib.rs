//! `take-rate-burn`: what the network takes, and where it goes.
//!
//! It says the take rate of each payment token, splits the fees that come in, sells the burn share of payment tokens for network
//! tokens by Dutch auction, and burns what it is paid.

pub mod account;
pub mod contract;
pub mod error;
pub mod execute;
pub mod migrate;
pub mod outgoing;
pub mod params;
pub mod query;
pub mod rate;
pub mod state;

pub use error::ContractError;

#[cfg(test)]
mod tests;
