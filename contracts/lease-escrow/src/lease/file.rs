//! Everything about one lease, loaded once and saved once: only the records that changed are written.

use cosmwasm_std::Storage;
use market_types::escrow::LeaseStatus;
use market_types::order::Rail;
use market_types::{LeaseId, Seconds};

use super::{Terms, Work};
use crate::state::{self, Beat, Lease, Money, Order, Stream, Task};
use crate::state::{BEATS, LEASES, MONEY, SERVICES, STREAMS, TASKS};
use crate::ContractError;

#[derive(Clone, Debug, PartialEq)]
pub struct LeaseFile {
    pub id: LeaseId,
    pub terms: Terms,
    pub lease: Lease,
    pub money: Money,
    pub work: Work,
    /// Of a stream, exactly while it is active.
    pub beat: Option<Beat>,
}

impl LeaseFile {
    /// # Errors
    /// No lease has this number, or a part of its record is missing. A lease has money from the award on, if only zeros: without that
    /// record nobody knows what it owes, so it must not look empty.
    pub fn load(storage: &dyn Storage, id: LeaseId) -> Result<Self, ContractError> {
        let lease = state::lease(storage, id)?;
        let order = state::order(storage, id.order())?;
        let service = SERVICES.load(storage, order.service)?;
        let work = match order.rail {
            Rail::Stream { .. } => STREAMS.may_load(storage, id)?.map(Work::Stream),
            Rail::Task { .. } => TASKS.may_load(storage, id)?.map(Work::Task),
        };
        // Absent until something happens to the work.
        let work = work.unwrap_or_else(|| Work::new(&order.rail));
        let beat = match work {
            Work::Stream(_) => BEATS.may_load(storage, (lease.provider, id))?,
            Work::Task(_) => None,
        };
        Ok(Self {
            id,
            terms: Terms { order, service },
            money: MONEY
                .may_load(storage, id)?
                .ok_or(ContractError::MoneyMissing { lease: id })?,
            lease,
            work,
            beat,
        })
    }

    /// Write what differs from `was`, the state as loaded; `None`: a new lease, to whose work nothing has happened.
    ///
    /// # Errors
    /// A record does not serialise.
    pub fn save(&self, storage: &mut dyn Storage, was: Option<&Self>) -> Result<(), ContractError> {
        if was.map(|was| &was.lease) != Some(&self.lease) {
            LEASES.save(storage, self.id, &self.lease)?;
        }
        if was.map(|was| &was.money) != Some(&self.money) {
            MONEY.save(storage, self.id, &self.money);
        }
        let untouched = Work::new(&self.order().rail);
        if was.map_or(&untouched, |was| &was.work) != &self.work {
            match &self.work {
                Work::Stream(stream) => STREAMS.save(storage, self.id, stream)?,
                Work::Task(task) => TASKS.save(storage, self.id, task)?,
            }
        }
        let had = was.and_then(|was| was.beat);
        if had != self.beat {
            let key = (self.lease.provider, self.id);
            match &self.beat {
                Some(beat) => BEATS.save(storage, key, beat),
                None => BEATS.remove(storage, key),
            }
        }
        Ok(())
    }

    pub fn order(&self) -> &Order {
        &self.terms.order
    }

    /// # Errors
    /// The lease is a task.
    pub fn stream(&self) -> Result<&Stream, ContractError> {
        match &self.work {
            Work::Stream(stream) => Ok(stream),
            Work::Task(_) => Err(ContractError::NotAStream { lease: self.id }),
        }
    }

    /// # Errors
    /// The lease is a task.
    pub fn stream_mut(&mut self) -> Result<&mut Stream, ContractError> {
        match &mut self.work {
            Work::Stream(stream) => Ok(stream),
            Work::Task(_) => Err(ContractError::NotAStream { lease: self.id }),
        }
    }

    /// # Errors
    /// The lease is a stream.
    pub fn task(&self) -> Result<&Task, ContractError> {
        match &self.work {
            Work::Task(task) => Ok(task),
            Work::Stream(_) => Err(ContractError::NotATask { lease: self.id }),
        }
    }

    /// # Errors
    /// The lease is a stream.
    pub fn task_mut(&mut self) -> Result<&mut Task, ContractError> {
        match &mut self.work {
            Work::Task(task) => Ok(task),
            Work::Stream(_) => Err(ContractError::NotATask { lease: self.id }),
        }
    }

    /// # Errors
    /// The lease has another status.
    pub fn ensure(&self, status: LeaseStatus) -> Result<(), ContractError> {
        match self.lease.status == status {
            true => Ok(()),
            false => Err(self.wrong_status()),
        }
    }

    /// # Errors
    /// The lease has ended, if only in part.
    pub fn ensure_running(&self) -> Result<(), ContractError> {
        match self.lease.status {
            LeaseStatus::Starting | LeaseStatus::Active => Ok(()),
            LeaseStatus::Closing | LeaseStatus::Closed => Err(self.wrong_status()),
        }
    }

    pub fn wrong_status(&self) -> ContractError {
        ContractError::WrongStatus {
            lease: self.id,
            status: self.lease.status,
        }
    }

    /// Time to be ready and accepted, or to deliver inputs.
    pub fn start_timeout(&self) -> Seconds {
        match self.order().rail {
            Rail::Stream { start_timeout, .. } | Rail::Task { start_timeout, .. } => start_timeout,
        }
    }
}
