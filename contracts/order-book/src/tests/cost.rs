//! What a message costs does not depend on how many orders, tenants and bids there are elsewhere, nor on the time passed.

use cosmwasm_std::Uint128;
use market_types::order::Pricing;
use market_types::order_book::ExecuteMsg;
use market_types::OrderId;

use super::counting::Count;
use super::world::*;

/// A world with `others` orders beside [`ORDER`], each with three bids; a third has ended.
fn crowded(others: u64) -> World {
    let mut world = World::new();
    for order in (1_000..).take(others as usize).map(OrderId) {
        let mut other = opening(order, stream());
        if order.0 % 2 == 0 {
            other.tenant = addr("other").into();
        }
        world.send("lease-escrow", ExecuteMsg::Open(other)).unwrap();
        for (name, bid) in [("p1", 100), ("p2", 200), ("p3", 300)] {
            world.bid_on(order, name, bid, 0).unwrap();
        }
        if order.0 % 6 == 1 {
            world.send("tenant", ExecuteMsg::Cancel { order }).unwrap();
        }
    }
    world
}

/// The counts of each message on [`ORDER`], the late ones `delay` seconds later than possible.
fn costs(others: u64, delay: u64) -> Vec<(&'static str, Count)> {
    let mut costs = vec![];
    let mut counted = |world: &mut World, name: &'static str, sender: &str, msg: ExecuteMsg| {
        world.deps.storage.take();
        world.send(sender, msg).unwrap();
        costs.push((name, world.deps.storage.take()));
    };
    let bid = |base_units| ExecuteMsg::Bid {
        order: ORDER,
        price: price(base_units),
        work_bond: Uint128::zero(),
    };
    let mut opened = || {
        let mut world = crowded(others);
        world.at(50);
        counted(
            &mut world,
            "open",
            "lease-escrow",
            ExecuteMsg::Open(opening(ORDER, stream())),
        );
        counted(&mut world, "bid", "p1", bid(900));
        counted(&mut world, "bid lower", "p1", bid(800));
        counted(&mut world, "second bid", "p2", bid(850));
        world
    };
    let mut worlds = [opened(), opened(), opened()];
    let order = ORDER;
    counted(
        worlds[0].at(150 + delay),
        "award",
        "anybody",
        ExecuteMsg::Award { order },
    );
    counted(
        &mut worlds[0],
        "prune",
        "anybody",
        ExecuteMsg::Prune { order, limit: 50 },
    );
    counted(
        worlds[1].at(100),
        "cancel",
        "tenant",
        ExecuteMsg::Cancel { order },
    );
    counted(
        worlds[2].at(350 + 31_536_000 * delay),
        "expire",
        "anybody",
        ExecuteMsg::Expire { order },
    );
    costs
}

#[test]
fn a_message_costs_the_same_with_one_order_as_with_hundreds_and_late_as_early() {
    let alone = costs(0, 0);
    assert_eq!(alone, costs(300, 0));
    assert_eq!(alone, costs(3, 100));
}

#[test]
fn a_bid_writes_itself_its_place_and_the_live_record() {
    let of = |name: &str| {
        costs(0, 0)
            .into_iter()
            .find(|(message, _)| *message == name)
            .unwrap()
            .1
    };
    assert_eq!((of("bid").writes, of("bid").removals), (3, 0));
    assert_eq!((of("bid lower").writes, of("bid lower").removals), (3, 1));
}

#[test]
fn a_bid_on_a_full_book_costs_as_much_as_on_one_with_two_bids() {
    let count = |bidders: u32| {
        let mut world = World::new();
        for no in 10..=50 {
            world.register(&format!("p{no}"), no, 10_000);
        }
        world.open(ORDER, stream()).unwrap();
        for no in (10..=50).take(bidders as usize) {
            world.bid(&format!("p{no}"), 500).unwrap();
        }
        world.deps.storage.take();
        world.bid("p1", 499).unwrap();
        world.deps.storage.take()
    };
    assert_eq!(count(2), count(19));
    // the twenty-first puts the worst out: it is read and its two entries removed
    let (full, roomy) = (count(20), count(2));
    assert_eq!(full.writes, roomy.writes);
    assert_eq!((full.reads, full.removals), (roomy.reads + 1, 2));
}

#[test]
fn an_award_costs_the_same_with_one_bid_as_with_twenty() {
    let count = |bidders: u32, pricing: Pricing| {
        let mut world = World::new();
        let mut spec = stream();
        spec.pricing = pricing;
        world.open(ORDER, spec).unwrap();
        for no in 10..10 + bidders {
            world.register(&format!("p{no}"), no, 10_000);
            world.bid(&format!("p{no}"), u128::from(500 + no)).unwrap();
        }
        world.deps.storage.take();
        world.at(100).award().unwrap();
        world.deps.storage.take()
    };
    assert_eq!(count(1, Pricing::PayAsBid), count(20, Pricing::PayAsBid));
    // a second price reads the next bid as well, and no more
    let (one, two) = (count(1, Pricing::SecondPrice), count(2, Pricing::SecondPrice));
    assert_eq!(two.reads, one.reads + 1);
    assert_eq!(two, count(20, Pricing::SecondPrice));
}
