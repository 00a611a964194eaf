use std::path::PathBuf;

use chain_client::{AddressError, CursorError, GasPriceError, KeyError, QueryError, RpcError, SealError};
use jobs::executor::ExecutorError;
use jobs::receipt::TreeError;
use jobs::store::StoreError;
use market_math::MathError;

use crate::config::ConfigError;
use crate::fault::UnknownPoint;
use crate::journal::JournalError;
use crate::queue::QueueError;

#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Fault(#[from] UnknownPoint),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Password(SealError),
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error(transparent)]
    GasPrice(#[from] GasPriceError),
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// Some heights may have been read in vain.
    #[error("following the chain: {0}")]
    Events(#[from] CursorError),
    #[error(transparent)]
    Query(#[from] QueryError),
    #[error(transparent)]
    Market(Box<market_client::MarketError>),
    #[error(transparent)]
    Queue(#[from] QueueError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Math(#[from] MathError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error("{what} at {}: {source}", path.display())]
    Io {
        what: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the gateway cannot listen at {address}: {source}")]
    Listen {
        address: std::net::SocketAddr,
        source: std::io::Error,
    },
    #[error("{agent} is the agent of {found}, not of {owner}, whom the configuration names as owner")]
    OtherOwner {
        agent: String,
        owner: String,
        found: String,
    },
    #[error("no provider has the agent {agent}; register it for {owner} first")]
    NotRegistered { agent: String, owner: String },
    #[error("metrics cannot be set up: {0}")]
    Metrics(#[from] metrics::SetRecorderError<metrics_exporter_prometheus::PrometheusRecorder>),
    #[error("a task of the agent ended unexpectedly: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl DaemonError {
    /// Trying again later would not help.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self, Self::Journal(_) | Self::Queue(_))
    }

    pub(super) fn lost_events(&self) -> bool {
        match self {
            Self::Events(error) => !matches!(error, CursorError::NodeBehind { .. }),
            _ => false,
        }
    }
}

impl From<market_client::MarketError> for DaemonError {
    fn from(error: market_client::MarketError) -> Self {
        Self::Market(Box::new(error))
    }
}
