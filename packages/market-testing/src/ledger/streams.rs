//! Streams: attested seconds, silence, notice, acknowledgements, other terms.

use std::collections::BTreeSet;

use cosmwasm_std::Addr;
use lease_escrow::ContractError as Error;
use market_types::escrow::LeaseStatus;
use market_types::order::Rail;
use market_types::{CloseReason, LeaseId, UnixTime};

use super::amounts::down;
use super::leases::{Lease, Purse, Stream};
use super::Ledger;

/// What the end of a stream costs its provider.
pub(super) enum Fault {
    /// What its silence costs, with a tip to whoever ended it.
    Silence(Option<Addr>),
    WholeBond,
}

impl Stream {
    /// Length with what top-ups bought.
    pub(super) fn duration(&self, price: u128) -> Option<u64> {
        let bought = down(self.topped, 3_600, price).map_or(0, |span| u64::try_from(span).unwrap_or(0));
        self.length.map(|length| length.saturating_add(bought))
    }

    /// When duration or notice end it.
    pub(super) fn end(&self, price: u128) -> Option<(u64, CloseReason)> {
        let full = self.active_since.zip(self.duration(price));
        let full = full.map(|(since, duration)| (since.saturating_add(duration), CloseReason::DurationEnded));
        match (full, self.notice_until) {
            (Some((at, _)), Some(notice)) if notice < at => Some((notice, CloseReason::NoticeServed)),
            (None, Some(notice)) => Some((notice, CloseReason::NoticeServed)),
            (full, _) => full,
        }
    }

    /// Since when the tenant asks for nothing.
    pub(super) fn idle_since(&self) -> Option<u64> {
        match (self.suspended_at, self.acknowledged_until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The second after which nothing is credited.
    pub fn cutoff(&self, price: u128) -> u64 {
        let end = self.end(price).map_or(u64::MAX, |(end, _)| end);
        end.min(self.idle_since().unwrap_or(u64::MAX))
    }

    /// Seconds of the time since the last beat that count at `at`; `None` after too long a gap. Time that nobody asked for is
    /// no gap.
    pub(super) fn counted(&self, at: u64, price: u128, window: u64) -> Option<u64> {
        let (last, _) = self.beat?;
        let gap = at.min(self.cutoff(price)).saturating_sub(last);
        (gap <= window).then_some(gap)
    }
}

impl Lease {
    /// What so many seconds have earned, of what there is.
    pub(super) fn earned(&self, credited: u64) -> u128 {
        let funds = self.money.gross + self.money.remaining;
        let Some(stream) = self.stream() else { return 0 };
        let span = u128::from(credited - stream.credited_before);
        let earned = down(self.price, span, 3_600).and_then(|earned| earned.checked_add(stream.gross_before));
        earned.map_or(funds, |earned| earned.min(funds))
    }

    /// When the last unit of money was or will be earned, of seconds that are credited or lie within the window of the last
    /// beat. Found by halving: the ledger divides nothing where the contract does.
    fn spent_at(&self) -> Option<u64> {
        let stream = self.stream()?;
        let (last, _) = stream.beat?;
        let last = last.min(stream.cutoff(self.price));
        let funds = self.money.gross + self.money.remaining;
        let reach = self.terms.service.heartbeat_window.0;
        let (mut low, mut high) = (stream.credited_before, stream.credited + reach);
        if self.price == 0 || self.earned(high) < funds {
            return None;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            match self.earned(middle) < funds {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        if low <= stream.credited {
            return Some(last - (stream.credited - low));
        }
        let (beat, _) = stream.beat?;
        let at = beat + (low - stream.credited);
        (at <= stream.cutoff(self.price)).then_some(at)
    }

    /// Why an active stream is over by itself, and since when.
    pub(super) fn over(&self, now: u64) -> Option<(u64, CloseReason)> {
        let end = self.stream()?.end(self.price).filter(|(end, _)| *end <= now);
        end.or_else(|| {
            let spent = self.spent_at().filter(|at| *at <= now);
            spent.map(|at| (at, CloseReason::FundsExhausted))
        })
    }

    pub(super) fn ensure_live(&self, id: LeaseId, now: u64) -> Result<(), Error> {
        if self.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        self.ensure_status(id, LeaseStatus::Active)?;
        match self.over(now) {
            Some(_) => Err(Error::LeaseOver { lease: id }),
            None => Ok(()),
        }
    }

    pub(super) fn ack_every(&self) -> Option<u64> {
        match self.terms.rail {
            Rail::Stream { ack_every, .. } => ack_every.map(|every| every.0),
            Rail::Task { .. } => None,
        }
    }

    pub(super) fn notice(&self) -> u64 {
        match self.terms.rail {
            Rail::Stream { notice, .. } => notice.0,
            Rail::Task { .. } => 0,
        }
    }

    /// A halted chain makes nobody silent.
    pub(super) fn blocks_passed(&self, height: u64) -> bool {
        let service = &self.terms.service;
        let needed = service.min_silent_blocks.max(service.grace.0 / 10);
        let last = self.stream().and_then(|stream| stream.beat);
        last.is_some_and(|(_, beat)| height - beat >= needed)
    }
}

impl Ledger {
    pub(super) fn accrue(&mut self, id: LeaseId, credited: u64) {
        let lease = &self.escrow.leases[&id];
        let due = lease.earned(credited).saturating_sub(lease.money.gross);
        self.pay(id, Purse::Remaining, due, 0);
    }

    /// The end stands for a last heartbeat.
    pub(super) fn end_stream(&mut self, id: LeaseId, at: u64, reason: CloseReason, fault: Fault) {
        match fault {
            Fault::WholeBond => self.charge(id, 10_000, None),
            Fault::Silence(tip_to) => {
                if let Some(length) = self.outage(&self.escrow.leases[&id], at) {
                    self.charge_outage(id, length, reason == CloseReason::Silent, tip_to.as_ref());
                }
            }
        }
        let lease = &self.escrow.leases[&id];
        let (price, window) = (lease.price, lease.terms.service.heartbeat_window.0);
        let Some(stream) = lease.stream() else { return };
        let credited = stream.credited + stream.counted(at, price, window).unwrap_or(0);
        self.accrue(id, credited);
        if let Some(lease) = self.escrow.leases.get_mut(&id) {
            let stream = lease.stream_mut();
            stream.credited = credited;
            stream.beat = None;
        }
        self.finish(id, reason, at, 0);
    }

    pub(super) fn settle_stream(&mut self, id: LeaseId) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        if lease.status != LeaseStatus::Active {
            return Ok(());
        }
        let credited = lease.stream().map_or(0, |stream| stream.credited);
        match lease.over(self.now) {
            Some((at, reason)) => self.end_stream(id, at, reason, Fault::Silence(None)),
            None => self.accrue(id, credited),
        }
        Ok(())
    }

    /// Accrual begins once the agent is ready and the tenant has accepted.
    fn activate(&mut self, id: LeaseId) -> Result<(), Error> {
        let (now, height) = (self.now, self.height);
        let lease = self.lease_mut(id)?;
        let ack_every = lease.ack_every();
        let stream = lease.stream_mut();
        if stream.ready_at.is_none() || stream.accepted_at.is_none() {
            return Ok(());
        }
        stream.active_since = Some(now);
        if let Some(every) = ack_every {
            stream.acknowledged_until = stream.acknowledged_until.max(Some(now + every));
        }
        stream.beat = Some((now, height));
        lease.status = LeaseStatus::Active;
        Ok(())
    }

    fn starting(&mut self, id: LeaseId) -> Result<&mut Lease, Error> {
        let lease = self.lease_mut(id)?;
        if lease.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        lease.ensure_status(id, LeaseStatus::Starting)?;
        Ok(lease)
    }

    pub(super) fn ready(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let lease = self.starting(id)?;
        let deadline = lease.awarded_at + lease.start_timeout();
        let stream = lease.stream_mut();
        if stream.ready_at.is_some() {
            return Err(Error::AlreadySaid { lease: id });
        }
        if now >= deadline {
            return Err(Error::StartOver {
                lease: id,
                deadline: UnixTime(deadline),
            });
        }
        stream.ready_at = Some(now);
        self.activate(id)
    }

    pub(super) fn accept(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let stream = self.starting(id)?.stream_mut();
        if stream.accepted_at.is_some() {
            return Err(Error::AlreadySaid { lease: id });
        }
        stream.accepted_at = Some(now);
        self.activate(id)
    }

    pub(super) fn heartbeat(&mut self, sender: &Addr, leases: &[LeaseId]) -> Result<(), Error> {
        if leases.is_empty() || leases.len() > 100 {
            return Err(Error::LeaseCount {
                count: leases.len(),
                max: 100,
            });
        }
        let provider = self.provider_of(sender)?.no;
        let (now, height) = (self.now, self.height);
        let mut seen = BTreeSet::new();
        for id in leases {
            if !seen.insert(*id) {
                return Err(Error::DuplicateLease { lease: *id });
            }
            let lease = self.escrow.lease(*id)?;
            if lease.provider != provider {
                return Err(Error::NotTheProvider {
                    lease: *id,
                    provider: lease.provider,
                    sender: sender.clone(),
                });
            }
            let Some(stream) = lease.stream().filter(|stream| stream.beat.is_some()) else {
                continue;
            };
            let window = lease.terms.service.heartbeat_window.0;
            let counted = stream.counted(now, lease.price, window);
            if counted.is_none() {
                // Who speaks up again after the end brings it about.
                if lease.over(now).is_some() {
                    self.settle_stream(*id)?;
                    continue;
                }
                if let Some(length) = self.outage(lease, now) {
                    self.charge_outage(*id, length, false, None);
                }
            }
            let stream = self.lease_mut(*id)?.stream_mut();
            stream.credited += counted.unwrap_or(0);
            stream.beat = Some((now, height));
        }
        Ok(())
    }

    pub(super) fn suspend(&mut self, id: LeaseId) -> Result<(), Error> {
        let (now, height) = (self.now, self.height);
        let lease = self.lease_mut(id)?;
        lease.ensure_live(id, now)?;
        let (price, window) = (lease.price, lease.terms.service.heartbeat_window.0);
        let halted = !lease.blocks_passed(height);
        let stream = lease.stream_mut();
        if stream.suspended_at.is_some() {
            return Err(Error::AlreadySaid { lease: id });
        }
        // A gap of a halted chain is nobody's, now as later.
        if halted && stream.counted(now, price, window).is_none() {
            stream.beat = Some((now, height));
        }
        stream.suspended_at = Some(now);
        Ok(())
    }

    pub(super) fn resume(&mut self, id: LeaseId) -> Result<(), Error> {
        let (now, height) = (self.now, self.height);
        let lease = self.lease_mut(id)?;
        lease.ensure_live(id, now)?;
        let stream = lease.stream_mut();
        let idle = stream.idle_since();
        if stream.suspended_at.take().is_none() {
            return Err(Error::NotSuspended { lease: id });
        }
        match stream.acknowledged_until {
            Some(lapsed) if lapsed < now => stream.acknowledged_until = idle,
            _ => wake(stream, idle, now, height),
        }
        Ok(())
    }

    pub(super) fn give_notice(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let lease = self.lease_mut(id)?;
        lease.ensure_live(id, now)?;
        let notice = lease.notice();
        if notice == 0 && !lease.terms.interruptible {
            return Err(Error::NoNotice { lease: id });
        }
        let stream = lease.stream_mut();
        if stream.notice_until.is_some() {
            return Err(Error::AlreadySaid { lease: id });
        }
        stream.notice_until = Some(now + notice);
        Ok(())
    }
}

/// Time in which the tenant asked for nothing is neither credited nor silence.
pub(super) fn wake(stream: &mut Stream, idle: Option<u64>, now: u64, height: u64) {
    if let (Some((last, beat)), Some(idle)) = (&mut stream.beat, idle) {
        *last += now.saturating_sub(idle.max(*last));
        *beat = height;
    }
}
