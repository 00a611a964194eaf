//! Ties everything together: look at the chain, ask the machines what to do, do it, write it down.

mod audits;
mod error;
mod leases;
mod orders;
mod prune;
mod refresh;
mod set_back;
mod start;
mod streams;
mod tasks;

pub use error::DaemonError;
pub use start::{executor, identify, open, run, signing_key, Options, Start};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chain_client::SigningKey;
use jobs::executor::Capabilities;
use jobs::{Executor, Store};
use market_types::registry::ProviderRef;
use market_types::{escrow, order_book, LeaseId, OrderId, UnixTime};
use tokio::sync::{watch, Notify};

use crate::config::{Bidding, Config};
use crate::gateway::Gateway;
use crate::inventory::Inventory;
use crate::journal::Journal;
use crate::market::Market;
use crate::queue::Queue;
use crate::watch::{Touched, Watch};

use audits::Audits;
use leases::LeaseItem;
use orders::OrderItem;

/// Pause before a chain that could not be looked at is looked at again.
const FAILED_PAUSE: Duration = Duration::from_secs(1);

/// The agent while it runs.
pub struct Daemon {
    config: Config,
    bidding: watch::Receiver<Bidding>,
    market: Market,
    journal: Arc<Journal>,
    queue: Queue,
    gateway: Arc<Gateway>,
    store: Store,
    key: SigningKey,
    me: ProviderRef,
    executor: Option<Arc<dyn Executor>>,
    capabilities: Option<Capabilities>,
    watch: Watch,
    /// What has to be asked again.
    dirty: Touched,
    inventory: Inventory,
    book: order_book::Params,
    escrow: escrow::Params<cosmwasm_std::Addr>,
    orders: BTreeMap<OrderId, OrderItem>,
    leases: BTreeMap<LeaseId, LeaseItem>,
    audits: Audits,
    /// Time of the latest block that was looked at.
    now: UnixTime,
    /// When the journal was last gone through for what can be forgotten.
    pruned_at: UnixTime,
    wake: Arc<Notify>,
    stop: watch::Receiver<bool>,
}

impl Daemon {
    /// Runs until told to stop and everything in hand is brought to a safe place.
    pub async fn run(mut self) -> Result<(), DaemonError> {
        let pause = Duration::from_millis(self.config.chain.poll_ms);
        let mut deadline = None;
        let mut failed: Option<String> = None;
        loop {
            match self.tick().await {
                Ok(()) => {
                    if failed.take().is_some() {
                        tracing::info!(height = self.watch.seen(), "the chain answers again");
                    }
                    self.gateway.set_unready(None);
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    let text = error.to_string();
                    // Said once for as long as it stays so.
                    if failed.as_ref() != Some(&text) {
                        tracing::warn!(%error, "looking at the chain failed");
                    }
                    self.gateway.set_unready(Some(text.clone()));
                    self.dirty.all |= error.lost_events();
                    failed = Some(text);
                }
            }
            if *self.stop.borrow() {
                let grace = Duration::from_secs(self.config.work.grace_seconds);
                let deadline = *deadline.get_or_insert(tokio::time::Instant::now() + grace);
                let idle = self.queue.is_empty() && self.leases.values().all(LeaseItem::is_at_rest);
                if idle || tokio::time::Instant::now() >= deadline {
                    return Ok(());
                }
            }
            let wake = Arc::clone(&self.wake);
            let pause = if failed.is_some() {
                pause.max(FAILED_PAUSE)
            } else {
                pause
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = wake.notified() => {}
            }
        }
    }

    fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// One look at the chain and what follows from it.
    async fn tick(&mut self) -> Result<(), DaemonError> {
        self.look().await?;
        self.refresh().await?;
        if !self.stopping() {
            self.step_orders().await?;
        }
        self.step_leases()?;
        self.prune()?;
        self.step_audits().await?;
        self.report();
        Ok(())
    }

    fn report(&self) {
        metrics::gauge!("leasebook_height").set(self.watch.seen() as f64);
        metrics::gauge!("leasebook_open_orders").set(self.orders.len() as f64);
        metrics::gauge!("leasebook_live_leases")
            .set(self.leases.values().filter(|l| l.is_live()).count() as f64);
        metrics::gauge!("leasebook_reservations").set(self.inventory.reservations() as f64);
        metrics::gauge!("leasebook_queue_length").set(self.queue.len() as f64);
    }
}
