use std::sync::Arc;

use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse};
use cosmrs::proto::prost::Message;
use cosmwasm_std::Coin;
use serde::Serialize;
use tokio::sync::{Mutex, MutexGuard};

use super::{
    bytes::TxBytes,
    deliver::Broadcast,
    error::{BroadcastError, TxError},
    msg::Msg,
    outcome::TxOutcome,
    sequence::{mismatch, Sequence},
    sign::Draft,
};
use crate::{
    address::AddressError,
    chain::{Account, Chain, QueryError},
    keys::{PublicKey, SigningKey},
    options::{mul_ceil, GasPriceError},
};

const SIMULATE: &str = "/cosmos.tx.v1beta1.Service/Simulate";
/// How often a sequence is corrected before the refusal is passed on.
const CORRECTIONS: usize = 3;

/// The gas limit of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Gas {
    /// Simulated gas times `options.gas_adjustment`.
    #[default]
    Auto,
    Limit(u64),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TxOptions {
    pub gas: Gas,
    pub memo: String,
    /// Last height that may include it; 0 is no bound.
    pub timeout_height: u64,
}

/// One key on one chain, and its sequence in one place. Cheap to clone; clones share the sequence.
///
/// For each key there should be one `Signer`: two would sign the same sequence twice.
#[derive(Debug, Clone)]
pub struct Signer {
    chain: Chain,
    key: SigningKey,
    address: String,
    sequence: Arc<Mutex<Option<Sequence>>>,
}

impl Signer {
    /// # Errors
    /// If `options.prefix` is no bech32 prefix.
    pub fn new(chain: Chain, key: SigningKey) -> Result<Self, AddressError> {
        let address = key.address(chain.prefix())?;
        Ok(Self {
            chain,
            key,
            address,
            sequence: Arc::default(),
        })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Gas the messages would use now. Delivery uses somewhat more.
    ///
    /// # Errors
    /// [`TxError::Simulation`] with the chain's text if they would fail.
    pub async fn simulate(&self, msgs: &[Msg]) -> Result<u64, TxError> {
        let mut sequence = self.sequence.lock().await;
        self.simulate_at(&mut sequence, &self.messages(msgs), "").await
    }

    /// Signs with the next sequence, which counts as used from then on: store the bytes, then
    /// [`Signer::broadcast`] them.
    pub async fn sign(&self, msgs: &[Msg], options: &TxOptions) -> Result<TxBytes, TxError> {
        let mut sequence = self.sequence.lock().await;
        self.sign_next(&mut sequence, msgs, options).await
    }

    /// Broadcasts bytes of [`Signer::sign`] and learns the sequence from a refusal.
    ///
    /// # Errors
    /// As [`Chain::broadcast`]. After a refusal of the latest bytes their sequence is free again, and the messages have
    /// to be signed anew; after [`TxError::Undecided`] or [`BroadcastError::Rpc`] the same bytes have to be sent again.
    pub async fn broadcast(&self, tx: &TxBytes) -> Result<Broadcast, TxError> {
        let mut sequence = self.sequence.lock().await;
        self.broadcast_next(&mut sequence, tx).await
    }

    /// Counts the sequence of bytes from storage as used. For transactions still on their way at a restart.
    pub async fn observe(&self, tx: &TxBytes) -> Result<(), TxError> {
        let mut sequence = self.sequence.lock().await;
        let used = tx.sequence()?;
        let known = self.known(&mut sequence).await?;
        if known.next <= used {
            *sequence = Some(Sequence {
                next: used.saturating_add(1),
                ..known
            });
        }
        Ok(())
    }

    /// Forgets the sequence; the next signature asks the chain.
    pub async fn forget_sequence(&self) {
        *self.sequence.lock().await = None;
    }

    /// Signs, broadcasts and waits. A refused sequence is corrected and the messages signed anew.
    ///
    /// # Errors
    /// [`TxError::Failed`] if the transaction failed in its block; [`TxError::Unconfirmed`] if its fate is open.
    pub async fn submit(&self, msgs: &[Msg], options: &TxOptions) -> Result<TxOutcome, TxError> {
        let timeout = self.chain.options().confirm_timeout;
        let outcome = match self.place(msgs, options).await? {
            (tx, None) => self.chain.follow(&tx, timeout).await?,
            (tx, Some(_)) => self.chain.deliver(&tx, timeout).await?,
        };
        outcome.check()
    }

    /// Signs and broadcasts without waiting for a block.
    ///
    /// # Errors
    /// [`TxError::Undecided`] if it is not known whether a node took it; [`Signer::submit`] follows such ones up.
    pub async fn send(&self, msgs: &[Msg], options: &TxOptions) -> Result<TxBytes, TxError> {
        match self.place(msgs, options).await? {
            (tx, None) => Ok(tx),
            (_, Some(undecided)) => {
                self.forget_sequence().await;
                Err(undecided)
            }
        }
    }

    /// The bytes that a node took, or may have taken.
    async fn place(&self, msgs: &[Msg], options: &TxOptions) -> Result<(TxBytes, Option<TxError>), TxError> {
        let mut sequence = self.sequence.lock().await;
        let mut corrections = 0;
        loop {
            let tx = self.sign_next(&mut sequence, msgs, options).await?;
            match self.broadcast_next(&mut sequence, &tx).await {
                Ok(_) => return Ok((tx, None)),
                Err(undecided @ TxError::Undecided { .. }) => return Ok((tx, Some(undecided))),
                Err(TxError::Broadcast(BroadcastError::Sequence { expected, .. }))
                    if corrections < CORRECTIONS =>
                {
                    corrections += 1;
                    self.catch_up(&mut sequence, expected).await?;
                }
                Err(error) => {
                    // Nobody heard of it and nobody will: the bytes end here.
                    if let (Some(known), Ok(used)) = (sequence.as_mut(), tx.sequence()) {
                        known.release(used);
                    }
                    return Err(error);
                }
            }
        }
    }

    /// Executes one contract message: [`Signer::submit`] with automatic gas.
    pub async fn execute<M>(&self, contract: &str, msg: &M, funds: &[Coin]) -> Result<TxOutcome, TxError>
    where
        M: Serialize + ?Sized,
    {
        self.submit(&[Msg::execute(contract, msg, funds)?], &TxOptions::default())
            .await
    }

    /// A sequence that is below the committed one is of a node that lags: it is not believed, and given time.
    async fn catch_up(
        &self,
        sequence: &mut MutexGuard<'_, Option<Sequence>>,
        expected: u64,
    ) -> Result<(), TxError> {
        let committed = self.chain.account(&self.address).await?;
        let committed = committed.map_or(0, |account| account.sequence);
        if let (Some(known), true) = (sequence.as_mut(), expected < committed) {
            known.next = known.next.max(committed);
            tokio::time::sleep(self.chain.options().poll_interval).await;
        }
        Ok(())
    }

    fn messages(&self, msgs: &[Msg]) -> Vec<cosmrs::Any> {
        msgs.iter().map(|msg| msg.to_any(&self.address)).collect()
    }

    async fn known(&self, sequence: &mut MutexGuard<'_, Option<Sequence>>) -> Result<Sequence, TxError> {
        if let Some(known) = **sequence {
            return Ok(known);
        }
        let account = self.chain.account(&self.address).await?;
        let Account {
            number,
            sequence: next,
        } = account.ok_or_else(|| TxError::NoAccount {
            address: self.address.clone(),
        })?;
        let known = Sequence {
            account_number: number,
            next,
        };
        **sequence = Some(known);
        Ok(known)
    }

    async fn sign_next(
        &self,
        sequence: &mut MutexGuard<'_, Option<Sequence>>,
        msgs: &[Msg],
        options: &TxOptions,
    ) -> Result<TxBytes, TxError> {
        let messages = self.messages(msgs);
        let settings = self.chain.options();
        let gas = match options.gas {
            Gas::Limit(gas) => gas,
            Gas::Auto => {
                let used = self.simulate_at(sequence, &messages, &options.memo).await?;
                let adjusted = mul_ceil(used, settings.gas_adjustment)?;
                u64::try_from(adjusted.u128()).map_err(|_| GasPriceError::Overflow {
                    gas: used,
                    price: settings.gas_adjustment,
                })?
            }
        };
        let known = self.known(sequence).await?;
        let draft = Draft {
            messages,
            memo: &options.memo,
            timeout_height: options.timeout_height,
            fee: settings.gas_price.fee(gas)?,
            granter: settings.fee_granter.as_deref().unwrap_or_default(),
            gas,
            chain_id: self.chain.chain_id(),
            account_number: known.account_number,
            sequence: known.next,
        };
        **sequence = Some(Sequence {
            next: known.next.saturating_add(1),
            ..known
        });
        Ok(draft.sign(&self.key))
    }

    async fn broadcast_next(
        &self,
        sequence: &mut MutexGuard<'_, Option<Sequence>>,
        tx: &TxBytes,
    ) -> Result<Broadcast, TxError> {
        let answer = self.chain.broadcast(tx).await;
        if let (Some(known), Ok(used)) = (sequence.as_mut(), tx.sequence()) {
            match &answer {
                Err(TxError::Broadcast(BroadcastError::Sequence { expected, .. })) => {
                    known.correct(used, *expected)
                }
                Err(TxError::Broadcast(BroadcastError::Refused { .. })) => known.release(used),
                // Taken, or to be sent again as it is.
                _ => {}
            }
        }
        answer
    }

    /// Nodes check the sequence when they simulate. One that counts waiting transactions wants the next one, one
    /// that does not wants the committed one: the figure it names is used for the simulation alone, unless it is
    /// ahead of ours.
    async fn simulate_at(
        &self,
        sequence: &mut MutexGuard<'_, Option<Sequence>>,
        messages: &[cosmrs::Any],
        memo: &str,
    ) -> Result<u64, TxError> {
        let known = self.known(sequence).await?;
        let mut at = known.next;
        let mut corrections = 0;
        loop {
            let answer = self.simulate_once(messages, memo, at).await;
            let wanted = match &answer {
                Err(TxError::Simulation { log, .. }) => mismatch(log).map(|(expected, _)| expected),
                _ => None,
            };
            match wanted {
                Some(expected) if expected != at && corrections < CORRECTIONS => {
                    at = expected;
                    corrections += 1;
                    if expected > known.next {
                        **sequence = Some(Sequence {
                            next: expected,
                            ..known
                        });
                    }
                }
                _ => return answer,
            }
        }
    }

    async fn simulate_once(
        &self,
        messages: &[cosmrs::Any],
        memo: &str,
        sequence: u64,
    ) -> Result<u64, TxError> {
        let key: PublicKey = self.key.public_key();
        let settings = self.chain.options();
        let draft = Draft {
            messages: messages.to_vec(),
            memo,
            timeout_height: 0,
            // A little: taking a fee is part of what a transaction costs.
            fee: settings.gas_price.fee(1)?,
            granter: settings.fee_granter.as_deref().unwrap_or_default(),
            gas: 0,
            chain_id: self.chain.chain_id(),
            account_number: 0,
            sequence,
        };
        let request = SimulateRequest {
            tx_bytes: draft.unsigned(&key),
            ..SimulateRequest::default()
        };
        let response = self.chain.abci(SIMULATE, request.encode_to_vec()).await?;
        if response.code != 0 {
            let (code, codespace, log) = (response.code, response.codespace, response.log);
            return Err(TxError::Simulation { codespace, code, log });
        }
        let shape = |cause: String| QueryError::Shape {
            path: SIMULATE.to_owned(),
            cause,
        };
        let answer =
            SimulateResponse::decode(response.value.as_slice()).map_err(|error| shape(error.to_string()))?;
        let gas = answer
            .gas_info
            .ok_or_else(|| shape("an answer without gas".to_owned()))?;
        Ok(gas.gas_used)
    }
}
