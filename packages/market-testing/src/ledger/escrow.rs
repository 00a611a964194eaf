//! All money of tenants and providers: what is available, reserved, in leases, collected.

use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_std::{from_json, Addr, Binary, Uint128};
use lease_escrow::ContractError as Error;
use market_math::MathError;
use market_types::audit::AuditId;
use market_types::escrow::{ExecuteMsg, Hook, LeaseStatus, Params, ParamsUpdate, QueryMsg};
use market_types::order::{OrderSpec, Rail, StreamLength};
use market_types::{LeaseId, OrderId, Price, ProviderNo};

use super::amounts::up;
use super::audits::Aside;
use super::control::{ensure, unimplemented_message};
use super::leases::{Lease, Stakes, Stream, Task, Terms, Work};
use super::tokens::n;
use super::{Fate, Ledger};
use crate::suite::Suite;

#[derive(Clone)]
pub struct Escrow {
    pub params: Params<Addr>,
    pub reservations: BTreeMap<OrderId, Reservation>,
    pub leases: BTreeMap<LeaseId, Lease>,
    /// By owner and token; nothing is kept at zero.
    pub available: BTreeMap<(Addr, Addr), u128>,
    pub fees: BTreeMap<Addr, u128>,
    pub audits: BTreeMap<Addr, u128>,
    /// For open audits; nothing is kept for those that ended.
    pub aside: BTreeMap<AuditId, Aside>,
}

/// An order as far as its money goes.
#[derive(Clone, Debug)]
pub struct Reservation {
    pub terms: Rc<Terms>,
    /// `None` once the order has ended.
    pub reserved: Option<u128>,
}

/// A lease's money. What came in is counted by itself, and so is what went where.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Money {
    pub funded: u128,
    pub remaining: u128,
    pub held: u128,
    pub gross: u128,
    pub refunded: u128,
    pub fee: u128,
    pub premium: u128,
    pub income: u128,
}

impl Money {
    /// Whether it all adds up.
    pub fn is_whole(&self) -> bool {
        self.funded == self.remaining + self.held + self.gross + self.refunded
            && self.gross == self.fee + self.premium + self.income
    }
}

impl Escrow {
    pub fn of(suite: &Suite) -> Self {
        Self {
            params: suite.ask_escrow(&QueryMsg::Params {}),
            reservations: BTreeMap::new(),
            leases: BTreeMap::new(),
            available: BTreeMap::new(),
            fees: BTreeMap::new(),
            audits: BTreeMap::new(),
            aside: BTreeMap::new(),
        }
    }

    pub fn available(&self, owner: &Addr, token: &Addr) -> u128 {
        let key = (owner.clone(), token.clone());
        self.available.get(&key).copied().unwrap_or(0)
    }

    pub(super) fn credit(&mut self, owner: &Addr, token: &Addr, amount: u128) {
        if amount > 0 {
            *self.available.entry((owner.clone(), token.clone())).or_default() += amount;
        }
    }

    pub(super) fn debit(&mut self, owner: &Addr, token: &Addr, amount: u128) -> Result<(), Error> {
        let has = self.available(owner, token);
        let Some(left) = has.checked_sub(amount) else {
            return Err(Error::Insufficient {
                owner: owner.clone(),
                available: n(has),
                needed: n(amount),
            });
        };
        let key = (owner.clone(), token.clone());
        match left {
            0 => self.available.remove(&key),
            _ => self.available.insert(key, left),
        };
        Ok(())
    }

    /// What is set aside for audits in `token`.
    pub fn aside_in(&self, token: &Addr) -> u128 {
        let of_token = |audit: &AuditId| {
            self.leases
                .get(&audit.lease)
                .is_some_and(|lease| lease.terms.token == *token)
        };
        let parts = self.aside.iter().filter(|(audit, _)| of_token(audit));
        parts.map(|(_, (pool, own))| pool + own).sum()
    }

    /// All that is owed in `token`.
    pub fn owes_in_all(&self, token: &Addr) -> u128 {
        self.owes(token).iter().sum::<u128>() + self.aside_in(token)
    }

    /// What is owed in `token`, by purpose: available, reserved, remaining, held, fees, audits. What is set aside comes on top.
    pub fn owes(&self, token: &Addr) -> [u128; 6] {
        let available = self
            .available
            .iter()
            .filter(|((_, of), _)| of == token)
            .map(|(_, amount)| amount)
            .sum();
        let orders = self.reservations.values().filter(|r| r.terms.token == *token);
        let reserved = orders.filter_map(|order| order.reserved).sum();
        let leases = || self.leases.values().filter(|lease| lease.terms.token == *token);
        [
            available,
            reserved,
            leases().map(|lease| lease.money.remaining).sum(),
            leases().map(|lease| lease.money.held).sum(),
            self.fees.get(token).copied().unwrap_or(0),
            self.audits.get(token).copied().unwrap_or(0),
        ]
    }

    fn is_known(&self, token: &Addr) -> Result<(), Error> {
        match self.params.tokens.iter().any(|entry| entry.token == *token) {
            true => Ok(()),
            false => Err(Error::UnknownToken { token: token.clone() }),
        }
    }

    /// The least order, of a token that is listed now.
    fn ensure_listed(&self, token: &Addr) -> Result<Uint128, Error> {
        self.is_known(token)?;
        let listed = self
            .params
            .tokens
            .iter()
            .find(|entry| entry.token == *token && entry.listed);
        listed
            .map(|entry| entry.min_order)
            .ok_or_else(|| Error::Delisted { token: token.clone() })
    }

    pub(super) fn lease(&self, lease: LeaseId) -> Result<&Lease, Error> {
        self.leases.get(&lease).ok_or(Error::UnknownLease { lease })
    }
}

/// What one lease at `price` is funded with.
pub fn funding(rail: &Rail, price: Price) -> Result<u128, Error> {
    let overflow = |b: u128, divisor: u128| MathError::Overflow {
        a: price.0,
        b: n(b),
        divisor: n(divisor),
    };
    let price = price.0.u128();
    Ok(match rail {
        Rail::Stream {
            length: StreamLength::OpenEnded { deposit },
            ..
        } => deposit.u128(),
        Rail::Stream {
            length: StreamLength::Fixed(duration),
            ..
        } => up(price, duration.0.into(), 3_600).ok_or_else(|| overflow(duration.0.into(), 3_600))?,
        Rail::Task { units, .. } => price
            .checked_mul((*units).into())
            .ok_or_else(|| overflow((*units).into(), 1))?,
    })
}

fn needed(spec: &OrderSpec<String>) -> Result<u128, Error> {
    if spec.members == 0 || spec.members > 8 {
        return Err(Error::Members {
            members: spec.members,
            max: 8,
        });
    }
    let one = funding(&spec.rail, spec.max_price)?;
    one.checked_mul(spec.members.into()).ok_or_else(|| {
        Error::Math(MathError::Overflow {
            a: n(one),
            b: n(spec.members.into()),
            divisor: n(1),
        })
    })
}

impl Ledger {
    pub(super) fn escrow_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Fate {
        let here = self.wiring.lease_escrow.clone();
        match msg {
            ExecuteMsg::Control(msg) => self
                .control(&here, sender, msg)
                .map_err(|error| Error::Control(error).into()),
            ExecuteMsg::UpdateParams(update) => Ok(self.update_escrow(sender, update)?),
            ExecuteMsg::PlaceOrder { token, spec } => {
                let needed = needed(spec)?;
                self.place(sender, &Addr::unchecked(token), needed, spec)
            }
            ExecuteMsg::TopUp { lease, amount } => {
                if amount.is_zero() {
                    return Err(Error::ZeroAmount {}.into());
                }
                let token = self.escrow.lease(*lease)?.terms.token.clone();
                self.escrow.debit(sender, &token, amount.u128())?;
                Ok(self.top_up(*lease, amount.u128())?)
            }
            ExecuteMsg::Withdraw { token, amount } => {
                let token = Addr::unchecked(token);
                let all = self.escrow.available(sender, &token);
                let amount = amount.map_or(all, |amount| amount.u128());
                if amount == 0 {
                    return Err(Error::ZeroAmount {}.into());
                }
                self.escrow.debit(sender, &token, amount)?;
                self.transfer(&token, &here, sender, amount)
            }
            ExecuteMsg::SweepFees { token } => {
                let token = Addr::unchecked(token);
                let fees = self.escrow.fees.remove(&token).unwrap_or(0);
                if fees == 0 {
                    return Err(Error::NothingToSend { token }.into());
                }
                let to = self.wiring.take_rate_burn.clone();
                self.transfer(&token, &here, &to, fees)?;
                self.collect(&token, fees)
            }
            ExecuteMsg::Skim { token } => {
                let token = Addr::unchecked(token);
                self.escrow.is_known(&token)?;
                let owes = self.escrow.owes_in_all(&token);
                let gift = self.balance(&token, &here) - owes;
                if gift == 0 {
                    return Err(Error::NothingToSend { token }.into());
                }
                *self.escrow.fees.entry(token).or_default() += gift;
                Ok(())
            }
            ExecuteMsg::OpenLease(_) | ExecuteMsg::FreeReservation { .. } => {
                let book = self.wiring.order_book.clone();
                Ok(ensure(sender, &book, "order book").map_err(Error::Control)?)
            }
            ExecuteMsg::Hold { .. } | ExecuteMsg::Vest { .. } | ExecuteMsg::Refund { .. } => {
                let attestation = self.wiring.attestation.clone();
                Ok(ensure(sender, &attestation, "attestation contract").map_err(Error::Control)?)
            }
            ExecuteMsg::SetAside { audit, amount, payer } => {
                self.set_aside(sender, *audit, amount.u128(), *payer)
            }
            ExecuteMsg::PayAudit { audit, payments } => self.pay_audit(sender, *audit, payments),
            ExecuteMsg::Convict { lease } => self.convict(sender, *lease),
            ExecuteMsg::Revalue { lease } => self.revalue(*lease),
            ExecuteMsg::Receive(_) => unimplemented_message(msg),
            of_a_lease => Ok(self.lease_message(sender, of_a_lease)?),
        }
    }

    pub(super) fn escrow_hook(&mut self, token: &Addr, sender: &Addr, amount: u128, msg: &Binary) -> Fate {
        self.escrow.is_known(token)?;
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        match from_json(msg).map_err(Error::Std)? {
            Hook::Deposit { owner } => {
                self.ensure_open(&self.wiring.lease_escrow)
                    .map_err(Error::Control)?;
                self.escrow.ensure_listed(token)?;
                let owner = owner.map_or(sender.clone(), Addr::unchecked);
                if owner == self.wiring.lease_escrow {
                    return Err(Error::OwnAccount {}.into());
                }
                self.escrow.credit(&owner, token, amount);
                Ok(())
            }
            Hook::PlaceOrder(spec) => {
                let needed = needed(&spec)?;
                if needed > amount {
                    return Err(Error::DepositTooSmall {
                        needed: n(needed),
                        sent: n(amount),
                    }
                    .into());
                }
                self.escrow.credit(sender, token, amount);
                self.place(sender, token, needed, &spec)
            }
            Hook::TopUp { lease } => {
                let expected = self.escrow.lease(lease)?.terms.token.clone();
                if expected != *token {
                    return Err(Error::WrongToken {
                        lease,
                        expected,
                        token: token.clone(),
                    }
                    .into());
                }
                Ok(self.top_up(lease, amount)?)
            }
            Hook::FundAudits {} => self.fund_audits(token, amount),
        }
    }

    pub(super) fn fund_audits(&mut self, token: &Addr, amount: u128) -> Fate {
        self.escrow.is_known(token)?;
        *self.escrow.audits.entry(token.clone()).or_default() += amount;
        Ok(())
    }

    fn place(&mut self, tenant: &Addr, token: &Addr, needed: u128, spec: &OrderSpec<String>) -> Fate {
        self.ensure_open(&self.wiring.lease_escrow)
            .map_err(Error::Control)?;
        let min_order = self.escrow.ensure_listed(token)?;
        if needed < min_order.u128() {
            return Err(Error::OrderTooSmall {
                needed: n(needed),
                min_order,
            }
            .into());
        }
        self.escrow.debit(tenant, token, needed)?;
        let id = OrderId(self.escrow.reservations.len() as u64 + 1);
        let terms = Terms {
            tenant: tenant.clone(),
            token: token.clone(),
            take_rate: self.take_rate.rate(self.now),
            service: self.escrow.params.clone(),
            rail: spec.rail.clone(),
            comparison: spec.comparison,
            gpus: spec.needs.resources.gpus,
            session_key: spec.session_key.clone(),
            interruptible: spec.interruptible,
        };
        let reservation = Reservation {
            terms: Rc::new(terms),
            reserved: Some(needed),
        };
        self.escrow.reservations.insert(id, reservation);
        Ok(self.open_order(id, tenant, token, spec)?)
    }

    /// The order ended without a lease.
    pub(super) fn free_reservation(&mut self, order: OrderId) {
        let Some(reservation) = self.escrow.reservations.get_mut(&order) else {
            return;
        };
        let (freed, terms) = (
            reservation.reserved.take().unwrap_or(0),
            reservation.terms.clone(),
        );
        self.escrow.credit(&terms.tenant, &terms.token, freed);
    }

    pub(super) fn open_lease(
        &mut self,
        id: LeaseId,
        provider: ProviderNo,
        owner: &Addr,
        price: u128,
        stakes: Stakes,
    ) -> Fate {
        self.ensure_open(&self.wiring.lease_escrow)
            .map_err(Error::Control)?;
        let terms = self.escrow.reservations[&id.order()].terms.clone();
        let funded = funding(&terms.rail, Price::new(price))?;
        let reserved = self
            .escrow
            .reservations
            .get_mut(&id.order())
            .and_then(|order| order.reserved.take());
        let rest = reserved.unwrap_or(0) - funded;
        self.escrow.credit(&terms.tenant, &terms.token, rest);
        let (status, work) = match &terms.rail {
            Rail::Stream { length, .. } => (LeaseStatus::Starting, Work::Stream(Stream::of(length))),
            Rail::Task { units, .. } => (LeaseStatus::Active, Work::Task(Task::of(*units))),
        };
        let lease = Lease {
            tenant: terms.tenant.clone(),
            terms,
            provider,
            owner: owner.clone(),
            price,
            stakes,
            awarded_at: self.now,
            status,
            ended: None,
            money: Money {
                funded,
                remaining: funded,
                ..Money::default()
            },
            work,
            short: None,
            restaked_at: None,
        };
        self.escrow.leases.insert(id, lease);
        Ok(())
    }

    fn update_escrow(&mut self, sender: &Addr, update: &ParamsUpdate) -> Result<(), Error> {
        self.ensure_governor(sender)?;
        let mut params = self.escrow.params.clone();
        if let Some(tokens) = &update.tokens {
            for entry in tokens {
                let own = params
                    .tokens
                    .iter_mut()
                    .find(|own| own.token.as_str() == entry.token);
                if let Some(own) = own {
                    (own.listed, own.min_order) = (entry.listed, entry.min_order);
                }
            }
        }
        macro_rules! take {
            ($($field:ident),*) => { $(if let Some(value) = update.$field { params.$field = value; })* };
        }
        take!(
            heartbeat_window,
            heartbeat_interval,
            grace,
            min_silent_blocks,
            outage_unpaid,
            outage_max,
            outage_share,
            outage_forgiveness,
            lease_bond_time,
            work_bond_units,
            silence_tip
        );
        let within = |param, value: u64, min: u64, max: u64| match (min..=max).contains(&value) {
            true => Ok(()),
            false => Err(Error::OutOfBounds {
                param,
                value: value.into(),
                min: min.into(),
                max: max.into(),
            }),
        };
        let window = params.heartbeat_window.0;
        within("heartbeat_window", window, 30, 3_600)?;
        within("heartbeat_interval", params.heartbeat_interval.0, 1, window - 1)?;
        within("grace", params.grace.0, window + 1, 86_400)?;
        self.escrow.params = params;
        Ok(())
    }
}
