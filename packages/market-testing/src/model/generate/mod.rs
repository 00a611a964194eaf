//! What happens next: mostly what makes sense to somebody, now and then what does not.

mod audits;
mod fees;
mod leases;
mod office;
mod orders;
mod providers;

use std::collections::BTreeMap;

use cosmwasm_std::Addr;
use market_types::escrow::LeaseStatus;
use market_types::LeaseId;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::Rng;

use super::people::People;
use super::twin::Step;
use crate::call::Call;
use crate::ledger::{Lease, Ledger, Status};

type Wish = Option<(Addr, Call)>;
type Maker = fn(&mut Generator, &Ledger, &People) -> Wish;

pub struct Generator {
    rng: StdRng,
    /// How many names were used for new agents' keys, by owner.
    keys: BTreeMap<Addr, u32>,
}

/// What people do, and how often.
const WISHES: &[(u32, Maker)] = &[
    (14, Generator::order),
    (3, Generator::order_from_available),
    (3, Generator::deposit),
    (4, Generator::withdraw),
    (22, Generator::bid),
    (12, Generator::award),
    (3, Generator::pick),
    (2, Generator::cancel),
    (3, Generator::expire),
    (2, Generator::prune),
    (8, Generator::ready),
    (7, Generator::accept),
    (22, Generator::heartbeat),
    (5, Generator::acknowledge),
    (3, Generator::suspend),
    (3, Generator::resume),
    (2, Generator::notice),
    (5, Generator::amend),
    (4, Generator::top_up),
    (1, Generator::hand_over),
    (6, Generator::settle),
    (4, Generator::close),
    (6, Generator::close_failed),
    (14, Generator::post_batch),
    (9, Generator::release),
    (5, Generator::waiting),
    (2, Generator::inputs_delivered),
    (1, Generator::register),
    (2, Generator::machines),
    (1, Generator::rotate),
    (1, Generator::limit),
    (1, Generator::announce),
    (3, Generator::bond),
    (3, Generator::unbond),
    (2, Generator::withdraw_unbonded),
    (3, Generator::claim),
    (4, Generator::price),
    (4, Generator::sweep),
    (3, Generator::kick),
    (4, Generator::take),
    (2, Generator::restart),
    (1, Generator::seed_audits),
    (1, Generator::insurance),
    (5, Generator::skim),
    (4, Generator::gift),
    (1, Generator::fund_audits),
    (1, Generator::pause),
    (2, Generator::unpause),
    (3, Generator::params),
    (1, Generator::pretend),
    (5, Generator::offer_audits),
    (1, Generator::leave_audits),
    (4, Generator::reinstate),
    (2, Generator::add_work_bond),
    (4, Generator::revalue),
    (2, Generator::slash),
    (1, Generator::convict),
    (3, Generator::set_aside),
    (3, Generator::pay_audit),
];

impl Generator {
    pub fn new(rng: StdRng) -> Self {
        Self {
            rng,
            keys: BTreeMap::new(),
        }
    }

    pub fn next(&mut self, ledger: &Ledger, people: &People) -> Step {
        let due = match self.chance(60) {
            true => self.what_is_due(ledger),
            false => None,
        };
        let (seconds, blocks) = match due {
            Some((seconds, _)) => (seconds, seconds / 6 + 1),
            None => self.time(ledger),
        };
        let mut later = ledger.clone();
        later.pass(seconds, blocks);
        let wish = due.and_then(|(_, make)| make(self, &later, people));
        let (sender, call) = match wish {
            Some(wish) => wish,
            None => self.wish(&later, people),
        };
        Step {
            seconds,
            blocks,
            sender,
            call,
        }
    }

    fn wish(&mut self, ledger: &Ledger, people: &People) -> (Addr, Call) {
        let total: u32 = WISHES.iter().map(|(weight, _)| weight).sum();
        loop {
            let mut at = self.rng.gen_range(0..total);
            for (weight, make) in WISHES {
                if at < *weight {
                    if let Some(wish) = make(self, ledger, people) {
                        return wish;
                    }
                    break;
                }
                at -= weight;
            }
        }
    }

    /// What keeps a market going, and how soon: without it most of what is random is refused.
    fn what_is_due(&mut self, ledger: &Ledger) -> Option<(u64, Maker)> {
        let now = ledger.now;
        let orders = ledger.book.orders.values();
        let open: Vec<_> = orders.filter(|order| order.status == Status::Open).collect();
        let leases = || ledger.escrow.leases.values();
        let starting = leases().filter(|lease| lease.status == LeaseStatus::Starting);
        let streams = leases()
            .filter(|lease| lease.stream().is_some() && lease.status == LeaseStatus::Active)
            .count();
        let mut due: Vec<(u64, Maker)> = vec![];
        if open.len() < 5 && leases().filter(|lease| lease.runs()).count() < 16 {
            due.extend([(self.rng.gen_range(0..5), Self::order as Maker); 3]);
        }
        if open
            .iter()
            .any(|order| now + 5 < order.closes && order.bids.len() < 3)
        {
            due.extend([(self.rng.gen_range(0..4), Self::bid as Maker); 4]);
        }
        let with_bids = open
            .iter()
            .filter(|order| !order.bids.is_empty() && now < order.expires);
        if let Some(closes) = with_bids.map(|order| order.closes).min() {
            let wait = closes.saturating_sub(now);
            due.push((wait, if self.chance(80) { Self::award } else { Self::pick }));
        }
        for lease in starting {
            let stream = lease.stream();
            if now + 8 >= lease.awarded_at + lease.start_timeout() {
                due.push((self.rng.gen_range(0..20), Self::close_failed));
                continue;
            }
            if stream.is_some_and(|stream| stream.ready_at.is_none()) {
                due.push((self.rng.gen_range(0..8), Self::ready));
            }
            if stream.is_some_and(|stream| stream.accepted_at.is_none()) {
                due.push((self.rng.gen_range(0..8), Self::accept));
            }
        }
        if streams > 0 {
            due.extend([(self.rng.gen_range(15..110), Self::heartbeat as Maker); 2]);
        }
        if leases().any(|lease| lease.may_attest(now) > 0) {
            due.push((self.rng.gen_range(0..100), Self::post_batch));
        }
        if leases().any(|lease| lease.runs() && lease.task().is_some_and(|task| task.waiting_since.is_some()))
        {
            due.push((self.rng.gen_range(0..60), Self::inputs_delivered));
        }
        let stale = ledger
            .registry
            .prices
            .values()
            .any(|price| now - price.updated_at > 86_400);
        if stale {
            due.extend([(0, Self::fresh_price as Maker); 3]);
        }
        self.one(&due)
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        of.choose(&mut self.rng).cloned()
    }

    fn anybody(&mut self, people: &People) -> Addr {
        let all = people.everybody();
        self.one(&all).unwrap_or_else(|| people.stranger.clone())
    }

    /// This one mostly, and somebody else now and then.
    fn mostly(&mut self, right: &Addr, people: &People) -> Addr {
        match self.chance(93) {
            true => right.clone(),
            false => self.anybody(people),
        }
    }

    fn token(&mut self, people: &People) -> Addr {
        match self.chance(60) {
            true => people.tokens[1].clone(),
            false => self
                .one(&people.tokens)
                .unwrap_or_else(|| people.tokens[1].clone()),
        }
    }

    /// Dust, ordinary sums, much, and all there is.
    fn amount(&mut self) -> u128 {
        match self.rng.gen_range(0..10) {
            0 => self.rng.gen_range(0..4),
            1..=2 => self.rng.gen_range(1..10_000),
            3..=7 => self.rng.gen_range(10_000..50_000_000),
            8 => self.rng.gen_range(1..1_000_000_000_000),
            _ => self.rng.gen(),
        }
    }

    /// One of what is there, or nothing at all for this wish.
    fn lease(&mut self, ledger: &Ledger, wanted: impl Fn(&LeaseId, &Lease) -> bool) -> Option<LeaseId> {
        let all = &ledger.escrow.leases;
        let fitting: Vec<_> = all
            .iter()
            .filter(|(id, lease)| wanted(id, lease))
            .map(|(id, _)| *id)
            .collect();
        match self.chance(92) {
            true => self.one(&fitting),
            false => {
                let any: Vec<_> = all.keys().copied().chain([LeaseId(7)]).collect();
                self.one(&any)
            }
        }
    }

    fn time(&mut self, ledger: &Ledger) -> (u64, u64) {
        let seconds = match self.rng.gen_range(0..1_000) {
            0..=199 => 0,
            200..=399 => self.rng.gen_range(1..10),
            400..=719 => self.rng.gen_range(10..121),
            720..=819 => self.rng.gen_range(120..900),
            820..=859 => self.rng.gen_range(900..7_500),
            860..=874 => self.rng.gen_range(7_200..90_000),
            875..=877 => self.rng.gen_range(86_400..30 * 86_400),
            878 => 366 * 86_400,
            _ => self.next_boundary(ledger),
        };
        let blocks = match self.chance(90) {
            true => seconds / 6 + u64::from(self.chance(50)),
            false => self.rng.gen_range(0..3),
        };
        (seconds, blocks)
    }

    /// To the second before, of, or after something that is due.
    fn next_boundary(&mut self, ledger: &Ledger) -> u64 {
        let now = ledger.now;
        let orders = ledger.book.orders.values();
        let mut due: Vec<u64> = orders
            .filter(|order| order.status == Status::Open)
            .flat_map(|order| [order.closes, order.expires])
            .collect();
        for lease in ledger.escrow.leases.values() {
            if lease.status == LeaseStatus::Closed {
                continue;
            }
            due.push(lease.awarded_at + lease.start_timeout());
            if let Some(stream) = lease.stream() {
                due.push(stream.cutoff(lease.price));
                let service = &lease.terms.service;
                if let Some((last, _)) = stream.beat {
                    due.extend([last + service.heartbeat_window.0, last + service.grace.0]);
                }
            }
        }
        let batches = ledger.attestation.batches.values();
        due.extend(batches.map(|batch| batch.vests_at));
        let soon = if self.chance(85) { 7_200 } else { 8 * 86_400 };
        due.retain(|at| *at > now && *at < now + soon);
        match self.one(&due) {
            Some(at) => (at + 1 - self.rng.gen_range(0..3)).saturating_sub(now),
            None => 1,
        }
    }
}
