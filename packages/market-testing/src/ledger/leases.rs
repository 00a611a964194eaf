//! What a lease is, who may speak for it, and how its money moves.

use std::rc::Rc;

use cosmwasm_std::{Addr, Binary};
use lease_escrow::ContractError as Error;
use market_types::escrow::{Amendment, ExecuteMsg, LeaseStatus, Params};
use market_types::order::{ComparisonClass, Rail, StreamLength};
use market_types::{BasisPoints, CloseReason, LeaseId, ProviderNo};

use super::amounts::up;
use super::book::fee;
use super::control::unimplemented_message;
use super::escrow::Money;
use super::registry::Provider;
use super::Ledger;

/// What was agreed when the order was placed; nothing changes it.
#[derive(Debug)]
pub struct Terms {
    pub tenant: Addr,
    pub token: Addr,
    pub take_rate: BasisPoints,
    pub service: Params<Addr>,
    pub rail: Rail,
    pub comparison: ComparisonClass,
    pub gpus: u16,
    pub session_key: Option<Binary>,
    pub interruptible: bool,
}

#[derive(Clone, Debug)]
pub struct Lease {
    pub terms: Rc<Terms>,
    pub tenant: Addr,
    pub provider: ProviderNo,
    pub owner: Addr,
    pub price: u128,
    pub stakes: Stakes,
    pub awarded_at: u64,
    pub status: LeaseStatus,
    pub ended: Option<(u64, CloseReason)>,
    pub money: Money,
    pub work: Work,
    /// Since when the stake is worth too little, and whether the price alone is to blame.
    pub short: Option<(u64, bool)>,
    /// When it was worth enough again.
    pub restaked_at: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
pub struct Stakes {
    pub lease_bond: u128,
    /// As it was last counted.
    pub work_bond: u128,
    pub work_bond_value: u128,
}

#[derive(Clone, Debug)]
pub enum Work {
    Stream(Stream),
    Task(Task),
}

#[derive(Clone, Debug, Default)]
pub struct Stream {
    pub ready_at: Option<u64>,
    pub accepted_at: Option<u64>,
    pub active_since: Option<u64>,
    /// Agreed from activation; `None` when open-ended.
    pub length: Option<u64>,
    /// Topped up since price and length were agreed.
    pub topped: u128,
    pub gross_before: u128,
    pub credited_before: u64,
    pub credited: u64,
    /// Time and height of the last beat, exactly while active.
    pub beat: Option<(u64, u64)>,
    pub ack_sequence: u64,
    pub acknowledged_until: Option<u64>,
    pub suspended_at: Option<u64>,
    pub notice_until: Option<u64>,
    pub outages: u32,
    pub forgiven_at: Option<u64>,
    pub proposal: Option<(Side, Amendment)>,
}

#[derive(Clone, Debug, Default)]
pub struct Task {
    pub units: u32,
    pub attested: u32,
    pub vested: u32,
    pub refunded: u32,
    pub last_batch_at: Option<u64>,
    pub waiting_since: Option<u64>,
    pub delivered_at: Option<u64>,
    /// Units that may still come after a tenant's close, and before when.
    pub overlap: Option<(u32, u64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Side {
    Tenant,
    Provider,
}

/// Which of a lease's money is spent.
#[derive(Clone, Copy, PartialEq)]
pub enum Purse {
    Remaining,
    Held,
}

impl Stream {
    pub fn of(length: &StreamLength) -> Self {
        Self {
            length: match length {
                StreamLength::Fixed(duration) => Some(duration.0),
                StreamLength::OpenEnded { .. } => None,
            },
            ..Self::default()
        }
    }
}

impl Task {
    pub fn of(units: u32) -> Self {
        Self {
            units,
            ..Self::default()
        }
    }
}

impl Lease {
    pub fn runs(&self) -> bool {
        matches!(self.status, LeaseStatus::Starting | LeaseStatus::Active)
    }

    pub(super) fn ensure_runs(&self, lease: LeaseId) -> Result<(), Error> {
        match self.runs() {
            true => Ok(()),
            false => Err(self.wrong_status(lease)),
        }
    }

    pub(super) fn ensure_status(&self, lease: LeaseId, status: LeaseStatus) -> Result<(), Error> {
        match self.status == status {
            true => Ok(()),
            false => Err(self.wrong_status(lease)),
        }
    }

    pub(super) fn wrong_status(&self, lease: LeaseId) -> Error {
        Error::WrongStatus {
            lease,
            status: self.status,
        }
    }

    pub fn stream(&self) -> Option<&Stream> {
        match &self.work {
            Work::Stream(stream) => Some(stream),
            Work::Task(_) => None,
        }
    }

    pub(super) fn stream_mut(&mut self) -> &mut Stream {
        match &mut self.work {
            Work::Stream(stream) => stream,
            Work::Task(task) => panic!("{task:?} is no stream"),
        }
    }

    pub fn task(&self) -> Option<&Task> {
        match &self.work {
            Work::Task(task) => Some(task),
            Work::Stream(_) => None,
        }
    }

    pub(super) fn task_mut(&mut self) -> &mut Task {
        match &mut self.work {
            Work::Task(task) => task,
            Work::Stream(stream) => panic!("{stream:?} is no task"),
        }
    }

    pub fn start_timeout(&self) -> u64 {
        match self.terms.rail {
            Rail::Stream { start_timeout, .. } | Rail::Task { start_timeout, .. } => start_timeout.0,
        }
    }
}

impl Ledger {
    pub(super) fn lease_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Result<(), Error> {
        match msg {
            ExecuteMsg::Accept { lease } => {
                self.ensure_tenant(*lease, sender)?;
                self.accept(*lease)
            }
            ExecuteMsg::Ready { lease } => {
                self.ensure_provider(*lease, sender)?;
                self.ready(*lease)
            }
            ExecuteMsg::Suspend { lease } => {
                self.ensure_tenant(*lease, sender)?;
                self.suspend(*lease)
            }
            ExecuteMsg::Resume { lease } => {
                self.ensure_tenant(*lease, sender)?;
                self.resume(*lease)
            }
            ExecuteMsg::Heartbeat { leases } => self.heartbeat(sender, leases),
            ExecuteMsg::GiveNotice { lease } => {
                self.ensure_provider(*lease, sender)?;
                self.give_notice(*lease)
            }
            ExecuteMsg::Waiting { lease } => {
                self.ensure_provider(*lease, sender)?;
                self.waiting(*lease)
            }
            ExecuteMsg::InputsDelivered { lease } => {
                self.ensure_tenant(*lease, sender)?;
                self.inputs_delivered(*lease)
            }
            ExecuteMsg::Transfer { lease, to } => self.hand_over(*lease, sender, &Addr::unchecked(to)),
            ExecuteMsg::Amend { lease, amendment } => self.amend(*lease, sender, amendment),
            ExecuteMsg::Acknowledge {
                lease,
                acknowledgement,
            } => self.acknowledge(*lease, sender, acknowledgement),
            ExecuteMsg::Settle { lease } => self.settle(*lease),
            ExecuteMsg::Close { lease } => self.close_as(*lease, sender),
            ExecuteMsg::CloseFailed { lease } => self.close_failed(*lease, sender),
            other => unimplemented_message(other),
        }
    }

    pub(super) fn lease_mut(&mut self, lease: LeaseId) -> Result<&mut Lease, Error> {
        self.escrow
            .leases
            .get_mut(&lease)
            .ok_or(Error::UnknownLease { lease })
    }

    fn ensure_tenant(&self, id: LeaseId, sender: &Addr) -> Result<(), Error> {
        match self.escrow.lease(id)?.tenant == *sender {
            true => Ok(()),
            false => Err(Error::NotTheTenant {
                lease: id,
                sender: sender.clone(),
            }),
        }
    }

    pub(super) fn provider_of(&self, sender: &Addr) -> Result<&Provider, Error> {
        self.registry.whois(sender).ok_or_else(|| Error::NoProvider {
            sender: sender.clone(),
        })
    }

    fn ensure_provider(&self, id: LeaseId, sender: &Addr) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        if lease.owner == *sender || self.provider_of(sender)?.no == lease.provider {
            return Ok(());
        }
        Err(Error::NotTheProvider {
            lease: id,
            provider: lease.provider,
            sender: sender.clone(),
        })
    }

    /// Which side the sender speaks for.
    fn side(&self, id: LeaseId, sender: &Addr) -> Result<Side, Error> {
        if self.escrow.lease(id)?.tenant == *sender {
            return Ok(Side::Tenant);
        }
        match self.ensure_provider(id, sender) {
            Ok(()) => Ok(Side::Provider),
            Err(_) => Err(Error::NotAParty {
                lease: id,
                sender: sender.clone(),
            }),
        }
    }

    fn hand_over(&mut self, id: LeaseId, sender: &Addr, to: &Addr) -> Result<(), Error> {
        self.ensure_tenant(id, sender)?;
        let escrow = self.wiring.lease_escrow.clone();
        let lease = self.lease_mut(id)?;
        lease.ensure_runs(id)?;
        if *to == escrow {
            return Err(Error::OwnAccount {});
        }
        if *to == lease.tenant {
            return Err(Error::AlreadySaid { lease: id });
        }
        lease.tenant = to.clone();
        if let Work::Stream(stream) = &mut lease.work {
            stream.proposal = None;
        }
        Ok(())
    }

    pub(super) fn settle(&mut self, id: LeaseId) -> Result<(), Error> {
        match self.escrow.lease(id)?.work {
            Work::Stream(_) => self.settle_stream(id),
            Work::Task(_) => self.settle_task(id),
        }
    }

    fn close_as(&mut self, id: LeaseId, sender: &Addr) -> Result<(), Error> {
        let side = self.side(id, sender)?;
        let lease = self.escrow.lease(id)?;
        lease.ensure_runs(id)?;
        match (&lease.work, lease.status) {
            (Work::Task(_), _) => self.close_task(id, side),
            (Work::Stream(_), LeaseStatus::Starting) => self.close_starting(id, side),
            (Work::Stream(_), _) => self.close_active(id, side),
        }
    }

    fn close_failed(&mut self, id: LeaseId, sender: &Addr) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        lease.ensure_runs(id)?;
        let done = match &lease.work {
            Work::Task(_) => self.fail_task(id)?,
            Work::Stream(_) => self.fail_stream(id, sender)?,
        };
        match done {
            true => Ok(()),
            false => Err(Error::NothingFailed { lease: id }),
        }
    }

    /// Money of a lease is earned. The fee is that of all that was ever earned, so the remainder of rounding is the provider's.
    pub(super) fn pay(&mut self, id: LeaseId, purse: Purse, amount: u128, premium: u128) {
        let lease = &self.escrow.leases[&id];
        let (terms, owner, mut money) = (lease.terms.clone(), lease.owner.clone(), lease.money.clone());
        match purse {
            Purse::Remaining => money.remaining -= amount,
            Purse::Held => money.held -= amount,
        }
        money.gross += amount;
        let fee_part = fee(money.gross, terms.take_rate) - money.fee;
        let premium = premium.min(amount - fee_part);
        let income = amount - fee_part - premium;
        money.fee += fee_part;
        money.premium += premium;
        money.income += income;
        assert!(
            money.is_whole(),
            "the money of lease {id} does not add up: {money:?}"
        );
        *self.escrow.fees.entry(terms.token.clone()).or_default() += fee_part;
        *self.escrow.audits.entry(terms.token.clone()).or_default() += premium;
        self.escrow.credit(&owner, &terms.token, income);
        if let Some(lease) = self.escrow.leases.get_mut(&id) {
            lease.money = money;
        }
    }

    /// Money of a lease returns to its tenant.
    pub(super) fn give_back(&mut self, id: LeaseId, purse: Purse, amount: u128) {
        let Some(lease) = self.escrow.leases.get_mut(&id) else {
            return;
        };
        match purse {
            Purse::Remaining => lease.money.remaining -= amount,
            Purse::Held => lease.money.held -= amount,
        }
        lease.money.refunded += amount;
        assert!(lease.money.is_whole());
        let (tenant, token) = (lease.tenant.clone(), lease.terms.token.clone());
        self.escrow.credit(&tenant, &token, amount);
    }

    /// New work stops: the tenant gets back what is unspent but for `kept`, the GPUs are free.
    pub(super) fn finish(&mut self, id: LeaseId, reason: CloseReason, at: u64, kept: u128) {
        let unspent = self.escrow.leases[&id].money.remaining - kept;
        self.give_back(id, Purse::Remaining, unspent);
        if let Some(lease) = self.escrow.leases.get_mut(&id) {
            lease.status = LeaseStatus::Closing;
            lease.ended = Some((at, reason));
        }
        if let Some(commitment) = self.registry.commitments.get_mut(&id) {
            commitment.capacity_released = true;
        }
        self.close_if_empty(id);
    }

    /// A closing lease that holds nothing is closed, and its bonds are free.
    pub(super) fn close_if_empty(&mut self, id: LeaseId) {
        let Some(lease) = self.escrow.leases.get_mut(&id) else {
            return;
        };
        let empty = lease.money.remaining == 0 && lease.money.held == 0;
        let (LeaseStatus::Closing, Some((_, reason)), true) = (lease.status, lease.ended, empty) else {
            return;
        };
        lease.status = LeaseStatus::Closed;
        let (no, terms, money) = (lease.provider, lease.terms.clone(), lease.money.clone());
        // Money that a top-up put in and the end gave back weighs nothing.
        let awarded = match &terms.rail {
            Rail::Stream {
                length: StreamLength::Fixed(length),
                ..
            } => up(lease.price, length.0.into(), 3_600).unwrap_or(money.funded),
            Rail::Stream {
                length: StreamLength::OpenEnded { deposit },
                ..
            } => deposit.u128(),
            Rail::Task { units, .. } => lease.price * u128::from(*units),
        };
        let expected = fee(awarded.min(money.funded).max(money.gross), terms.take_rate);
        self.record_end(no, id, &terms.token, reason, money.fee, expected);
        self.registry.commitments.remove(&id);
    }
}
