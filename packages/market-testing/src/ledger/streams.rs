//! Streams: attested seconds, silence, notice, acknowledgements, other terms.

use std::collections::BTreeSet;

use cosmwasm_std::Addr;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, VerifyingKey};
use lease_escrow::ContractError as Error;
use market_math::MathError;
use market_types::escrow::{acknowledgement_digest, Acknowledgement, Amendment, LeaseStatus};
use market_types::order::Rail;
use market_types::{CloseReason, LeaseId, Price, ProviderNo, Seconds, UnixTime};

use super::amounts::{down, up};
use super::leases::{Lease, Purse, Side, Stream};
use super::tokens::n;
use super::Ledger;
use crate::chain::CHAIN_ID;

const LONGEST: u64 = 366 * 86_400;

/// What the end of a stream costs its provider.
enum Fault {
    /// What its silence costs, with a tip to whoever ended it.
    Silence(Option<Addr>),
    WholeBond,
}

impl Stream {
    /// Length with what top-ups bought.
    fn duration(&self, price: u128) -> Option<u64> {
        let bought = down(self.topped, 3_600, price).map_or(0, |span| u64::try_from(span).unwrap_or(0));
        self.length.map(|length| length.saturating_add(bought))
    }

    /// When duration or notice end it.
    fn end(&self, price: u128) -> Option<(u64, CloseReason)> {
        let full = self.active_since.zip(self.duration(price));
        let full = full.map(|(since, duration)| (since.saturating_add(duration), CloseReason::DurationEnded));
        match (full, self.notice_until) {
            (Some((at, _)), Some(notice)) if notice < at => Some((notice, CloseReason::NoticeServed)),
            (None, Some(notice)) => Some((notice, CloseReason::NoticeServed)),
            (full, _) => full,
        }
    }

    /// Since when the tenant asks for nothing.
    fn idle_since(&self) -> Option<u64> {
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
    fn counted(&self, at: u64, price: u128, window: u64) -> Option<u64> {
        let (last, _) = self.beat?;
        let gap = at.min(self.cutoff(price)).saturating_sub(last);
        (gap <= window).then_some(gap)
    }
}

impl Lease {
    /// What so many seconds have earned, of what there is.
    fn earned(&self, credited: u64) -> u128 {
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
    fn over(&self, now: u64) -> Option<(u64, CloseReason)> {
        let end = self.stream()?.end(self.price).filter(|(end, _)| *end <= now);
        end.or_else(|| {
            let spent = self.spent_at().filter(|at| *at <= now);
            spent.map(|at| (at, CloseReason::FundsExhausted))
        })
    }

    fn ensure_live(&self, id: LeaseId, now: u64) -> Result<(), Error> {
        if self.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        self.ensure_status(id, LeaseStatus::Active)?;
        match self.over(now) {
            Some(_) => Err(Error::LeaseOver { lease: id }),
            None => Ok(()),
        }
    }

    fn ack_every(&self) -> Option<u64> {
        match self.terms.rail {
            Rail::Stream { ack_every, .. } => ack_every.map(|every| every.0),
            Rail::Task { .. } => None,
        }
    }

    fn notice(&self) -> u64 {
        match self.terms.rail {
            Rail::Stream { notice, .. } => notice.0,
            Rail::Task { .. } => 0,
        }
    }

    /// A halted chain makes nobody silent.
    fn blocks_passed(&self, height: u64) -> bool {
        let service = &self.terms.service;
        let needed = service.min_silent_blocks.max(service.grace.0 / 10);
        let last = self.stream().and_then(|stream| stream.beat);
        last.is_some_and(|(_, beat)| height - beat >= needed)
    }
}

impl Ledger {
    /// Announced maintenance within a span.
    fn maintenance(&self, no: ProviderNo, from: u64, to: u64) -> u64 {
        let announced = self.registry.provider(no).maintenance;
        announced.map_or(0, |(begin, until)| to.min(until).saturating_sub(from.max(begin)))
    }

    fn is_silent(&self, lease: &Lease, to: u64) -> bool {
        let Some((last, _)) = lease.stream().and_then(|stream| stream.beat) else {
            return false;
        };
        let (gap, grace) = (to.saturating_sub(last), lease.terms.service.grace.0);
        gap > grace
            && lease.blocks_passed(self.height)
            && gap - self.maintenance(lease.provider, last, to) > grace
    }

    /// Silence that began while the tenant asked for the service is the provider's; later silence is not.
    fn silence(&self, lease: &Lease) -> Option<CloseReason> {
        if !self.is_silent(lease, self.now) {
            return None;
        }
        let idle = lease.stream()?.idle_since().filter(|idle| *idle <= self.now);
        match idle {
            Some(idle) if !self.is_silent(lease, idle) => Some(CloseReason::Suspended),
            _ => Some(CloseReason::Silent),
        }
    }

    /// How long it was out, up to `to`: without what the tenant did not want and what was announced.
    fn outage(&self, lease: &Lease, to: u64) -> Option<u64> {
        let stream = lease.stream()?;
        let (last, _) = stream.beat?;
        let service = &lease.terms.service;
        let (window, interval) = (service.heartbeat_window.0, service.heartbeat_interval.0);
        let to = to.min(stream.cutoff(lease.price));
        let gap = to.saturating_sub(last);
        if gap <= window || !lease.blocks_passed(self.height) {
            return None;
        }
        let out = gap - self.maintenance(lease.provider, last, to);
        (out > window).then(|| out - interval)
    }

    fn charge_outage(&mut self, id: LeaseId, length: u64, ends_it: bool, tip_to: Option<&Addr>) {
        let now = self.now;
        let lease = &self.escrow.leases[&id];
        let (terms, no) = (lease.terms.clone(), lease.provider);
        let service = &terms.service;
        let full = match length {
            _ if length <= service.outage_unpaid.0 => 0,
            _ if length > service.outage_max.0 => 10_000,
            _ => service.outage_share.0,
        };
        let forgiveness = service.outage_forgiveness.0;
        let mut charged = full;
        if let Some(lease) = self.escrow.leases.get_mut(&id) {
            let stream = lease.stream_mut();
            stream.outages += 1;
            let rested = stream.forgiven_at.is_none_or(|last| now - last >= forgiveness);
            let small = full > 0 && length <= service.outage_max.0;
            if small && rested && forgiveness > 0 && !ends_it {
                stream.forgiven_at = Some(now);
                charged = 0;
            }
        }
        self.record_outage(no, length);
        self.charge(id, charged, tip_to);
    }

    fn charge(&mut self, id: LeaseId, bps: u16, tip_to: Option<&Addr>) {
        let lease = &self.escrow.leases[&id];
        if bps == 0 || lease.stakes.lease_bond == 0 {
            return;
        }
        let (tenant, tip) = (lease.tenant.clone(), lease.terms.service.silence_tip.u128());
        self.penalize(id, &tenant, bps, tip_to.map(|to| (to, tip)));
    }

    fn accrue(&mut self, id: LeaseId, credited: u64) {
        let lease = &self.escrow.leases[&id];
        let due = lease.earned(credited).saturating_sub(lease.money.gross);
        self.pay(id, Purse::Remaining, due, 0);
    }

    /// The end stands for a last heartbeat.
    fn end_stream(&mut self, id: LeaseId, at: u64, reason: CloseReason, fault: Fault) {
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

    pub(super) fn acknowledge(
        &mut self,
        id: LeaseId,
        sender: &Addr,
        said: &Acknowledgement,
    ) -> Result<(), Error> {
        let (now, height) = (self.now, self.height);
        let lease = self.escrow.lease(id)?;
        match &said.signature {
            None if lease.tenant != *sender => {
                return Err(Error::NotTheTenant {
                    lease: id,
                    sender: sender.clone(),
                })
            }
            None => {}
            Some(signature) => {
                // The session key speaks for who ordered, and for nobody the lease was handed over to.
                let key = lease.terms.session_key.as_ref();
                let Some(key) = key.filter(|_| lease.tenant == lease.terms.tenant) else {
                    return Err(Error::NoSessionKey { lease: id });
                };
                let escrow = self.wiring.lease_escrow.as_str();
                let digest = acknowledgement_digest(CHAIN_ID, escrow, id, said.sequence, said.good_until);
                let good = VerifyingKey::from_sec1_bytes(key)
                    .and_then(|key| key.verify_prehash(&digest, &Signature::from_slice(signature)?));
                if good.is_err() {
                    return Err(Error::BadSignature { lease: id });
                }
            }
        }
        if lease.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        lease.ensure_runs(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let Some(every) = lease.ack_every() else {
            return Err(Error::AcknowledgementNotAsked { lease: id });
        };
        let good_until = said.good_until.0;
        if good_until > now + every {
            return Err(Error::AcknowledgedTooFar {
                good_until: said.good_until,
                latest: UnixTime(now + every),
            });
        }
        if good_until < now {
            return Err(Error::AcknowledgementPassed {
                good_until: said.good_until,
            });
        }
        let stream = self.lease_mut(id)?.stream_mut();
        if said.sequence <= stream.ack_sequence {
            return Err(Error::StaleAcknowledgement {
                sequence: said.sequence,
                last: stream.ack_sequence,
            });
        }
        stream.ack_sequence = said.sequence;
        let idle = stream.idle_since().filter(|idle| *idle < now);
        stream.acknowledged_until = stream.acknowledged_until.max(Some(good_until));
        match stream.suspended_at {
            Some(_) if idle.is_some() => stream.suspended_at = idle,
            None => wake(stream, idle, now, height),
            _ => {}
        }
        if stream.accepted_at.is_none() {
            self.accept(id)?;
        }
        Ok(())
    }

    pub(super) fn top_up(&mut self, id: LeaseId, amount: u128) -> Result<(), Error> {
        let now = self.now;
        let lease = self.lease_mut(id)?;
        if lease.stream().is_none() {
            return Err(Error::NotAStream { lease: id });
        }
        lease.ensure_runs(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let price = lease.price;
        lease.money.funded += amount;
        lease.money.remaining += amount;
        let stream = lease.stream_mut();
        if let Some(length) = stream.length {
            stream.topped += amount;
            let bought = down(stream.topped, 3_600, price)
                .map_or(u64::MAX, |span| u64::try_from(span).unwrap_or(u64::MAX));
            ensure_duration(length.saturating_add(bought))?;
        }
        Ok(())
    }

    pub(super) fn amend(&mut self, id: LeaseId, sender: &Addr, asked: &Amendment) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        let side = match () {
            () if lease.tenant == *sender => Side::Tenant,
            () if lease.owner == *sender => Side::Provider,
            () => {
                return Err(Error::NotAParty {
                    lease: id,
                    sender: sender.clone(),
                })
            }
        };
        let Some(stream) = lease.stream() else {
            return Err(Error::NotAStream { lease: id });
        };
        if asked.price_per_hour.is_none() && asked.duration.is_none() {
            return Err(Error::EmptyAmendment {});
        }
        if asked.price_per_hour.is_some_and(Price::is_zero) {
            return Err(Error::ZeroPrice {});
        }
        if let Some(duration) = asked.duration {
            if stream.length.is_none() {
                return Err(Error::NoDuration { lease: id });
            }
            ensure_duration(duration.0)?;
        }
        lease.ensure_runs(id)?;
        let standing = self.lease_mut(id)?.stream_mut().proposal.take();
        let agreed = standing.is_some_and(|(by, terms)| by != side && terms == *asked);
        if agreed {
            return self.apply(id, asked);
        }
        self.lease_mut(id)?.stream_mut().proposal = Some((side, asked.clone()));
        Ok(())
    }

    fn apply(&mut self, id: LeaseId, agreed: &Amendment) -> Result<(), Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if lease.status == LeaseStatus::Active {
            lease.ensure_live(id, now)?;
        }
        let credited = lease.stream().map_or(0, |stream| stream.credited);
        self.accrue(id, credited);
        let lease = self.lease_mut(id)?;
        let (old, gross, remaining) = (lease.price, lease.money.gross, lease.money.remaining);
        let new = agreed.price_per_hour.map_or(old, |price| price.0.u128());
        let stream = lease.stream_mut();
        stream.length = agreed
            .duration
            .map(|duration| duration.0)
            .or(stream.duration(old));
        stream.topped = 0;
        stream.gross_before = gross;
        stream.credited_before = credited;
        if let Some(length) = stream.length {
            let span = match (stream.active_since, stream.beat) {
                (Some(since), Some((last, _))) => {
                    let end = since + length;
                    if end < now {
                        return Err(Error::EndsInThePast { end: UnixTime(end) });
                    }
                    end.saturating_sub(last)
                }
                _ => length,
            };
            let needed = up(new, span.into(), 3_600).ok_or_else(|| MathError::Overflow {
                a: n(new),
                b: n(span.into()),
                divisor: n(3_600),
            })?;
            if needed > remaining {
                return Err(Error::NotCovered {
                    needed: n(needed),
                    remaining: n(remaining),
                });
            }
        }
        lease.price = new;
        Ok(())
    }

    fn start_failure(&self, lease: &Lease) -> Option<CloseReason> {
        let stream = lease.stream()?;
        let late = self.now >= lease.awarded_at + lease.start_timeout();
        late.then_some(match stream.ready_at {
            Some(_) => CloseReason::NotAccepted,
            None => CloseReason::NotReady,
        })
    }

    pub(super) fn close_starting(&mut self, id: LeaseId, side: Side) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        let free = lease.terms.interruptible && lease.notice() == 0;
        let failure = self.start_failure(lease);
        let reason = failure.unwrap_or(match side {
            Side::Tenant => CloseReason::TenantClosed,
            Side::Provider if free => CloseReason::NoticeServed,
            Side::Provider => CloseReason::ProviderClosed,
        });
        self.end_starting(id, reason);
        Ok(())
    }

    fn end_starting(&mut self, id: LeaseId, reason: CloseReason) {
        let now = self.now;
        let lease = &self.escrow.leases[&id];
        let ready = lease.stream().and_then(|stream| stream.ready_at);
        let tenants = matches!(reason, CloseReason::NotAccepted | CloseReason::TenantClosed);
        if let (true, Some(ready)) = (tenants, ready) {
            let credited = (now - ready).min(lease.start_timeout());
            self.accrue(id, credited);
            if let Some(lease) = self.escrow.leases.get_mut(&id) {
                lease.stream_mut().credited = credited;
            }
        }
        if reason == CloseReason::ProviderClosed {
            self.charge(id, 10_000, None);
        }
        self.finish(id, reason, now, 0);
    }

    pub(super) fn close_active(&mut self, id: LeaseId, side: Side) -> Result<(), Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if let Some((at, reason)) = lease.over(now) {
            self.end_stream(id, at, reason, Fault::Silence(None));
            return Ok(());
        }
        let idle = lease
            .stream()
            .and_then(Stream::idle_since)
            .is_some_and(|idle| idle <= now);
        let (reason, fault) = match side {
            Side::Tenant if self.silence(lease) == Some(CloseReason::Silent) => {
                (CloseReason::Silent, Fault::Silence(None))
            }
            Side::Tenant => (CloseReason::TenantClosed, Fault::Silence(None)),
            Side::Provider if idle => (CloseReason::Suspended, Fault::Silence(None)),
            Side::Provider if lease.terms.interruptible && lease.notice() == 0 => {
                (CloseReason::NoticeServed, Fault::Silence(None))
            }
            Side::Provider => (CloseReason::ProviderClosed, Fault::WholeBond),
        };
        self.end_stream(id, now, reason, fault);
        Ok(())
    }

    /// Whether something had failed.
    pub(super) fn fail_stream(&mut self, id: LeaseId, by: &Addr) -> Result<bool, Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if lease.status == LeaseStatus::Starting {
            let failure = self.start_failure(lease);
            if let Some(reason) = failure {
                self.end_starting(id, reason);
            }
            return Ok(failure.is_some());
        }
        if let Some((at, reason)) = lease.over(now) {
            self.end_stream(id, at, reason, Fault::Silence(None));
            return Ok(true);
        }
        let Some(reason) = self.silence(lease) else {
            return Ok(false);
        };
        let tip_to = (reason == CloseReason::Silent).then(|| by.clone());
        self.end_stream(id, now, reason, Fault::Silence(tip_to));
        Ok(true)
    }
}

/// Time in which the tenant asked for nothing is neither credited nor silence.
fn wake(stream: &mut Stream, idle: Option<u64>, now: u64, height: u64) {
    if let (Some((last, beat)), Some(idle)) = (&mut stream.beat, idle) {
        *last += now.saturating_sub(idle.max(*last));
        *beat = height;
    }
}

fn ensure_duration(duration: u64) -> Result<(), Error> {
    match duration > 0 && duration <= LONGEST {
        true => Ok(()),
        false => Err(Error::Duration {
            duration: Seconds(duration),
            max: Seconds(LONGEST),
        }),
    }
}
