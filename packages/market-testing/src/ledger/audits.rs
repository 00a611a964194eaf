//! Audits as far as bond and money go: who may be drawn, what a verdict takes, what is set aside, what a moved price means.

use cosmwasm_std::{Addr, StdError};
use lease_escrow::ContractError as EscrowError;
use market_types::audit::{AuditId, Reward};
use market_types::escrow::{LeaseStatus, Payer};
use market_types::order::ComparisonClass;
use market_types::resources::DeviceClass;
use market_types::{CloseReason, LeaseId, ProviderNo};
use provider_registry::ContractError as Error;

use super::amounts::{down, share};
use super::bonds::value_of;
use super::control::ensure;
use super::leases::Purse;
use super::registry::Registry;
use super::tokens::n;
use super::{Fate, Ledger};

/// An audit table: places in the order they were given, and those that are free again, the last one first taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    pub places: Vec<Option<Entry>>,
    pub free: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    pub provider: ProviderNo,
    pub seats: u32,
    pub weight: u128,
    pub since: u64,
}

/// Two moneys of an audit: the pool's and the tenant's.
pub type Aside = (u128, u128);

impl Table {
    fn place_of(&self, no: ProviderNo) -> Option<usize> {
        self.places
            .iter()
            .position(|place| place.is_some_and(|entry| entry.provider == no))
    }

    fn leave(&mut self, no: ProviderNo) -> bool {
        let Some(place) = self.place_of(no) else {
            return false;
        };
        self.places[place] = None;
        self.free.push(place);
        true
    }
}

impl Registry {
    pub fn audits_somewhere(&self, no: ProviderNo) -> bool {
        self.tables.values().any(|table| table.place_of(no).is_some())
    }

    pub(super) fn leave_every_table(&mut self, no: ProviderNo) {
        for table in self.tables.values_mut() {
            table.leave(no);
        }
    }

    /// Operator groups that audit in a class.
    pub fn operators(&self, comparison: ComparisonClass, device: &DeviceClass) -> u32 {
        let class = match comparison {
            ComparisonClass::Exact => "exact".to_string(),
            other => format!("{}/{device}", format!("{other:?}").to_lowercase()),
        };
        let entries = self.tables.get(&class).map_or(&[][..], |table| &table.places);
        let mut groups: Vec<&str> = entries
            .iter()
            .flatten()
            .map(|entry| self.provider(entry.provider).group.as_str())
            .collect();
        groups.sort_unstable();
        groups.dedup();
        groups.len() as u32
    }
}

impl Ledger {
    pub(super) fn offer_audits(&mut self, sender: &Addr, class: &str, seats: u32) -> Fate {
        let no = self.registry.active(sender)?;
        let provider = self.registry.provider(no);
        if provider.suspended {
            return Err(Error::Suspended { provider: no }.into());
        }
        if !(1..=16).contains(&seats) {
            return Err(Error::OutOfBounds {
                what: "places",
                value: n(seats.into()),
                min: n(1),
                max: n(16),
            }
            .into());
        }
        let fits = match class.split_once('/') {
            None => class == "exact",
            Some((comparison, device)) => {
                ["image", "vector", "tokens"].contains(&comparison)
                    && provider.machines.iter().any(|group| group.class.0 == device)
            }
        };
        if !fits {
            let class = class.into();
            return Err(Error::AuditClass { class }.into());
        }
        let unit = self.registry.params.audit_bond_unit;
        let weight = (provider.bonded / unit.u128()).min(64);
        if weight == 0 {
            let bonded = n(provider.bonded);
            return Err(Error::AuditBondShort { bonded, unit }.into());
        }
        let now = self.now;
        let table = self.registry.tables.entry(class.into()).or_default();
        let mut entry = Entry {
            provider: no,
            seats,
            weight,
            since: now,
        };
        let place = match table.place_of(no) {
            Some(place) => {
                if let Some(old) = table.places[place].filter(|old| weight <= old.weight) {
                    entry.since = old.since;
                }
                place
            }
            None => table.free.pop().unwrap_or(table.places.len()),
        };
        if place == table.places.len() {
            table.places.push(None);
        }
        table.places[place] = Some(entry);
        Ok(())
    }

    pub(super) fn leave_audits(&mut self, sender: &Addr, class: &str) -> Fate {
        let no = self.registry.owned(sender)?;
        let left = self
            .registry
            .tables
            .get_mut(class)
            .is_some_and(|table| table.leave(no));
        match left {
            true => Ok(()),
            false => Err(Error::NotOffered {
                provider: no,
                class: class.into(),
            }
            .into()),
        }
    }

    pub(super) fn reinstate(&mut self, sender: &Addr) -> Fate {
        let no = self.registry.active(sender)?;
        if !self.registry.provider(no).suspended {
            return Err(Error::NotSuspended { provider: no }.into());
        }
        let (asked, free) = (self.registry.params.min_bond, n(self.registry.free(no)));
        if free < asked {
            return Err(Error::FreeBondShort { asked, free }.into());
        }
        self.registry.provider_mut(no).suspended = false;
        Ok(())
    }

    pub(super) fn add_work_bond(&mut self, sender: &Addr, lease: LeaseId, amount: u128) -> Fate {
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        let no = self.registry.owned(sender)?;
        let free = self.registry.free(no);
        let Some(commitment) = self.registry.commitments.get_mut(&lease) else {
            return Err(Error::NoCommitment { lease }.into());
        };
        if commitment.provider != no || commitment.work_bond == 0 {
            return Err(Error::NoWorkBond { lease, provider: no }.into());
        }
        if amount > free {
            return Err(Error::FreeBondShort {
                asked: n(amount),
                free: n(free),
            }
            .into());
        }
        commitment.work_bond += amount;
        Ok(())
    }

    fn ensure_attestation(&self, sender: &Addr) -> Result<(), market_control::ControlError> {
        ensure(sender, &self.wiring.attestation, "attestation contract")
    }

    /// Reporters share at most a fifth of what is taken; the rest is burned.
    pub(super) fn slash(
        &mut self,
        sender: &Addr,
        lease: LeaseId,
        bps: u16,
        rewards: &[Reward],
        convict: bool,
    ) -> Fate {
        self.ensure_attestation(sender).map_err(Error::Control)?;
        let Some(commitment) = self.registry.commitments.get_mut(&lease) else {
            return Err(Error::NoCommitment { lease }.into());
        };
        let left = commitment.work_bond - commitment.slashed;
        let amount = share(commitment.work_bond, bps).min(left);
        commitment.slashed += amount;
        let no = commitment.provider;
        self.registry.provider_mut(no).bonded -= amount;
        let mut pot = share(amount, 2_000);
        let mut rest = amount;
        for Reward { to, amount } in rewards {
            let part = amount.u128().min(pot);
            self.registry.credit(&Addr::unchecked(to), part);
            (pot, rest) = (pot - part, rest - part);
        }
        self.registry.burned += rest;
        let (token, here) = (
            self.wiring.network_token.clone(),
            self.wiring.provider_registry.clone(),
        );
        if convict {
            let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
            self.registry.leave_every_table(no);
            let provider = self.registry.provider_mut(no);
            provider.suspended = true;
            provider.shrunk_at = Some(now);
            provider.evidence.come_to(now, half_life);
            provider.evidence.convictions += 1;
        }
        match rest {
            0 => Ok(()),
            _ => self.burn(&token, &here, rest),
        }
    }

    /// All that is held and all that remains returns, and the lease is closed.
    pub(super) fn convict(&mut self, sender: &Addr, id: LeaseId) -> Fate {
        self.ensure_attestation(sender).map_err(EscrowError::Control)?;
        let now = self.now;
        let lease = self.lease_mut(id)?;
        if lease.task().is_none() {
            return Err(EscrowError::NotATask { lease: id }.into());
        }
        if lease.status == LeaseStatus::Closed {
            return Err(lease.wrong_status(id).into());
        }
        let held = lease.money.held;
        let task = lease.task_mut();
        task.refunded = task.attested - task.vested;
        task.overlap = None;
        self.give_back(id, Purse::Held, held);
        self.finish(id, CloseReason::Convicted, now, 0);
        Ok(())
    }

    pub(super) fn set_aside(&mut self, sender: &Addr, audit: AuditId, amount: u128, payer: Payer) -> Fate {
        self.ensure_attestation(sender).map_err(EscrowError::Control)?;
        if amount == 0 {
            return Err(EscrowError::ZeroAmount {}.into());
        }
        let lease = self.escrow.lease(audit.lease)?;
        let (tenant, token) = (lease.tenant.clone(), lease.terms.token.clone());
        let (pool, own) = self.escrow.aside.get(&audit).copied().unwrap_or_default();
        let parts = match payer {
            Payer::Pool => {
                let has = self.escrow.audits.entry(token).or_default();
                let Some(left) = has.checked_sub(amount) else {
                    return Err(EscrowError::PoolShort {
                        needed: n(amount),
                        has: n(*has),
                    }
                    .into());
                };
                *has = left;
                (pool + amount, own)
            }
            Payer::Tenant => {
                self.escrow.debit(&tenant, &token, amount)?;
                (pool, own + amount)
            }
        };
        self.escrow.aside.insert(audit, parts);
        Ok(())
    }

    /// The pool's money goes first; what is left returns to who gave it.
    pub(super) fn pay_audit(&mut self, sender: &Addr, audit: AuditId, payments: &[Reward]) -> Fate {
        self.ensure_attestation(sender).map_err(EscrowError::Control)?;
        let lease = self.escrow.lease(audit.lease)?;
        let (tenant, token) = (lease.tenant.clone(), lease.terms.token.clone());
        let Some((pool, own)) = self.escrow.aside.remove(&audit) else {
            return Err(EscrowError::NothingAside { audit }.into());
        };
        let due: u128 = payments.iter().map(|payment| payment.amount.u128()).sum();
        if due > pool + own {
            return Err(EscrowError::AsideShort {
                audit,
                needed: n(due),
                has: n(pool + own),
            }
            .into());
        }
        for Reward { to, amount } in payments {
            self.escrow.credit(&Addr::unchecked(to), &token, amount.u128());
        }
        let of_pool = due.min(pool);
        *self.escrow.audits.entry(token.clone()).or_default() += pool - of_pool;
        self.escrow.credit(&tenant, &token, own - (due - of_pool));
        Ok(())
    }

    /// After a move of the bond's worth by 30 %, or another bond, the stake counts with what it is worth now. Below 20 unit prices
    /// nothing more is attested.
    pub(super) fn revalue(&mut self, id: LeaseId) -> Fate {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if lease.task().is_none() {
            return Err(EscrowError::NotATask { lease: id }.into());
        }
        lease.ensure_runs(id)?;
        let token = lease.terms.token.clone();
        let stale = self
            .price_age(&token)
            .is_none_or(|age| age > self.registry.params.bond_price_max_age.0);
        let price = self.bond_price(&token).filter(|_| !stale);
        let Some(commitment) = self.registry.commitments.get(&id) else {
            let missing = Error::NoCommitment { lease: id };
            return Err(EscrowError::Std(StdError::generic_err(format!(
                "Querier contract error: {missing}"
            )))
            .into());
        };
        let (bond, slashed) = (commitment.work_bond - commitment.slashed, commitment.slashed);
        let lease = self.lease_mut(id)?;
        let (had, stood) = (lease.stakes.work_bond, lease.stakes.work_bond_value);
        let far = |worth: u128| worth.abs_diff(stood) * 10 >= stood * 3;
        let value = match price {
            Some(price) if far(value_of(had, price)) => value_of(bond, price),
            _ if bond != had => down(stood, bond, had).unwrap_or(u128::MAX),
            _ => {
                return Err(EscrowError::NotMoved {
                    lease: id,
                    value: n(stood),
                }
                .into())
            }
        };
        lease.stakes.work_bond = bond;
        lease.stakes.work_bond_value = value;
        match (value >= 20 * lease.price, lease.short) {
            (true, Some((_, excused))) => {
                lease.short = None;
                if excused {
                    lease.restaked_at = Some(now);
                }
            }
            (false, None) => lease.short = Some((now, slashed == 0)),
            _ => {}
        }
        Ok(())
    }
}
