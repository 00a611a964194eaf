use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chain_client::{BroadcastError, Msg, MsgError, Signer, TxBytes, TxError, TxOptions, TxOutcome};
use tokio::sync::{watch, Notify};

use super::intent::{Intent, Key};
use super::pending::Pending;
use crate::fault::{self, Point};
use crate::journal::{Journal, JournalError, TxRecord};
use crate::machine::batch::BatchState;
use crate::market::Market;

/// Messages in one transaction, at most.
const MAX_MESSAGES: usize = 8;
/// Blocks in which a transaction may be included: what was decided on older news is decided anew.
const VALID_BLOCKS: u64 = 100;
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
    /// Counts how often the chain was set back.
    history: watch::Sender<u64>,
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
            history: watch::Sender::new(0),
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

    /// The chain was set back to an older state: what was done may never have been.
    pub fn set_back(&self) {
        self.pending().set_back();
        self.inner
            .history
            .send_modify(|times| *times = times.saturating_add(1));
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

/// What is known of signed bytes.
enum Fate {
    Included(TxOutcome),
    /// No block will have them. `up_to`: nobody else has them (`None`), or a block up to there may.
    Never {
        up_to: Option<u64>,
        why: String,
    },
    /// Nobody has them, and a node did not want them.
    Refused(String),
    Open(TxError),
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
            self.conclude(number, &tx, record.intents, true).await?;
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
        let tx = match self.sign(&messages).await {
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
        self.conclude(number, &tx, record.intents, false).await
    }

    /// Signs for the next blocks: what is in none of them can be given up.
    async fn sign(&self, messages: &[Msg]) -> Result<TxBytes, TxError> {
        let chain = self.signer.chain();
        let height = match chain.floor() {
            0 => chain.height().await?,
            height => height,
        };
        let options = TxOptions {
            timeout_height: height.saturating_add(VALID_BLOCKS),
            ..TxOptions::default()
        };
        self.signer.sign(messages, &options).await
    }

    /// Sends the bytes until a block has them or never will. `heard`: a node may have them already.
    async fn conclude(
        &mut self,
        number: u64,
        tx: &TxBytes,
        intents: Vec<Intent>,
        mut heard: bool,
    ) -> Result<(), QueueError> {
        let mut history = self.queue.inner.history.subscribe();
        let mut set_back = false;
        loop {
            let fate = match set_back {
                true => self.fate_after_set_back(tx, &mut set_back).await,
                false => tokio::select! {
                    fate = self.fate(tx, &mut heard) => fate,
                    // The sender lives as long as the queue.
                    _ = history.changed() => {
                        (set_back, heard) = (true, true);
                        continue;
                    }
                },
            };
            match fate {
                Fate::Included(outcome) => {
                    fault::point(Point::AfterTxConfirmed);
                    self.journal.write(|w| w.forget_tx(number))?;
                    self.confirmed(&outcome, &intents);
                }
                Fate::Never { up_to, why } => {
                    tracing::warn!(hash = %tx.hash(), why, "a transaction will be in no block");
                    self.signer.forget_sequence().await;
                    self.journal.write(|w| w.forget_tx(number))?;
                    self.given_up(intents, up_to);
                }
                Fate::Refused(log) => {
                    tracing::warn!(log, "a node refused a transaction");
                    self.signer.forget_sequence().await;
                    self.journal.write(|w| w.forget_tx(number))?;
                    self.fail(&intents, intents.len() > 1);
                }
                Fate::Open(error) => {
                    tracing::warn!(%error, hash = %tx.hash(), "a transaction's fate is open; sending the same bytes again");
                    if *self.stop.borrow() {
                        // It stays in the journal; the next start goes on.
                        return Ok(());
                    }
                    let _ = tokio::time::timeout(PAUSE, self.stop.changed()).await;
                    continue;
                }
            }
            return Ok(());
        }
    }

    /// Bytes that nobody has are sent; whoever refuses them ends them. Once somebody may have them, only the chain does.
    async fn fate(&self, tx: &TxBytes, heard: &mut bool) -> Fate {
        let chain = self.signer.chain();
        let timeout = chain.options().confirm_timeout;
        if *heard {
            return self.decided(tx, chain.deliver(tx, timeout).await);
        }
        match chain.broadcast(tx).await {
            Ok(_) => {
                *heard = true;
                fault::point(Point::AfterTxBroadcast);
                self.decided(tx, chain.follow(tx, timeout).await)
            }
            Err(TxError::Broadcast(BroadcastError::Refused { log, .. })) => Fate::Refused(log),
            Err(TxError::Broadcast(error @ BroadcastError::Sequence { expected, .. })) => {
                match self.committed().await {
                    // The node lags: what it expects was used already.
                    Ok(committed) if expected < committed => Fate::Open(error.into()),
                    Ok(_) => Fate::Never {
                        up_to: None,
                        why: error.to_string(),
                    },
                    Err(error) => Fate::Open(error),
                }
            }
            Err(error @ TxError::Broadcast(BroadcastError::Rpc(_))) => Fate::Open(error),
            Err(error) => {
                *heard = true;
                Fate::Open(error)
            }
        }
    }

    fn decided(&self, tx: &TxBytes, answer: Result<TxOutcome, TxError>) -> Fate {
        let last = match &answer {
            Err(TxError::Superseded { .. }) => Some(0),
            Err(TxError::Expired { timeout_height, .. }) => Some(*timeout_height),
            _ => None,
        };
        match (answer, last) {
            (Ok(outcome), _) => Fate::Included(outcome),
            // A node may have lost its record of a block that had it: state from then on shows what it did.
            (Err(error), Some(last)) => Fate::Never {
                up_to: Some(self.signer.chain().floor().max(last)),
                why: error.to_string(),
            },
            (Err(error), None) => {
                tracing::debug!(%error, hash = %tx.hash(), "undecided");
                Fate::Open(error)
            }
        }
    }

    /// On a chain that was set back, bytes that are not next were signed for what is no more.
    async fn fate_after_set_back(&self, tx: &TxBytes, set_back: &mut bool) -> Fate {
        let (committed, used) = match (self.committed().await, tx.sequence()) {
            (Ok(committed), Ok(used)) => (committed, used),
            (Err(error), _) => return Fate::Open(error),
            (_, Err(error)) => return Fate::Open(error.into()),
        };
        *set_back = false;
        let why = format!("the chain was set back to sequence {committed}, it has {used}");
        match committed < used {
            true => Fate::Never { up_to: Some(0), why },
            false => Fate::Open(TxError::Unconfirmed {
                hash: tx.hash(),
                waited: Duration::ZERO,
                last: None,
            }),
        }
    }

    async fn committed(&self) -> Result<u64, TxError> {
        let account = self.signer.chain().account(self.signer.address()).await?;
        Ok(account.map_or(0, |account| account.sequence))
    }

    /// Nobody had the bytes: the intents wait again. Otherwise who still wants them says so, once they have read up to
    /// where the bytes could be.
    fn given_up(&self, intents: Vec<Intent>, up_to: Option<u64>) {
        let mut pending = self.queue.pending();
        for intent in intents {
            match up_to {
                None => pending.put_back(intent),
                Some(height) => pending.done(intent.key(), height),
            }
        }
        drop(pending);
        self.queue.inner.decided.notify_one();
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
