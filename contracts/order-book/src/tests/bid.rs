//! Bids: who may bid what, which are kept, and when the end moves.

use cosmwasm_std::Uint128;
use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::events::{BidEvicted, BidPlaced};
use market_types::order::{AwardRule, Pricing, Rail, StreamLength};
use market_types::order_book::{ExecuteMsg, ParamsUpdate};
use market_types::registry::{BidPrice, Refusal};
use market_types::{BasisPoints, ProviderNo, Seconds, UnixTime};

use super::world::*;
use crate::ContractError;

#[test]
fn a_bid_of_owner_or_agent_stands_for_the_provider() {
    let mut world = World::with(stream());
    let response = world.bid("p1", 900).unwrap();
    assert_eq!(
        event::<BidPlaced>(&response),
        BidPlaced {
            order: ORDER,
            provider: ProviderNo(1),
            price: price(900),
            sequence: 1,
            closes: UnixTime(T0 + 100),
        }
    );
    world.bid("p1-agent", 800).unwrap();
    assert_eq!(world.book(), [(1, 800)]);
}

#[test]
fn bids_are_at_or_below_the_maximum_and_never_zero() {
    let mut world = World::with(stream());
    assert_eq!(world.bid("p1", 0), Err(ContractError::PriceZero {}));
    assert_eq!(
        world.bid("p1", 1_001),
        Err(ContractError::PriceAboveMaximum {
            price: price(1_001),
            max_price: price(1_000)
        })
    );
    world.bid("p1", 1_000).unwrap();
    world.bid("p2", 1).unwrap();
}

#[test]
fn bids_are_taken_until_the_second_before_the_end() {
    let mut world = World::with(stream());
    world.at(60).bid("p1", 900).unwrap();
    let over = |now| {
        Err(ContractError::BiddingOver {
            order: ORDER,
            closes: UnixTime(T0 + 100),
            now: UnixTime(T0 + now),
        })
    };
    assert_eq!(world.at(100).bid("p2", 800), over(100));
    assert_eq!(world.at(101).bid("p2", 800), over(101));
    assert_eq!(world.at(31_536_000).bid("p2", 800), over(31_536_000));
    world.at(99).bid("p2", 950).unwrap();
}

#[test]
fn a_bid_is_lowered_by_at_least_the_step_and_never_raised() {
    let mut spec = stream();
    spec.max_price = price(100_000);
    let mut world = World::with(spec);
    world.bid("p1", 50_000).unwrap();
    for bad in [50_001, 50_000, 49_901] {
        assert_eq!(
            world.bid("p1", bad),
            Err(ContractError::PriceNotLowered {
                price: price(bad),
                standing: price(50_000),
                step: price(100)
            })
        );
    }
    world.bid("p1", 49_900).unwrap();
    assert_eq!((world.book(), world.order().bids), (vec![(1, 49_900)], 1));
    // other providers bid what they like
    world.bid("p2", 49_899).unwrap();
}

#[test]
fn ties_go_to_the_earlier_bid_and_lowering_goes_behind() {
    let mut world = World::with(stream());
    for name in ["p3", "p1", "p2"] {
        world.bid(name, 500).unwrap();
    }
    assert_eq!(world.book(), [(3, 500), (1, 500), (2, 500)]);
    world.bid("p4", 600).unwrap();
    world.bid("p4", 500).unwrap();
    assert_eq!(world.book(), [(3, 500), (1, 500), (2, 500), (4, 500)]);
    world.bid("p3", 400).unwrap();
    assert_eq!(world.book(), [(3, 400), (1, 500), (2, 500), (4, 500)]);
}

#[test]
fn a_refusal_of_the_registry_is_the_error() {
    let mut world = World::with(stream());
    let refused = |refusal| Err(ContractError::Refused { refusal });
    assert_eq!(world.bid("stranger", 900), refused(Refusal::NotRegistered {}));
    for refusal in [
        Refusal::Denied {},
        Refusal::InMaintenance {
            until: UnixTime(T0 + 5),
        },
        Refusal::FreeBondShort {
            needed: Uint128::new(10),
            free: Uint128::new(9),
        },
    ] {
        world.refuse("p1", refusal.clone());
        assert_eq!(world.bid("p1", 900), refused(refusal));
    }
    assert_eq!(world.book(), []);
}

#[test]
fn a_provider_that_shrank_in_this_second_bids_in_the_next() {
    let mut world = World::with(stream());
    world.at(20);
    world.sisters.borrow_mut().edit("p1").shrunk_at = Some(UnixTime(T0 + 20));
    let at = UnixTime(T0 + 20);
    assert_eq!(world.bid("p1", 900), Err(ContractError::ShrankJustNow { at }));
    world.at(21).bid("p1", 900).unwrap();
}

#[test]
fn a_bid_is_judged_by_its_price_and_stakes() {
    let mut spec = stream();
    spec.rail = Rail::Stream {
        length: StreamLength::Fixed(Seconds(1_801)),
        ack_every: None,
        start_timeout: Seconds(600),
        notice: Seconds(0),
    };
    let mut world = World::with(spec.clone());
    world.bid("p1", 999).unwrap();
    let judged = world.sisters.borrow().judged[0][0].clone();
    assert_eq!(judged.bidder, addr("p1").as_str());
    assert_eq!(judged.needs, spec.needs);
    assert_eq!(judged.price, BidPrice::PerHour(price(999)));
    assert!(!judged.binding);
    // the whole price of half an hour and a second, rounded up
    assert_eq!(judged.stakes.lease_bond_value, Uint128::new(500));
    assert_eq!(judged.stakes.min_work_bond_value, Uint128::zero());
    assert_eq!(judged.stakes.no_show_value, Uint128::new(1_000));
    assert_eq!(judged.stakes.token, addr("stablecoin").as_str());
}

#[test]
fn a_lease_bond_is_a_day_of_the_price_or_the_whole_price_of_a_shorter_lease() {
    let bond = |length, base_units| {
        let mut spec = stream();
        spec.rail = Rail::Stream {
            length,
            ack_every: None,
            start_timeout: Seconds(600),
            notice: Seconds(0),
        };
        let mut world = World::with(spec);
        world.bid("p1", base_units).unwrap();
        let bond = world.sisters.borrow().judged[0][0].stakes.lease_bond_value;
        bond.u128()
    };
    let fixed = |seconds| StreamLength::Fixed(Seconds(seconds));
    let deposit = |base_units| StreamLength::OpenEnded {
        deposit: Uint128::new(base_units),
    };
    assert_eq!(bond(fixed(86_399), 1_000), 24_000);
    assert_eq!(bond(fixed(86_400), 1_000), 24_000);
    assert_eq!(bond(fixed(86_400 * 30), 1_000), 24_000);
    assert_eq!(bond(fixed(1), 1), 1);
    assert_eq!(bond(deposit(24_001), 1_000), 24_000);
    assert_eq!(bond(deposit(23_999), 1_000), 23_999);
}

#[test]
fn a_work_bond_is_at_least_twenty_unit_prices() {
    let mut world = World::with(task());
    assert_eq!(
        world.bid_on(ORDER, "p1", 900, 17_999),
        Err(ContractError::Refused {
            refusal: Refusal::WorkBondLow {
                named: Uint128::new(17_999),
                needed: Uint128::new(18_000)
            }
        })
    );
    world.bid_on(ORDER, "p1", 900, 18_000).unwrap();
    let judged = world.sisters.borrow().judged[1][0].clone();
    assert_eq!(judged.price, BidPrice::PerUnit(price(900)));
    assert_eq!(judged.stakes.lease_bond_value, Uint128::zero());
    assert_eq!(judged.stakes.no_show_value, Uint128::new(1_000));
}

#[test]
fn a_second_price_bid_stands_by_the_most_it_could_be_paid() {
    let mut spec = task();
    spec.pricing = Pricing::SecondPrice;
    let mut world = World::with(spec);
    assert!(matches!(
        world.bid_on(ORDER, "p1", 100, 19_999),
        Err(ContractError::Refused {
            refusal: Refusal::WorkBondLow { .. }
        })
    ));
    world.bid_on(ORDER, "p1", 100, 20_000).unwrap();
    let judged = world.sisters.borrow().judged[1][0].clone();
    // the agent's floor is asked of the price it names
    assert_eq!(judged.price, BidPrice::PerUnit(price(100)));
}

#[test]
fn a_stream_takes_no_work_bond() {
    let mut world = World::with(stream());
    assert_eq!(
        world.bid_on(ORDER, "p1", 900, 1),
        Err(ContractError::WorkBondOnStream {
            work_bond: Uint128::new(1)
        })
    );
}

#[test]
fn a_score_is_the_price_made_dearer_by_missing_trust() {
    let mut spec = stream();
    spec.award = AwardRule::BestScore;
    let mut world = World::with(spec);
    world.sisters.borrow_mut().edit("p1").reputation = BasisPoints(5_000);
    world.bid("p1", 300).unwrap();
    world.bid("p2", 599).unwrap();
    world.bid("p3", 601).unwrap();
    assert_eq!(world.book(), [(2, 599), (1, 300), (3, 601)]);
}

/// The three best are kept.
fn kept_three() -> World {
    let mut world = World::new();
    let update = ParamsUpdate {
        bids_kept: Some(3),
        ..ParamsUpdate::default()
    };
    world.send("gov", ExecuteMsg::UpdateParams(update)).unwrap();
    world.open(ORDER, stream()).unwrap();
    world
}

#[test]
fn the_book_keeps_exactly_the_best_and_evicts_only_for_a_better_one() {
    let mut world = kept_three();
    for (name, bid) in [("p1", 500), ("p2", 600), ("p3", 700)] {
        world.bid(name, bid).unwrap();
    }
    for bad in [700, 701] {
        assert_eq!(
            world.bid("p4", bad),
            Err(ContractError::BookFull {
                rank: Uint128::new(bad),
                worst: Uint128::new(700)
            })
        );
    }
    let response = world.bid("p4", 699).unwrap();
    let evicted = BidEvicted {
        order: ORDER,
        provider: ProviderNo(3),
    };
    assert_eq!(event::<BidEvicted>(&response), evicted);
    assert_eq!(world.book(), [(1, 500), (2, 600), (4, 699)]);
    assert_eq!(world.order().bids, 3);
    // who was put out may come back, with a better bid
    world.bid("p3", 400).unwrap();
    assert_eq!(world.book(), [(3, 400), (1, 500), (2, 600)]);
}

#[test]
fn lowering_in_a_full_book_puts_nobody_out() {
    let mut world = kept_three();
    for (name, bid) in [("p1", 500), ("p2", 600), ("p3", 700)] {
        world.bid(name, bid).unwrap();
    }
    let response = world.bid("p3", 400).unwrap();
    assert_eq!(events::<BidEvicted>(&response), []);
    assert_eq!(world.book(), [(3, 400), (1, 500), (2, 600)]);
    assert_eq!(world.order().bids, 3);
}

#[test]
fn throw_away_bids_do_not_keep_a_better_one_out() {
    let mut world = kept_three();
    for name in ["p1", "p2", "p3"] {
        world.bid(name, 1_000).unwrap();
    }
    for name in ["p4", "p5", "p6"] {
        world.bid(name, 999).unwrap();
    }
    assert_eq!(world.book(), [(4, 999), (5, 999), (6, 999)]);
}

#[test]
fn a_new_leader_in_the_last_seconds_moves_the_end() {
    let mut world = World::with(stream());
    world.at(69).bid("p1", 900).unwrap();
    assert_eq!(world.order().closes, UnixTime(T0 + 100));
    let response = world.at(70).bid("p2", 800).unwrap();
    assert_eq!(event::<BidPlaced>(&response).closes, UnixTime(T0 + 130));
    let order = world.order();
    assert_eq!(
        (order.closes, order.expires, order.extensions),
        (UnixTime(T0 + 130), UnixTime(T0 + 330), 1)
    );
    // the second-best bid, the leader's own lowering and a tie move nothing
    world.at(129).bid("p3", 850).unwrap();
    world.bid("p2", 700).unwrap();
    world.bid("p4", 700).unwrap();
    assert_eq!(world.order().closes, UnixTime(T0 + 130));
}

#[test]
fn the_first_bid_moves_the_end_as_well() {
    let mut world = World::with(stream());
    world.at(99).bid("p1", 900).unwrap();
    assert_eq!(world.order().closes, UnixTime(T0 + 130));
}

#[test]
fn the_end_moves_at_most_ten_times() {
    let mut world = World::with(stream());
    let mut closes = 100;
    for step in 0..12u64 {
        let name = ["p1", "p2"][step as usize % 2];
        world.at(closes - 1).bid(name, 900 - u128::from(step)).unwrap();
        closes = (closes + 30).min(400);
        assert_eq!(world.order().closes, UnixTime(T0 + closes));
    }
    assert_eq!(world.order().extensions, 10);
    assert_eq!(world.order().expires, UnixTime(T0 + 600));
    assert!(matches!(
        world.at(400).bid("p3", 1),
        Err(ContractError::BiddingOver { .. })
    ));
}

#[test]
fn a_pause_refuses_bids() {
    let mut world = World::with(stream());
    let pause = ControlMsg::Pause {
        duration: Seconds(50),
    };
    world.send("guard", ExecuteMsg::Control(pause)).unwrap();
    let until = UnixTime(T0 + 50);
    assert_eq!(
        world.at(49).bid("p1", 900),
        Err(ControlError::Paused { until }.into())
    );
    world.at(50).bid("p1", 900).unwrap();
}
