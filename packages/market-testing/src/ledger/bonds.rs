//! Bond going out, what it is worth, and what a failure takes of it.

use cosmwasm_std::Addr;
use market_types::{LeaseId, ProviderNo, UnixTime};
use provider_registry::ContractError as Error;

use super::amounts::{down, share};
use super::registry::{bond_for, BondPrice, DAY, MILLION};
use super::tokens::n;
use super::{Fate, Ledger};

pub(super) fn value_of(bond: u128, price: u128) -> u128 {
    down(bond, price, 2 * MILLION).unwrap_or(u128::MAX)
}

impl Ledger {
    pub(super) fn unbond(&mut self, owner: &Addr, amount: u128) -> Fate {
        if amount == 0 {
            return Err(Error::ZeroAmount {}.into());
        }
        let no = self.registry.owned(owner)?;
        let free = self.registry.free(no);
        if amount > free {
            return Err(Error::FreeBondShort {
                asked: n(amount),
                free: n(free),
            }
            .into());
        }
        let ready_at = self.now + self.registry.params.unbonding_period.0;
        let now = self.now;
        let (unit, audits) = (
            self.registry.params.audit_bond_unit,
            self.registry.audits_somewhere(no),
        );
        let provider = self.registry.provider_mut(no);
        if provider.unbonding.len() >= 16 {
            return Err(Error::UnbondingsFull { max: 16 }.into());
        }
        if provider.bonded - amount < unit.u128() && audits {
            return Err(Error::StillAuditing {
                unit,
                left: n(provider.bonded - amount),
            }
            .into());
        }
        provider.bonded -= amount;
        provider.unbonding.push((amount, ready_at));
        provider.unbonding.sort_by_key(|(_, ready_at)| *ready_at);
        provider.shrunk_at = Some(now);
        Ok(())
    }

    pub(super) fn withdraw_unbonded(&mut self, owner: &Addr) -> Fate {
        let no = self.registry.owned(owner)?;
        let now = self.now;
        let provider = self.registry.provider_mut(no);
        let ready: u128 = provider
            .unbonding
            .iter()
            .filter(|(_, at)| *at <= now)
            .map(|(amount, _)| amount)
            .sum();
        if ready == 0 {
            return Err(Error::NothingUnbonded {}.into());
        }
        provider.unbonding.retain(|(_, at)| *at > now);
        let (token, here) = (
            self.wiring.network_token.clone(),
            self.wiring.provider_registry.clone(),
        );
        self.transfer(&token, &here, owner, ready)
    }

    pub(super) fn set_bond_price(&mut self, sender: &Addr, token: &Addr, price: u128) -> Fate {
        let governor = *sender == self.governor;
        if !governor && !self.registry.params.price_keepers.contains(sender) {
            return Err(Error::NotPriceKeeper {
                sender: sender.clone(),
            }
            .into());
        }
        if *token == self.wiring.network_token {
            return Err(Error::PriceOfItself {}.into());
        }
        if price == 0 {
            return Err(Error::PriceZero {}.into());
        }
        let now = self.now;
        let fresh = BondPrice {
            price,
            updated_at: now,
            anchor: price,
            anchor_at: now,
        };
        if governor {
            self.registry.prices.insert(token.clone(), fresh);
            return Ok(());
        }
        let Some(old) = self.registry.prices.get(token).copied() else {
            return Err(Error::FirstPrice { token: token.clone() }.into());
        };
        let (anchor, anchor_at) = match now < old.anchor_at + DAY {
            true => (old.anchor, old.anchor_at),
            false => (old.price, now),
        };
        let step = share(anchor, self.registry.params.bond_price_daily_move.0);
        if price < anchor - step || price > anchor + step {
            return Err(Error::PriceStep {
                price: n(price),
                low: n(anchor - step),
                high: n(anchor + step),
                until: UnixTime(anchor_at + DAY),
            }
            .into());
        }
        let kept = BondPrice {
            anchor,
            anchor_at,
            ..fresh
        };
        self.registry.prices.insert(token.clone(), kept);
        Ok(())
    }

    /// The bidder's own doing: it pays what it has, out of what is free, then out of what is unbonding.
    pub(super) fn no_show(&mut self, no: ProviderNo, tenant: &Addr, token: &Addr, value: u128) {
        let due = self.bond_price(token).map_or(0, |price| bond_for(value, price));
        let from_free = due.min(self.registry.free(no));
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        let provider = self.registry.provider_mut(no);
        provider.bonded -= from_free;
        let mut paid = from_free;
        for (amount, _) in &mut provider.unbonding {
            let part = (*amount).min(due - paid);
            *amount -= part;
            paid += part;
        }
        provider.unbonding.retain(|(amount, _)| *amount > 0);
        provider.evidence.come_to(now, half_life);
        provider.evidence.no_shows += 1;
        self.registry.credit(tenant, paid);
    }

    /// A share of a lease's bond goes to its tenant, a tip out of that to whoever ended a silence.
    pub(super) fn penalize(&mut self, lease: LeaseId, tenant: &Addr, bps: u16, tip: Option<(&Addr, u128)>) {
        let Some(commitment) = self.registry.commitments.get_mut(&lease) else {
            return;
        };
        let left = commitment.lease_bond - commitment.penalized;
        let amount = share(commitment.lease_bond, bps).min(left);
        commitment.penalized += amount;
        let no = commitment.provider;
        self.registry.provider_mut(no).bonded -= amount;
        let tipped = tip.map_or(0, |(_, most)| most.min(amount));
        self.registry.credit(tenant, amount - tipped);
        if let Some((to, _)) = tip {
            self.registry.credit(to, tipped);
        }
    }
}
