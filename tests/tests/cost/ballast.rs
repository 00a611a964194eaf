//! A market that has been busy: providers, orders that take bids, leases that run.

use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20ExecuteMsg;
use market_testing::chain::account;
use market_testing::specs::{machines, stream, H100};
use market_testing::suite::intentions::send_hook;
use market_testing::{Call, Suite};
use market_types::order::{OrderSpec, Rail, StreamLength};
use market_types::registry::Hook;
use market_types::{LeaseId, OrderId, Seconds};

const TOKEN: u128 = 1_000_000;
const PRICE: u128 = 100;
const WEEK: Seconds = Seconds(7 * 86_400);

/// Register `count` providers, have each run a lease, and place as many open orders. All orders are one tenant's.
///
/// Order and provider numbers begin at 1. The bond price of the stablecoin is set at the end.
///
/// # Panics
/// If the market refuses.
pub fn load(suite: &mut Suite, count: u32) {
    let checks = std::mem::replace(&mut suite.checks, false);
    let tenant = account("busy tenant");
    let (usdc, network) = (suite.usdc.clone(), suite.wiring.network_token.clone());
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    let providers: Vec<(Addr, Addr)> = (0..count)
        .map(|n| {
            let owner = account(&format!("busy provider {n}"));
            let agent = Suite::agent_of(&owner).address();
            (owner, agent)
        })
        .collect();
    mint(suite, &network, &tenant);
    mint(suite, &usdc, &tenant);
    for (owner, _) in &providers {
        suite.register(owner, vec![machines(H100, 1)]).unwrap();
        let hook = Hook::Bond {
            provider: Some(owner.to_string()),
        };
        let registry = suite.wiring.provider_registry.clone();
        suite
            .send(&tenant, send_hook(&network, &registry, 2_000 * TOKEN, &hook))
            .unwrap();
    }

    let deposit = PRICE * 366 * 24;
    for (n, (_, agent)) in providers.iter().enumerate() {
        suite.place_order(&tenant, &usdc, deposit, long()).unwrap();
        suite.bid(agent, OrderId(n as u64 + 1), PRICE, 0).unwrap();
    }
    suite.pass(WEEK.0);
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    for (n, (_, agent)) in providers.iter().enumerate() {
        let order = OrderId(n as u64 + 1);
        let lease = LeaseId::new(order, 0).unwrap();
        suite.award(&tenant, order).unwrap();
        suite.ready(agent, lease).unwrap();
        suite.accept(&tenant, lease).unwrap();
    }
    for _ in &providers {
        suite.place_order(&tenant, &usdc, deposit, long()).unwrap();
    }
    suite.checks = checks;
}

fn mint(suite: &mut Suite, token: &Addr, to: &Addr) {
    let amount = Uint128::new(1_000_000_000 * TOKEN);
    let recipient = to.to_string();
    let msg = Cw20ExecuteMsg::Mint { recipient, amount };
    suite
        .send(&account("minter"), Call::Token(token.clone(), msg))
        .unwrap();
}

/// A year of one GPU, with a week to bid.
fn long() -> OrderSpec<String> {
    let mut spec = stream();
    spec.max_price = market_types::Price::new(PRICE);
    spec.window = WEEK;
    if let Rail::Stream { length, .. } = &mut spec.rail {
        *length = StreamLength::Fixed(Seconds(366 * 86_400));
    }
    spec
}
