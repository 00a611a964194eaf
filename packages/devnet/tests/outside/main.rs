//! The devnet seen from outside: cosmrs and tendermint-rpc over HTTP and WebSocket, as any client would.

mod blocks;
mod client;
mod contracts;
mod governance;
mod probe;
mod refusals;
mod restart;
mod subscriptions;
mod transfers;
