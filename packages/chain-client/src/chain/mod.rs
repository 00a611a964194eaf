//! A chain: what it says about itself, its accounts, its contracts and its blocks.

mod abci;
mod accounts;
mod block_hash;
mod blocks;
mod codes;
mod contracts;

pub use accounts::Account;
pub use block_hash::{BlockHash, BlockHashError};
pub use codes::{CodeHash, CodeInfo};
pub use contracts::ContractInfo;

use std::sync::Arc;

use cosmwasm_std::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use thiserror::Error;

use crate::{
    options::Options,
    rpc::{wire::StatusAnswer, Endpoints, RpcError, Traced},
};

/// A handle to one chain through one or more RPC endpoints. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Chain {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoints: Endpoints,
    options: Options,
    chain_id: String,
}

/// What a node says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub chain_id: String,
    pub node_version: String,
    pub height: u64,
    /// Of the block at `height`.
    pub hash: BlockHash,
    pub time: Timestamp,
    /// The oldest height the node still has.
    pub earliest_height: u64,
    /// The node is still downloading old blocks.
    pub catching_up: bool,
}

/// Why no endpoint could be used.
pub type ConnectError = RpcError;

/// Why a question to the chain's state has no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum QueryError {
    #[error(transparent)]
    Rpc(#[from] RpcError),
    #[error("there is no contract at {contract}")]
    NoSuchContract { contract: String },
    /// The contract's own error text.
    #[error("contract {contract} declined the query: {text}")]
    Contract { contract: String, text: String },
    #[error("the chain declined {path}: {log} ({codespace} {code})")]
    Refused {
        path: String,
        codespace: String,
        code: u32,
        log: String,
    },
    #[error("the query cannot be written as JSON: {cause}")]
    Encode { cause: String },
    #[error("the answer to {path} has another shape than expected: {cause}")]
    Shape { path: String, cause: String },
}

impl Chain {
    /// Connects to the first of `urls` that answers; the others are used when it fails.
    ///
    /// # Errors
    /// The last endpoint's error if none answers, or if none serves `options.chain_id`.
    pub async fn connect<S: AsRef<str>>(urls: &[S], options: Options) -> Result<Self, ConnectError> {
        let endpoints = Endpoints::new(urls, &options)?;
        let status: StatusAnswer = endpoints.call("status", &json!({})).await?;
        let chain_id = endpoints
            .chain_id()
            .map_or(status.node_info.network, str::to_owned);
        Ok(Self {
            inner: Arc::new(Inner {
                endpoints,
                options,
                chain_id,
            }),
        })
    }

    pub fn chain_id(&self) -> &str {
        &self.inner.chain_id
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    pub fn prefix(&self) -> &str {
        &self.inner.options.prefix
    }

    /// The endpoint in use.
    pub fn url(&self) -> &str {
        self.inner.endpoints.current_url()
    }

    /// The greatest height whose state was read. Answers from an older state are not taken; 0 before the first.
    pub fn floor(&self) -> u64 {
        self.inner.endpoints.floor()
    }

    /// Answers from any height are taken again: for a chain that was set back to an older state.
    pub fn forget_floor(&self) {
        self.inner.endpoints.drop_floor();
    }

    /// A state of this height was read.
    pub(crate) fn saw(&self, height: u64) {
        self.inner.endpoints.raise_floor(height);
    }

    /// Of an endpoint that has every height that was read, if one is left; of one that lags, otherwise.
    ///
    /// # Errors
    /// [`RpcError::WrongChain`] if another chain now answers at the same endpoint.
    pub async fn status(&self) -> Result<Status, RpcError> {
        let endpoints = &self.inner.endpoints;
        let (floor, none) = (endpoints.floor(), json!({}));
        // A block can be told of before its state can be read, so this height is no floor for others.
        let lagging = |answer: &StatusAnswer| {
            let height = answer.sync_info.latest_block_height;
            (height < floor).then_some(height)
        };
        let answer: StatusAnswer = match endpoints.fresh("status", &none, lagging).await {
            Err(RpcError::Behind { .. }) => self.call("status", &none).await?,
            answer => answer?,
        };
        let found = answer.node_info.network.clone();
        if found != self.chain_id() {
            let (url, expected) = (self.url().to_owned(), self.chain_id().to_owned());
            return Err(RpcError::WrongChain { url, expected, found });
        }
        Ok(Status {
            chain_id: answer.node_info.network,
            node_version: answer.node_info.version,
            height: answer.sync_info.latest_block_height,
            hash: blocks::block_hash("status", self.url(), &answer.sync_info.latest_block_hash)?,
            time: blocks::time("status", self.url(), &answer.sync_info.latest_block_time)?,
            earliest_height: answer.sync_info.earliest_block_height,
            catching_up: answer.sync_info.catching_up,
        })
    }

    pub async fn height(&self) -> Result<u64, RpcError> {
        Ok(self.status().await?.height)
    }

    pub(crate) async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<R, RpcError> {
        self.inner.endpoints.call(method, params).await
    }

    pub(crate) async fn all<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Vec<Result<R, RpcError>> {
        self.inner.endpoints.all(method, params).await
    }

    pub(crate) async fn traced<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Traced<R> {
        self.inner.endpoints.traced(method, params).await
    }
}
