use cosmwasm_std::{Addr, Uint128};
use market_types::escrow::{ExecuteMsg as Escrow, Hook};
use market_types::order::{AwardRule, ComparisonClass, OrderSpec, Pricing, Rail, Requirements, StreamLength};
use market_types::order_book::ExecuteMsg as Book;
use market_types::{BasisPoints, OrderId, Price, Seconds};
use rand::Rng;

use super::{Generator, Wish};
use crate::keys::Key;
use crate::ledger::escrow::funding;
use crate::ledger::registry::bond_for;
use crate::ledger::{Ledger, Order, Status};
use crate::model::people::{People, A100};
use crate::specs::{class, one_gpu, stream, H100};
use crate::suite::intentions::send_hook;
use crate::suite::Suite;

const CLASSES: [ComparisonClass; 5] = [
    ComparisonClass::Exact,
    ComparisonClass::Image,
    ComparisonClass::Vector,
    ComparisonClass::Tokens,
    ComparisonClass::None,
];

impl Generator {
    fn price_level(&mut self) -> u128 {
        match self.rng.gen_range(0..40) {
            0 => self.rng.gen_range(1..10),
            1..=6 => self.rng.gen_range(1..20_000),
            7..=34 => self.rng.gen_range(20_000..8_000_000),
            35..=37 => self.rng.gen_range(1_000_000..2_000_000_000),
            38 => u128::MAX >> self.rng.gen_range(38..50),
            _ => [0, u128::MAX][self.rng.gen_range(0..2)],
        }
    }

    fn rail(&mut self, max_price: u128) -> Rail {
        if self.chance(55) {
            let length = match self.rng.gen_range(0..10) {
                0 => StreamLength::Fixed(Seconds(self.rng.gen_range(0..5))),
                1 => StreamLength::Fixed(Seconds(self.rng.gen_range(86_400..30 * 86_400))),
                2..=6 => StreamLength::Fixed(Seconds(self.rng.gen_range(60..7_200))),
                _ => StreamLength::OpenEnded {
                    deposit: Uint128::new(self.amount()),
                },
            };
            return Rail::Stream {
                length,
                ack_every: self.chance(40).then(|| Seconds(self.rng.gen_range(600..4_000))),
                start_timeout: Seconds(self.rng.gen_range(10..1_200)),
                notice: match self.chance(50) {
                    true => Seconds(0),
                    false => Seconds(self.rng.gen_range(1..2_000)),
                },
            };
        }
        let unit_deadline = self.rng.gen_range(1..300);
        let units = match self.chance(90) {
            true => self.rng.gen_range(1..150),
            false => self.rng.gen_range(0..1_000_001),
        };
        Rail::Task {
            units,
            unit_deadline: Seconds(unit_deadline),
            start_timeout: Seconds(self.rng.gen_range(10..1_200)),
            progress_timeout: Seconds((2 * unit_deadline).max(10) + self.rng.gen_range(0..3_000)),
            start_fee: match self.chance(50) {
                true => None,
                false => Some(Uint128::new(
                    max_price.saturating_mul(units.into()) / self.rng.gen_range(1..50),
                )),
            },
        }
    }

    fn spec(&mut self, people: &People) -> OrderSpec<String> {
        let max_price = self.price_level();
        let pricing = match self.chance(50) {
            true => Pricing::PayAsBid,
            false => Pricing::SecondPrice,
        };
        let award = match self.rng.gen_range(0..10) {
            0..=4 => AwardRule::Lowest,
            5..=7 => AwardRule::BestScore,
            _ => AwardRule::TenantPicks,
        };
        let reserve = match pricing {
            Pricing::SecondPrice if self.chance(50) => Some(max_price / self.rng.gen_range(1..5)),
            _ if self.chance(2) => Some(max_price.saturating_add(1)),
            _ => None,
        };
        let pricing = match award {
            AwardRule::TenantPicks if self.chance(95) && reserve.is_none() => Pricing::PayAsBid,
            _ => pricing,
        };
        let mut resources = one_gpu();
        resources.gpus = match self.chance(80) {
            true => self.rng.gen_range(1..5),
            false => self.rng.gen_range(1..12),
        };
        resources.ports = self.rng.gen_range(0..40);
        if self.chance(60) {
            resources.vram_mib = 40_000;
        }
        let owners = |this: &mut Self, percent| -> Vec<String> {
            match this.chance(percent) {
                true => this.one(&people.owners).iter().map(Addr::to_string).collect(),
                false => vec![],
            }
        };
        let (deny, allow) = (owners(self, 8), owners(self, 4));
        let allow = if allow == deny { vec![] } else { allow };
        OrderSpec {
            needs: Requirements {
                resources,
                classes: match self.rng.gen_range(0..10) {
                    0..=5 => vec![class(H100)],
                    6..=8 => vec![class(A100), class(H100)],
                    _ => vec![class(A100)],
                },
                attributes: vec![],
                signatures: None,
                allow,
                deny,
                min_reputation: match self.chance(92) {
                    true => BasisPoints(0),
                    false => BasisPoints(self.rng.gen_range(900..3_000)),
                },
            },
            rail: self.rail(max_price),
            max_price: Price::new(max_price),
            reserve_price: reserve.map(Price::new),
            comparison: CLASSES[self.rng.gen_range(0..5)],
            window: Seconds(match self.chance(97) {
                true => self.rng.gen_range(10..300),
                false => self.rng.gen_range(0..1_000_000),
            }),
            award_within: Seconds(self.rng.gen_range(10..2_000)),
            award,
            pricing,
            members: match self.chance(98) {
                true => 1,
                false => self.rng.gen_range(0..10),
            },
            interruptible: self.chance(30),
            session_key: self.chance(60).then(|| Key::of("session").public()),
            thin_audit: self.chance(85),
            ..stream()
        }
    }

    pub(super) fn order(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let (tenant, token) = (self.one(&people.tenants)?, self.token(people));
        let spec = self.spec(people);
        let needed = funding(&spec.rail, spec.max_price).unwrap_or(u128::MAX);
        let amount = match self.rng.gen_range(0..20) {
            0 => needed.saturating_sub(1),
            1..=12 => needed,
            _ => needed.saturating_add(self.amount() / 2),
        };
        let has = ledger.balance(&token, &tenant);
        if amount > has && self.chance(97) {
            return None;
        }
        let hook = Hook::PlaceOrder(Box::new(spec));
        Some((
            tenant,
            send_hook(&token, &ledger.wiring.lease_escrow, amount, &hook),
        ))
    }

    pub(super) fn order_from_available(&mut self, _: &Ledger, people: &People) -> Wish {
        let (tenant, token) = (self.one(&people.tenants)?, self.token(people).to_string());
        let spec = self.spec(people);
        Some((tenant, Escrow::PlaceOrder { token, spec }.into()))
    }

    pub(super) fn deposit(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let (sender, token, amount) = (self.anybody(people), self.token(people), self.amount());
        let owner = match self.chance(80) {
            true => None,
            false => Some(self.anybody(people).to_string()),
        };
        let amount = amount.min(ledger.balance(&token, &sender));
        Some((
            sender,
            send_hook(
                &token,
                &ledger.wiring.lease_escrow,
                amount,
                &Hook::Deposit { owner },
            ),
        ))
    }

    pub(super) fn withdraw(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let accounts: Vec<_> = ledger.escrow.available.keys().cloned().collect();
        let (owner, token) = self.one(&accounts)?;
        let sender = self.mostly(&owner, people);
        let amount = match self.chance(50) {
            true => None,
            false => Some(Uint128::new(self.amount())),
        };
        let token = token.to_string();
        Some((sender, Escrow::Withdraw { token, amount }.into()))
    }

    /// An order that fits, or any at all, or one that never was.
    fn some_order(&mut self, ledger: &Ledger, wanted: impl Fn(&Order) -> bool) -> Option<OrderId> {
        let all = &ledger.book.orders;
        let fitting: Vec<_> = all
            .iter()
            .filter(|(_, order)| wanted(order))
            .map(|(id, _)| *id)
            .collect();
        match self.chance(92) {
            true => self.one(&fitting),
            false => {
                let any: Vec<_> = all.keys().copied().chain([OrderId(u64::MAX)]).collect();
                self.one(&any)
            }
        }
    }

    pub(super) fn bid(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let id = self.some_order(ledger, |order| order.status == Status::Open && now < order.closes)?;
        let fit = |owner: &&Addr| {
            ledger
                .registry
                .whois(owner)
                .is_some_and(|p| !p.retired && p.bonded > 0)
        };
        let fit: Vec<Addr> = people.owners.iter().filter(fit).cloned().collect();
        let owner = match self.chance(95) {
            true => self.one(&fit)?,
            false => self.one(&people.owners)?,
        };
        let agent = ledger
            .registry
            .whois(&owner)
            .map_or_else(|| Suite::agent_of(&owner).address(), |p| p.agent.clone());
        let right = if self.chance(70) { agent } else { owner };
        let sender = self.mostly(&right, people);
        let Some(order) = ledger.book.orders.get(&id) else {
            let (price, work_bond) = (Price::new(1), Uint128::zero());
            return Some((
                sender,
                Book::Bid {
                    order: id,
                    price,
                    work_bond,
                }
                .into(),
            ));
        };
        let max = order.spec.max_price.0.u128();
        let best = order.bids.first().map_or(max, |bid| bid.price);
        let price = match self.rng.gen_range(0..40) {
            0 => max.saturating_add(1),
            1 => 0,
            2..=5 => max,
            6..=12 => best.saturating_sub(1),
            13..=26 => best - best / self.rng.gen_range(2..100),
            _ => max - max / self.rng.gen_range(2..10),
        };
        let work_bond = match order.spec.rail {
            Rail::Stream { .. } => u128::from(self.chance(2)),
            Rail::Task { .. } => {
                let most = if order.spec.pricing == Pricing::SecondPrice {
                    max
                } else {
                    price
                };
                let value = most.saturating_mul(order.work_bond_units.into());
                let least = ledger
                    .bond_price(&order.token)
                    .map_or(0, |price| bond_for(value, price));
                match self.rng.gen_range(0..10) {
                    0 => least.saturating_sub(1),
                    1..=3 => least.saturating_add(self.amount() % 1_000_000_000),
                    _ => least,
                }
            }
        };
        let (price, work_bond) = (Price::new(price), Uint128::new(work_bond));
        Some((
            sender,
            Book::Bid {
                order: id,
                price,
                work_bond,
            }
            .into(),
        ))
    }

    pub(super) fn award(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let order = self.some_order(ledger, |order| {
            order.status == Status::Open && order.closes <= now && now < order.expires
        })?;
        Some((self.anybody(people), Book::Award { order }.into()))
    }

    pub(super) fn pick(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let id = self.some_order(ledger, |order| {
            order.status == Status::Open && order.closes <= now && order.spec.award == AwardRule::TenantPicks
        })?;
        let order = ledger.book.orders.get(&id)?;
        let bidders: Vec<Addr> = order.bids.iter().map(|bid| bid.owner.clone()).collect();
        let provider = match self.chance(90) {
            true => self.one(&bidders)?,
            false => self.anybody(people),
        };
        let sender = self.mostly(&order.tenant, people);
        let provider = provider.to_string();
        Some((sender, Book::Pick { order: id, provider }.into()))
    }

    pub(super) fn cancel(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let id = self.some_order(ledger, |order| order.status == Status::Open && now < order.closes)?;
        let tenant = ledger.book.orders.get(&id).map(|order| order.tenant.clone());
        let sender = match tenant {
            Some(tenant) => self.mostly(&tenant, people),
            None => self.anybody(people),
        };
        Some((sender, Book::Cancel { order: id }.into()))
    }

    pub(super) fn expire(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let now = ledger.now;
        let order = self.some_order(ledger, |order| {
            order.status == Status::Open && now >= order.closes
        })?;
        Some((self.anybody(people), Book::Expire { order }.into()))
    }

    pub(super) fn prune(&mut self, ledger: &Ledger, people: &People) -> Wish {
        let order = self.some_order(ledger, |order| order.status != Status::Open)?;
        let limit = self.rng.gen_range(0..52);
        Some((self.anybody(people), Book::Prune { order, limit }.into()))
    }
}
