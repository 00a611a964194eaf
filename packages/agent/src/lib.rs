//! The provider's daemon: it watches the chain, bids, runs what it won, attests it, and serves its tenants.
//!
//! - [`machine`] and [`bidding`] decide, as pure functions; [`inventory`] counts GPUs.
//! - [`journal`] remembers: intent before effect, signed bytes before they are sent.
//! - [`market`] asks the chain; [`watch`] follows it by height; [`queue`] sends transactions.
//! - [`work`] runs units; [`gateway`] takes manifests and inputs and gives results.
//! - [`daemon`] ties them together; [`fault`] lets tests kill it at each arrow.
//! - [`request`], [`client`] and [`identity`] are for whoever talks to an agent.

pub mod bidding;
pub mod client;
pub mod config;
pub mod daemon;
pub mod fault;
pub mod gateway;
pub mod identity;
pub mod inventory;
pub mod journal;
pub mod machine;
pub mod market;
pub mod queue;
pub mod request;
pub mod watch;
pub mod work;
