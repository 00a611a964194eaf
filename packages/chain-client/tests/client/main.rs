//! The client against nodes that lie, stall and vanish.

#![allow(clippy::unwrap_used)]

mod events;
mod fake_chain;
mod fake_node;
mod queries;
mod transactions;
mod transport;

use std::time::Duration;

use chain_client::Options;

/// Short enough for tests, long enough for a busy machine where an answer is expected.
fn options() -> Options {
    Options {
        poll_interval: Duration::from_millis(5),
        rebroadcast_interval: Duration::from_millis(20),
        ..Options::default()
    }
}
