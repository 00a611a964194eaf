//! One order of each rail from money to burn, through all five contracts.

use cosmwasm_std::Addr;
use market_testing::chain::account;
use market_testing::specs::{machines, stream, task, H100};
use market_testing::Suite;
use market_types::escrow::LeaseStatus;
use market_types::{BatchNo, CloseReason, LeaseId, OrderId};

const TOKEN: u128 = 1_000_000;

struct Day {
    suite: Suite,
    tenant: Addr,
    /// Owner, agent.
    providers: Vec<(Addr, Addr)>,
}

fn day() -> Day {
    let tenant = account("tenant");
    let owners: Vec<Addr> = (0..3).map(|n| account(&format!("provider {n}"))).collect();
    let mut suite = Suite::builder()
        .funded(owners.iter().cloned().chain([tenant.clone(), account("buyer")]))
        .build();
    let usdc = suite.usdc.clone();
    suite.set_bond_price(&usdc, TOKEN).unwrap();
    for owner in &owners {
        suite.register(owner, vec![machines(H100, 2)]).unwrap();
        suite.bond(owner, 10_000 * TOKEN).unwrap();
    }
    let providers = owners
        .into_iter()
        .map(|owner| {
            let agent = Suite::agent_of(&owner).address();
            (owner, agent)
        })
        .collect();
    Day {
        suite,
        tenant,
        providers,
    }
}

#[test]
fn a_stream_is_paid_by_the_second_and_its_fee_is_sold_and_burned() {
    let Day {
        mut suite,
        tenant,
        providers,
    } = day();
    let usdc = suite.usdc.clone();
    suite.place_order(&tenant, &usdc, 5 * TOKEN, stream()).unwrap();
    let (order, lease) = (OrderId(1), LeaseId(8));
    suite.pass(10);
    suite.bid(&providers[0].1, order, 3_000_000, 0).unwrap();
    suite.bid(&providers[1].1, order, 1_800_000, 0).unwrap();
    suite.pass(90);
    suite.award(&tenant, order).unwrap();
    let (owner, agent) = &providers[1];
    suite.ready(agent, lease).unwrap();
    suite.accept(&tenant, lease).unwrap();
    for _ in 0..60 {
        suite.pass(60);
        suite.heartbeat(agent, vec![lease]).unwrap();
    }
    suite.settle(&account("anybody"), lease).unwrap();
    let closed = suite.lease(lease);
    assert_eq!(closed.status, LeaseStatus::Closed);
    assert_eq!(closed.close_reason, Some(CloseReason::DurationEnded));
    assert_eq!(suite.available(owner, &usdc), 1_800_000 / 100 * 98);
    assert_eq!(suite.available(&tenant, &usdc), 5 * TOKEN - 1_800_000);

    suite.sweep(&tenant, &usdc).unwrap();
    assert_eq!(suite.totals(&usdc).collected.u128(), 36_000);
    suite.pass(8 * 86_400);
    suite.kick(&tenant, &usdc).unwrap();
    let supply = suite.supply(suite.network_token());
    suite.take(&account("buyer"), &usdc, TOKEN).unwrap();
    let brought = suite.totals(&usdc).brought.u128();
    assert_eq!(supply - suite.supply(suite.network_token()), brought);
    assert!(brought > 0);
}

#[test]
fn a_task_is_paid_by_the_vested_unit() {
    let Day {
        mut suite,
        tenant,
        providers,
    } = day();
    let usdc = suite.usdc.clone();
    suite.place_order(&tenant, &usdc, 4_800_000, task()).unwrap();
    let (order, lease) = (OrderId(1), LeaseId(8));
    let (owner, agent) = &providers[0];
    suite.bid(agent, order, 100_000, 4_000_000).unwrap();
    suite.pass(100);
    suite.award(&tenant, order).unwrap();
    suite.post_batch(agent, lease, 0, 40).unwrap();
    suite.post_batch(agent, lease, 40, 8).unwrap();
    assert_eq!(suite.lease(lease).status, LeaseStatus::Closing);
    suite.pass(86_400);
    suite.release(&tenant, lease, BatchNo(1)).unwrap();
    suite.release(&tenant, lease, BatchNo(0)).unwrap();
    let closed = suite.lease(lease);
    assert_eq!(closed.status, LeaseStatus::Closed);
    let income = 4_800_000 - closed.money.fee.u128() - closed.money.premium.u128();
    assert_eq!(suite.available(owner, &usdc), income);
    assert_eq!(closed.money.fee.u128(), 96_000);
    suite.withdraw(owner, &usdc, None).unwrap();
}
