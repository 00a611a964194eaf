//! Signed bytes on their way into a block: broadcast, look up, wait.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{
    bytes::{TxBytes, TxHash},
    error::{BroadcastError, TxError},
    outcome::TxOutcome,
    sequence::mismatch,
};
use crate::{
    chain::Chain,
    rpc::{
        wire::{BroadcastAnswer, TxAnswer},
        RpcError, Traced,
    },
};

/// Code of the SDK for a transaction that already waits in the mempool.
const IN_MEMPOOL: (&str, u32) = ("sdk", 19);

/// How a node took a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broadcast {
    /// It waits for a block.
    Accepted,
    /// It waits already, or is in a block.
    Known,
}

impl Chain {
    /// Hands signed bytes to a node, which checks signature, sequence and fee. Safe to repeat.
    ///
    /// # Errors
    /// [`TxError::Broadcast`] if the node declined; [`TxError::Undecided`] if it is not known whether one took it.
    pub async fn broadcast(&self, tx: &TxBytes) -> Result<Broadcast, TxError> {
        let hash = tx.hash();
        let Traced {
            answer,
            heard_elsewhere,
        } = self
            .traced::<BroadcastAnswer>("broadcast_tx_sync", &json!({ "tx": tx.base64() }))
            .await;
        let refusal = match answer {
            Ok(answer) if answer.code == 0 => return Ok(Broadcast::Accepted),
            Ok(answer) if (answer.codespace.as_str(), answer.code) == IN_MEMPOOL => {
                return Ok(Broadcast::Known)
            }
            Ok(answer) => match mismatch(&answer.log) {
                Some((expected, got)) => BroadcastError::Sequence { expected, got },
                None => {
                    let BroadcastAnswer {
                        code, codespace, log, ..
                    } = answer;
                    BroadcastError::Refused {
                        hash,
                        codespace,
                        code,
                        log,
                    }
                }
            },
            Err(RpcError::Node { data, message, .. })
                if data.contains("already exists in cache")
                    || message.contains("already exists in cache") =>
            {
                return Ok(Broadcast::Known)
            }
            Err(error) => BroadcastError::Rpc(error),
        };
        match heard_elsewhere {
            true => Err(TxError::Undecided { hash, cause: refusal }),
            false => Err(refusal.into()),
        }
    }

    /// What a block made of a transaction; `None` if no block has it (yet).
    pub async fn tx(&self, hash: &TxHash) -> Result<Option<TxOutcome>, RpcError> {
        let params = json!({ "hash": hash.base64(), "prove": false });
        match self.call::<TxAnswer>("tx", &params).await {
            Ok(answer) if answer.hash.parse() == Ok(*hash) => {
                self.saw(answer.height);
                Ok(Some(TxOutcome::read(*hash, answer)))
            }
            Ok(answer) => Err(RpcError::Garbage {
                url: self.url().to_owned(),
                method: "tx",
                cause: format!("transaction {} where {hash} was asked for", answer.hash),
            }),
            Err(RpcError::Node { data, message, .. })
                if data.contains("not found") || message.contains("not found") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Waits until a block has the transaction. A failed one is an outcome too: see [`TxOutcome::check`].
    ///
    /// # Errors
    /// [`TxError::Unconfirmed`] after `timeout`; endpoints that fail meanwhile are asked again.
    pub async fn confirm(&self, hash: &TxHash, timeout: Duration) -> Result<TxOutcome, TxError> {
        let start = Instant::now();
        loop {
            let last = match self.tx(hash).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => None,
                Err(error) => Some(Box::new(error.into())),
            };
            if start.elapsed() >= timeout {
                return Err(unconfirmed(hash, timeout, last));
            }
            tokio::time::sleep(self.options().poll_interval).await;
        }
    }

    /// Brings signed bytes into a block: looks whether one has them, broadcasts them, again after a while, and waits.
    /// For bytes that some node may have already, from storage after a restart as well as after a failed broadcast: what
    /// one node refuses another one may have taken, so only the chain itself ends the wait.
    ///
    /// # Errors
    /// [`TxError::Superseded`] if another transaction has its sequence, [`TxError::Expired`] if its last height is over,
    /// [`TxError::Unconfirmed`] after `timeout`: it may still be included.
    pub async fn deliver(&self, tx: &TxBytes, timeout: Duration) -> Result<TxOutcome, TxError> {
        self.see_through(tx, timeout, None).await
    }

    /// As [`Chain::deliver`], for bytes that a node took just now.
    pub async fn follow(&self, tx: &TxBytes, timeout: Duration) -> Result<TxOutcome, TxError> {
        self.see_through(tx, timeout, Some(Instant::now())).await
    }

    async fn see_through(
        &self,
        tx: &TxBytes,
        timeout: Duration,
        mut sent: Option<Instant>,
    ) -> Result<TxOutcome, TxError> {
        let (hash, start) = (tx.hash(), Instant::now());
        loop {
            let mut last = match self.tx(&hash).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => None,
                Err(error) => Some(error.into()),
            };
            if sent.is_none_or(|sent| sent.elapsed() >= self.options().rebroadcast_interval) {
                let answer = self.broadcast(tx).await;
                tracing::debug!(%hash, ?answer, "broadcast");
                sent = Some(Instant::now());
                if let Err(refusal) = answer {
                    if let Some(outcome) = self.settle(tx, &hash).await? {
                        return Ok(outcome);
                    }
                    last = Some(refusal);
                }
            }
            if start.elapsed() >= timeout {
                return Err(unconfirmed(&hash, timeout, last.map(Box::new)));
            }
            tokio::time::sleep(self.options().poll_interval).await;
        }
    }

    /// Whether the chain itself has decided about refused bytes; `None` while it has not, or cannot be asked.
    ///
    /// # Errors
    /// [`TxError::Superseded`], [`TxError::Expired`].
    async fn settle(&self, tx: &TxBytes, hash: &TxHash) -> Result<Option<TxOutcome>, TxError> {
        let Some(end) = self.end_of(tx, hash).await else {
            return Ok(None);
        };
        // It may be in a block that a node has not indexed yet, or that only one endpoint knows of.
        tokio::time::sleep(self.options().rebroadcast_interval).await;
        match self.tx_anywhere(hash).await {
            Some(outcome) => Ok(Some(outcome)),
            None => Err(end),
        }
    }

    /// Why no later block can have it, read from committed state.
    async fn end_of(&self, tx: &TxBytes, hash: &TxHash) -> Option<TxError> {
        let got = tx.sequence().ok()?;
        let address = tx.signer().ok()?.address(self.prefix()).ok()?;
        if let Ok(Some(account)) = self.account(&address).await {
            if account.sequence > got {
                return Some(TxError::Superseded {
                    hash: *hash,
                    expected: account.sequence,
                    got,
                });
            }
        }
        let timeout_height = tx.timeout_height().ok()??;
        let height = self.height().await.ok()?;
        // The height after the last possible one may have a block that is told of before its predecessor is indexed.
        (height > timeout_height.saturating_add(1)).then_some(TxError::Expired {
            hash: *hash,
            timeout_height,
            height,
        })
    }

    async fn tx_anywhere(&self, hash: &TxHash) -> Option<TxOutcome> {
        let params = json!({ "hash": hash.base64(), "prove": false });
        let answers = self.all::<TxAnswer>("tx", &params).await;
        let mut found = answers.into_iter().flatten();
        let answer = found.find(|answer| answer.hash.parse() == Ok(*hash))?;
        self.saw(answer.height);
        Some(TxOutcome::read(*hash, answer))
    }
}

fn unconfirmed(hash: &TxHash, waited: Duration, last: Option<Box<TxError>>) -> TxError {
    TxError::Unconfirmed {
        hash: *hash,
        waited,
        last,
    }
}
