//! Keys are unique, maps agree, and what is written often is small.

use std::collections::BTreeSet;

use cosmwasm_std::to_json_vec;
use market_control as control;

use super::world::*;
use crate::state::{BIDS, KEYS, LIVE, ORDERS};

#[test]
fn storage_keys_are_unique_and_none_is_a_shared_one() {
    let all: BTreeSet<_> = KEYS.iter().chain(&control::KEYS).collect();
    assert_eq!(all.len(), KEYS.len() + control::KEYS.len());
}

#[test]
fn what_a_bid_writes_is_small_and_the_order_is_written_once() {
    let mut world = World::with(stream());
    let before = ORDERS.load(&world.deps.storage, ORDER).unwrap();
    world.bid("p1", 900).unwrap();
    world.bid("p1", 800).unwrap();
    assert_eq!(ORDERS.load(&world.deps.storage, ORDER).unwrap(), before);
    let live = LIVE.load(&world.deps.storage, ORDER).unwrap();
    assert!(to_json_vec(&live).unwrap().len() <= 80);
    let bid = BIDS.load(&world.deps.storage, (ORDER, 800, 2)).unwrap();
    assert!(to_json_vec(&bid).unwrap().len() <= 170);
    assert!(to_json_vec(&before).unwrap().len() <= 1_400);
}
