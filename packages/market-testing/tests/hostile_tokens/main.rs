//! Tokens that fail, re-enter, lie, or are not listed. Nobody else's money is touched, and nobody else's exit is blocked.

mod failing;
mod lying;
mod reentering;
#[path = "../support/mod.rs"]
mod support;
mod unlisted;

use cosmwasm_std::Addr;
use market_testing::hostile::Behaviour;
use market_testing::specs::stream;
use market_testing::Suite;
use market_types::LeaseId;
use support::{market_of, Market, TOKEN};

const PRICE: u128 = 3_000_000;

/// A market in which a hostile token is listed, with an active stream in it and one in the stablecoin.
fn two_leases() -> (Market, Addr, LeaseId, LeaseId) {
    let mut m = market_of(Suite::builder().hostile_token("EVIL"));
    let evil = m.suite.tokens[2].clone();
    let usdc = m.usdc.clone();
    let theirs = m.active(&evil, 10 * TOKEN, stream(), PRICE);
    let other = m.active(&usdc, 10 * TOKEN, stream(), PRICE);
    let agent = m.providers[0].1.clone();
    m.suite.pass(10);
    m.suite.heartbeat(&agent, vec![theirs, other]).unwrap();
    (m, evil, theirs, other)
}

fn behave(m: &mut Market, token: &Addr, behaviour: &Behaviour) {
    m.suite.app.wasm_sudo(token.clone(), behaviour).unwrap();
}

/// Every exit in the stablecoin and every exit of bond.
fn everybody_else_gets_out(m: &mut Market, lease: LeaseId) {
    let (tenant, usdc, owner) = (m.tenant.clone(), m.usdc.clone(), m.providers[0].0.clone());
    let idle = m.providers[2].0.clone();
    m.suite.close(&tenant, lease).unwrap();
    m.suite.settle(&tenant, lease).unwrap();
    m.suite.withdraw(&tenant, &usdc, None).unwrap();
    m.suite.withdraw(&owner, &usdc, None).unwrap();
    m.suite.sweep(&tenant, &usdc).unwrap();
    m.suite.unbond(&idle, TOKEN).unwrap();
    m.suite.pass(21 * 86_400);
    m.suite.withdraw_unbonded(&idle).unwrap();
}
