//! The tenant picks.

use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::events::{BidEvicted, OrderAwarded};
use market_types::order::AwardRule;
use market_types::order_book::{ExecuteMsg, OrderStatus};
use market_types::registry::Refusal;
use market_types::{ProviderNo, Seconds, UnixTime};

use super::world::*;
use crate::ContractError;

fn picking() -> World {
    let mut spec = stream();
    spec.award = AwardRule::TenantPicks;
    let mut world = World::with(spec);
    for (name, bid) in [("p1", 500), ("p2", 600), ("p3", 700)] {
        world.bid(name, bid).unwrap();
    }
    world.at(100);
    world
}

fn pick(provider: &str) -> ExecuteMsg {
    ExecuteMsg::Pick {
        order: ORDER,
        provider: addr(provider).into(),
    }
}

#[test]
fn the_picked_provider_wins_at_its_bid() {
    let mut world = picking();
    let response = world.send("tenant", pick("p2")).unwrap();
    let awarded = event::<OrderAwarded>(&response);
    assert_eq!(
        (awarded.provider, awarded.bid, awarded.price),
        (ProviderNo(2), price(600), price(600))
    );
    assert_eq!(messages(&response).len(), 2);
    assert_eq!(world.order().status, OrderStatus::Awarded);
}

#[test]
fn only_the_tenant_picks() {
    let mut world = picking();
    for sender in ["p2", "gov", "guard", "lease-escrow", "anybody"] {
        let expected = ControlError::Unauthorized {
            sender: addr(sender),
            role: "tenant of the order",
        };
        assert_eq!(world.send(sender, pick("p2")), Err(expected.into()));
    }
}

#[test]
fn picks_are_made_in_the_time_of_the_award() {
    assert!(matches!(
        picking().at(99).send("tenant", pick("p1")),
        Err(ContractError::BiddingOpen { .. })
    ));
    picking().at(299).send("tenant", pick("p1")).unwrap();
    assert!(matches!(
        picking().at(300).send("tenant", pick("p1")),
        Err(ContractError::AwardOver { .. })
    ));
}

#[test]
fn nobody_without_a_bid_is_picked() {
    let mut world = picking();
    assert_eq!(
        world.send("tenant", pick("p4")),
        Err(ContractError::NoBid {
            order: ORDER,
            provider: addr("p4")
        })
    );
    let bad = ExecuteMsg::Pick {
        order: ORDER,
        provider: addr("p1").to_string().to_uppercase(),
    };
    assert!(matches!(world.send("tenant", bad), Err(ContractError::Std(_))));
}

#[test]
fn an_order_that_the_best_bid_wins_is_not_picked() {
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    assert_eq!(
        world.at(100).send("tenant", pick("p1")),
        Err(ContractError::BestBidWins { order: ORDER })
    );
}

#[test]
fn a_busy_provider_is_refused_and_the_tenant_picks_again() {
    let mut world = picking();
    world.refuse("p1", Refusal::Suspended {});
    assert_eq!(
        world.send("tenant", pick("p1")),
        Err(ContractError::Refused {
            refusal: Refusal::Suspended {}
        })
    );
    world.send("tenant", pick("p3")).unwrap();
}

#[test]
fn a_picked_provider_that_shrank_pays_once_leaves_the_book_and_the_order_stays_open() {
    let mut world = picking();
    world.shrink("p1", 60);
    let response = world.send("tenant", pick("p1")).unwrap();
    assert_eq!(messages(&response), [charged("p1")]);
    assert_eq!(
        event::<BidEvicted>(&response),
        BidEvicted {
            order: ORDER,
            provider: ProviderNo(1)
        }
    );
    assert_eq!((world.book(), world.order().bids), (vec![(2, 600), (3, 700)], 2));
    assert_eq!(world.order().status, OrderStatus::Open);
    assert!(matches!(
        world.send("tenant", pick("p1")),
        Err(ContractError::NoBid { .. })
    ));
    world.send("tenant", pick("p2")).unwrap();
}

#[test]
fn a_pause_refuses_picks() {
    let mut world = picking();
    let pause = ControlMsg::Pause {
        duration: Seconds(50),
    };
    world.send("guard", ExecuteMsg::Control(pause)).unwrap();
    let until = UnixTime(T0 + 150);
    assert_eq!(
        world.at(149).send("tenant", pick("p1")),
        Err(ControlError::Paused { until }.into())
    );
    world.at(150).send("tenant", pick("p1")).unwrap();
}
