//! What people do: mostly what makes sense in the picture, now and then what does not.

use chain_client::Msg;
use cosmwasm_std::{HexBinary, Uint128};
use cw20::Cw20ExecuteMsg;
use market_testing::specs::{class, machines, stream, task, H100};
use market_types::attestation::ExecuteMsg as Attestation;
use market_types::audit::{AuditClass, AuditId};
use market_types::control::ControlMsg;
use market_types::defaults::TOKEN;
use market_types::escrow::{self, Acknowledgement, Amendment, ExecuteMsg as Escrow, Hook, LeaseStatus};
use market_types::order::{AwardRule, OrderSpec, Pricing, Rail, StreamLength};
use market_types::order_book::{self, ExecuteMsg as Book, OrderStatus};
use market_types::registry::{self, AgentLimits, ExecuteMsg as Registry, PriceFloor, ProfileUpdate};
use market_types::take_rate::{self, ExecuteMsg as TakeRate};
use market_types::{attestation, BasisPoints, BatchNo, Hash32, LeaseId, OrderId, Price, Seconds, UnixTime};
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
    for index in 0..OWNERS.len() {
        let enter = cast.enter(index).into_iter();
        moves.extend(enter.map(|msg| Move {
            who: OWNERS[index],
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

/// Money and orders.
impl Dice<'_> {
    fn escrow_pays(&mut self, amount: u128, hook: &Hook) -> Msg {
        let token = self.token();
        self.cast
            .pay(&token, &self.cast.wiring().lease_escrow, amount, hook)
    }

    fn order(&mut self) -> Option<(usize, Msg)> {
        let spec = self.spec();
        let price = spec.max_price.0.u128();
        let needed = match &spec.rail {
            Rail::Task { units, .. } => price * u128::from(*units),
            Rail::Stream { .. } => price.max(6 * TOKEN),
        };
        let amount = match self.chance(92) {
            true => needed,
            false => self.amount(),
        };
        let tenant = self.tenant();
        Some((
            tenant,
            self.escrow_pays(amount, &Hook::PlaceOrder(Box::new(spec))),
        ))
    }

    fn order_from_available(&mut self) -> Option<(usize, Msg)> {
        let (token, spec) = (self.token(), self.spec());
        let tenant = self.tenant();
        Some((tenant, self.cast.escrow(&Escrow::PlaceOrder { token, spec })))
    }

    fn deposit(&mut self) -> Option<(usize, Msg)> {
        let (who, amount) = (self.anybody(), self.amount());
        let owner = self.anybody();
        let owner = self.chance(30).then(|| self.cast.address(owner).to_owned());
        Some((who, self.escrow_pays(amount, &Hook::Deposit { owner })))
    }

    fn withdraw(&mut self) -> Option<(usize, Msg)> {
        let (who, token) = (self.anybody(), self.token());
        let amount = self.amount();
        let amount = self.chance(40).then_some(Uint128::new(amount));
        Some((who, self.cast.escrow(&Escrow::Withdraw { token, amount })))
    }

    fn bid(&mut self) -> Option<(usize, Msg)> {
        let (order, known) = self.some_order()?;
        let known = known.map(|index| &self.picture.orders[index]);
        let max = known.map_or(TOKEN, |order| order.spec.max_price.0.u128());
        let is_task = known.is_none_or(|order| matches!(order.spec.rail, Rail::Task { .. }));
        let price = match self.chance(92) {
            true => self.rng.gen_range(max / 2..=max),
            false => self.amount(),
        };
        let work_bond = match is_task {
            true => 30 * max + self.rng.gen_range(0..TOKEN),
            false => 0,
        };
        let bid = Book::Bid {
            order,
            price: Price::new(price),
            work_bond: Uint128::new(if self.chance(95) { work_bond } else { 1 }),
        };
        let provider = self.provider();
        Some((self.hands(provider), self.cast.book(&bid)))
    }

    fn award(&mut self) -> Option<(usize, Msg)> {
        let now = self.picture.now;
        let due = |order: &&order_book::OrderResponse| {
            let picked = order.spec.award == AwardRule::TenantPicks;
            order.status == OrderStatus::Open && order.closes <= now && !picked
        };
        let due = self.picture.orders.iter().find(due).map(|order| order.order);
        let order = match self.chance(92) {
            true => due?,
            false => self.some_order()?.0,
        };
        Some((self.anybody(), self.cast.book(&Book::Award { order })))
    }

    fn pick(&mut self) -> Option<(usize, Msg)> {
        let mut orders = self.picture.orders.iter();
        let pickable = orders.find(|order| {
            order.status == OrderStatus::Open
                && order.spec.award == AwardRule::TenantPicks
                && order.closes <= self.picture.now
        })?;
        let tenant = self.person(pickable.tenant.as_str())?;
        let provider = self.provider();
        let pick = Book::Pick {
            order: pickable.order,
            provider: self.cast.address(OWNERS[provider]).to_owned(),
        };
        Some((self.befits(tenant), self.cast.book(&pick)))
    }

    fn cancel(&mut self) -> Option<(usize, Msg)> {
        let (order, known) = self.some_order()?;
        let tenant = known.and_then(|index| self.person(self.picture.orders[index].tenant.as_str()));
        let who = self.befits(tenant.unwrap_or(OFFICE));
        Some((who, self.cast.book(&Book::Cancel { order })))
    }

    fn expire(&mut self) -> Option<(usize, Msg)> {
        let (order, _) = self.some_order()?;
        Some((self.anybody(), self.cast.book(&Book::Expire { order })))
    }

    fn prune(&mut self) -> Option<(usize, Msg)> {
        let orders: Vec<_> = self.picture.orders.iter().map(|order| order.order).collect();
        let (order, limit) = (self.one(&orders)?, self.rng.gen_range(0..60));
        Some((self.anybody(), self.cast.book(&Book::Prune { order, limit })))
    }
}

/// Leases.
impl Dice<'_> {
    fn ready(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.stream(LeaseStatus::Starting)?;
        Some((self.hands(provider), self.cast.escrow(&Escrow::Ready { lease })))
    }

    fn accept(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Starting)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Accept { lease })))
    }

    fn heartbeat(&mut self) -> Option<(usize, Msg)> {
        let provider = self.provider();
        let mut leases: Vec<_> = self
            .picture
            .leases
            .iter()
            .filter(|lease| lease.provider.0 as usize == provider + 1)
            .filter(|lease| matches!(lease.rail, Rail::Stream { .. }))
            .map(|lease| lease.lease)
            .collect();
        if leases.is_empty() && !self.chance(10) {
            return None;
        }
        if self.chance(5) {
            leases.extend(leases.first().copied());
        }
        Some((
            self.hands(provider),
            self.cast.escrow(&Escrow::Heartbeat { leases }),
        ))
    }

    fn acknowledge(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        let awarded = self.picture.leases.iter().map(|lease| lease.awarded_at.0).max()?;
        let acknowledgement = Acknowledgement {
            sequence: self.rng.gen_range(0..100),
            good_until: UnixTime(awarded + self.rng.gen_range(0..700)),
            signature: None,
        };
        let msg = Escrow::Acknowledge {
            lease,
            acknowledgement,
        };
        Some((self.befits(tenant), self.cast.escrow(&msg)))
    }

    fn suspend(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Suspend { lease })))
    }

    fn resume(&mut self) -> Option<(usize, Msg)> {
        let suspended = |lease: &escrow::LeaseResponse| {
            matches!(
                lease.progress,
                escrow::Progress::Stream {
                    suspended_at: Some(_),
                    ..
                }
            )
        };
        let (lease, tenant, _) = self.some_lease(suspended)?;
        Some((self.befits(tenant), self.cast.escrow(&Escrow::Resume { lease })))
    }

    fn notice(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.stream(LeaseStatus::Active)?;
        Some((
            self.hands(provider),
            self.cast.escrow(&Escrow::GiveNotice { lease }),
        ))
    }

    fn amend(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, provider) = self.stream(LeaseStatus::Active)?;
        // Two prices only, so that sides agree now and then.
        let amendment = Amendment {
            price_per_hour: Some(Price::new(if self.chance(80) { 500_000 } else { 0 })),
            duration: None,
        };
        let who = match self.chance(50) {
            true => tenant,
            false => OWNERS[provider],
        };
        let msg = Escrow::Amend { lease, amendment };
        Some((self.befits(who), self.cast.escrow(&msg)))
    }

    fn top_up(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.stream(LeaseStatus::Active)?;
        let amount = self.amount();
        let msg = match self.chance(50) {
            true => self.escrow_pays(amount, &Hook::TopUp { lease }),
            false => self.cast.escrow(&Escrow::TopUp {
                lease,
                amount: Uint128::new(amount),
            }),
        };
        Some((self.befits(tenant), msg))
    }

    fn transfer(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        let to = self.cast.address(self.tenant()).to_owned();
        Some((
            self.befits(tenant),
            self.cast.escrow(&Escrow::Transfer { lease, to }),
        ))
    }

    fn settle(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        Some((self.anybody(), self.cast.escrow(&Escrow::Settle { lease })))
    }

    fn close(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, provider) = self.some_lease(|lease| lease.status == LeaseStatus::Active)?;
        let who = match self.chance(60) {
            true => tenant,
            false => self.hands(provider),
        };
        Some((self.befits(who), self.cast.escrow(&Escrow::Close { lease })))
    }

    fn close_failed(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|lease| lease.status != LeaseStatus::Closed)?;
        Some((self.anybody(), self.cast.escrow(&Escrow::CloseFailed { lease })))
    }

    fn post_batch(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        let known = self.picture.leases.iter().find(|known| known.lease == lease)?;
        let (units, attested) = match known.progress {
            escrow::Progress::Task { units, attested, .. } => (units, attested),
            escrow::Progress::Stream { .. } => (10, 0),
        };
        let left = units.saturating_sub(attested).clamp(1, 64);
        let count = match self.chance(92) {
            true => self.rng.gen_range(1..=left),
            false => self.rng.gen_range(0..100),
        };
        let msg = Attestation::PostBatch {
            lease,
            first_unit: if self.chance(95) { attested } else { attested + 1 },
            count,
            root: Hash32([self.rng.gen(); 32]),
        };
        Some((self.hands(provider), self.cast.attestation(&msg)))
    }

    fn batch(&mut self) -> Option<(LeaseId, BatchNo)> {
        let vesting = |batch: &&attestation::BatchResponse| batch.status == attestation::BatchStatus::Vesting;
        let sure = self.chance(90);
        let batches = self.picture.batches.iter();
        let batches: Vec<_> = batches
            .filter(|batch| !sure || vesting(batch))
            .map(|batch| (batch.lease, batch.batch))
            .collect();
        self.one(&batches)
    }

    fn release(&mut self) -> Option<(usize, Msg)> {
        let (lease, batch) = self.batch()?;
        let release = Attestation::Release { lease, batch };
        Some((self.anybody(), self.cast.attestation(&release)))
    }

    fn waiting(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        Some((self.hands(provider), self.cast.escrow(&Escrow::Waiting { lease })))
    }

    fn inputs_delivered(&mut self) -> Option<(usize, Msg)> {
        let (lease, tenant, _) = self.open_task()?;
        let msg = Escrow::InputsDelivered { lease };
        Some((self.befits(tenant), self.cast.escrow(&msg)))
    }

    fn revalue(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.open_task()?;
        Some((self.anybody(), self.cast.escrow(&Escrow::Revalue { lease })))
    }
}

/// Providers.
impl Dice<'_> {
    /// A message to the registry by some provider's owner, mostly.
    fn owner_says(&mut self, index: usize, msg: &Registry) -> Option<(usize, Msg)> {
        Some((self.befits(OWNERS[index]), self.cast.registry(msg)))
    }

    fn register(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        let registration = self.cast.registration(index);
        self.owner_says(index, &Registry::Register(registration))
    }

    fn update(&mut self) -> Option<(usize, Msg)> {
        let (index, count) = (self.provider(), self.rng.gen_range(0..12));
        let update = ProfileUpdate {
            group: self.chance(30).then(|| "group-of-two".to_owned()),
            machines: self.chance(70).then(|| vec![machines(H100, count)]),
            ..ProfileUpdate::default()
        };
        self.owner_says(index, &Registry::Update(update))
    }

    fn rotate(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        // Its own, or the key of somebody who works for another.
        let agent = self.one(&AGENTS)?;
        let agent = self.cast.agent_key(agent, OWNERS[index]);
        self.owner_says(index, &Registry::RotateAgent { agent })
    }

    fn limits(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        let floor = PriceFloor {
            class: class(H100),
            token: self.cast.usdc.clone(),
            per_gpu_hour: Price::new(self.rng.gen_range(0..10_000)),
            per_unit: Price::new(self.rng.gen_range(0..10_000)),
        };
        let limits = AgentLimits {
            floors: vec![floor; self.rng.gen_range(0..3)],
            max_lease_bond: self.chance(20).then_some(Uint128::new(1_000 * TOKEN)),
            max_work_bond: None,
        };
        self.owner_says(index, &Registry::SetAgentLimits(limits))
    }

    fn maintenance(&mut self) -> Option<(usize, Msg)> {
        let (index, from) = (self.provider(), UnixTime(self.rng.gen_range(0..4_000_000_000)));
        let until = from.plus(Seconds::DAY);
        self.owner_says(index, &Registry::AnnounceMaintenance { from, until })
    }

    fn bond(&mut self) -> Option<(usize, Msg)> {
        let (index, amount) = (self.provider(), self.amount());
        let provider = self
            .chance(50)
            .then(|| self.cast.address(OWNERS[index]).to_owned());
        let (token, registry) = (&self.cast.lease, &self.cast.wiring().provider_registry);
        let msg = self
            .cast
            .pay(token, registry, amount, &registry::Hook::Bond { provider });
        Some((self.befits(OWNERS[index]), msg))
    }

    fn unbond(&mut self) -> Option<(usize, Msg)> {
        let (index, amount) = (self.provider(), self.amount() / 100);
        let amount = Uint128::new(amount);
        self.owner_says(index, &Registry::Unbond { amount })
    }

    fn withdraw_unbonded(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        self.owner_says(index, &Registry::WithdrawUnbonded {})
    }

    fn retire(&mut self) -> Option<(usize, Msg)> {
        // Of the three only the last may go.
        self.owner_says(OWNERS.len() - 1, &Registry::Retire {})
    }

    fn claim(&mut self) -> Option<(usize, Msg)> {
        Some((self.anybody(), self.cast.registry(&Registry::Claim {})))
    }

    fn bond_price(&mut self) -> Option<(usize, Msg)> {
        let msg = Registry::SetBondPrice {
            token: self.token(),
            price: Uint128::new(self.rng.gen_range(TOKEN * 7 / 10..TOKEN * 13 / 10)),
        };
        Some((self.befits(OFFICE), self.cast.registry(&msg)))
    }

    fn audit_class(&mut self) -> AuditClass {
        let classes = ["exact", "image/nvidia-h100-80gb", "no class"];
        AuditClass(classes[self.rng.gen_range(0..classes.len())].into())
    }

    fn offer_audits(&mut self) -> Option<(usize, Msg)> {
        let (index, class) = (self.provider(), self.audit_class());
        let places = self.rng.gen_range(0..20);
        self.owner_says(index, &Registry::OfferAudits { class, places })
    }

    fn leave_audits(&mut self) -> Option<(usize, Msg)> {
        let (index, class) = (self.provider(), self.audit_class());
        self.owner_says(index, &Registry::LeaveAudits { class })
    }

    fn reinstate(&mut self) -> Option<(usize, Msg)> {
        let index = self.provider();
        self.owner_says(index, &Registry::Reinstate {})
    }

    fn add_work_bond(&mut self) -> Option<(usize, Msg)> {
        let (lease, _, provider) = self.open_task()?;
        let amount = Uint128::new(self.amount());
        self.owner_says(provider, &Registry::AddWorkBond { lease, amount })
    }

    fn audit_step(&mut self) -> Option<(usize, Msg)> {
        let (lease, batch) = self.batch()?;
        let audit = AuditId {
            lease,
            unit: self.rng.gen_range(0..4),
        };
        let msg = match self.rng.gen_range(0..6) {
            0 => Attestation::Draw { lease, batch },
            1 => Attestation::OpenAudit { audit, batch },
            2 => Attestation::Advance { audit },
            3 => Attestation::ForceAudit { audit, batch },
            4 => Attestation::Appeal { audit },
            _ => Attestation::Commit {
                audit,
                commitment: Hash32([1; 32]),
            },
        };
        Some((self.anybody(), self.cast.attestation(&msg)))
    }

    fn beacon(&mut self) -> Option<(usize, Msg)> {
        let msg = Attestation::SubmitBeacon {
            round: self.rng.gen_range(0..1_000),
            signature: HexBinary::from(vec![self.rng.gen(); 48]),
        };
        Some((self.anybody(), self.cast.attestation(&msg)))
    }
}

/// Fees, gifts and offices.
impl Dice<'_> {
    fn sweep(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.escrow(&Escrow::SweepFees { token })))
    }

    fn kick(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.take_rate(&TakeRate::Kick { token })))
    }

    fn take(&mut self) -> Option<(usize, Msg)> {
        let hook = take_rate::Hook::Take {
            token: self.token(),
            min_out: Uint128::zero(),
        };
        let (who, amount) = (self.anybody(), self.amount());
        let take_rate = &self.cast.wiring().take_rate_burn;
        Some((who, self.cast.pay(&self.cast.lease, take_rate, amount, &hook)))
    }

    fn restart(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((self.anybody(), self.cast.take_rate(&TakeRate::Restart { token })))
    }

    fn seed_audits(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        Some((
            self.anybody(),
            self.cast.take_rate(&TakeRate::SeedAudits { token }),
        ))
    }

    fn insurance(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        let amount = Uint128::new(self.rng.gen_range(0..2_000));
        let msg = TakeRate::TakeInsurance { token, amount };
        Some((self.befits(OFFICE), self.cast.take_rate(&msg)))
    }

    fn skim(&mut self) -> Option<(usize, Msg)> {
        let token = self.token();
        let msg = match self.rng.gen_range(0..3) {
            0 => self.cast.registry(&Registry::Skim {}),
            1 => self.cast.escrow(&Escrow::Skim { token }),
            _ => self.cast.take_rate(&TakeRate::Skim { token }),
        };
        Some((self.anybody(), msg))
    }

    /// A plain transfer to a contract or to somebody.
    fn gift(&mut self) -> Option<(usize, Msg)> {
        let wiring = self.cast.wiring();
        let somebody = self.anybody();
        let to = [
            &wiring.provider_registry,
            &wiring.lease_escrow,
            &wiring.take_rate_burn,
            self.cast.address(somebody),
            "nobody",
        ];
        let recipient = self.one(&to)?.to_owned();
        let (token, amount) = (self.token(), Uint128::new(self.amount()));
        let msg = Cw20ExecuteMsg::Transfer { recipient, amount };
        Some((self.anybody(), self.cast.msg(&token, &msg)))
    }

    fn fund_audits(&mut self) -> Option<(usize, Msg)> {
        let (who, amount) = (self.anybody(), self.amount());
        Some((who, self.escrow_pays(amount, &Hook::FundAudits {})))
    }

    fn control(&mut self, control: ControlMsg) -> Msg {
        match self.rng.gen_range(0..3) {
            0 => self.cast.book(&Book::Control(control)),
            1 => self.cast.escrow(&Escrow::Control(control)),
            _ => self.cast.registry(&Registry::Control(control)),
        }
    }

    fn pause(&mut self) -> Option<(usize, Msg)> {
        let duration = Seconds(self.rng.gen_range(0..4));
        let msg = self.control(ControlMsg::Pause { duration });
        Some((self.befits(OFFICE), msg))
    }

    fn unpause(&mut self) -> Option<(usize, Msg)> {
        let msg = self.control(ControlMsg::Unpause {});
        Some((self.befits(OFFICE), msg))
    }

    fn office(&mut self) -> Option<(usize, Msg)> {
        let to = self.anybody();
        let offer = ControlMsg::OfferGovernor {
            governor: self.cast.address(to).to_owned(),
            expires_in: Seconds(60),
        };
        let control = match self.rng.gen_range(0..4) {
            0 => ControlMsg::Wire(self.cast.wiring().clone()),
            1 => ControlMsg::WithdrawOffer {},
            _ => offer,
        };
        let msg = self.control(control);
        Some((self.befits(OFFICE), msg))
    }

    fn params(&mut self) -> Option<(usize, Msg)> {
        let bps = BasisPoints(self.rng.gen_range(0..1_200));
        let msg = match self.rng.gen_range(0..4) {
            0 => self
                .cast
                .take_rate(&TakeRate::UpdateParams(take_rate::ParamsUpdate {
                    default_rate: Some(bps),
                    ..Default::default()
                })),
            1 => self.cast.book(&Book::UpdateParams(order_book::ParamsUpdate {
                min_step: Some(bps),
                ..Default::default()
            })),
            2 => self.cast.escrow(&Escrow::UpdateParams(escrow::ParamsUpdate {
                outage_share: Some(bps),
                ..Default::default()
            })),
            _ => self
                .cast
                .registry(&Registry::UpdateParams(registry::ParamsUpdate {
                    bond_price_daily_move: Some(bps),
                    ..Default::default()
                })),
        };
        Some((self.befits(OFFICE), msg))
    }

    /// Somebody says what only a sister contract may say.
    fn pretend(&mut self) -> Option<(usize, Msg)> {
        let (lease, ..) = self.some_lease(|_| true)?;
        let msg = match self.rng.gen_range(0..4) {
            0 => self.cast.escrow(&Escrow::Hold { lease, units: 1 }),
            1 => self.cast.escrow(&Escrow::Refund { lease, units: 1 }),
            2 => self.cast.escrow(&Escrow::Convict { lease }),
            _ => self
                .cast
                .escrow(&Escrow::FreeReservation { order: lease.order() }),
        };
        Some((self.anybody(), msg))
    }
}
