use cosmrs::tendermint::Time;
use cosmwasm_std::Timestamp;
use serde_json::json;

use super::{BlockHash, Chain};
use crate::{
    events::BlockResults,
    rpc::{
        wire::{BlockResultsAnswer, Header, HeaderAnswer},
        RpcError,
    },
};

impl Chain {
    /// Time of the block at a height.
    pub async fn block_time(&self, height: u64) -> Result<Timestamp, RpcError> {
        time("header", self.url(), &self.header(height).await?.time)
    }

    /// Hash of the block before `height`, as the block at `height` names it.
    pub async fn hash_before(&self, height: u64) -> Result<BlockHash, RpcError> {
        let hash = self.header(height).await?.last_block_id.hash;
        block_hash("header", self.url(), &hash)
    }

    async fn header(&self, height: u64) -> Result<Header, RpcError> {
        let answer: HeaderAnswer = self
            .call("header", &json!({ "height": height.to_string() }))
            .await?;
        self.same_height("header", height, answer.header.height)?;
        Ok(answer.header)
    }

    /// What the transactions and the end of one block did.
    pub async fn block_results(&self, height: u64) -> Result<BlockResults, RpcError> {
        let answer: BlockResultsAnswer = self
            .call("block_results", &json!({ "height": height.to_string() }))
            .await?;
        self.same_height("block_results", height, answer.height)?;
        self.saw(height);
        Ok(answer.into())
    }

    /// Waits until the chain has reached `height`; returns the height it then has.
    ///
    /// # Errors
    /// [`RpcError::Timeout`] after `options.confirm_timeout`.
    pub async fn wait_for_height(&self, height: u64) -> Result<u64, RpcError> {
        let limit = self.options().confirm_timeout;
        let wait = async {
            loop {
                let latest = self.height().await?;
                if latest >= height {
                    return Ok(latest);
                }
                tokio::time::sleep(self.options().poll_interval).await;
            }
        };
        let late = || RpcError::Timeout {
            url: self.url().to_owned(),
            method: "status",
            limit,
        };
        tokio::time::timeout(limit, wait)
            .await
            .unwrap_or_else(|_| Err(late()))
    }

    fn same_height(&self, method: &'static str, asked: u64, given: u64) -> Result<(), RpcError> {
        match asked == given {
            true => Ok(()),
            false => Err(RpcError::Garbage {
                url: self.url().to_owned(),
                method,
                cause: format!("height {given} where {asked} was asked for"),
            }),
        }
    }
}

pub(super) fn block_hash(method: &'static str, url: &str, text: &str) -> Result<BlockHash, RpcError> {
    text.parse().map_err(|_| RpcError::Garbage {
        url: url.to_owned(),
        method,
        cause: format!("{text:?} is not the hash of a block"),
    })
}

/// RFC 3339 with nanoseconds, as CometBFT writes it.
pub(super) fn time(method: &'static str, url: &str, text: &str) -> Result<Timestamp, RpcError> {
    let garbage = || RpcError::Garbage {
        url: url.to_owned(),
        method,
        cause: format!("{text:?} is not a time"),
    };
    let time = Time::parse_from_rfc3339(text).map_err(|_| garbage())?;
    let nanos = time.unix_timestamp_nanos().try_into().map_err(|_| garbage())?;
    Ok(Timestamp::from_nanos(nanos))
}
