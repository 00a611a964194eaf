use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chain_client::{BroadcastError, MsgError, Signer, TxBytes, TxError, TxOptions, TxOutcome};
use tokio::sync::{watch, Notify};

use super::intent::{Intent, Key};
use super::pending::Pending;
use crate::fault::{self, Point};
use crate::journal::{Journal, JournalError, TxRecord};
use crate::machine::batch::BatchState;
use crate::market::Market;

/// Messages in one transaction, at most.
const MAX_MESSAGES: usize = 8;
/// Pause before a node that fails is asked again.
const PAUSE: Duration = Duration::from_secs(1);

/// Where intents are handed in. Cheap to clone.
#[derive(Clone)]
pub struct Queue {
    inner: Arc<Inner>,
}

struct Inner {
    pending: Mutex<Pending>,
    wake: Notify,
    /// Told when a transaction's fate is known.
    decided: Arc<Notify>,
    start: Instant,
    dry: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Message(#[from] MsgError),
}

impl Queue {
    /// `dry`: intents are logged and go nowhere. `decided` is notified whenever a transaction's fate is known.
    pub fn new(dry: bool, decided: Arc<Notify>) -> Self {
        let inner = Inner {
            pending: Mutex::default(),
            wake: Notify::new(),
            decided,
            start: Instant::now(),
            dry,
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Hands in an intent of who has read the chain up to `seen`; one that is known already is passed over.
    pub fn submit(&self, intent: Intent, seen: u64) {
        let text = self.inner.dry.then(|| format!("{intent:?}"));
        if self.pending().submit(intent, seen, self.inner.start.elapsed()) {
            match text {
                Some(text) => tracing::info!(intent = text, "dry run: would send"),
                None => self.inner.wake.notify_one(),
            }
        }
    }

    /// See [`Pending::is_undecided`].
    pub fn is_undecided(&self, key: Key, seen: u64) -> bool {
        self.pending().is_undecided(key, seen)
    }

    pub fn len(&self) -> usize {
        self.pending().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        // A panic elsewhere leaves the sets as they were.
        self.inner.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends what is in the queue, one transaction at a time.
pub struct Worker {
    pub queue: Queue,
    pub signer: Signer,
    pub market: Market,
    pub journal: Arc<Journal>,
    /// True when the agent goes down.
    pub stop: watch::Receiver<bool>,
}

impl Worker {
    /// Runs until the agent goes down. Transactions from before the last stop are brought to their end first.
    pub async fn run(mut self) -> Result<(), QueueError> {
        let stored = self.journal.txs()?;
        for (_, record) in &stored {
            self.queue.pending().adopt(&record.intents);
        }
        for (number, record) in stored {
            let tx = TxBytes::from_vec(record.bytes.to_vec());
            tracing::info!(hash = %tx.hash(), "a transaction from before the restart");
            self.conclude(number, &tx, record.intents).await?;
        }
        loop {
            let intents = self.queue.pending().take(MAX_MESSAGES);
            if !intents.is_empty() {
                self.round(intents).await?;
                continue;
            }
            if *self.stop.borrow() {
                return Ok(());
            }
            let queue = self.queue.clone();
            tokio::select! {
                () = queue.inner.wake.notified() => {}
                _ = self.stop.changed() => {}
            }
        }
    }

    /// One transaction from simulation to its fate.
    async fn round(&mut self, intents: Vec<Intent>) -> Result<(), QueueError> {
        let deployment = self.market.deployment();
        let messages: Vec<_> = intents
            .iter()
            .map(|intent| intent.message(deployment))
            .collect::<Result<_, _>>()?;
        let tx = match self.signer.sign(&messages, &TxOptions::default()).await {
            Ok(tx) => tx,
            Err(TxError::Simulation { log, .. }) => {
                self.refused(intents, &log);
                return Ok(());
            }
            Err(error) => {
                tracing::warn!(%error, "cannot prepare a transaction");
                self.signer.forget_sequence().await;
                self.fail(&intents, false);
                return Ok(());
            }
        };
        let record = TxRecord {
            bytes: tx.as_slice().into(),
            intents,
        };
        let number = self.journal.write(|w| {
            for intent in &record.intents {
                let Intent::Post { lease, batch } = intent else {
                    continue;
                };
                if let Some(mut stored) = w.read_batch(*lease, batch.first)? {
                    if stored.state == BatchState::Signed {
                        stored.state = BatchState::Broadcast;
                        w.batch(*lease, &stored)?;
                    }
                }
            }
            w.add_tx(&record)
        })?;
        fault::point(Point::AfterTxSigned);
        self.conclude(number, &tx, record.intents).await
    }

    /// Sends the bytes until a block has them or never will.
    async fn conclude(&mut self, number: u64, tx: &TxBytes, intents: Vec<Intent>) -> Result<(), QueueError> {
        loop {
            let fate = self.deliver(tx).await;
            match fate {
                Ok(outcome) => {
                    fault::point(Point::AfterTxConfirmed);
                    self.journal.write(|w| w.forget_tx(number))?;
                    self.confirmed(&outcome, &intents);
                    return Ok(());
                }
                // These bytes are in no block and will be in none.
                Err(
                    error
                    @ (TxError::Superseded { .. } | TxError::Broadcast(BroadcastError::Sequence { .. })),
                ) => {
                    tracing::warn!(%error, "sequence taken; signing anew");
                    self.signer.forget_sequence().await;
                    self.journal.write(|w| w.forget_tx(number))?;
                    for intent in intents {
                        self.queue.pending().put_back(intent);
                    }
                    self.queue.inner.decided.notify_one();
                    return Ok(());
                }
                Err(TxError::Broadcast(BroadcastError::Refused { log, .. })) => {
                    tracing::warn!(log, "a node refused a transaction");
                    self.signer.forget_sequence().await;
                    self.journal.write(|w| w.forget_tx(number))?;
                    self.fail(&intents, intents.len() > 1);
                    return Ok(());
                }
                Err(error) => {
                    tracing::warn!(%error, hash = %tx.hash(), "a transaction's fate is open; sending the same bytes again");
                    if *self.stop.borrow() {
                        // It stays in the journal; the next start goes on.
                        return Ok(());
                    }
                    let _ = tokio::time::timeout(PAUSE, self.stop.changed()).await;
                }
            }
        }
    }

    async fn deliver(&self, tx: &TxBytes) -> Result<TxOutcome, TxError> {
        let chain = self.signer.chain();
        let timeout = chain.options().confirm_timeout;
        if let Some(outcome) = chain.tx(&tx.hash()).await? {
            return Ok(outcome);
        }
        match chain.broadcast(tx).await {
            Ok(_) => {
                fault::point(Point::AfterTxBroadcast);
                chain.confirm(&tx.hash(), timeout).await
            }
            // Whether it is the past or the future that has the sequence, `deliver` finds out.
            Err(_) => chain.deliver(tx, timeout).await,
        }
    }

    fn confirmed(&self, outcome: &TxOutcome, intents: &[Intent]) {
        metrics::counter!("leasebook_transactions_total", "result" => if outcome.succeeded() { "ok" } else { "failed" })
            .increment(1);
        metrics::counter!("leasebook_gas_used_total").increment(outcome.gas_used);
        if !outcome.succeeded() {
            tracing::warn!(log = outcome.log, hash = %outcome.hash, "a transaction failed in its block");
            self.fail(intents, intents.len() > 1);
            return;
        }
        let keys: Vec<_> = intents.iter().map(Intent::key).collect();
        tracing::info!(hash = %outcome.hash, height = outcome.height, gas = outcome.gas_used, ?keys, "confirmed");
        for key in keys {
            self.queue.pending().done(key, outcome.height);
        }
        self.queue.inner.decided.notify_one();
    }

    /// Simulation says that one message would fail: the others go on without it.
    fn refused(&self, intents: Vec<Intent>, log: &str) {
        let culprit = failing_message(log).filter(|index| *index < intents.len());
        match culprit {
            _ if intents.len() == 1 => {
                tracing::warn!(intent = ?intents[0].key(), log, "would fail; not sent");
                self.fail(&intents, false);
            }
            None => self.fail(&intents, true),
            Some(culprit) => {
                for (index, intent) in intents.into_iter().enumerate() {
                    match index == culprit {
                        true => {
                            tracing::warn!(intent = ?intent.key(), log, "would fail; not sent");
                            self.fail(&[intent], false);
                        }
                        false => self.queue.pending().put_back(intent),
                    }
                }
            }
        }
    }

    fn fail(&self, intents: &[Intent], alone: bool) {
        let now = self.queue.inner.start.elapsed();
        for intent in intents {
            self.queue.pending().failed(intent.key(), now, alone);
        }
        self.queue.inner.decided.notify_one();
    }
}

/// The index in the SDK's text "failed to execute message; message index: 1: ...".
fn failing_message(log: &str) -> Option<usize> {
    let (_, rest) = log.split_once("message index: ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_failing_message_is_read_from_the_nodes_text() {
        let log =
            "failed to execute message; message index: 12: order 3 is closed: execute wasm contract failed";
        assert_eq!(failing_message(log), Some(12));
        assert_eq!(failing_message("out of gas"), None);
        assert_eq!(failing_message("message index: x"), None);
    }
}
