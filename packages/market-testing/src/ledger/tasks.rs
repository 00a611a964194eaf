//! Tasks: units are attested, held, vested.

use lease_escrow::ContractError as Error;
use market_types::escrow::LeaseStatus;
use market_types::order::Rail;
use market_types::{CloseReason, LeaseId};

use super::leases::{Lease, Purse, Side};
use super::{Fate, Ledger};

/// The times of a task, and what waiting in vain costs.
struct Times {
    unit_deadline: u64,
    start_timeout: u64,
    progress_timeout: u64,
    start_fee: Option<u128>,
}

fn times(lease: &Lease) -> Times {
    match &lease.terms.rail {
        Rail::Task {
            unit_deadline,
            start_timeout,
            progress_timeout,
            start_fee,
            ..
        } => Times {
            unit_deadline: unit_deadline.0,
            start_timeout: start_timeout.0,
            progress_timeout: progress_timeout.0,
            start_fee: start_fee.map(|fee| fee.u128()),
        },
        rail => panic!("{rail:?} is no task"),
    }
}

impl Lease {
    pub fn may_attest(&self, now: u64) -> u32 {
        let Some(task) = self.task() else { return 0 };
        if self.short.is_some() {
            return 0;
        }
        match self.status {
            LeaseStatus::Starting | LeaseStatus::Active => task.units - task.attested,
            LeaseStatus::Closing => task
                .overlap
                .filter(|(_, until)| now < *until)
                .map_or(0, |(units, _)| units),
            LeaseStatus::Closed => 0,
        }
    }

    /// Why anybody may close it now.
    fn failure(&self, now: u64) -> Option<CloseReason> {
        let (task, times) = (self.task()?, times(self));
        if let Some(waiting) = task.waiting_since {
            return (now >= waiting + times.start_timeout).then_some(CloseReason::InputsMissing);
        }
        match self
            .short
            .map(|(since, excused)| (now >= since + 72 * 3_600, excused))
        {
            Some((true, true)) => return Some(CloseReason::Understaked),
            Some((false, true)) => return None,
            Some((true, false)) => return Some(CloseReason::NoProgress),
            Some((false, false)) | None => {}
        }
        let since = [
            Some(self.awarded_at),
            task.delivered_at,
            task.last_batch_at,
            self.restaked_at,
        ];
        let since = since.into_iter().flatten().max()?;
        (now >= since + times.progress_timeout).then_some(CloseReason::NoProgress)
    }
}

impl Ledger {
    fn running_task(&mut self, id: LeaseId) -> Result<&mut Lease, Error> {
        let lease = self.lease_mut(id)?;
        if lease.task().is_none() {
            return Err(Error::NotATask { lease: id });
        }
        lease.ensure_status(id, LeaseStatus::Active)?;
        Ok(lease)
    }

    pub(super) fn waiting(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let task = self.running_task(id)?.task_mut();
        match task.waiting_since {
            _ if task.attested > 0 => Err(Error::InputsUsed {
                lease: id,
                attested: task.attested,
            }),
            Some(_) => Err(Error::AlreadySaid { lease: id }),
            None => {
                task.waiting_since = Some(now);
                Ok(())
            }
        }
    }

    pub(super) fn inputs_delivered(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let task = self.running_task(id)?.task_mut();
        match task.waiting_since.take() {
            None => Err(Error::NotWaiting { lease: id }),
            Some(_) => {
                task.delivered_at.get_or_insert(now);
                Ok(())
            }
        }
    }

    /// Units were attested; the attestation contract has seen that they may be.
    pub(super) fn hold(&mut self, id: LeaseId, units: u32) -> Fate {
        let now = self.now;
        let lease = self.lease_mut(id)?;
        let amount = lease.price * u128::from(units);
        lease.money.remaining -= amount;
        lease.money.held += amount;
        let active = lease.status == LeaseStatus::Active;
        let task = lease.task_mut();
        task.attested += units;
        task.last_batch_at = Some(now);
        task.waiting_since = None;
        if let Some((left, _)) = &mut task.overlap {
            *left -= units;
        }
        if active && task.attested == task.units {
            self.finish(id, CloseReason::Completed, now, 0);
        }
        Ok(())
    }

    pub(super) fn vest(&mut self, id: LeaseId, units: u32, premium: u128) -> Fate {
        let lease = self.lease_mut(id)?;
        let amount = lease.price * u128::from(units);
        let task = lease.task_mut();
        let held = task.attested - task.vested - task.refunded;
        if units > held {
            return Err(Error::NotHeld {
                lease: id,
                asked: units,
                held,
            }
            .into());
        }
        task.vested += units;
        self.pay(id, Purse::Held, amount, premium);
        self.close_if_empty(id);
        Ok(())
    }

    pub(super) fn fail_task(&mut self, id: LeaseId) -> Result<bool, Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        let Some(reason) = lease.failure(now) else {
            return Ok(false);
        };
        if reason == CloseReason::InputsMissing {
            let fee = times(lease).start_fee.unwrap_or(lease.price);
            let fee = fee.min(lease.money.remaining);
            self.pay(id, Purse::Remaining, fee, 0);
        }
        self.finish(id, reason, now, 0);
        Ok(true)
    }

    /// After a tenant's close, units under way may still come: one unit deadline, one unit per GPU.
    pub(super) fn close_task(&mut self, id: LeaseId, side: Side) -> Result<(), Error> {
        if self.fail_task(id)? {
            return Ok(());
        }
        let now = self.now;
        let lease = self.lease_mut(id)?;
        if side == Side::Provider {
            let reason = match lease.terms.interruptible {
                true => CloseReason::NoticeServed,
                false => CloseReason::ProviderClosed,
            };
            self.finish(id, reason, now, 0);
            return Ok(());
        }
        let (price, gpus) = (lease.price, u32::from(lease.terms.gpus));
        let deadline = now + times(lease).unit_deadline;
        let task = lease.task_mut();
        let units = match task.waiting_since {
            Some(_) => 0,
            None => gpus.min(task.units - task.attested),
        };
        if units > 0 {
            task.overlap = Some((units, deadline));
        }
        self.finish(id, CloseReason::TenantClosed, now, price * u128::from(units));
        Ok(())
    }

    pub(super) fn settle_task(&mut self, id: LeaseId) -> Result<(), Error> {
        let now = self.now;
        let lease = self.lease_mut(id)?;
        let left = lease.money.remaining;
        let closing = lease.status == LeaseStatus::Closing;
        let overlap = &mut lease.task_mut().overlap;
        match overlap {
            Some((units, until)) if closing && *until <= now && left > 0 => *units = 0,
            _ => return Ok(()),
        }
        self.give_back(id, Purse::Remaining, left);
        self.close_if_empty(id);
        Ok(())
    }
}
