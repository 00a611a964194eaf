//! `order-book`: who does this work, and at what price. It holds no money.
//!
//! The escrow opens orders, providers bid them down, anybody's crank awards them. The messages and their rules are in
//! [`market_types::order_book`], the arithmetic in [`market_math::auction`].

mod bids;
mod clearing;
pub mod contract;
mod error;
pub mod execute;
mod judging;
pub mod migrate;
mod params;
pub mod query;
mod spec;
mod stakes;
pub mod state;

pub use error::ContractError;
pub use spec::SpecError;

#[cfg(test)]
mod tests;
