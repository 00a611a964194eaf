//! Who wins, and what it is paid.

use cosmwasm_std::Addr;
use market_types::order::{AwardRule, Pricing};
use market_types::registry::Refusal;
use market_types::{LeaseId, OrderId};
use order_book::ContractError as Error;

use super::amounts::down;
use super::book::{Bid, Order, Status};
use super::control::ensure;
use super::judging::{Candidate, Judgement};
use super::{Fate, Ledger};

impl Order {
    fn winning<'a>(&'a self, bid: &'a Bid, paid: u128) -> Candidate<'a> {
        Candidate {
            binding: true,
            ..self.candidate(&bid.owner, paid, paid, bid.work_bond)
        }
    }

    /// What the best bidder is paid. Leaving out bids of its own group never raises that, leaving out those of the tenant's never
    /// lowers it.
    fn second_price(&self, tenant_group: Option<&str>) -> u128 {
        let best = &self.bids[0];
        let paid = |with_own: bool, with_tenants: bool| {
            let rival = self.bids[1..].iter().find(|bid| {
                (with_own || bid.group != best.group)
                    && (with_tenants || Some(bid.group.as_str()) != tenant_group)
            });
            let critical = match (rival, self.spec.award) {
                (Some(rival), AwardRule::BestScore) => {
                    down(rival.rank, best.reputation.0.into(), 10_000).unwrap_or(u128::MAX)
                }
                (Some(rival), _) => rival.price,
                (None, _) => self.spec.reserve_price.map_or(best.price, |price| price.0.u128()),
            };
            critical.max(best.price).min(self.spec.max_price.0.u128())
        };
        let least = |with_tenants| paid(true, with_tenants).min(paid(false, with_tenants));
        least(true).max(least(false))
    }
}

/// Is it the bidder's own doing that it cannot commit?
fn is_own_doing(bid: &Bid, refusal: &Refusal, shrunk_at: Option<u64>) -> bool {
    match refusal {
        Refusal::BondPriceMissing {} | Refusal::BondPriceStale { .. } => false,
        Refusal::InMaintenance { .. } => true,
        _ => shrunk_at.is_some_and(|at| at >= bid.placed),
    }
}

impl Ledger {
    pub(super) fn award(&mut self, id: OrderId) -> Fate {
        self.ensure_open(&self.wiring.order_book)
            .map_err(Error::Control)?;
        let order = self.ensure_awardable(id)?.clone();
        if order.spec.award == AwardRule::TenantPicks {
            return Err(Error::TenantPicks { order: id }.into());
        }
        let tenant_group = self.registry.whois(&order.tenant).map(|p| p.group.clone());
        let mut no_shows = vec![];
        let mut winner = None;
        for (place, bid) in order.bids.iter().enumerate() {
            let paid = match order.spec.pricing {
                Pricing::SecondPrice if place == 0 => order.second_price(tenant_group.as_deref()),
                _ => bid.price,
            };
            let judgement = self.judge(&order.winning(bid, paid));
            match &judgement.class {
                Ok(_) => {
                    winner = Some((bid, paid, judgement));
                    break;
                }
                Err(refusal) => {
                    if is_own_doing(bid, refusal, self.registry.provider(bid.provider).shrunk_at) {
                        no_shows.push(bid.provider);
                    }
                }
            }
        }
        for no in no_shows {
            self.no_show(no, &order.tenant, &order.token, order.spec.max_price.0.u128());
        }
        match winner {
            Some((bid, paid, judgement)) => self.win(id, &order, bid, paid, judgement),
            None => {
                self.end_order(id, Status::Unfilled);
                self.free_reservation(id);
                Ok(())
            }
        }
    }

    pub(super) fn pick(&mut self, sender: &Addr, id: OrderId, provider: &Addr) -> Fate {
        self.ensure_open(&self.wiring.order_book)
            .map_err(Error::Control)?;
        let order = self.known(id)?.clone();
        ensure(sender, &order.tenant, "tenant of the order").map_err(Error::Control)?;
        if order.spec.award != AwardRule::TenantPicks {
            return Err(Error::BestBidWins { order: id }.into());
        }
        self.ensure_awardable(id)?;
        let Some(bid) = order.bids.iter().find(|bid| bid.owner == *provider) else {
            return Err(Error::NoBid {
                order: id,
                provider: provider.clone(),
            }
            .into());
        };
        let judgement = self.judge(&order.winning(bid, bid.price));
        let refusal = match &judgement.class {
            Ok(_) => return self.win(id, &order, bid, bid.price, judgement),
            Err(refusal) => refusal.clone(),
        };
        if !is_own_doing(bid, &refusal, self.registry.provider(bid.provider).shrunk_at) {
            return Err(Error::Refused { refusal }.into());
        }
        let no = bid.provider;
        self.order_mut(id)?.bids.retain(|bid| bid.provider != no);
        self.no_show(no, &order.tenant, &order.token, order.spec.max_price.0.u128());
        Ok(())
    }

    fn win(&mut self, id: OrderId, order: &Order, bid: &Bid, paid: u128, judgement: Judgement) -> Fate {
        self.end_order(id, Status::Awarded);
        let lease = LeaseId(id.0 * 8);
        let class = judgement.class.map_err(|refusal| Error::Refused { refusal })?;
        self.ensure_open(&self.wiring.provider_registry)
            .map_err(provider_registry::ContractError::Control)?;
        assert!(
            paid >= bid.price && paid <= order.spec.max_price.0.u128(),
            "order {id} would pay {paid} for a bid of {}",
            bid.price
        );
        self.registry.commitments.insert(
            lease,
            super::Commitment {
                provider: bid.provider,
                class: class.clone(),
                resources: order.spec.needs.resources.clone(),
                lease_bond: judgement.lease_bond,
                penalized: 0,
                work_bond: bid.work_bond,
                slashed: 0,
                capacity_released: false,
            },
        );
        let stakes = super::leases::Stakes {
            lease_bond: judgement.lease_bond,
            work_bond: bid.work_bond,
            work_bond_value: if order.is_task() {
                judgement.work_bond_value
            } else {
                0
            },
        };
        self.open_lease(lease, bid.provider, &bid.owner, paid, stakes)
    }
}
