//! Orders and bids: who wins, at what price.

use std::collections::BTreeMap;

use cosmwasm_std::Addr;
use market_types::order::{AwardRule, ComparisonClass, OrderSpec, Pricing, Rail, Requirements, StreamLength};
use market_types::order_book::{ExecuteMsg, OrderStatus, Params, ParamsUpdate, QueryMsg};
use market_types::registry::{BidPrice, Refusal};
use market_types::{BasisPoints, OrderId, Price, ProviderNo, UnixTime};
use order_book::ContractError as Error;

use super::amounts::{share, up};
use super::control::ensure;
use super::judging::Candidate;
use super::specs::check_spec;
use super::tokens::n;
use super::{Fate, Ledger};
use crate::suite::Suite;

pub type Status = OrderStatus;

#[derive(Clone)]
pub struct Book {
    pub params: Params,
    pub orders: BTreeMap<OrderId, Order>,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub tenant: Addr,
    pub token: Addr,
    pub spec: OrderSpec<Addr>,
    /// Parameters when it was placed.
    pub terms: Params,
    pub lease_bond_time: u64,
    pub work_bond_units: u32,
    pub status: Status,
    pub closes: u64,
    pub expires: u64,
    pub extensions: u8,
    /// The last sequence given to a bid.
    pub sequence: u32,
    /// Best first.
    pub bids: Vec<Bid>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Bid {
    pub provider: ProviderNo,
    pub owner: Addr,
    pub group: String,
    pub price: u128,
    pub rank: u128,
    pub sequence: u32,
    pub work_bond: u128,
    pub reputation: BasisPoints,
    pub placed: u64,
}

impl Book {
    pub fn of(suite: &Suite) -> Self {
        Self {
            params: suite.ask_book(&QueryMsg::Params {}),
            orders: BTreeMap::new(),
        }
    }
}

impl Order {
    pub fn is_task(&self) -> bool {
        matches!(self.spec.rail, Rail::Task { .. })
    }

    pub(super) fn step(&self) -> u128 {
        let max = self.spec.max_price.0.u128();
        up(max, self.terms.min_step.0.into(), 10_000)
            .unwrap_or(max)
            .max(1)
    }

    pub(super) fn rank(&self, price: u128, reputation: BasisPoints) -> u128 {
        match self.spec.award {
            AwardRule::BestScore => up(price, 10_000, reputation.0.into()).unwrap_or(u128::MAX),
            AwardRule::Lowest | AwardRule::TenantPicks => price,
        }
    }

    pub(super) fn candidate<'a>(
        &'a self,
        bidder: &'a Addr,
        stake_price: u128,
        price: u128,
        work_bond: u128,
    ) -> Candidate<'a> {
        let of_time = |time: u64| up(stake_price, time.into(), 3_600).unwrap_or(u128::MAX);
        let (lease_bond_value, min_work_bond_value) = match &self.spec.rail {
            Rail::Task { .. } => (0, stake_price * u128::from(self.work_bond_units)),
            Rail::Stream { length, .. } => {
                let value = match length {
                    StreamLength::Fixed(duration) => of_time(duration.0.min(self.lease_bond_time)),
                    StreamLength::OpenEnded { deposit } => of_time(self.lease_bond_time).min(deposit.u128()),
                };
                (value, 0)
            }
        };
        let price = Price::new(price);
        Candidate {
            bidder,
            needs: &self.spec.needs,
            token: &self.token,
            lease_bond_value,
            work_bond,
            min_work_bond_value,
            no_show_value: self.spec.max_price.0.u128(),
            price: match self.is_task() {
                true => BidPrice::PerUnit(price),
                false => BidPrice::PerHour(price),
            },
            binding: false,
            audited: match (self.is_task() && !self.spec.thin_audit, self.spec.comparison) {
                (false, _) | (_, ComparisonClass::None) => None,
                (true, comparison) => Some(comparison),
            },
        }
    }
}

impl Ledger {
    pub(super) fn book_message(&mut self, sender: &Addr, msg: &ExecuteMsg) -> Fate {
        let here = self.wiring.order_book.clone();
        match msg {
            ExecuteMsg::Control(msg) => self
                .control(&here, sender, msg)
                .map_err(|error| Error::Control(error).into()),
            ExecuteMsg::UpdateParams(update) => self.update_book(sender, update),
            ExecuteMsg::Open(_) => {
                let escrow = self.wiring.lease_escrow.clone();
                Ok(ensure(sender, &escrow, "lease escrow").map_err(Error::Control)?)
            }
            ExecuteMsg::Bid {
                order,
                price,
                work_bond,
            } => Ok(self.bid(sender, *order, price.0.u128(), work_bond.u128())?),
            ExecuteMsg::Award { order } => self.award(*order),
            ExecuteMsg::Pick { order, provider } => self.pick(sender, *order, &Addr::unchecked(provider)),
            ExecuteMsg::Cancel { order } => {
                let known = self.known(*order)?;
                ensure(sender, &known.tenant, "tenant of the order").map_err(Error::Control)?;
                self.ensure_bidding(*order)?;
                self.end_order(*order, Status::Cancelled);
                self.free_reservation(*order);
                Ok(())
            }
            ExecuteMsg::Expire { order } => {
                self.ensure_open_order(*order)?;
                let (expires, now) = (self.known(*order)?.expires, self.now);
                if now < expires {
                    return Err(Error::NotExpired {
                        order: *order,
                        expires: UnixTime(expires),
                        now: UnixTime(now),
                    }
                    .into());
                }
                self.end_order(*order, Status::Expired);
                self.free_reservation(*order);
                Ok(())
            }
            ExecuteMsg::Prune { order, limit } => Ok(self.prune(*order, *limit)?),
        }
    }

    fn update_book(&mut self, sender: &Addr, update: &ParamsUpdate) -> Fate {
        self.ensure_governor(sender).map_err(Error::Control)?;
        let params = &mut self.book.params;
        if let Some(kept) = update.bids_kept {
            if kept == 0 || kept > 50 {
                return Err(Error::ParamBounds {
                    param: "bids_kept",
                    value: kept.into(),
                    min: 1,
                    max: 50,
                }
                .into());
            }
            params.bids_kept = kept;
        }
        params.min_step = update.min_step.unwrap_or(params.min_step);
        params.extension = update.extension.unwrap_or(params.extension);
        params.max_extensions = update.max_extensions.unwrap_or(params.max_extensions);
        Ok(())
    }

    pub(super) fn known(&self, order: OrderId) -> Result<&Order, Error> {
        self.book.orders.get(&order).ok_or(Error::OrderUnknown { order })
    }

    pub(super) fn order_mut(&mut self, order: OrderId) -> Result<&mut Order, Error> {
        self.book
            .orders
            .get_mut(&order)
            .ok_or(Error::OrderUnknown { order })
    }

    fn ensure_open_order(&self, order: OrderId) -> Result<&Order, Error> {
        let known = self.known(order)?;
        match known.status {
            Status::Open => Ok(known),
            status => Err(Error::OrderEnded { order, status }),
        }
    }

    fn ensure_bidding(&self, order: OrderId) -> Result<&Order, Error> {
        let known = self.ensure_open_order(order)?;
        match self.now < known.closes {
            true => Ok(known),
            false => Err(Error::BiddingOver {
                order,
                closes: UnixTime(known.closes),
                now: UnixTime(self.now),
            }),
        }
    }

    pub(super) fn ensure_awardable(&self, order: OrderId) -> Result<&Order, Error> {
        let known = self.ensure_open_order(order)?;
        let now = UnixTime(self.now);
        if self.now < known.closes {
            return Err(Error::BiddingOpen {
                order,
                closes: UnixTime(known.closes),
                now,
            });
        }
        if self.now >= known.expires {
            return Err(Error::AwardOver {
                order,
                expires: UnixTime(known.expires),
                now,
            });
        }
        Ok(known)
    }

    pub(super) fn end_order(&mut self, order: OrderId, status: Status) {
        if let Some(known) = self.book.orders.get_mut(&order) {
            known.status = status;
        }
    }

    /// The escrow has reserved the money.
    pub(super) fn open_order(
        &mut self,
        order: OrderId,
        tenant: &Addr,
        token: &Addr,
        spec: &OrderSpec<String>,
    ) -> Result<(), Error> {
        self.ensure_open(&self.wiring.order_book)?;
        check_spec(spec, &self.book.params)?;
        let closes = self.now + spec.window.0;
        let placed = Order {
            tenant: tenant.clone(),
            token: token.clone(),
            spec: checked(spec),
            terms: self.book.params.clone(),
            lease_bond_time: self.escrow.params.lease_bond_time.0,
            work_bond_units: self.escrow.params.work_bond_units,
            status: Status::Open,
            closes,
            expires: closes + spec.award_within.0,
            extensions: 0,
            sequence: 0,
            bids: vec![],
        };
        self.book.orders.insert(order, placed);
        Ok(())
    }

    fn bid(&mut self, sender: &Addr, id: OrderId, price: u128, work_bond: u128) -> Result<(), Error> {
        self.ensure_open(&self.wiring.order_book)?;
        let order = self.ensure_bidding(id)?.clone();
        let max = order.spec.max_price;
        if price == 0 {
            return Err(Error::PriceZero {});
        }
        if price > max.0.u128() {
            return Err(Error::PriceAboveMaximum {
                price: Price::new(price),
                max_price: max,
            });
        }
        if !order.is_task() && work_bond > 0 {
            return Err(Error::WorkBondOnStream {
                work_bond: n(work_bond),
            });
        }
        let most_paid = match order.spec.pricing {
            Pricing::PayAsBid => price,
            Pricing::SecondPrice => max.0.u128(),
        };
        let judgement = self.judge(&order.candidate(sender, most_paid, price, work_bond));
        judgement.class.map_err(|refusal| Error::Refused { refusal })?;
        let Some(no) = judgement.provider else {
            return Err(Error::Refused {
                refusal: Refusal::NotRegistered {},
            });
        };
        let provider = self.registry.provider(no);
        if let Some(at) = provider.shrunk_at.filter(|at| *at >= self.now) {
            return Err(Error::ShrankJustNow { at: UnixTime(at) });
        }
        let reputation = self.registry.reputation(no, self.now);
        let new = Bid {
            provider: no,
            owner: provider.owner.clone(),
            group: provider.group.clone(),
            price,
            rank: order.rank(price, reputation),
            sequence: order.sequence + 1,
            work_bond,
            reputation,
            placed: self.now,
        };
        let now = self.now;
        let order = self.order_mut(id)?;
        let best = order.bids.first().cloned();
        let standing = order.bids.iter().position(|bid| bid.provider == no);
        match standing {
            Some(at) => {
                let (standing, step) = (order.bids[at].price, order.step());
                if standing <= step || price > standing - step {
                    return Err(Error::PriceNotLowered {
                        price: Price::new(price),
                        standing: Price::new(standing),
                        step: Price::new(step),
                    });
                }
                order.bids.remove(at);
            }
            None if order.bids.len() >= usize::from(order.terms.bids_kept) => {
                let worst = order.bids.last().map_or(0, |bid| bid.rank);
                if new.rank >= worst {
                    return Err(Error::BookFull {
                        rank: n(new.rank),
                        worst: n(worst),
                    });
                }
                order.bids.pop();
            }
            None => {}
        }
        let leads = best.is_none_or(|best| best.provider != no && new.rank < best.rank);
        let extension = order.terms.extension.0;
        if leads
            && extension > 0
            && now + extension >= order.closes
            && order.extensions < order.terms.max_extensions
        {
            order.closes += extension;
            order.expires += extension;
            order.extensions += 1;
        }
        order.sequence = new.sequence;
        order.bids.push(new);
        order.bids.sort_by_key(|bid| (bid.rank, bid.sequence));
        Ok(())
    }

    fn prune(&mut self, id: OrderId, limit: u32) -> Result<(), Error> {
        if limit == 0 || limit > 50 {
            return Err(Error::PruneLimit { limit, max: 50 });
        }
        let order = self.order_mut(id)?;
        if order.status == Status::Open {
            return Err(Error::OrderOpen { order: id });
        }
        if order.bids.is_empty() {
            return Err(Error::NothingToPrune { order: id });
        }
        let gone = (limit as usize).min(order.bids.len());
        order.bids.drain(..gone);
        Ok(())
    }
}

fn checked(spec: &OrderSpec<String>) -> OrderSpec<Addr> {
    let addresses = |list: &[String]| list.iter().map(Addr::unchecked).collect();
    let needs = &spec.needs;
    OrderSpec {
        needs: Requirements {
            resources: needs.resources.clone(),
            classes: needs.classes.clone(),
            attributes: needs.attributes.clone(),
            signatures: None,
            allow: addresses(&needs.allow),
            deny: addresses(&needs.deny),
            min_reputation: needs.min_reputation,
        },
        rail: spec.rail.clone(),
        max_price: spec.max_price,
        reserve_price: spec.reserve_price,
        comparison: spec.comparison,
        window: spec.window,
        award_within: spec.award_within,
        award: spec.award,
        pricing: spec.pricing,
        members: spec.members,
        on_provider_failure: spec.on_provider_failure,
        interruptible: spec.interruptible,
        manifest: spec.manifest,
        session_key: spec.session_key.clone(),
        thin_audit: spec.thin_audit,
    }
}

/// `floor(fee rate * gross)`, which lives here because orders fix the rate.
pub(super) fn fee(gross: u128, take_rate: BasisPoints) -> u128 {
    share(gross, take_rate.0)
}
