//! A stream: credited seconds become money, until money, duration or somebody ends it.

use cosmwasm_std::Uint128;
use market_math::accrual::{affordable, cost, credit, gross, seconds_for};
use market_math::{fee, Rounding};
use market_types::escrow::{Amendment, LeaseStatus};
use market_types::events::{LeaseAccepted, LeaseAcknowledged, LeaseActive, LeaseReady, LeaseSettled};
use market_types::order::{limits, Rail, StreamLength};
use market_types::{CloseReason, LeaseId, Price, Seconds, UnixTime};

use super::close::Fault;
use super::{Effects, LeaseFile, Moment, Purse};
use crate::ledger::sum;
use crate::state::{Beat, Stream};
use crate::ContractError;

impl Stream {
    pub fn new(length: StreamLength) -> Self {
        Self {
            length: match length {
                StreamLength::Fixed(length) => Some(length),
                StreamLength::OpenEnded { .. } => None,
            },
            ..Self::default()
        }
    }

    /// Agreed length from activation: what was ordered or amended, and what top-ups bought since, computed from their
    /// sum, so that topping up in parts buys the same as at once.
    pub fn duration(&self, price: Price) -> Option<Seconds> {
        // `None` only at a price of zero, where no top-up is taken; time beyond the limit was refused with its money.
        let bought = seconds_for(self.topped, price).unwrap_or_default();
        self.length
            .map(|length| Seconds(length.0.saturating_add(bought.0)))
    }

    /// The second at which duration or notice end the stream, and why.
    pub fn end(&self, price: Price) -> Option<(UnixTime, CloseReason)> {
        let full = self
            .active_since
            .zip(self.duration(price))
            .map(|(since, duration)| (since.plus(duration), CloseReason::DurationEnded));
        let notice = self.notice_until.map(|until| (until, CloseReason::NoticeServed));
        full.into_iter().chain(notice).min_by_key(|(end, _)| *end)
    }

    /// Since when the tenant asks for nothing: it suspended the stream or let its acknowledgement lapse.
    pub fn idle_since(&self) -> Option<UnixTime> {
        self.suspended_at.into_iter().chain(self.acknowledged_until).min()
    }

    /// No second after this is credited.
    pub fn cutoff(&self, price: Price) -> UnixTime {
        let end = self.end(price).map(|(end, _)| end);
        end.into_iter()
            .chain(self.idle_since())
            .min()
            .unwrap_or(Beat::NEVER)
            .min(Beat::NEVER)
    }
}

impl LeaseFile {
    /// Seconds credited so far.
    pub fn credited(&self) -> Result<Seconds, ContractError> {
        let stream = self.stream()?;
        Ok(self.beat.map_or(stream.credited, |beat| beat.credited))
    }

    /// Pay what the credited seconds have earned and was not paid yet.
    ///
    /// # Errors
    /// The lease is a task.
    pub fn accrue(&mut self, credited: Seconds, fx: &mut Effects) -> Result<(), ContractError> {
        let stream = self.stream()?;
        let funds = sum(self.money.gross, self.money.remaining)?;
        let earned = gross(stream.base(), self.lease.price, credited, funds);
        let due = earned.saturating_sub(self.money.gross);
        self.money.pay(
            &self.terms.order,
            &self.lease,
            Purse::Remaining,
            due,
            Default::default(),
            fx,
        )
    }

    /// The credited seconds at which the money is spent.
    pub fn affordable(&self) -> Result<Option<Seconds>, ContractError> {
        let funds = sum(self.money.gross, self.money.remaining)?;
        Ok(affordable(self.stream()?.base(), self.lease.price, funds))
    }

    /// The second at which money or duration end, if every second from now on is credited.
    ///
    /// # Errors
    /// The lease is a task.
    pub fn ends_at(&self, now: UnixTime) -> Result<Option<UnixTime>, ContractError> {
        let end = self.stream()?.end(self.lease.price).map(|(end, _)| end);
        let Some(beat) = self.beat else {
            return Ok(end);
        };
        if let Some((at, _)) = self.over(now)? {
            return Ok(Some(at));
        }
        // A gap beyond the window credits nothing.
        let since = credit(beat.last, now, beat.cutoff, beat.window).unwrap_or_default();
        let credited = beat.credited.0.saturating_add(since.0);
        let spent = self
            .affordable()?
            .map(|affordable| now.plus(Seconds(affordable.0.saturating_sub(credited))));
        Ok(end.into_iter().chain(spent).min())
    }

    /// The second at which the money of an active stream was spent or will be, if nobody but time has to do anything for it:
    /// the seconds up to it are credited already, or lie within the window of the last heartbeat.
    fn spent_at(&self) -> Result<Option<UnixTime>, ContractError> {
        let (Some(beat), Some(affordable)) = (self.beat, self.affordable()?) else {
            return Ok(None);
        };
        if affordable <= beat.credited {
            let beyond = beat.credited.0.saturating_sub(affordable.0);
            let last = beat.last.min(beat.cutoff);
            return Ok(Some(UnixTime(last.0.saturating_sub(beyond))));
        }
        let left = Seconds(affordable.0.saturating_sub(beat.credited.0));
        let at = beat.last.plus(left);
        let credited = credit(beat.last, at, beat.cutoff, beat.window);
        Ok((credited == Some(left)).then_some(at))
    }

    /// Why an active stream is over by itself now, and since when.
    pub fn over(&self, now: UnixTime) -> Result<Option<(UnixTime, CloseReason)>, ContractError> {
        let end = self
            .stream()?
            .end(self.lease.price)
            .filter(|(end, _)| *end <= now);
        if end.is_some() {
            return Ok(end);
        }
        let spent = self.spent_at()?.filter(|at| *at <= now);
        Ok(spent.map(|at| (at, CloseReason::FundsExhausted)))
    }

    /// Bring the money up to now, and end the stream if its time or money is over. Settling often or once is the same.
    ///
    /// # Errors
    /// The lease is a task.
    pub fn settle_stream(&mut self, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        if self.lease.status != LeaseStatus::Active {
            return Ok(());
        }
        let before = self.money.gross;
        match self.over(moment.time)? {
            Some((at, reason)) => self.end_stream(moment, at, reason, Fault::Outage { tip_to: None }, fx)?,
            None => self.accrue(self.credited()?, fx)?,
        }
        if self.money.gross != before {
            fx.emit(self.settled()?);
        }
        Ok(())
    }

    fn settled(&self) -> Result<LeaseSettled, ContractError> {
        let parts = fee::split(self.money.gross, self.order().take_rate, self.money.premium)?;
        Ok(LeaseSettled {
            lease: self.id,
            gross: self.money.gross,
            fee: parts.fee,
            income: parts.income,
        })
    }

    /// After the agent's `Ready` or the tenant's acceptance: accrual begins once both are there.
    ///
    /// # Errors
    /// The lease is a task.
    fn activate(&mut self, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        let ack_every = self.ack_every();
        let window = self.terms.service.window;
        let price = self.lease.price;
        let stream = self.stream_mut()?;
        if stream.ready_at.is_none() || stream.accepted_at.is_none() {
            return Ok(());
        }
        stream.active_since = Some(moment.time);
        if let Some(ack_every) = ack_every {
            let first = moment.time.plus(ack_every);
            stream.acknowledged_until = stream.acknowledged_until.max(Some(first));
        }
        let cutoff = stream.cutoff(price);
        self.beat = Some(Beat {
            last: moment.time,
            credited: Seconds(0),
            cutoff,
            height: moment.height,
            window,
        });
        self.lease.status = LeaseStatus::Active;
        fx.emit(LeaseActive {
            lease: self.id,
            ends_at: self.ends_at(moment.time)?.unwrap_or(UnixTime(u64::MAX)),
        });
        Ok(())
    }

    /// How often the tenant acknowledges; `None`: never.
    pub fn ack_every(&self) -> Option<Seconds> {
        match self.order().rail {
            Rail::Stream { ack_every, .. } => ack_every,
            Rail::Task { .. } => None,
        }
    }

    /// Refresh the heartbeat record after a change of terms.
    pub fn refresh_cutoff(&mut self) -> Result<(), ContractError> {
        let cutoff = self.stream()?.cutoff(self.lease.price);
        if let Some(beat) = &mut self.beat {
            beat.cutoff = cutoff;
        }
        Ok(())
    }

    /// Stop accrual at this second.
    ///
    /// # Errors
    /// Not an active stream, over, or suspended already.
    pub fn suspend(&mut self, moment: &Moment) -> Result<(), ContractError> {
        self.ensure_live(moment.time)?;
        self.excuse_halt(moment);
        let lease = self.id;
        let stream = self.stream_mut()?;
        if stream.suspended_at.is_some() {
            return Err(ContractError::AlreadySaid { lease });
        }
        stream.suspended_at = Some(moment.time);
        self.refresh_cutoff()
    }

    /// Accrual goes on, unless the acknowledgement has lapsed as well: then the idle time goes on from its beginning.
    ///
    /// # Errors
    /// Not a suspended stream, or over.
    pub fn resume(&mut self, moment: &Moment) -> Result<(), ContractError> {
        self.ensure_live(moment.time)?;
        let lease = self.id;
        let stream = self.stream_mut()?;
        let idle = stream.idle_since();
        if stream.suspended_at.take().is_none() {
            return Err(ContractError::NotSuspended { lease });
        }
        match stream.acknowledged_until {
            Some(lapsed) if lapsed < moment.time => stream.acknowledged_until = idle,
            _ => self.wake(idle, moment),
        }
        self.refresh_cutoff()
    }

    /// The tenant vouches for the service up to `good_until`; an earlier acknowledgement that reaches further stands.
    ///
    /// # Errors
    /// Terms without acknowledgements, a sequence that does not rise, a time passed or too far ahead, a stream that is over.
    pub fn acknowledge(
        &mut self,
        sequence: u64,
        good_until: UnixTime,
        moment: &Moment,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let lease = self.id;
        self.stream()?;
        self.ensure_running()?;
        if self.beat.is_some() {
            self.ensure_live(moment.time)?;
        }
        let Some(ack_every) = self.ack_every() else {
            return Err(ContractError::AcknowledgementNotAsked { lease });
        };
        let latest = moment.time.plus(ack_every);
        if good_until > latest {
            return Err(ContractError::AcknowledgedTooFar { good_until, latest });
        }
        // Were a passed one taken, a tenant could turn time it asked for nothing into silence afterwards.
        if good_until < moment.time {
            return Err(ContractError::AcknowledgementPassed { good_until });
        }
        let stream = self.stream_mut()?;
        let last = stream.ack_sequence;
        if sequence <= last {
            return Err(ContractError::StaleAcknowledgement { sequence, last });
        }
        stream.ack_sequence = sequence;
        let idle = stream.idle_since().filter(|idle| *idle < moment.time);
        stream.acknowledged_until = stream.acknowledged_until.max(Some(good_until));
        fx.emit(LeaseAcknowledged {
            lease,
            sequence,
            good_until,
        });
        match stream.suspended_at {
            Some(_) if idle.is_some() => stream.suspended_at = idle,
            None => self.wake(idle, moment),
            _ => {}
        }
        if self.stream()?.accepted_at.is_none() {
            self.accept(moment, fx)?;
        }
        self.refresh_cutoff()
    }

    /// Cut the time in which the tenant asked for nothing out of the gap between two beats: it is neither credited nor
    /// silence, and what came before it still counts.
    fn wake(&mut self, idle: Option<UnixTime>, moment: &Moment) {
        if let (Some(beat), Some(idle)) = (&mut self.beat, idle) {
            let cut = moment.time.since(idle.max(beat.last));
            beat.last = beat.last.plus(cut);
            beat.height = moment.height;
        }
    }

    /// The agent says that the stream can be used.
    ///
    /// # Errors
    /// Not a starting stream, said already, or too late.
    pub fn ready(&mut self, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        self.stream()?;
        self.ensure(LeaseStatus::Starting)?;
        let (lease, deadline) = (self.id, self.lease.awarded_at.plus(self.start_timeout()));
        let stream = self.stream_mut()?;
        if stream.ready_at.is_some() {
            return Err(ContractError::AlreadySaid { lease });
        }
        if moment.time >= deadline {
            return Err(ContractError::StartOver { lease, deadline });
        }
        stream.ready_at = Some(moment.time);
        fx.emit(LeaseReady { lease });
        self.activate(moment, fx)
    }

    /// The tenant says that the stream works.
    ///
    /// # Errors
    /// Not a starting stream, or said already.
    pub fn accept(&mut self, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        self.stream()?;
        self.ensure(LeaseStatus::Starting)?;
        let lease = self.id;
        let stream = self.stream_mut()?;
        if stream.accepted_at.is_some() {
            return Err(ContractError::AlreadySaid { lease });
        }
        stream.accepted_at = Some(moment.time);
        fx.emit(LeaseAccepted { lease });
        self.activate(moment, fx)
    }

    /// # Errors
    /// Not an active stream, or its time or money is over.
    pub fn ensure_live(&self, now: UnixTime) -> Result<(), ContractError> {
        self.stream()?;
        self.ensure(LeaseStatus::Active)?;
        match self.over(now)? {
            Some(_) => Err(ContractError::LeaseOver { lease: self.id }),
            None => Ok(()),
        }
    }

    /// The stream ends when the agreed notice has passed.
    ///
    /// # Errors
    /// The terms have none, or it was given.
    pub fn give_notice(&mut self, now: UnixTime) -> Result<UnixTime, ContractError> {
        self.ensure_live(now)?;
        let lease = self.id;
        let notice = match self.order().rail {
            Rail::Stream { notice, .. } if notice > Seconds(0) || self.order().interruptible => notice,
            _ => return Err(ContractError::NoNotice { lease }),
        };
        let until = now.plus(notice);
        let stream = self.stream_mut()?;
        if stream.notice_until.is_some() {
            return Err(ContractError::AlreadySaid { lease });
        }
        stream.notice_until = Some(until);
        self.refresh_cutoff()?;
        Ok(until)
    }

    /// Money added to a running stream: more time for an open-ended one, a longer duration for a fixed one.
    ///
    /// # Errors
    /// Not a running stream, over, or a duration beyond the limit.
    pub fn top_up(&mut self, amount: Uint128, now: UnixTime) -> Result<(), ContractError> {
        self.stream()?;
        self.ensure_running()?;
        if self.lease.status == LeaseStatus::Active {
            self.ensure_live(now)?;
        }
        let price = self.lease.price;
        self.money.remaining = sum(self.money.remaining, amount)?;
        self.money.funded()?;
        let stream = self.stream_mut()?;
        if let Some(length) = stream.length {
            if price.is_zero() {
                return Err(ContractError::ZeroPrice {});
            }
            stream.topped = sum(stream.topped, amount)?;
            // Time that cannot be counted is beyond the limit.
            let bought = seconds_for(stream.topped, price).unwrap_or(Seconds(u64::MAX));
            ensure_duration(Seconds(length.0.saturating_add(bought.0)))?;
        }
        self.refresh_cutoff()
    }

    /// Other terms from the last heartbeat on. What was earned stays earned; the fraction of a base unit that was
    /// not yet due stays with the tenant.
    ///
    /// # Errors
    /// Terms that make no sense, or that the remaining money does not cover.
    pub fn amend(
        &mut self,
        amendment: &Amendment,
        now: UnixTime,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        check_amendment(self.id, self.stream()?, amendment)?;
        let active = self.beat.is_some();
        if active {
            self.ensure_live(now)?;
        }
        let credited = self.credited()?;
        self.accrue(credited, fx)?;
        let (money, old) = (self.money, self.lease.price);
        let price = amendment.price_per_hour.unwrap_or(old);
        let last = self.beat.map(|beat| beat.last);
        let stream = self.stream_mut()?;
        stream.length = amendment.duration.or(stream.duration(old));
        stream.topped = Default::default();
        stream.gross_base = money.gross;
        stream.credited_base = credited;
        if let Some(length) = stream.length {
            let span = match (stream.active_since, last) {
                (Some(since), Some(last)) => {
                    let end = since.plus(length);
                    if end < now {
                        return Err(ContractError::EndsInThePast { end });
                    }
                    end.since(last)
                }
                _ => length,
            };
            let needed = cost(price, span, Rounding::Up)?;
            if needed > money.remaining {
                return Err(ContractError::NotCovered {
                    needed,
                    remaining: money.remaining,
                });
            }
        }
        self.lease.price = price;
        self.refresh_cutoff()
    }
}

/// # Errors
/// It changes nothing, or asks for what no stream can have.
pub fn check_amendment(lease: LeaseId, stream: &Stream, amendment: &Amendment) -> Result<(), ContractError> {
    if amendment.price_per_hour.is_none() && amendment.duration.is_none() {
        return Err(ContractError::EmptyAmendment {});
    }
    if amendment.price_per_hour.is_some_and(Price::is_zero) {
        return Err(ContractError::ZeroPrice {});
    }
    match (amendment.duration, stream.length) {
        (Some(_), None) => Err(ContractError::NoDuration { lease }),
        (Some(duration), Some(_)) => ensure_duration(duration),
        (None, _) => Ok(()),
    }
}

fn ensure_duration(duration: Seconds) -> Result<(), ContractError> {
    let max = limits::DURATION;
    match duration > Seconds(0) && duration <= max {
        true => Ok(()),
        false => Err(ContractError::Duration { duration, max }),
    }
}
