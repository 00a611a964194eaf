//! A chain in one process: the market's contracts, compiled natively, behind the CometBFT RPC that wallets,
//! `tendermint-rpc` and CosmJS already speak.
//!
//! It is for demonstrations and tests. Its one validator is made up, its state is not proven, it listens on the
//! loopback only and protects nothing. Transactions are real: signed, with chain id, account number, sequence and
//! fee checked, and refused with the code and text of a real node. Whatever it does not do it refuses by name.
//!
//! A transaction waits up to [`Config::batch_window`] for others to share its block; without transactions an empty
//! block is made every [`Config::block_interval`]. Block time is the wall clock plus what `POST /devnet/time` added.

mod ante;
mod app;
mod auth;
mod bank;
mod chain;
mod coins;
mod command;
mod config;
mod contracts;
mod driver;
mod gas;
mod gov;
mod history;
mod local;
mod message;
mod persist;
mod public_beacon;
mod query;
mod refusal;
mod rpc;
mod search;
mod state;
mod store;
mod tx;
mod wasm;

use std::net::SocketAddr;

use thiserror::Error;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use auth::module_address;
pub use command::{run, Args, CommandError};
pub use config::{Config, BECH32_PREFIX, FEE_DENOM};
pub use contracts::Code;
pub use persist::PersistError;
pub use public_beacon::{public_beacon, PublicBeacon};

#[derive(Debug, Error)]
pub enum DevnetError {
    #[error("{0} is not on the loopback: the devnet protects nothing and listens to this machine only")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {cause}")]
    Listen {
        address: SocketAddr,
        cause: std::io::Error,
    },
    #[error("the home holds chain {found}, not {wanted}")]
    OtherChain { found: String, wanted: String },
    #[error("genesis address {0} is not an address of this chain")]
    GenesisAddress(String),
    #[error("genesis failed: {0}")]
    Genesis(String),
    #[error("the chain's thread could not be started: {0}")]
    Thread(std::io::Error),
    #[error("the chain has stopped")]
    Stopped,
    #[error("the record of blocks was left half written by a panic")]
    Poisoned,
    #[error(transparent)]
    Persist(#[from] PersistError),
}

/// The embedded devnet; see [`Devnet::start`].
pub struct Devnet;

impl Devnet {
    /// Starts a chain and its RPC; returns when it answers.
    ///
    /// # Errors
    /// An address off the loopback or taken, a home that holds another chain or is in use, a bad genesis.
    pub async fn start(config: Config) -> Result<Running, DevnetError> {
        if !config.listen.ip().is_loopback() {
            return Err(DevnetError::NotLoopback(config.listen));
        }
        let listen = |cause| DevnetError::Listen {
            address: config.listen,
            cause,
        };
        let listener = tokio::net::TcpListener::bind(config.listen)
            .await
            .map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let chain_id = config.chain_id.clone();
        let (handle, ended) = driver::start(config).await?;
        let (stop, stopped) = oneshot::channel::<()>();
        let app = rpc::routes(handle.clone())
            .merge(local::routes(handle.clone()))
            .merge(public_beacon::routes(handle.clone()));
        let server = tokio::spawn(async move {
            let service = axum::serve(listener, app);
            tokio::select! {
                served = service => if let Err(error) = served { tracing::error!("the RPC stops: {error}") },
                _ = stopped => {}
            }
        });
        tracing::warn!(
            "devnet {chain_id} on http://{address}: for tests and demonstrations, it protects nothing"
        );
        Ok(Running {
            address,
            handle,
            ended,
            stop,
            server,
        })
    }
}

/// A started devnet. Dropping it stops it as well, without waiting.
pub struct Running {
    address: SocketAddr,
    handle: driver::Handle,
    ended: oneshot::Receiver<()>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Running {
    /// Where the RPC answers, such as `http://127.0.0.1:26657`.
    pub fn rpc_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where subscriptions are taken, such as `ws://127.0.0.1:26657/websocket`.
    pub fn websocket_url(&self) -> String {
        format!("ws://{}/websocket", self.address)
    }

    /// Stops answering, lets the current block finish and closes the database.
    pub async fn stop(self) {
        // Both ends may be gone already; stopped is what was asked for.
        let _ = self.stop.send(());
        let _ = self.server.await;
        self.handle.stop();
        let _ = self.ended.await;
    }

    /// Returns when the chain has ended by itself, which it does only when its database fails.
    pub async fn ended(&mut self) {
        let _ = (&mut self.ended).await;
    }
}
