//! The measurements.

use market_testing::chain::account;
use market_testing::specs::{machines, stream, H100};
use market_testing::Suite;
use market_types::order::{Rail, StreamLength};
use market_types::{LeaseId, OrderId, Seconds};

use super::counting::{self, Tally};
use crate::rows;
use crate::variants;
use crate::world::World;

/// Per hour: a thousand base units a second.
const PRICE: u128 = 3_600_000;

/// Each message from somebody who may send it, with `count` providers, running leases and open orders in the store.
///
/// # Panics
/// If the market refuses a message that it should take.
pub fn messages(count: u32) -> Vec<(String, Tally)> {
    let mut world = World::busy(count);
    let mut tallies = vec![];
    for row in rows::all() {
        let Some(&role) = row.allowed.first() else {
            continue;
        };
        world.enter(row.scene);
        let call = (row.message)(&world, role);
        let name = format!("{} ({:?})", variants::name(&call), row.scene);
        counting::take();
        if let Err(failure) = world.send(role, &call, &[]) {
            panic!("{name} with {count} in the store: {failure}");
        }
        tallies.push((name, counting::take()));
    }
    counting::unmark();
    tallies
}

/// `Settle` a second after the last one, and after a year of heartbeats in which nobody settled.
///
/// # Panics
/// If the market refuses.
pub fn settle_after_a_second_and_a_year() -> (Tally, Tally) {
    let (owner, tenant, crank) = (account("owner"), account("tenant"), account("crank"));
    let mut suite = Suite::builder()
        .wrapped(counting::counted)
        .escrow(|params| {
            params.heartbeat_window = Seconds::HOUR;
            params.heartbeat_interval = Seconds(1_800);
            params.grace = Seconds(7_200);
        })
        .funded([owner.clone(), tenant.clone()])
        .build();
    suite.checks = false;
    let usdc = suite.usdc.clone();
    suite.set_bond_price(&usdc, 1_000_000).unwrap();
    suite.register(&owner, vec![machines(H100, 1)]).unwrap();
    suite.bond(&owner, 10_000_000_000).unwrap();
    let mut spec = stream();
    spec.max_price = market_types::Price::new(PRICE);
    if let Rail::Stream { length, .. } = &mut spec.rail {
        *length = StreamLength::Fixed(Seconds(366 * 86_400));
    }
    let (order, lease, agent) = (OrderId(1), LeaseId(8), Suite::agent_of(&owner).address());
    suite.place_order(&tenant, &usdc, PRICE * 366 * 24, spec).unwrap();
    suite.bid(&agent, order, PRICE, 0).unwrap();
    suite.pass(100);
    suite.award(&crank, order).unwrap();
    suite.ready(&agent, lease).unwrap();
    suite.accept(&tenant, lease).unwrap();

    // So many heartbeats, so many seconds apart, then a settlement.
    let mut settled_after = |beats: u64, gap: u64| {
        for _ in 0..beats {
            suite.pass(gap);
            suite.heartbeat(&agent, vec![lease]).unwrap();
        }
        counting::take();
        suite.settle(&crank, lease).unwrap();
        counting::take()
    };
    // The first settlement makes records that are only changed from then on.
    settled_after(1, 3_600);
    (settled_after(1, 1), settled_after(365 * 24, 3_600))
}
