//! What people do: mostly what makes sense in the picture, now and then what does not.

mod fees;
mod leases;
mod orders;
mod providers;

use chain_client::Msg;
use cosmwasm_std::Uint128;
use market_testing::specs::{class, stream, task};
use market_types::defaults::TOKEN;
use market_types::escrow::{self, ExecuteMsg as Escrow, LeaseStatus};
use market_types::order::{AwardRule, OrderSpec, Pricing, Rail, StreamLength};
use market_types::order_book::OrderStatus;
use market_types::registry::ExecuteMsg as Registry;
use market_types::{LeaseId, OrderId, Price, Seconds};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::Rng;

use super::look::Picture;
use crate::cast::{Cast, AGENTS, OFFICE, OWNERS, PEOPLE, TENANTS};

/// One transaction.
pub struct Move {
    pub who: usize,
    pub what: &'static str,
    pub msg: Msg,
}

/// Three providers come in, the network token is paid with as well, and the bond price counts from here.
pub fn opening(cast: &Cast) -> Vec<Move> {
    let price = Registry::SetBondPrice {
        token: cast.usdc.clone(),
        price: Uint128::new(TOKEN),
    };
    let mut moves = vec![Move {
        who: OFFICE,
        what: "bond price",
        msg: cast.registry(&price),
    }];
    let listed = |token: &str| escrow::PaymentToken {
        token: token.to_owned(),
        listed: true,
        min_order: Uint128::new(TOKEN / 100),
    };
    let tokens = Escrow::UpdateParams(escrow::ParamsUpdate {
        tokens: Some(vec![listed(&cast.usdc), listed(&cast.lease)]),
        ..Default::default()
    });
    moves.push(Move {
        who: OFFICE,
        what: "tokens",
        msg: cast.escrow(&tokens),
    });
    for (index, who) in OWNERS.into_iter().enumerate() {
        let enter = cast.enter(index).into_iter();
        moves.extend(enter.map(|msg| Move {
            who,
            what: "enter",
            msg,
        }));
    }
    moves
}

type Maker = fn(&mut Dice) -> Option<(usize, Msg)>;

/// What is done, and how often. A maker that finds nothing to do makes room for another.
const WISHES: &[(u32, &str, Maker)] = &[
    (20, "order", |dice| dice.order()),
    (4, "order from available", |dice| dice.order_from_available()),
    (5, "deposit", |dice| dice.deposit()),
    (6, "withdraw", |dice| dice.withdraw()),
    (40, "bid", |dice| dice.bid()),
    (25, "award", |dice| dice.award()),
    (3, "pick", |dice| dice.pick()),
    (3, "cancel", |dice| dice.cancel()),
    (3, "expire", |dice| dice.expire()),
    (2, "prune", |dice| dice.prune()),
    (16, "ready", |dice| dice.ready()),
    (14, "accept", |dice| dice.accept()),
    (24, "heartbeat", |dice| dice.heartbeat()),
    (4, "acknowledge", |dice| dice.acknowledge()),
    (3, "suspend", |dice| dice.suspend()),
    (3, "resume", |dice| dice.resume()),
    (2, "notice", |dice| dice.notice()),
    (4, "amend", |dice| dice.amend()),
    (5, "top up", |dice| dice.top_up()),
    (2, "transfer", |dice| dice.transfer()),
    (8, "settle", |dice| dice.settle()),
    (6, "close", |dice| dice.close()),
    (4, "close failed", |dice| dice.close_failed()),
    (26, "post batch", |dice| dice.post_batch()),
    (18, "release", |dice| dice.release()),
    (2, "waiting", |dice| dice.waiting()),
    (2, "inputs delivered", |dice| dice.inputs_delivered()),
    (3, "revalue", |dice| dice.revalue()),
    (1, "register", |dice| dice.register()),
    (3, "update", |dice| dice.update()),
    (2, "rotate", |dice| dice.rotate()),
    (2, "limits", |dice| dice.limits()),
    (1, "maintenance", |dice| dice.maintenance()),
    (5, "bond", |dice| dice.bond()),
    (3, "unbond", |dice| dice.unbond()),
    (1, "withdraw unbonded", |dice| dice.withdraw_unbonded()),
    (1, "retire", |dice| dice.retire()),
    (2, "claim", |dice| dice.claim()),
    (3, "bond price", |dice| dice.bond_price()),
    (4, "offer audits", |dice| dice.offer_audits()),
    (1, "leave audits", |dice| dice.leave_audits()),
    (1, "reinstate", |dice| dice.reinstate()),
    (3, "add work bond", |dice| dice.add_work_bond()),
    (3, "audit step", |dice| dice.audit_step()),
    (2, "beacon", |dice| dice.beacon()),
    (4, "sweep", |dice| dice.sweep()),
    (2, "kick", |dice| dice.kick()),
    (4, "take", |dice| dice.take()),
    (1, "restart", |dice| dice.restart()),
    (2, "seed audits", |dice| dice.seed_audits()),
    (2, "insurance", |dice| dice.insurance()),
    (2, "skim", |dice| dice.skim()),
    (4, "gift", |dice| dice.gift()),
    (2, "fund audits", |dice| dice.fund_audits()),
    (1, "pause", |dice| dice.pause()),
    (3, "unpause", |dice| dice.unpause()),
    (4, "params", |dice| dice.params()),
    (1, "pretend", |dice| dice.pretend()),
    (2, "office", |dice| dice.office()),
];

/// The next move of somebody.
pub fn next(rng: &mut StdRng, picture: &Picture, cast: &Cast) -> Move {
    let total: u32 = WISHES.iter().map(|(weight, ..)| weight).sum();
    let mut dice = Dice { rng, picture, cast };
    loop {
        let mut at = dice.rng.gen_range(0..total);
        for (weight, what, make) in WISHES {
            if at < *weight {
                if let Some((who, msg)) = make(&mut dice) {
                    return Move { who, what, msg };
                }
                break;
            }
            at -= weight;
        }
    }
}

struct Dice<'a> {
    rng: &'a mut StdRng,
    picture: &'a Picture,
    cast: &'a Cast,
}

/// Choices.
impl Dice<'_> {
    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.choose(self.rng).cloned()
    }

    fn anybody(&mut self) -> usize {
        self.rng.gen_range(0..PEOPLE)
    }

    fn tenant(&mut self) -> usize {
        TENANTS[self.rng.gen_range(0..TENANTS.len())]
    }

    fn provider(&mut self) -> usize {
        self.rng.gen_range(0..OWNERS.len())
    }

    /// Mostly whom it befits.
    fn befits(&mut self, person: usize) -> usize {
        match self.chance(94) {
            true => person,
            false => self.anybody(),
        }
    }

    fn token(&mut self) -> String {
        match self.chance(80) {
            true => self.cast.usdc.clone(),
            false => self.cast.lease.clone(),
        }
    }

    fn amount(&mut self) -> u128 {
        match self.rng.gen_range(0..12) {
            0 => [0, 1, u128::MAX, 2_000_000 * TOKEN][self.rng.gen_range(0..4)],
            _ => self.rng.gen_range(1..200 * TOKEN),
        }
    }

    fn person(&self, address: &str) -> Option<usize> {
        (0..PEOPLE).find(|person| self.cast.address(*person) == address)
    }

    /// An order, mostly an open one.
    fn some_order(&mut self) -> Option<(OrderId, Option<usize>)> {
        if self.chance(6) {
            return Some((OrderId(self.rng.gen_range(0..60)), None));
        }
        let sure = self.chance(92);
        let orders = self.picture.orders.iter();
        let orders: Vec<_> = orders
            .enumerate()
            .filter(|(_, order)| !sure || order.status == OrderStatus::Open)
            .map(|(index, order)| (order.order, Some(index)))
            .collect();
        self.one(&orders)
    }

    /// A lease for which this holds, mostly; its number, tenant and provider.
    fn some_lease(
        &mut self,
        fits: impl Fn(&escrow::LeaseResponse) -> bool,
    ) -> Option<(LeaseId, usize, usize)> {
        let sure = self.chance(92);
        let leases = self.picture.leases.iter();
        let leases: Vec<_> = leases.filter(|lease| !sure || fits(lease)).collect();
        let lease = *leases.choose(self.rng)?;
        // The devnet's answer: its people have the same names on both chains.
        let tenant = self.person(lease.tenant.as_str())?;
        let provider = lease.provider.0.checked_sub(1)? as usize;
        Some((lease.lease, tenant, provider.min(OWNERS.len() - 1)))
    }

    fn stream(&mut self, status: LeaseStatus) -> Option<(LeaseId, usize, usize)> {
        self.some_lease(|lease| lease.status == status && matches!(lease.rail, Rail::Stream { .. }))
    }

    fn open_task(&mut self) -> Option<(LeaseId, usize, usize)> {
        let open = |status| matches!(status, LeaseStatus::Active | LeaseStatus::Starting);
        self.some_lease(|lease| open(lease.status) && matches!(lease.rail, Rail::Task { .. }))
    }

    /// Whoever provides: agent or owner.
    fn hands(&mut self, provider: usize) -> usize {
        let person = match self.chance(85) {
            true => AGENTS[provider],
            false => OWNERS[provider],
        };
        self.befits(person)
    }

    fn spec(&mut self) -> OrderSpec<String> {
        let mut spec = match self.chance(50) {
            true => stream(),
            false => task(),
        };
        match &mut spec.rail {
            Rail::Stream {
                length,
                notice,
                ack_every,
                ..
            } => {
                match self.rng.gen_range(0..4) {
                    0 => {
                        *length = StreamLength::OpenEnded {
                            deposit: Uint128::new(5 * TOKEN),
                        }
                    }
                    1 => *length = StreamLength::Fixed(Seconds(20)),
                    _ => {}
                }
                *notice = Seconds(if self.chance(30) { 3 } else { 0 });
                if self.chance(25) {
                    *ack_every = Some(Seconds(600));
                }
            }
            Rail::Task {
                units, start_timeout, ..
            } => {
                *units = self.rng.gen_range(1..60);
                *start_timeout = Seconds(self.rng.gen_range(9..40));
            }
        }
        spec.max_price = Price::new(self.rng.gen_range(10_000..4 * TOKEN));
        spec.window = Seconds(if self.chance(5) { 1 } else { 10 });
        spec.award_within = Seconds(if self.chance(20) { 60 } else { 600 });
        spec.interruptible = self.chance(20);
        spec.thin_audit = self.chance(95);
        (spec.award, spec.pricing) = match self.rng.gen_range(0..6) {
            0 => (AwardRule::TenantPicks, Pricing::PayAsBid),
            1 => (AwardRule::BestScore, Pricing::SecondPrice),
            2 | 3 => (AwardRule::Lowest, Pricing::SecondPrice),
            _ => (AwardRule::Lowest, Pricing::PayAsBid),
        };
        if spec.pricing == Pricing::SecondPrice && self.chance(50) {
            spec.reserve_price = Some(spec.max_price);
        }
        if self.chance(5) {
            spec.members = 2;
        }
        if self.chance(5) {
            spec.needs.classes = vec![class("no-such-class")];
        }
        spec
    }
}
