//! Orders: think, bid, crank the award, let go.

use std::time::{Duration, Instant};

use cosmwasm_std::Uint128;
use market_math::{mul_div, Rounding};
use market_types::order::Rail;
use market_types::order_book::{BidResponse, OrderResponse};
use market_types::resources::DeviceClass;
use market_types::{BasisPoints, LeaseId, OrderId};

use super::{Daemon, DaemonError};
use crate::bidding::program::{self, Question};
use crate::bidding::{decide, floor, Auction, Decision, Job, Own, Terms};
use crate::config::{deployment, ClassFloor};
use crate::fault::{self, Point};
use crate::machine::order::{self, Offer, OrderAction, OrderState, OrderView};
use crate::queue::Intent;

/// A refusal may end by itself: it is asked again after this.
const RETHINK: Duration = Duration::from_secs(5);

pub(super) struct OrderItem {
    pub state: OrderState,
    pub order: OrderResponse,
    own: Option<BidResponse>,
    best: Option<BidResponse>,
    thought: Option<Thought>,
}

/// What came of thinking about an order, and from what.
struct Thought {
    class: DeviceClass,
    terms: Terms,
    auction: Auction,
    wanted: Option<Offer>,
    at: Instant,
}

impl OrderItem {
    pub(super) fn new(
        state: OrderState,
        order: OrderResponse,
        own: Option<BidResponse>,
        best: Option<BidResponse>,
    ) -> Self {
        Self {
            state,
            order,
            own,
            best,
            thought: None,
        }
    }

    pub(super) fn see(&mut self, order: OrderResponse, own: Option<BidResponse>, best: Option<BidResponse>) {
        self.order = order;
        self.own = own;
        self.best = best;
    }
}

impl Daemon {
    pub(super) async fn step_orders(&mut self) -> Result<(), DaemonError> {
        let ids: Vec<_> = self.orders.keys().copied().collect();
        for id in ids {
            // Each action changes the answer to the next question; a plan is sent in the same round.
            while self.step_order(id).await? {}
        }
        Ok(())
    }

    /// True if there may be more to do at once.
    async fn step_order(&mut self, id: OrderId) -> Result<bool, DaemonError> {
        let Some(item) = self.orders.get(&id) else {
            return Ok(false);
        };
        let winner = item
            .order
            .winner
            .as_ref()
            .filter(|winner| winner.provider == self.me.no);
        let view = OrderView {
            now: self.now,
            status: item.order.status,
            closes: item.order.closes,
            expires: item.order.expires,
            rule: item.order.spec.award,
            own: item.own.as_ref().map(|bid| Own {
                price: bid.price,
                place: bid.place,
            }),
            won: winner.map(|winner| winner.lease),
        };
        let bidding = view.now < view.closes && view.won.is_none();
        let wanted = if bidding { self.think(id).await? } else { None };
        let Some(item) = self.orders.get_mut(&id) else {
            return Ok(false);
        };
        match order::next(&item.state, &view, wanted) {
            OrderAction::Wait => Ok(false),
            OrderAction::Plan(offer) => {
                self.inventory.reserve(id, offer.class.clone(), offer.gpus);
                item.state = OrderState::Planned(offer);
                self.journal.write(|w| w.order(id, &item.state))?;
                fault::point(Point::AfterPlanned);
                Ok(true)
            }
            OrderAction::Send(Offer { price, work_bond, .. }) => {
                self.queue.submit(
                    Intent::Bid {
                        order: id,
                        price,
                        work_bond,
                    },
                    self.watch.seen(),
                );
                Ok(false)
            }
            OrderAction::Placed(offer) => {
                item.state = OrderState::Bid(offer);
                self.journal.write(|w| w.order(id, &item.state))?;
                fault::point(Point::AfterBid);
                Ok(true)
            }
            OrderAction::Award => {
                self.queue.submit(Intent::Award { order: id }, self.watch.seen());
                Ok(false)
            }
            OrderAction::Adopt(lease) => self.became(id, lease),
            OrderAction::End(end) => {
                tracing::info!(order = %id, ?end, "order over");
                self.forget_order(id)?;
                Ok(false)
            }
        }
    }

    /// The order is a lease now; the lease's own entry is made when the lease is read.
    fn became(&mut self, order: OrderId, lease: LeaseId) -> Result<bool, DaemonError> {
        match self.leases.contains_key(&lease) {
            true => self.forget_order(order)?,
            false => {
                self.dirty.opened.insert(lease);
            }
        }
        Ok(false)
    }

    /// Frees what was reserved, too.
    pub(super) fn forget_order(&mut self, order: OrderId) -> Result<(), DaemonError> {
        self.journal.write(|w| w.forget_order(order))?;
        self.orders.remove(&order);
        self.inventory.free(order);
        Ok(())
    }

    /// What the policy would bid now. The answer is kept while its grounds stay the same.
    async fn think(&mut self, id: OrderId) -> Result<Option<Offer>, DaemonError> {
        let Some(item) = self.orders.get(&id) else {
            return Ok(None);
        };
        let bidding = self.bidding.borrow().clone();
        let Some(floors) = self.offered(item) else {
            return Ok(None);
        };
        let needs = &item.order.spec.needs;
        let classes = floors.iter().map(|(class, _)| *class);
        let fitting = self.inventory.fitting(id, classes, needs.resources.gpus);
        let Some((class, class_floor)) = floors.iter().find(|(class, _)| Some(*class) == fitting) else {
            return Ok(None);
        };
        let class = (*class).clone();
        let others = self.inventory.reservations() - usize::from(item.state.reserved().is_some());
        let jobs = others + self.leases.values().filter(|lease| lease.is_live()).count();
        let terms = Terms {
            floor: floor::floor(class_floor, Job::of(&item.order.spec.rail, needs.resources.gpus))?,
            markup_bps: bidding.markup_bps,
            queue_bps: bidding.queue_bps,
            step_bps: bidding.step_bps,
            jobs: u32::try_from(jobs).unwrap_or(u32::MAX),
        };
        let auction = Auction {
            max: item.order.spec.max_price,
            rule: item.order.spec.award,
            best: item.best.as_ref().map(|bid| bid.rank),
            own: item.own.as_ref().map(|bid| Own {
                price: bid.price,
                place: bid.place,
            }),
            reputation: self.me.reputation,
            min_step: self.book.min_step,
        };
        if let Some(thought) = &item.thought {
            let same = thought.class == class && thought.terms == terms && thought.auction == auction;
            if same && (thought.wanted.is_some() || thought.at.elapsed() < RETHINK) {
                return Ok(thought.wanted.clone());
            }
        }
        let mut decision = decide(&terms, &auction)?;
        if let Some(path) = &bidding.program {
            let question = Question {
                order: &item.order,
                terms: &terms,
                auction: &auction,
                decision: &decision,
            };
            decision = match program::ask(path, &question).await {
                Ok(decision) => decision,
                Err(error) => {
                    tracing::warn!(%error, "the strategy program failed; the built-in policy decides");
                    decision
                }
            };
        }
        let wanted = self
            .offer(id, decision, class.clone(), bidding.work_bond_margin_bps)
            .await?;
        if let Some(item) = self.orders.get_mut(&id) {
            item.thought = Some(Thought {
                class,
                terms,
                auction,
                wanted: wanted.clone(),
                at: Instant::now(),
            });
        }
        Ok(wanted)
    }

    /// Classes of the order that this agent has a floor and an executor for.
    fn offered<'a>(&'a self, item: &'a OrderItem) -> Option<Vec<(&'a DeviceClass, ClassFloor)>> {
        let able = match item.order.spec.rail {
            Rail::Task { .. } => self.executor.is_some(),
            Rail::Stream { .. } => self.config.executors.idle,
        };
        if !able {
            return None;
        }
        let bidding = self.bidding.borrow();
        let market = self.market.deployment();
        let floor_of = |class: &DeviceClass| {
            bidding
                .floors
                .iter()
                .find(|floor| {
                    floor.class == class.0
                        && deployment::token(market, &floor.token) == Some(item.order.token.as_str())
                })
                .cloned()
        };
        let needs = &item.order.spec.needs;
        let offered = needs.classes.iter().filter(|class| self.may_offer(class));
        Some(
            offered
                .filter_map(|class| Some((class, floor_of(class)?)))
                .collect(),
        )
    }

    /// The offer for a decision, if the registry would accept it.
    async fn offer(
        &self,
        id: OrderId,
        decision: Decision,
        class: DeviceClass,
        margin_bps: u32,
    ) -> Result<Option<Offer>, DaemonError> {
        let price = match decision {
            Decision::Bid(price) => price,
            Decision::Hold(why) => {
                tracing::info!(order = %id, %why, "holds");
                return Ok(None);
            }
            Decision::Decline(why) => {
                tracing::info!(order = %id, %why, "declines");
                return Ok(None);
            }
        };
        let Some(item) = self.orders.get(&id) else {
            return Ok(None);
        };
        let owner = &self.config.provider.owner;
        let work_bond = match item.order.spec.rail {
            Rail::Stream { .. } => Uint128::zero(),
            Rail::Task { .. } => {
                let least = self.market.simulate(id, owner, price, None).await?.min_work_bond;
                let whole = Uint128::from(BasisPoints::WHOLE.0);
                least.saturating_add(mul_div(least, margin_bps.into(), whole, Rounding::Up)?)
            }
        };
        let verdict = self.market.simulate(id, owner, price, Some(work_bond)).await?;
        if let Some(refusal) = verdict.refusal {
            tracing::info!(order = %id, %price, ?refusal, "the registry would refuse");
            return Ok(None);
        }
        let gpus = item.order.spec.needs.resources.gpus;
        tracing::info!(order = %id, %price, %work_bond, class = %class, best = ?item.order.best, "would bid");
        Ok(Some(Offer {
            price,
            work_bond,
            class,
            gpus,
        }))
    }
}
