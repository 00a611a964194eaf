//! A task: units are attested, held, and paid when they have vested.

use cosmwasm_std::Uint128;
use market_math::MathError;
use market_types::escrow::LeaseStatus;
use market_types::events::{LeaseHeld, LeaseRefunded, LeaseVested};
use market_types::order::Rail;
use market_types::{CloseReason, Price, Seconds, UnixTime};

use super::{Effects, LeaseFile, Purse};
use crate::ledger::{difference, sum};
use crate::state::{Overlap, Side, Task};
use crate::ContractError;

/// The terms of a task.
#[derive(Clone, Copy)]
pub struct TaskTerms {
    pub units: u32,
    pub unit_deadline: Seconds,
    pub start_timeout: Seconds,
    pub progress_timeout: Seconds,
    pub start_fee: Option<Uint128>,
}

/// `price * units`.
///
/// # Errors
/// The sum does not fit.
pub fn price_of(price: Price, units: u32) -> Result<Uint128, ContractError> {
    let (a, b) = (price.0, Uint128::from(units));
    let one = Uint128::one();
    Ok(a.checked_mul(b)
        .map_err(|_| MathError::Overflow { a, b, divisor: one })?)
}

impl LeaseFile {
    /// # Errors
    /// The lease is a stream.
    pub fn task_terms(&self) -> Result<TaskTerms, ContractError> {
        match self.order().rail {
            Rail::Task {
                units,
                unit_deadline,
                start_timeout,
                progress_timeout,
                start_fee,
            } => Ok(TaskTerms {
                units,
                unit_deadline,
                start_timeout,
                progress_timeout,
                start_fee,
            }),
            Rail::Stream { .. } => Err(ContractError::NotATask { lease: self.id }),
        }
    }

    /// How many more units may be attested now.
    ///
    /// # Errors
    /// The lease is a stream.
    pub fn may_attest(&self, now: UnixTime) -> Result<u32, ContractError> {
        let task = self.task()?;
        if self.lease.short.is_some() {
            return Ok(0);
        }
        Ok(match self.lease.status {
            LeaseStatus::Starting | LeaseStatus::Active => {
                self.task_terms()?.units.saturating_sub(task.attested)
            }
            LeaseStatus::Closing => task
                .overlap
                .filter(|overlap| now < overlap.until)
                .map_or(0, |overlap| overlap.units),
            LeaseStatus::Closed => 0,
        })
    }

    /// `units` were attested: their price is held. When the last one is, the lease is completed.
    ///
    /// # Errors
    /// More than may be attested now.
    pub fn hold(&mut self, units: u32, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        let may = self.may_attest(now)?;
        if units == 0 {
            return Err(ContractError::ZeroUnits {});
        }
        if units > may {
            return Err(ContractError::NotAttestable {
                lease: self.id,
                asked: units,
                may,
            });
        }
        let amount = price_of(self.lease.price, units)?;
        self.money.remaining = difference(self.money.remaining, amount)?;
        self.money.held = sum(self.money.held, amount)?;
        fx.shift(crate::ledger::Pool::Remaining, crate::ledger::Pool::Held, amount);
        let all = self.task_terms()?.units;
        let task = self.task_mut()?;
        task.attested = task.attested.saturating_add(units);
        task.last_batch_at = Some(now);
        task.waiting_since = None;
        if let Some(overlap) = &mut task.overlap {
            overlap.units = overlap.units.saturating_sub(units);
        }
        let completed = task.attested == all;
        fx.emit(LeaseHeld {
            lease: self.id,
            units,
            held: self.money.held,
        });
        if completed && self.lease.status == LeaseStatus::Active {
            self.finish(CloseReason::Completed, now, Uint128::zero(), fx)?;
        }
        Ok(())
    }

    /// Held units have vested.
    ///
    /// # Errors
    /// Fewer are held.
    pub fn vest(&mut self, units: u32, premium: Uint128, fx: &mut Effects) -> Result<(), ContractError> {
        let amount = self.release(units)?;
        let before = self.money.premium;
        self.money
            .pay(&self.terms.order, &self.lease, Purse::Held, amount, premium, fx)?;
        let task = self.task_mut()?;
        task.vested = task.vested.saturating_add(units);
        fx.emit(LeaseVested {
            lease: self.id,
            units,
            gross: self.money.gross,
            premium: difference(self.money.premium, before)?,
        });
        self.finish_closing(fx)?;
        Ok(())
    }

    /// Held units were not proven.
    ///
    /// # Errors
    /// Fewer are held.
    pub fn refund(&mut self, units: u32, fx: &mut Effects) -> Result<(), ContractError> {
        let amount = self.release(units)?;
        self.money.give_back(&self.lease, Purse::Held, amount, fx)?;
        let task = self.task_mut()?;
        task.refunded = task.refunded.saturating_add(units);
        fx.emit(LeaseRefunded {
            lease: self.id,
            amount,
        });
        self.finish_closing(fx)?;
        Ok(())
    }

    /// The provider was convicted: nothing of what it holds is its own.
    ///
    /// # Errors
    /// The lease is a stream, or closed.
    pub fn convict(&mut self, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        let held = self.task()?.held();
        if self.lease.status == LeaseStatus::Closed {
            return Err(self.wrong_status());
        }
        let amount = self.money.held;
        self.money.give_back(&self.lease, Purse::Held, amount, fx)?;
        let task = self.task_mut()?;
        task.refunded = task.refunded.saturating_add(held);
        task.overlap = None;
        fx.emit(LeaseRefunded {
            lease: self.id,
            amount,
        });
        self.finish(CloseReason::Convicted, now, Uint128::zero(), fx)
    }

    fn release(&self, units: u32) -> Result<Uint128, ContractError> {
        let held = self.task()?.held();
        if units == 0 {
            return Err(ContractError::ZeroUnits {});
        }
        if units > held {
            return Err(ContractError::NotHeld {
                lease: self.id,
                asked: units,
                held,
            });
        }
        price_of(self.lease.price, units)
    }

    /// Why a running task may be closed by anyone: its inputs are missing, or no batch came.
    ///
    /// Progress is counted from the award, from the first time inputs were delivered late, or from the last batch. While the
    /// agent waits, only missing inputs count; an answer never moves the clock twice, so waiting cannot put off a failure
    /// for longer than one start time.
    ///
    /// # Errors
    /// The lease is a stream.
    pub fn task_failure(&self, now: UnixTime) -> Result<Option<CloseReason>, ContractError> {
        let (task, terms) = (self.task()?, self.task_terms()?);
        if let Some(waiting) = task.waiting_since {
            let due = waiting.max(self.lease.awarded_at).plus(terms.start_timeout);
            return Ok((now >= due).then_some(CloseReason::InputsMissing));
        }
        if let Some(failure) = self.stake_failure(now) {
            return Ok(failure);
        }
        let due = self.progress_since()?.plus(terms.progress_timeout);
        Ok((now >= due).then_some(CloseReason::NoProgress))
    }

    fn progress_since(&self) -> Result<UnixTime, ContractError> {
        let task = self.task()?;
        let later = task
            .delivered_at
            .into_iter()
            .chain(task.last_batch_at)
            .chain(self.lease.restaked_at);
        Ok(later.fold(self.lease.awarded_at, UnixTime::max))
    }

    /// Close a task that has failed. For missing inputs the provider takes its start fee.
    pub fn fail_task(
        &mut self,
        reason: CloseReason,
        now: UnixTime,
        fx: &mut Effects,
    ) -> Result<(), ContractError> {
        if reason == CloseReason::InputsMissing {
            // The documented default of a start fee: one unit.
            let fee = self.task_terms()?.start_fee.unwrap_or(self.lease.price.0);
            let fee = fee.min(self.money.remaining);
            self.money.pay(
                &self.terms.order,
                &self.lease,
                Purse::Remaining,
                fee,
                Uint128::zero(),
                fx,
            )?;
        }
        self.finish(reason, now, Uint128::zero(), fx)
    }

    /// After a tenant's close, work under way may still be attested for one unit deadline, at most one unit per GPU; its
    /// price is kept until then.
    pub fn close_task(&mut self, side: Side, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        if let Some(reason) = self.task_failure(now)? {
            return self.fail_task(reason, now, fx);
        }
        let reason = match side {
            Side::Tenant => CloseReason::TenantClosed,
            Side::Provider if self.order().interruptible => CloseReason::NoticeServed,
            Side::Provider => CloseReason::ProviderClosed,
        };
        if side == Side::Provider {
            return self.finish(reason, now, Uint128::zero(), fx);
        }
        let terms = self.task_terms()?;
        let gpus = u32::from(self.order().resources.gpus);
        let (price, waiting) = (self.lease.price, self.task()?.waiting_since.is_some());
        let left = terms.units.saturating_sub(self.task()?.attested);
        let units = if waiting { 0 } else { left.min(gpus) };
        if units > 0 {
            self.task_mut()?.overlap = Some(Overlap {
                units,
                until: now.plus(terms.unit_deadline),
            });
        }
        self.finish(reason, now, price_of(price, units)?, fx)
    }

    /// The overlap after a tenant's close has passed: what was kept for it returns.
    ///
    /// # Errors
    /// The lease is a stream.
    pub fn settle_task(&mut self, now: UnixTime, fx: &mut Effects) -> Result<(), ContractError> {
        let passed = self.task()?.overlap.is_some_and(|overlap| overlap.until <= now);
        if self.lease.status != LeaseStatus::Closing || !passed || self.money.remaining.is_zero() {
            return Ok(());
        }
        let amount = self.money.remaining;
        self.money.give_back(&self.lease, Purse::Remaining, amount, fx)?;
        if let Some(overlap) = &mut self.task_mut()?.overlap {
            overlap.units = 0;
        }
        fx.emit(LeaseRefunded {
            lease: self.id,
            amount,
        });
        self.finish_closing(fx)?;
        Ok(())
    }
}

impl Task {
    /// Units attested and neither vested nor refunded.
    pub fn held(&self) -> u32 {
        self.attested
            .saturating_sub(self.vested)
            .saturating_sub(self.refunded)
    }
}
