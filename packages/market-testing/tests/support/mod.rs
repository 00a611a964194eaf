//! A market with a tenant and three providers, and the first steps of a lease.
#![allow(dead_code)]

use cosmwasm_std::{Addr, Uint128};
use market_testing::chain::account;
use market_testing::specs::{machines, H100};
use market_testing::suite::{events, Builder};
use market_testing::Suite;
use market_types::events::OrderPlaced;
use market_types::order::OrderSpec;
use market_types::{LeaseId, OrderId};

pub const TOKEN: u128 = 1_000_000;

pub struct Market {
    pub suite: Suite,
    pub usdc: Addr,
    pub tenant: Addr,
    pub buyer: Addr,
    /// Owner and agent.
    pub providers: Vec<(Addr, Addr)>,
}

pub fn market() -> Market {
    market_of(Suite::builder())
}

pub fn market_of(builder: Builder) -> Market {
    let (tenant, buyer) = (account("tenant"), account("buyer"));
    let owners: Vec<Addr> = (0..3).map(|n| account(&format!("provider {n}"))).collect();
    let funded = owners.iter().cloned().chain([tenant.clone(), buyer.clone()]);
    let mut suite = builder.funded(funded).build();
    for token in suite.tokens.clone().iter().skip(1) {
        suite.set_bond_price(token, TOKEN).unwrap();
    }
    for owner in &owners {
        suite.register(owner, vec![machines(H100, 4)]).unwrap();
        suite.bond(owner, 100_000 * TOKEN).unwrap();
    }
    let with_agent = |owner: Addr| {
        let agent = Suite::agent_of(&owner).address();
        (owner, agent)
    };
    Market {
        usdc: suite.usdc.clone(),
        providers: owners.into_iter().map(with_agent).collect(),
        tenant,
        buyer,
        suite,
    }
}

impl Market {
    /// Order `spec` in `token` with exactly what it needs and `extra`.
    pub fn order(&mut self, token: &Addr, amount: u128, spec: OrderSpec<String>) -> OrderId {
        let tenant = self.tenant.clone();
        let response = self.suite.place_order(&tenant, token, amount, spec).unwrap();
        events::<OrderPlaced>(&response)[0].order
    }

    /// The lease of an order that the first provider alone bids on, at `price`.
    pub fn lease(&mut self, token: &Addr, amount: u128, spec: OrderSpec<String>, price: u128) -> LeaseId {
        let window = spec.window.0;
        let task = matches!(spec.rail, market_types::order::Rail::Task { .. });
        let order = self.order(token, amount, spec);
        let agent = self.providers[0].1.clone();
        let work_bond = if task { 40 * price } else { 0 };
        self.suite.bid(&agent, order, price, work_bond).unwrap();
        self.suite.pass(window);
        let crank = self.buyer.clone();
        self.suite.award(&crank, order).unwrap();
        LeaseId(order.0 * 8)
    }

    /// A stream of the first provider that is active.
    pub fn active(&mut self, token: &Addr, amount: u128, spec: OrderSpec<String>, price: u128) -> LeaseId {
        let lease = self.lease(token, amount, spec, price);
        let (tenant, agent) = (self.tenant.clone(), self.providers[0].1.clone());
        self.suite.ready(&agent, lease).unwrap();
        self.suite.accept(&tenant, lease).unwrap();
        lease
    }

    /// `count` heartbeats of the first provider, `every` seconds apart.
    pub fn beat(&mut self, lease: LeaseId, count: u32, every: u64) {
        let agent = self.providers[0].1.clone();
        for _ in 0..count {
            self.suite.pass(every);
            self.suite.heartbeat(&agent, vec![lease]).unwrap();
        }
    }
}

pub fn n(amount: u128) -> Uint128 {
    Uint128::new(amount)
}
