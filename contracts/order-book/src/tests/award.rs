//! The award: who wins, at what price, and who pays for not showing up.

use cosmwasm_std::{Binary, Uint128};
use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::events::{OrderAwarded, OrderUnfilled};
use market_types::order::{AwardRule, Pricing};
use market_types::order_book::{ClearingPrice, ExecuteMsg, OrderStatus, QueryMsg, Winner};
use market_types::registry::{Commitment, Refusal};
use market_types::{escrow, registry, BasisPoints, LeaseId, OrderId, ProviderNo, Seconds, UnixTime};

use super::world::*;
use crate::ContractError;

fn bids(spec: market_types::order::OrderSpec<String>, bids: &[(&str, u128)]) -> World {
    let mut world = World::with(spec);
    for (name, bid) in bids {
        world.bid(name, *bid).unwrap();
    }
    world.sisters.borrow_mut().judged.clear();
    world.at(100);
    world
}

fn winner(world: &World) -> (u32, u128, u128) {
    let winner = world.order().winner.unwrap();
    (winner.provider.0, winner.bid.0.u128(), winner.price.0.u128())
}

#[test]
fn the_lowest_bid_wins_is_committed_once_and_becomes_a_lease() {
    let mut world = bids(stream(), &[("p1", 900), ("p2", 800), ("p3", 850)]);
    let response = world.award().unwrap();
    let lease = LeaseId::new(ORDER, 0).unwrap();
    assert_eq!(
        event::<OrderAwarded>(&response),
        OrderAwarded {
            order: ORDER,
            lease,
            provider: ProviderNo(2),
            bid: price(800),
            price: price(800),
        }
    );
    let candidacy = world.sisters.borrow().judged[0][0].clone();
    assert!(candidacy.binding);
    assert_eq!(candidacy.stakes.lease_bond_value, Uint128::new(800));
    let commit = registry::ExecuteMsg::Commit(Commitment {
        lease,
        tenant: addr("tenant").into(),
        candidacy,
    });
    let open = escrow::ExecuteMsg::OpenLease(escrow::Award {
        lease,
        provider: ProviderNo(2),
        owner: addr("p2").into(),
        price: price(800),
        lease_bond: Uint128::new(800),
        work_bond: Uint128::zero(),
        work_bond_value: Uint128::zero(),
        class: class(),
        last: true,
    });
    assert_eq!(
        messages(&response),
        [sent("provider-registry", &commit), sent("lease-escrow", &open)]
    );
    let order = world.order();
    assert_eq!(order.status, OrderStatus::Awarded);
    assert_eq!(
        order.winner,
        Some(Winner {
            lease,
            provider: ProviderNo(2),
            owner: addr("p2"),
            bid: price(800),
            price: price(800)
        })
    );
    // losing bids are untouched
    assert_eq!(world.book(), [(2, 800), (3, 850), (1, 900)]);
}

#[test]
fn a_task_takes_the_work_bond_its_bid_named() {
    let mut world = World::with(task());
    world.bid_on(ORDER, "p1", 900, 30_000).unwrap();
    let response = world.at(100).award().unwrap();
    let (_, open) = messages(&response).remove(1);
    let escrow::ExecuteMsg::OpenLease(award) = cosmwasm_std::from_json(open).unwrap() else {
        panic!("no lease is opened");
    };
    assert_eq!(
        (award.lease_bond, award.work_bond, award.work_bond_value),
        (Uint128::zero(), Uint128::new(30_000), Uint128::new(30_000))
    );
}

#[test]
fn an_award_is_made_from_the_end_of_bidding_to_the_expiry() {
    let make = || bids(stream(), &[("p1", 900)]);
    let (closes, expires) = (UnixTime(T0 + 100), UnixTime(T0 + 300));
    assert_eq!(
        make().at(99).award(),
        Err(ContractError::BiddingOpen {
            order: ORDER,
            closes,
            now: UnixTime(T0 + 99)
        })
    );
    make().at(100).award().unwrap();
    make().at(299).award().unwrap();
    for late in [300, 301, 31_536_000] {
        assert_eq!(
            make().at(late).award(),
            Err(ContractError::AwardOver {
                order: ORDER,
                expires,
                now: UnixTime(T0 + late)
            })
        );
    }
}

#[test]
fn the_lowest_score_wins_best_score_and_is_paid_its_bid() {
    let mut spec = stream();
    spec.award = AwardRule::BestScore;
    let mut world = World::with(spec);
    world.sisters.borrow_mut().edit("p1").reputation = BasisPoints(5_000);
    world.bid("p1", 400).unwrap();
    world.bid("p2", 700).unwrap();
    world.at(100).award().unwrap();
    assert_eq!(winner(&world), (2, 700, 700));
}

#[test]
fn the_first_that_can_commit_wins_at_its_own_bid() {
    for pricing in [Pricing::PayAsBid, Pricing::SecondPrice] {
        let mut spec = stream();
        spec.pricing = pricing;
        let mut world = bids(spec, &[("p1", 500), ("p2", 600), ("p3", 700)]);
        world.occupy("p1");
        let response = world.award().unwrap();
        assert_eq!(winner(&world), (2, 600, 600));
        assert_eq!(messages(&response).len(), 2, "who was merely busy pays nothing");
    }
}

#[test]
fn the_registry_is_asked_about_the_best_then_in_pages_of_four_and_no_further_than_needed() {
    let names = ["p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];
    let all: Vec<_> = names.iter().zip(100..).map(|(name, bid)| (*name, bid)).collect();
    for (busy, pages) in [
        (0, vec![1]),
        (1, vec![1, 4]),
        (4, vec![1, 4]),
        (5, vec![1, 4, 4]),
        (8, vec![1, 4, 4]),
    ] {
        let mut world = bids(stream(), &all);
        for name in &names[..busy] {
            world.occupy(name);
        }
        world.award().unwrap();
        assert_eq!(winner(&world).0, busy as u32 + 1);
        let asked: Vec<_> = world.sisters.borrow().judged.iter().map(Vec::len).collect();
        assert_eq!(asked, pages);
    }
}

#[test]
fn when_nobody_can_commit_the_order_is_unfilled_and_refunded_in_that_message() {
    let mut world = bids(stream(), &[("p1", 500), ("p2", 600)]);
    world.occupy("p1");
    world.occupy("p2");
    let response = world.award().unwrap();
    assert_eq!(event::<OrderUnfilled>(&response), OrderUnfilled { order: ORDER });
    assert_eq!(messages(&response), [freed()]);
    assert_eq!(world.order().status, OrderStatus::Unfilled);
    assert_eq!(world.order().winner, None);
}

#[test]
fn an_order_without_bids_is_unfilled() {
    for pricing in [Pricing::PayAsBid, Pricing::SecondPrice] {
        let mut spec = stream();
        spec.pricing = pricing;
        let mut world = bids(spec, &[]);
        let response = world.award().unwrap();
        assert_eq!(messages(&response), [freed()]);
        assert_eq!(world.order().status, OrderStatus::Unfilled);
    }
}

#[test]
fn who_shrank_since_its_bid_and_cannot_commit_pays_for_not_showing_up() {
    // p1 bid at 50
    let passed_over = |shrunk_at: u64| {
        let mut world = World::with(stream());
        world.at(50).bid("p1", 500).unwrap();
        world.bid("p2", 600).unwrap();
        world.shrink("p1", shrunk_at);
        let response = world.at(100).award().unwrap();
        assert_eq!(winner(&world), (2, 600, 600));
        messages(&response)
    };
    assert_eq!(passed_over(49).len(), 2);
    for shrunk_at in [50, 51, 99] {
        let sent = passed_over(shrunk_at);
        assert_eq!((sent.len(), &sent[0]), (3, &charged("p1")));
    }
}

#[test]
fn every_bidder_ahead_that_shrank_pays_once_even_when_nobody_wins() {
    let mut world = bids(stream(), &[("p1", 500), ("p2", 600), ("p3", 700)]);
    world.shrink("p1", 80);
    world.occupy("p2");
    world.shrink("p3", 80);
    let response = world.award().unwrap();
    assert_eq!(messages(&response), [charged("p1"), charged("p3"), freed()]);
    assert!(matches!(world.award(), Err(ContractError::OrderEnded { .. })));
}

#[test]
fn who_shrank_and_can_still_commit_wins() {
    let mut world = bids(stream(), &[("p1", 500)]);
    world.sisters.borrow_mut().edit("p1").shrunk_at = Some(UnixTime(T0 + 90));
    let response = world.award().unwrap();
    assert_eq!(messages(&response).len(), 2);
    assert_eq!(winner(&world), (1, 500, 500));
}

#[test]
fn who_shrank_behind_the_winner_pays_nothing() {
    let mut world = bids(stream(), &[("p1", 500), ("p2", 600)]);
    world.shrink("p2", 80);
    assert_eq!(messages(&world.award().unwrap()).len(), 2);
}

#[test]
fn whose_announced_maintenance_has_begun_since_its_bid_pays_even_if_it_was_announced_before() {
    let mut world = World::new();
    world.sisters.borrow_mut().edit("p1").shrunk_at = Some(UnixTime(T0 - 86_400));
    world.open(ORDER, stream()).unwrap();
    world.bid("p1", 500).unwrap();
    let until = UnixTime(T0 + 3_600);
    world.refuse("p1", Refusal::InMaintenance { until });
    let response = world.at(100).award().unwrap();
    assert_eq!(messages(&response), [charged("p1"), freed()]);
}

#[test]
fn lowering_after_shrinking_makes_a_new_promise() {
    let mut world = World::with(stream());
    world.bid("p1", 500).unwrap();
    world.sisters.borrow_mut().edit("p1").shrunk_at = Some(UnixTime(T0 + 10));
    world.at(11).bid("p1", 400).unwrap();
    world.occupy("p1");
    assert_eq!(messages(&world.at(100).award().unwrap()), [freed()]);
}

#[test]
fn a_bond_price_that_is_stale_for_everybody_is_nobodys_fault() {
    let refusals = [
        Refusal::BondPriceMissing {},
        Refusal::BondPriceStale {
            age: Seconds(2),
            max_age: Seconds(1),
        },
    ];
    for refusal in refusals {
        let mut world = bids(stream(), &[("p1", 500)]);
        world.shrink("p1", 80);
        world.refuse("p1", refusal);
        assert_eq!(messages(&world.award().unwrap()), [freed()]);
    }
}

#[test]
fn the_result_does_not_depend_on_who_cranks() {
    let result = |crank: &str| {
        let mut world = bids(stream(), &[("p1", 500), ("p2", 500), ("p3", 400)]);
        world.shrink("p3", 50);
        let response = world.send(crank, ExecuteMsg::Award { order: ORDER }).unwrap();
        (response, world.order())
    };
    for crank in ["p1", "p2", "p3", "tenant", "gov"] {
        assert_eq!(result(crank), result("anybody"));
    }
}

#[test]
fn what_the_tenant_picks_nobody_awards() {
    let mut spec = stream();
    spec.award = AwardRule::TenantPicks;
    let mut world = bids(spec, &[("p1", 500)]);
    assert_eq!(world.award(), Err(ContractError::TenantPicks { order: ORDER }));
}

#[test]
fn a_pause_refuses_awards() {
    let mut world = bids(stream(), &[("p1", 500)]);
    let pause = ControlMsg::Pause {
        duration: Seconds(50),
    };
    world.send("guard", ExecuteMsg::Control(pause)).unwrap();
    let until = UnixTime(T0 + 150);
    assert_eq!(world.at(149).award(), Err(ControlError::Paused { until }.into()));
    world.at(150).award().unwrap();
}

#[test]
fn a_registry_that_answers_too_little_stops_the_award() {
    let mut world = bids(stream(), &[("p1", 500), ("p2", 600)]);
    world.sisters.borrow_mut().verdicts_short = true;
    assert_eq!(
        world.award(),
        Err(ContractError::VerdictCount { asked: 1, given: 0 })
    );
}

#[test]
fn an_order_number_without_a_lease_number_is_an_error() {
    let order = OrderId(u64::MAX);
    let mut world = World::new();
    world.open(order, stream()).unwrap();
    world.bid_on(order, "p1", 500, 0).unwrap();
    let refused = world.at(100).send("anybody", ExecuteMsg::Award { order });
    assert_eq!(refused, Err(ContractError::LeaseNumber { order }));
}

#[test]
fn the_last_32_awards_of_a_class_and_token_are_remembered() {
    let mut world = World::new();
    for order in 1..=40u64 {
        world.at(order * 1_000).open(OrderId(order), stream()).unwrap();
        world
            .bid_on(OrderId(order), "p1", 500 + u128::from(order), 0)
            .unwrap();
        let award = ExecuteMsg::Award {
            order: OrderId(order),
        };
        world.at(order * 1_000 + 100).send("anybody", award).unwrap();
        let prices: Vec<ClearingPrice> = world.query(clearing(class().0.as_str(), "stablecoin")).unwrap();
        assert_eq!(prices.len() as u64, order.min(32));
        let newest = ClearingPrice {
            order: OrderId(order),
            price: price(500 + u128::from(order)),
            per_hour: true,
            gpus: 1,
            at: world.now(),
        };
        assert_eq!(prices[0], newest);
        assert!(prices
            .windows(2)
            .all(|pair| pair[0].order.0 == pair[1].order.0 + 1));
    }
    for (other_class, other_token) in [
        ("nvidia-a100-80gb", "stablecoin"),
        (class().0.as_str(), "othercoin"),
    ] {
        let none: Vec<ClearingPrice> = world.query(clearing(other_class, other_token)).unwrap();
        assert_eq!(none, []);
    }
}

fn clearing(class: &str, token: &str) -> QueryMsg {
    QueryMsg::ClearingPrices {
        class: market_types::resources::DeviceClass(class.into()),
        token: addr(token).into(),
    }
}

#[test]
fn the_book_saves_before_it_sends_and_sends_nothing_it_waits_for() {
    let mut world = bids(stream(), &[("p1", 500)]);
    let response = world.award().unwrap();
    assert!(response
        .messages
        .iter()
        .all(|sub| { sub.reply_on == cosmwasm_std::ReplyOn::Never && sub.payload == Binary::default() }));
    // a call that comes back in meets an ended order
    assert_eq!(
        world.award(),
        Err(ContractError::OrderEnded {
            order: ORDER,
            status: OrderStatus::Awarded
        })
    );
}
