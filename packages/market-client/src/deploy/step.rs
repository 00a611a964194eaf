//! One step: a transaction that is made once, however often the deployment is started.

use chain_client::{BroadcastError, Msg, Signer, TxError, TxOptions, TxOutcome};

use super::record::{Made, Pending, Record};
use crate::MarketError;

/// How often messages are signed anew because somebody else used the sequence.
const ATTEMPTS: usize = 3;

pub(super) struct Works<'a> {
    pub signer: &'a Signer,
    pub record: &'a mut Record,
}

impl<'a> Works<'a> {
    /// # Errors
    /// The record is of another chain or another deployer.
    pub fn new(signer: &'a Signer, record: &'a mut Record) -> Result<Self, MarketError> {
        let chain = signer.chain().chain_id();
        let steps = &mut record.steps;
        if steps.chain_id.is_empty() {
            steps.chain_id = chain.to_owned();
            steps.deployer = signer.address().to_owned();
        }
        if steps.chain_id != chain {
            return Err(MarketError::OtherChain {
                file: steps.chain_id.clone(),
                node: chain.to_owned(),
            });
        }
        if steps.deployer != signer.address() {
            return Err(MarketError::OtherDeployer {
                file: steps.deployer.clone(),
                key: signer.address().to_owned(),
            });
        }
        Ok(Self { signer, record })
    }

    /// What `step` made, if it was done before. The caller has to look whether the chain still has it.
    pub fn known(&self, step: &str) -> Option<Made> {
        self.record.steps.done.get(step).cloned()
    }

    /// Tell that `step` was found on the chain as the record says.
    pub fn confirmed(&mut self, step: &str, made: &Made) {
        self.record.keep.done(step, made, true);
    }

    /// Bring messages into a block, once, and keep what it made.
    ///
    /// # Errors
    /// The chain refused it, or its fate is open: then the record has its bytes, and the next start goes on with them.
    pub async fn once(
        &mut self,
        step: &str,
        msgs: impl Fn() -> Result<Vec<Msg>, MarketError>,
        made: impl Fn(&TxOutcome) -> Result<Made, MarketError>,
    ) -> Result<Made, MarketError> {
        let mut attempts = 0;
        let outcome = loop {
            let tx = match &self.record.steps.pending {
                Some(pending) if pending.step == step => pending.bytes()?,
                _ => {
                    let tx = self.signer.sign(&msgs()?, &TxOptions::default()).await?;
                    self.record.steps.pending = Some(Pending::new(step, &tx));
                    self.record.save()?;
                    tx
                }
            };
            let timeout = self.signer.chain().options().confirm_timeout;
            match self.signer.chain().deliver(&tx, timeout).await {
                Ok(outcome) => {
                    self.record.steps.pending = None;
                    match outcome.check() {
                        Ok(outcome) => break outcome,
                        Err(failed) => {
                            self.record.save()?;
                            return Err(failed.into());
                        }
                    }
                }
                Err(error) if is_dead(&error) => {
                    // No block will ever have these bytes.
                    self.record.steps.pending = None;
                    self.record.save()?;
                    self.signer.forget_sequence().await;
                    attempts += 1;
                    if attempts == ATTEMPTS {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        };
        let made = made(&outcome)?;
        self.record.steps.done.insert(step.into(), made.clone());
        self.record.save()?;
        // After bytes from the record the signer's own count is behind.
        self.signer.forget_sequence().await;
        self.record.keep.done(step, &made, false);
        Ok(made)
    }
}

/// True where the bytes can be in no block any more, so that signing anew does nothing twice.
fn is_dead(error: &TxError) -> bool {
    matches!(
        error,
        TxError::Superseded { .. }
            | TxError::Broadcast(BroadcastError::Sequence { .. } | BroadcastError::Refused { .. })
    )
}
