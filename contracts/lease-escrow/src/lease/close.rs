//! How a lease ends: who may end it, for what reason, and what happens to the money.

use cosmwasm_std::{Addr, Uint128};
use market_math::accrual::credit;
use market_math::fee::fee;
use market_types::escrow::LeaseStatus;
use market_types::events::{LeaseClosed, LeaseClosing};
use market_types::order::Rail;
use market_types::registry::{ExecuteMsg as TellRegistry, Fact, ReleasePart};
use market_types::{BasisPoints, CloseReason, Seconds, UnixTime};

use super::{funding, Effects, LeaseFile, Moment, Purse, Work};
use crate::state::{Ended, Side};
use crate::ContractError;

/// What the end of an active stream costs the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// What its silence up to the end costs. `tip_to`: this account ended a silent lease.
    Outage { tip_to: Option<Addr> },
    /// The whole lease bond.
    WholeBond,
}

impl LeaseFile {
    /// Close as one side; the state decides the reason.
    ///
    /// # Errors
    /// The lease has ended.
    pub fn close(&mut self, side: Side, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        self.ensure_running()?;
        match (&self.work, self.lease.status) {
            (Work::Task(_), _) => self.close_task(side, moment.time, fx),
            (Work::Stream(_), LeaseStatus::Starting) => self.close_starting(side, moment.time, fx),
            (Work::Stream(_), _) => self.close_active(side, moment, fx),
        }
    }

    /// Close what has failed; anybody may ask. A lease that is over by itself ends for its own reason.
    ///
    /// # Errors
    /// Nothing has failed, or the lease has ended.
    pub fn close_failed(
        &mut self,
        by: &Addr,
        moment: &Moment,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        self.ensure_running()?;
        match (&self.work, self.lease.status) {
            (Work::Task(_), _) => match self.task_failure(moment.time)? {
                Some(reason) => self.fail_task(reason, moment.time, fx),
                None => Err(ContractError::NothingFailed { lease: self.id }),
            },
            (Work::Stream(_), LeaseStatus::Starting) => match self.start_failure(moment.time)? {
                Some(reason) => self.end_starting(reason, moment.time, fx),
                None => Err(ContractError::NothingFailed { lease: self.id }),
            },
            (Work::Stream(_), _) => {
                if let Some((at, reason)) = self.over(moment.time)? {
                    return self.end_stream(moment, at, reason, Fault::Outage { tip_to: None }, fx);
                }
                match self.silence(moment)? {
                    Some(reason) => {
                        let tip_to = (reason == CloseReason::Silent).then(|| by.clone());
                        self.end_stream(moment, moment.time, reason, Fault::Outage { tip_to }, fx)
                    }
                    None => Err(ContractError::NothingFailed { lease: self.id }),
                }
            }
        }
    }

    /// Why a stream that did not start may be closed by anyone.
    fn start_failure(&self, now: UnixTime) -> Result<Option<CloseReason>, ContractError> {
        if now < self.lease.awarded_at.plus(self.start_timeout()) {
            return Ok(None);
        }
        Ok(Some(match self.stream()?.ready_at {
            Some(_) => CloseReason::NotAccepted,
            None => CloseReason::NotReady,
        }))
    }

    /// Why an active stream that went quiet may be closed by anyone. Silence that began after the tenant had stopped
    /// asking for the service is not the provider's failure.
    fn silence(&self, moment: &Moment) -> Result<Option<CloseReason>, ContractError> {
        let Some(beat) = self.beat else {
            return Ok(None);
        };
        if !self.silent(&beat, moment.time, moment)? {
            return Ok(None);
        }
        Ok(Some(match self.idle_at(moment.time)? {
            Some(idle) if !self.silent(&beat, idle, moment)? => CloseReason::Suspended,
            _ => CloseReason::Silent,
        }))
    }

    fn idle_at(&self, now: UnixTime) -> Result<Option<UnixTime>, ContractError> {
        Ok(self.stream()?.idle_since().filter(|idle| *idle <= now))
    }

    /// The tenant agreed that the provider leaves at any time, without notice.
    fn may_leave(&self) -> bool {
        let no_notice = matches!(self.order().rail, Rail::Stream { notice, .. } if notice == Seconds(0));
        self.order().interruptible && no_notice
    }

    fn close_starting(&mut self, side: Side, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        let failure = self.start_failure(now)?;
        let reason = failure.unwrap_or(match side {
            Side::Tenant => CloseReason::TenantClosed,
            Side::Provider if self.may_leave() => CloseReason::NoticeServed,
            Side::Provider => CloseReason::ProviderClosed,
        });
        self.end_starting(reason, now, fx)
    }

    /// A tenant that ends a stream its agent was ready for pays the time since, at most the start time: otherwise it
    /// could use the service without ever accepting it.
    fn end_starting(
        &mut self,
        reason: CloseReason,
        now: UnixTime,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let tenants = matches!(reason, CloseReason::NotAccepted | CloseReason::TenantClosed);
        if let (true, Some(ready)) = (tenants, self.stream()?.ready_at) {
            let credited = now.since(ready).min(self.start_timeout());
            self.accrue(credited, fx)?;
            self.stream_mut()?.credited = credited;
        }
        if reason == CloseReason::ProviderClosed {
            self.penalize(BasisPoints::WHOLE, None, fx);
        }
        self.finish(reason, now, Default::default(), fx)
    }

    fn close_active(&mut self, side: Side, moment: &Moment, fx: &mut Effects) -> Result<(), ContractError> {
        let now = moment.time;
        let excused = Fault::Outage { tip_to: None };
        if let Some((at, reason)) = self.over(now)? {
            return self.end_stream(moment, at, reason, excused, fx);
        }
        let (reason, fault) = match side {
            Side::Tenant => match self.silence(moment)? {
                Some(CloseReason::Silent) => (CloseReason::Silent, excused),
                _ => (CloseReason::TenantClosed, excused),
            },
            Side::Provider if self.idle_at(now)?.is_some() => (CloseReason::Suspended, excused),
            Side::Provider if self.may_leave() => (CloseReason::NoticeServed, excused),
            Side::Provider => (CloseReason::ProviderClosed, Fault::WholeBond),
        };
        self.end_stream(moment, now, reason, fault, fx)
    }

    /// End an active stream at `at`. The end stands for a last heartbeat: the provider cannot attest any more, so the
    /// seconds since the last one are credited if they are within the window, up to the cutoff as always.
    pub fn end_stream(
        &mut self,
        moment: &Moment,
        at: UnixTime,
        reason: CloseReason,
        fault: Fault,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let Some(beat) = self.beat else {
            return Err(self.wrong_status());
        };
        match fault {
            Fault::WholeBond => self.penalize(BasisPoints::WHOLE, None, fx),
            Fault::Outage { tip_to } => {
                if let Some(length) = self.outage(&beat, at, moment)? {
                    let silent = reason == CloseReason::Silent;
                    self.charge_outage(length, moment.time, silent, tip_to.as_ref(), fx)?;
                }
            }
        }
        // A gap beyond the window credits nothing.
        let last = credit(beat.last, at, beat.cutoff, beat.window).unwrap_or_default();
        let credited = Seconds(beat.credited.0.saturating_add(last.0));
        self.accrue(credited, fx)?;
        self.beat = None;
        self.stream_mut()?.credited = credited;
        self.finish(reason, at, Default::default(), fx)
    }

    /// New work stops: what is unspent, less `kept` for work still under way, returns to the tenant at once.
    ///
    /// # Errors
    /// More is to be kept than remains.
    pub fn finish(
        &mut self,
        reason: CloseReason,
        at: UnixTime,
        kept: Uint128,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        let refund = crate::ledger::difference(self.money.remaining, kept)?;
        self.money.give_back(&self.lease, Purse::Remaining, refund, fx)?;
        self.lease.status = LeaseStatus::Closing;
        self.lease.ended = Some(Ended { at, reason });
        fx.emit(LeaseClosing {
            lease: self.id,
            reason,
            refunded: refund,
        });
        if !self.finish_closing(fx)? {
            fx.calls.push(TellRegistry::Release {
                lease: self.id,
                part: ReleasePart::Capacity,
            });
        }
        Ok(())
    }

    /// What the lease could have come to: what it was awarded for, or what it really earned. Money that a top-up put in and
    /// the end gave back weighs nothing; otherwise a tenant could make a failure as heavy as it likes for nothing.
    fn expected(&self) -> Result<Uint128, ContractError> {
        let funded = self.money.funded()?;
        // What does not fit is above all that was funded.
        let awarded = funding(&self.order().rail, self.lease.price).unwrap_or(funded);
        Ok(awarded.min(funded).max(self.money.gross))
    }

    /// A closing lease that holds nothing any more is closed. Only now is the fee known that its evidence weighs by.
    pub fn finish_closing(&mut self, fx: &mut Effects) -> Result<bool, ContractError> {
        let Some(ended) = self.lease.ended else {
            return Ok(false);
        };
        let empty = self.money.held.is_zero() && self.money.remaining.is_zero();
        if self.lease.status != LeaseStatus::Closing || !empty {
            return Ok(false);
        }
        self.lease.status = LeaseStatus::Closed;
        fx.emit(LeaseClosed {
            lease: self.id,
            reason: ended.reason,
            gross: self.money.gross,
            refunded: self.money.refunded,
        });
        let rate = self.order().take_rate;
        let fact = Fact::Ended {
            reason: ended.reason,
            gross: self.money.gross,
            fee: fee(self.money.gross, rate)?,
            fee_expected: fee(self.expected()?, rate)?,
        };
        self.record(fact, fx);
        fx.calls.push(TellRegistry::Release {
            lease: self.id,
            part: ReleasePart::Bonds,
        });
        Ok(true)
    }
}
