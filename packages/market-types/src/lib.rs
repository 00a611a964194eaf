//! The language of the market: identifiers, units, messages, events and the rules of what may be said.
//!
//! Every message and answer of the five contracts is defined here and nowhere else, so contracts know each
//! other's words and never each other's code. Nothing in this crate touches storage.
//!
//! Addresses come in two kinds: an unchecked `String` in messages, an `Addr` after the contract validated it.
//! Types that hold addresses are generic over the kind, so an unchecked one cannot reach storage.

pub mod attestation;
pub mod audit;
pub mod contract;
pub mod control;
pub mod defaults;
pub mod deployment;
pub mod digest;
pub mod escrow;
pub mod events;
pub mod ids;
pub mod order;
pub mod order_book;
pub mod page;
pub mod reason;
pub mod receipt;
pub mod registry;
pub mod resources;
pub mod take_rate;
pub mod units;

pub use digest::Hash32;
pub use ids::{BatchNo, LeaseId, LotId, OrderId, ProviderNo};
pub use page::{Page, Paging};
pub use reason::CloseReason;
pub use units::{BasisPoints, Price, Seconds, UnixTime};
