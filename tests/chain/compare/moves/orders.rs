//! Money and orders.

use chain_client::Msg;
use cosmwasm_std::Uint128;
use market_types::defaults::TOKEN;
use market_types::escrow::{ExecuteMsg as Escrow, Hook};
use market_types::order::{AwardRule, Rail};
use market_types::order_book::{self, ExecuteMsg as Book, OrderStatus};
use market_types::Price;
use rand::Rng;

use super::Dice;
use crate::cast::{OFFICE, OWNERS};

impl Dice<'_> {
    pub(super) fn escrow_pays(&mut self, amount: u128, hook: &Hook) -> Msg {
        let token = self.token();
        self.cast
            .pay(&token, &self.cast.wiring().lease_escrow, amount, hook)
    }

    pub(super) fn order(&mut self) -> Option<(usize, Msg)> {
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

    pub(super) fn order_from_available(&mut self) -> Option<(usize, Msg)> {
        let (token, spec) = (self.token(), self.spec());
        let tenant = self.tenant();
        Some((tenant, self.cast.escrow(&Escrow::PlaceOrder { token, spec })))
    }

    pub(super) fn deposit(&mut self) -> Option<(usize, Msg)> {
        let (who, amount) = (self.anybody(), self.amount());
        let owner = self.anybody();
        let owner = self.chance(30).then(|| self.cast.address(owner).to_owned());
        Some((who, self.escrow_pays(amount, &Hook::Deposit { owner })))
    }

    pub(super) fn withdraw(&mut self) -> Option<(usize, Msg)> {
        let (who, token) = (self.anybody(), self.token());
        let amount = self.amount();
        let amount = self.chance(40).then_some(Uint128::new(amount));
        Some((who, self.cast.escrow(&Escrow::Withdraw { token, amount })))
    }

    pub(super) fn bid(&mut self) -> Option<(usize, Msg)> {
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

    pub(super) fn award(&mut self) -> Option<(usize, Msg)> {
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

    pub(super) fn pick(&mut self) -> Option<(usize, Msg)> {
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

    pub(super) fn cancel(&mut self) -> Option<(usize, Msg)> {
        let (order, known) = self.some_order()?;
        let tenant = known.and_then(|index| self.person(self.picture.orders[index].tenant.as_str()));
        let who = self.befits(tenant.unwrap_or(OFFICE));
        Some((who, self.cast.book(&Book::Cancel { order })))
    }

    pub(super) fn expire(&mut self) -> Option<(usize, Msg)> {
        let (order, _) = self.some_order()?;
        Some((self.anybody(), self.cast.book(&Book::Expire { order })))
    }

    pub(super) fn prune(&mut self) -> Option<(usize, Msg)> {
        let orders: Vec<_> = self.picture.orders.iter().map(|order| order.order).collect();
        let (order, limit) = (self.one(&orders)?, self.rng.gen_range(0..60));
        Some((self.anybody(), self.cast.book(&Book::Prune { order, limit })))
    }
}
