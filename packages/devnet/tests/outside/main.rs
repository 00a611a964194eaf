//! The devnet seen from outside: cosmrs and tendermint-rpc over HTTP and WebSocket, as any client would.

#![allow(clippy::unwrap_used)] // Helpers of tests, which clippy takes for code outside of them.

mod blocks;
mod client;
mod contracts;
mod governance;
mod probe;
mod recorded;
mod refusals;
mod restart;
mod subscriptions;
mod transfers;
