//! JSON-RPC over HTTP to several endpoints of one chain.

mod endpoint;
mod error;
mod failover;
mod rest;
pub mod wire;

pub use error::RpcError;
pub(crate) use failover::{Endpoints, Traced};
