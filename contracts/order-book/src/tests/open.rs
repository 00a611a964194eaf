//! Orders come from the escrow.

use cosmwasm_std::Uint128;
use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::events::OrderOpened;
use market_types::order_book::{ExecuteMsg, OrderStatus, ParamsUpdate};
use market_types::{BasisPoints, Seconds, UnixTime};

use super::world::*;
use crate::state::ORDERS;
use crate::ContractError;

#[test]
fn only_the_escrow_opens_orders() {
    let mut world = World::new();
    for sender in [
        "tenant",
        "gov",
        "guard",
        "wirer",
        "provider-registry",
        "attestation",
        "order-book",
    ] {
        let refused = world.send(sender, ExecuteMsg::Open(opening(ORDER, stream())));
        let expected = ControlError::Unauthorized {
            sender: addr(sender),
            role: "lease escrow",
        };
        assert_eq!(refused, Err(expected.into()));
    }
}

#[test]
fn an_open_order_takes_bids_for_its_window_and_awards_for_its_time_after_it() {
    let mut world = World::new();
    let response = world.open(ORDER, stream()).unwrap();
    let (closes, expires) = (UnixTime(T0 + 100), UnixTime(T0 + 300));
    assert_eq!(
        event::<OrderOpened>(&response),
        OrderOpened {
            order: ORDER,
            tenant: addr("tenant"),
            closes,
            expires,
            max_price: price(1_000),
        }
    );
    assert_eq!(messages(&response), []);
    let order = world.order();
    assert_eq!((order.status, order.placed), (OrderStatus::Open, world.now()));
    assert_eq!(
        (order.closes, order.expires, order.extensions),
        (closes, expires, 0)
    );
    assert_eq!((order.bids, order.best, order.winner), (0, None, None));
    assert_eq!(
        (order.tenant, order.token, order.take_rate),
        (addr("tenant"), addr("stablecoin"), BasisPoints(200))
    );
}

#[test]
fn an_order_is_opened_once() {
    let mut world = World::with(stream());
    assert_eq!(
        world.open(ORDER, stream()),
        Err(ContractError::OrderExists { order: ORDER })
    );
}

#[test]
fn tenant_and_token_are_validated_addresses() {
    let mut world = World::new();
    let mut bad = opening(ORDER, stream());
    bad.tenant = bad.tenant.to_uppercase();
    assert!(matches!(
        world.send("lease-escrow", ExecuteMsg::Open(bad)),
        Err(ContractError::Std(_))
    ));
    let mut bad = opening(ORDER, stream());
    bad.token = "osmo1stablecoin".into();
    assert!(matches!(
        world.send("lease-escrow", ExecuteMsg::Open(bad)),
        Err(ContractError::Std(_))
    ));
}

#[test]
fn a_pause_refuses_new_orders_until_its_end() {
    let mut world = World::new();
    let pause = ControlMsg::Pause {
        duration: Seconds(50),
    };
    world.send("guard", ExecuteMsg::Control(pause)).unwrap();
    let until = UnixTime(T0 + 50);
    assert_eq!(
        world.at(49).open(ORDER, stream()),
        Err(ControlError::Paused { until }.into())
    );
    world.at(50).open(ORDER, stream()).unwrap();
}

#[test]
fn an_open_order_keeps_the_terms_it_was_opened_with() {
    let mut world = World::with(task());
    let before = ORDERS.load(&world.deps.storage, ORDER).unwrap().terms;
    let update = ParamsUpdate {
        bids_kept: Some(1),
        min_step: Some(BasisPoints(1_000)),
        extension: Some(Seconds(0)),
        max_extensions: Some(0),
        min_window: Some(Seconds(5_000)),
        max_window: Some(Seconds(6_000)),
        max_award_within: Some(Seconds(60)),
    };
    world.send("gov", ExecuteMsg::UpdateParams(update)).unwrap();

    // two bids are kept, a step is one unit, a work bond twenty units, and a late leader moves the end
    world.bid_on(ORDER, "p1", 900, 18_000).unwrap();
    world.bid_on(ORDER, "p2", 950, 19_000).unwrap();
    world.bid_on(ORDER, "p1", 899, 17_980).unwrap();
    world.at(90).bid_on(ORDER, "p2", 10, 200).unwrap();
    let order = world.order();
    assert_eq!(
        (order.bids, order.closes, order.expires),
        (2, UnixTime(T0 + 130), UnixTime(T0 + 330))
    );
    assert_eq!(ORDERS.load(&world.deps.storage, ORDER).unwrap().terms, before);
    assert_eq!(
        (before.lease_bond_time, before.work_bond_units),
        (Seconds::DAY, 20)
    );
}

#[test]
fn the_highest_price_and_the_longest_order_are_taken_and_bid_on() {
    use market_types::order::limits;
    use market_types::order::{AwardRule, Pricing, Rail, StreamLength};
    let mut world = World::new();
    world.sisters.borrow_mut().edit("p1").reputation = BasisPoints(1_000);
    let mut spec = stream();
    spec.max_price = price(limits::MAX_PRICE);
    spec.award = AwardRule::BestScore;
    spec.pricing = Pricing::SecondPrice;
    spec.rail = Rail::Stream {
        length: StreamLength::Fixed(limits::DURATION),
        ack_every: None,
        start_timeout: Seconds(600),
        notice: Seconds(0),
    };
    world.open(ORDER, spec).unwrap();
    world.bid("p1", limits::MAX_PRICE).unwrap();
    let stakes = world.sisters.borrow().judged[0][0].stakes.clone();
    assert_eq!(stakes.lease_bond_value, Uint128::new(limits::MAX_PRICE * 24));
    world.at(100).award().unwrap();
}
