//! Cancelling, expiring, pruning.

use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::events::{BidsPruned, OrderCancelled, OrderExpired};
use market_types::order_book::{ExecuteMsg, OrderStatus};
use market_types::{OrderId, Seconds, UnixTime};

use super::world::*;
use crate::ContractError;

const CANCEL: ExecuteMsg = ExecuteMsg::Cancel { order: ORDER };
const EXPIRE: ExecuteMsg = ExecuteMsg::Expire { order: ORDER };

fn prune(limit: u32) -> ExecuteMsg {
    ExecuteMsg::Prune { order: ORDER, limit }
}

#[test]
fn a_tenant_cancels_until_the_second_before_the_end_of_bidding() {
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    let response = world.at(99).send("tenant", CANCEL).unwrap();
    assert_eq!(
        event::<OrderCancelled>(&response),
        OrderCancelled { order: ORDER }
    );
    assert_eq!(messages(&response), [freed()]);
    assert_eq!(world.order().status, OrderStatus::Cancelled);

    let mut world = World::with(stream());
    assert_eq!(
        world.at(100).send("tenant", CANCEL),
        Err(ContractError::BiddingOver {
            order: ORDER,
            closes: UnixTime(T0 + 100),
            now: UnixTime(T0 + 100)
        })
    );
}

#[test]
fn only_the_tenant_cancels() {
    let mut world = World::with(stream());
    for sender in ["p1", "gov", "guard", "lease-escrow", "anybody"] {
        let expected = ControlError::Unauthorized {
            sender: addr(sender),
            role: "tenant of the order",
        };
        assert_eq!(world.send(sender, CANCEL), Err(expected.into()));
    }
}

#[test]
fn anybody_expires_an_order_from_its_expiry_on() {
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    assert_eq!(
        world.at(299).send("anybody", EXPIRE),
        Err(ContractError::NotExpired {
            order: ORDER,
            expires: UnixTime(T0 + 300),
            now: UnixTime(T0 + 299)
        })
    );
    let response = world.at(300).send("anybody", EXPIRE).unwrap();
    assert_eq!(event::<OrderExpired>(&response), OrderExpired { order: ORDER });
    assert_eq!(messages(&response), [freed()]);
    assert_eq!(world.order().status, OrderStatus::Expired);
    let mut later = World::with(stream());
    later.at(31_536_000).send("anybody", EXPIRE).unwrap();
}

#[test]
fn at_any_second_exactly_one_of_bid_award_and_expire_is_possible() {
    for second in [0, 1, 68, 99, 100, 101, 299, 300, 301] {
        let fresh = || {
            let mut world = World::with(stream());
            world.bid("p1", 500).unwrap();
            world.at(second);
            world
        };
        let possible = [
            fresh().bid("p2", 600).is_ok(),
            fresh().award().is_ok(),
            fresh().send("anybody", EXPIRE).is_ok(),
        ];
        let expected = [second < 100, (100..300).contains(&second), second >= 300];
        assert_eq!(possible, expected, "second {second}");
        assert_eq!(fresh().send("tenant", CANCEL).is_ok(), second < 100);
    }
}

#[test]
fn cancelling_and_bidding_in_one_block_harm_nobody_in_either_order() {
    let mut world = World::with(stream());
    world.send("tenant", CANCEL).unwrap();
    assert!(matches!(
        world.bid("p1", 500),
        Err(ContractError::OrderEnded { .. })
    ));
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    assert_eq!(messages(&world.send("tenant", CANCEL).unwrap()), [freed()]);
}

#[test]
fn a_pause_stops_no_exit() {
    let paused = |second| {
        let mut world = World::with(stream());
        world.bid("p1", 500).unwrap();
        world.at(second);
        let pause = ControlMsg::Pause {
            duration: Seconds(86_400),
        };
        world.send("guard", ExecuteMsg::Control(pause)).unwrap();
        world
    };
    paused(50).send("tenant", CANCEL).unwrap();
    let mut world = paused(300);
    world.send("anybody", EXPIRE).unwrap();
    world.send("anybody", prune(1)).unwrap();
}

#[test]
fn bids_of_an_ended_order_are_deleted_a_few_at_a_time() {
    let mut world = World::with(stream());
    for (name, bid) in [("p1", 500), ("p2", 600), ("p3", 700)] {
        world.bid(name, bid).unwrap();
    }
    assert_eq!(
        world.send("anybody", prune(2)),
        Err(ContractError::OrderOpen { order: ORDER })
    );
    world.at(100).award().unwrap();
    let response = world.send("anybody", prune(2)).unwrap();
    assert_eq!(
        event::<BidsPruned>(&response),
        BidsPruned {
            order: ORDER,
            count: 2
        }
    );
    assert_eq!((world.book(), world.order().bids), (vec![(3, 700)], 1));
    let response = world.send("anybody", prune(50)).unwrap();
    assert_eq!(event::<BidsPruned>(&response).count, 1);
    assert_eq!(
        world.send("anybody", prune(50)),
        Err(ContractError::NothingToPrune { order: ORDER })
    );
    // the outcome stays
    assert_eq!(world.order().winner.unwrap().provider.0, 1);
}

#[test]
fn pruning_touches_no_other_order() {
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    world.open(OrderId(8), stream()).unwrap();
    world.bid_on(OrderId(8), "p1", 400, 0).unwrap();
    world
        .send("tenant", ExecuteMsg::Cancel { order: OrderId(8) })
        .unwrap();
    let other = ExecuteMsg::Prune {
        order: OrderId(8),
        limit: 50,
    };
    world.send("anybody", other).unwrap();
    assert_eq!(world.book(), [(1, 500)]);
}

#[test]
fn pruning_is_bounded() {
    let mut world = World::with(stream());
    world.send("tenant", CANCEL).unwrap();
    for limit in [0, 51, u32::MAX] {
        assert_eq!(
            world.send("anybody", prune(limit)),
            Err(ContractError::PruneLimit { limit, max: 50 })
        );
    }
}
