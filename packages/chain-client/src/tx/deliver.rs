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
            Ok(answer) if answer.hash.parse() == Ok(*hash) => Ok(Some(TxOutcome::read(*hash, answer))),
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
        self.wait_for(hash, timeout, None).await
    }

    /// Brings signed bytes into a block: looks whether one has them, broadcasts them, again after a while, and waits.
    /// For bytes from storage after a restart as well as for new ones.
    ///
    /// # Errors
    /// [`TxError::Superseded`] if its sequence is used up, [`TxError::Unconfirmed`] after `timeout`,
    /// [`TxError::Broadcast`] if the node declined.
    pub async fn deliver(&self, tx: &TxBytes, timeout: Duration) -> Result<TxOutcome, TxError> {
        let hash = tx.hash();
        match self.tx(&hash).await? {
            Some(outcome) => Ok(outcome),
            None => match self.broadcast(tx).await {
                Ok(_) | Err(TxError::Undecided { .. }) => self.wait_for(&hash, timeout, Some(tx)).await,
                Err(error) => self.out_of_turn(&hash, timeout, error).await,
            },
        }
    }

    /// Whose sequence is used up may be in a block already that the node has not indexed yet.
    async fn out_of_turn(
        &self,
        hash: &TxHash,
        timeout: Duration,
        error: TxError,
    ) -> Result<TxOutcome, TxError> {
        match error {
            TxError::Broadcast(BroadcastError::Sequence { expected, got }) if expected > got => {
                let patience = timeout.min(self.options().rebroadcast_interval);
                match self.wait_for(hash, patience, None).await {
                    Err(TxError::Unconfirmed { last: None, .. }) => Err(TxError::Superseded {
                        hash: *hash,
                        expected,
                        got,
                    }),
                    answer => answer,
                }
            }
            error => Err(error),
        }
    }

    /// Sends `again` once in a while, if given.
    pub(super) async fn wait_for(
        &self,
        hash: &TxHash,
        timeout: Duration,
        again: Option<&TxBytes>,
    ) -> Result<TxOutcome, TxError> {
        let (start, mut sent) = (Instant::now(), Instant::now());
        loop {
            let last = match self.tx(hash).await {
                Ok(Some(outcome)) => return Ok(outcome),
                Ok(None) => None,
                Err(error) => Some(Box::new(error)),
            };
            if start.elapsed() >= timeout {
                return Err(TxError::Unconfirmed {
                    hash: *hash,
                    waited: timeout,
                    last,
                });
            }
            if let (Some(tx), true) = (again, sent.elapsed() >= self.options().rebroadcast_interval) {
                // Whatever the node says now, only a block decides.
                let answer = self.broadcast(tx).await;
                tracing::debug!(%hash, ?answer, "broadcast again");
                sent = Instant::now();
            }
            tokio::time::sleep(self.options().poll_interval).await;
        }
    }
}
