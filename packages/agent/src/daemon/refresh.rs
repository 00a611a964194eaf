//! Brings what the daemon believes up to what the chain says.

use std::collections::BTreeSet;

use chain_client::QueryError;
use market_types::escrow::{LeaseResponse, LeaseStatus, Progress};
use market_types::order_book::{OrderResponse, OrderStatus};
use market_types::{LeaseId, OrderId, UnixTime};

use super::audits::BatchAudits;
use super::leases::LeaseItem;
use super::orders::OrderItem;
use super::{Daemon, DaemonError};
use crate::fault::{self, Point};
use crate::journal::LeaseRecord;
use crate::machine::batch::OnChain;
use crate::machine::order::OrderState;

impl Daemon {
    /// Reads new heights and notes what they touch.
    pub(super) async fn look(&mut self) -> Result<(), DaemonError> {
        let status = self.market.chain().status().await?;
        self.now = UnixTime::from(status.time);
        let before = self.watch.seen();
        let touched = self.watch.advance(self.market.deployment(), &status).await?;
        self.dirty.orders.extend(touched.orders);
        self.dirty.leases.extend(touched.leases);
        self.dirty.opened.extend(touched.opened);
        self.dirty.provider |= touched.provider;
        if touched.beacon {
            self.forget_rounds();
        }
        self.dirty.all |= touched.all;
        if touched.set_back {
            self.forget_what_was()?;
        }
        if self.watch.seen() != before && self.is_clean() {
            self.keep_cursor()?;
        }
        Ok(())
    }

    fn keep_cursor(&self) -> Result<(), DaemonError> {
        match self.watch.mark() {
            Some(mark) => Ok(self.journal.write(|w| w.cursor(&mark))?),
            None => Ok(()),
        }
    }

    fn is_clean(&self) -> bool {
        let dirty = &self.dirty;
        !dirty.all
            && !dirty.provider
            && dirty.orders.is_empty()
            && dirty.leases.is_empty()
            && dirty.opened.is_empty()
    }

    /// Asks for everything that was touched. What fails stays touched.
    pub(super) async fn refresh(&mut self) -> Result<(), DaemonError> {
        if self.is_clean() {
            return Ok(());
        }
        if self.dirty.all {
            self.reconcile().await?;
        }
        if self.dirty.provider {
            self.refresh_provider().await?;
            self.find_duties().await?;
            self.dirty.provider = false;
        }
        for lease in self.dirty.opened.clone() {
            let seen = self.market.lease(lease).await?;
            self.adopt(seen).await?;
            self.dirty.opened.remove(&lease);
            self.dirty.leases.remove(&lease);
        }
        for lease in self.dirty.leases.clone() {
            if self.leases.contains_key(&lease) {
                let seen = self.market.lease(lease).await?;
                self.adopt(seen).await?;
            }
            self.see_audits_of(lease).await?;
            self.dirty.leases.remove(&lease);
        }
        for order in self.dirty.orders.clone() {
            match self.market.order(order).await {
                Ok(seen) => self.see_order(seen).await?,
                // An order that was pruned, or of which this node does not know yet.
                Err(QueryError::Contract { text, .. }) => tracing::debug!(%order, text, "no such order"),
                Err(error) => return Err(error.into()),
            }
            self.dirty.orders.remove(&order);
        }
        self.keep_cursor()
    }

    /// Everything afresh: at start and after every gap.
    async fn reconcile(&mut self) -> Result<(), DaemonError> {
        self.book = self.market.book_params().await?;
        self.escrow = self.market.escrow_params().await?;
        self.refresh_provider().await?;
        let mine = self.market.leases_of(self.me.no).await?;
        let known: BTreeSet<LeaseId> = mine.iter().map(|lease| lease.lease).collect();
        for seen in mine {
            self.adopt(seen).await?;
        }
        for lease in self.leases.keys().filter(|lease| !known.contains(lease)) {
            tracing::error!(%lease, "the journal has a lease that the chain has not");
            self.inventory.free(lease.order());
        }
        self.leases.retain(|lease, _| known.contains(lease));
        self.gateway.retain(|lease| known.contains(&lease));
        self.forget_rounds();
        self.find_duties().await?;
        for lease in self.leases.keys().copied().collect::<Vec<_>>() {
            self.see_audits_of(lease).await?;
        }
        let open = self.market.open_orders().await?;
        let open_ids: BTreeSet<OrderId> = open.iter().map(|order| order.order).collect();
        for seen in open {
            self.see_order(seen).await?;
        }
        let ended: Vec<_> = self
            .orders
            .keys()
            .filter(|order| !open_ids.contains(order))
            .copied()
            .collect();
        for order in ended {
            match self.market.order(order).await {
                Ok(seen) => self.see_order(seen).await?,
                Err(QueryError::Contract { .. }) => self.forget_order(order)?,
                Err(error) => return Err(error.into()),
            }
        }
        self.dirty = Default::default();
        tracing::info!(
            height = self.watch.seen(),
            leases = self.leases.values().filter(|lease| lease.is_live()).count(),
            orders = self.orders.len(),
            "reconciled with the chain"
        );
        Ok(())
    }

    async fn refresh_provider(&mut self) -> Result<(), DaemonError> {
        let owner = self.config.provider.owner.clone();
        self.inventory.refresh(&self.market.capacity(&owner).await?);
        if let Some(me) = self.market.whois(&owner).await? {
            self.me = me;
        }
        Ok(())
    }

    async fn see_order(&mut self, seen: OrderResponse) -> Result<(), DaemonError> {
        let order = seen.order;
        if !self.orders.contains_key(&order) && seen.status != OrderStatus::Open {
            return Ok(());
        }
        let own = self.market.bid(order, &self.config.provider.owner).await?;
        let best = match seen.bids {
            0 => None,
            _ => self.market.best_bid(order).await?,
        };
        match self.orders.get_mut(&order) {
            Some(item) => item.see(seen, own, best),
            None => {
                self.journal.write(|w| w.order(order, &OrderState::Seen))?;
                fault::point(Point::AfterSeen);
                self.orders
                    .insert(order, OrderItem::new(OrderState::Seen, seen, own, best));
            }
        }
        Ok(())
    }

    /// Takes a lease of this provider as the chain shows it.
    pub(super) async fn adopt(&mut self, seen: LeaseResponse) -> Result<(), DaemonError> {
        let lease = seen.lease;
        if seen.provider != self.me.no {
            return Ok(());
        }
        let known = match self.leases.get(&lease) {
            Some(item) => Some(item.record.clone()),
            None => self.journal.lease(lease)?,
        };
        let record = match known {
            Some(record) if record.manifest == seen.manifest => record,
            // Only a chain that was set back gives a number twice.
            Some(other) => {
                tracing::warn!(%lease, "the lease is another one than before the chain was set back");
                let other = self.journal.lease(lease)?.unwrap_or(other);
                self.leases.remove(&lease);
                self.journal.write(|w| w.forget_lease(lease))?;
                self.begin_lease(&seen, other.service.attempts_made()).await?
            }
            // It ended before this journal began: only its figures are of interest.
            None if seen.status == LeaseStatus::Closed => LeaseRecord::ended(&seen),
            None => self.begin_lease(&seen, 0).await?,
        };
        let is_task = matches!(seen.progress, Progress::Task { .. });
        let over = seen.status == LeaseStatus::Closed && record.service.is_ended();
        let may_attest = match is_task && seen.status != LeaseStatus::Closed {
            true => match self.market.work(lease).await {
                Ok(work) => work.may_attest,
                Err(QueryError::Contract { .. }) => 0,
                Err(error) => return Err(error.into()),
            },
            false => 0,
        };
        let batches = match is_task && !over {
            true => self.market.batches(lease, self.settled_before(lease)).await?,
            false => Vec::new(),
        };
        let audits: Vec<_> = batches.iter().filter_map(BatchAudits::of).collect();
        let on_chain = batches.into_iter().map(|batch| {
            let found = OnChain {
                batch: batch.batch,
                count: batch.count,
                root: batch.root,
                vests_at: batch.vests_at,
                status: batch.status,
            };
            (batch.first_unit, found)
        });
        let on_chain: Vec<_> = on_chain.collect();
        match self.leases.get_mut(&lease) {
            Some(item) => {
                item.see(seen, may_attest, on_chain);
                item.audits = audits;
            }
            None => {
                let mut item = LeaseItem::load(&self.journal, record, seen, may_attest, on_chain, self.now)?;
                item.audits = audits;
                self.leases.insert(lease, item);
            }
        }
        Ok(())
    }

    /// The journal's first entry of a lease. `attempts_made`: under its number, for another lease.
    async fn begin_lease(
        &mut self,
        seen: &LeaseResponse,
        attempts_made: u32,
    ) -> Result<LeaseRecord, DaemonError> {
        let order = seen.lease.order();
        let session_key = match self.orders.get(&order) {
            Some(item) => item.order.spec.session_key.clone(),
            None => self.market.order(order).await?.spec.session_key,
        };
        let record = LeaseRecord::won(seen, session_key, attempts_made);
        self.journal.write(|w| {
            w.order(order, &OrderState::Won { lease: seen.lease })?;
            w.lease(seen.lease, &record)
        })?;
        tracing::info!(lease = %seen.lease, price = %seen.price, class = %seen.class, "won");
        fault::point(Point::AfterWon);
        Ok(record)
    }
}
