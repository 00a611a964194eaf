//! Keys are unique, maps agree, and what is written often is small.

use std::collections::BTreeSet;

use cosmwasm_std::Uint128;
use market_control as control;
use market_types::order_book::ExecuteMsg;

use super::world::*;
use crate::state::{KEYS, ORDERS};

#[test]
fn storage_keys_are_unique_and_none_is_a_shared_one() {
    let all: BTreeSet<_> = KEYS.iter().chain(&control::KEYS).collect();
    assert_eq!(all.len(), KEYS.len() + control::KEYS.len());
}

#[test]
fn bids_leave_the_order_as_it_was_written() {
    let mut world = World::with(stream());
    let before = ORDERS.load(&world.deps.storage, ORDER).unwrap();
    world.bid("p1", 900).unwrap();
    world.bid("p1", 800).unwrap();
    assert_eq!(ORDERS.load(&world.deps.storage, ORDER).unwrap(), before);
}

#[test]
fn records_are_short_because_each_byte_is_paid_for() {
    let mut world = World::new();
    let gas = |world: &mut World, sender: &str, msg| {
        world.deps.storage.take_gas();
        world.send(sender, msg).unwrap();
        world.deps.storage.take_gas()
    };
    let bid = || ExecuteMsg::Bid {
        order: ORDER,
        price: price(900),
        work_bond: Uint128::zero(),
    };
    let opened = gas(
        &mut world,
        "lease-escrow",
        ExecuteMsg::Open(opening(ORDER, stream())),
    );
    let bids = gas(&mut world, "p1", bid());
    world.at(100);
    let awarded = gas(&mut world, "anybody", ExecuteMsg::Award { order: ORDER });
    assert!(opened <= 25_500, "{opened}");
    assert!(bids <= 21_500, "{bids}");
    assert!(awarded <= 22_000, "{awarded}");
}
