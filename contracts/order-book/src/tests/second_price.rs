//! What the winner of a second-price order is paid.

use market_types::order::{AwardRule, Pricing};
use market_types::BasisPoints;

use super::world::*;

/// Bids of provider, price and reputation; groups by provider; who the tenant is; the reserve price.
struct Case<'a> {
    award: AwardRule,
    bids: &'a [(&'a str, u128, u16)],
    groups: &'a [(&'a str, &'a str)],
    reserve: Option<u128>,
}

impl Default for Case<'_> {
    fn default() -> Self {
        Self {
            award: AwardRule::Lowest,
            bids: &[],
            groups: &[],
            reserve: None,
        }
    }
}

/// The winner's number, and what it is paid.
fn paid(case: &Case) -> (u32, u128) {
    let mut world = World::new();
    // the tenant is a provider as well
    world.register("tenant", 99, 10_000);
    for (name, group) in case.groups {
        world.sisters.borrow_mut().edit(name).group = (*group).into();
    }
    let mut spec = stream();
    spec.award = case.award;
    spec.pricing = Pricing::SecondPrice;
    spec.reserve_price = case.reserve.map(price);
    world.open(ORDER, spec).unwrap();
    for (name, bid, reputation) in case.bids {
        world.sisters.borrow_mut().edit(name).reputation = BasisPoints(*reputation);
        world.bid(name, *bid).unwrap();
    }
    world.at(100).award().unwrap();
    let winner = world.order().winner.unwrap();
    assert!(winner.bid <= winner.price && winner.price <= price(1_000));
    (winner.provider.0, winner.price.0.u128())
}

#[test]
fn the_lowest_bid_is_paid_the_next() {
    let case = Case {
        bids: &[("p1", 700, 10_000), ("p2", 400, 10_000), ("p3", 900, 10_000)],
        ..Case::default()
    };
    assert_eq!(paid(&case), (2, 700));
}

#[test]
fn without_a_next_bid_the_reserve_price_is_paid_or_else_the_own_bid() {
    let alone = |reserve| {
        paid(&Case {
            bids: &[("p1", 400, 10_000)],
            reserve,
            ..Case::default()
        })
    };
    assert_eq!(alone(Some(650)), (1, 650));
    assert_eq!(alone(Some(300)), (1, 400));
    assert_eq!(alone(Some(0)), (1, 400));
    assert_eq!(alone(None), (1, 400));
}

#[test]
fn the_best_score_is_paid_the_price_at_which_it_would_have_tied() {
    // scores 1200 and 1500
    let case = Case {
        award: AwardRule::BestScore,
        bids: &[("p1", 600, 5_000), ("p2", 750, 5_000)],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 750));
    // scores 404 and 900; floor(900 * 9900 / 10000) = 891
    let case = Case {
        award: AwardRule::BestScore,
        bids: &[("p1", 400, 9_900), ("p2", 900, 10_000)],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 891));
}

#[test]
fn a_score_never_pays_above_the_maximum() {
    // scores 400 and 9000
    let case = Case {
        award: AwardRule::BestScore,
        bids: &[("p1", 400, 10_000), ("p2", 900, 1_000)],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 1_000));
}

#[test]
fn the_reputation_of_the_bid_counts_not_the_one_at_the_award() {
    let mut world = World::new();
    let mut spec = stream();
    spec.award = AwardRule::BestScore;
    spec.pricing = Pricing::SecondPrice;
    world.open(ORDER, spec).unwrap();
    world.bid("p1", 400).unwrap();
    world.bid("p2", 500).unwrap();
    world.sisters.borrow_mut().edit("p1").reputation = BasisPoints(1_000);
    world.at(100).award().unwrap();
    let winner = world.order().winner.unwrap();
    assert_eq!((winner.provider.0, winner.price), (1, price(500)));
}

#[test]
fn a_bid_of_the_winners_group_does_not_raise_its_pay() {
    let case = Case {
        bids: &[("p1", 400, 10_000), ("p2", 900, 10_000)],
        groups: &[("p1", "same"), ("p2", "same")],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 400));
    let case = Case {
        reserve: Some(800),
        ..case
    };
    assert_eq!(paid(&case), (1, 800));
}

#[test]
fn declaring_a_rivals_group_does_not_raise_what_one_is_paid() {
    // p1 says that it belongs to p2, which knows nothing of it
    let rivals = Case {
        bids: &[("p1", 400, 10_000), ("p2", 500, 10_000), ("p3", 600, 10_000)],
        groups: &[("p1", "p2")],
        ..Case::default()
    };
    assert_eq!(paid(&rivals), (1, 500));
    let only_rival = Case {
        bids: &[("p1", 400, 10_000), ("p2", 500, 10_000)],
        reserve: Some(900),
        ..rivals
    };
    assert_eq!(paid(&only_rival), (1, 500));
}

#[test]
fn a_tenant_that_declares_a_bidders_group_does_not_pay_less() {
    let case = Case {
        bids: &[("p1", 400, 10_000), ("p2", 700, 10_000)],
        groups: &[("tenant", "p2")],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 700));
    // nor does the winner's group when the tenant declares it
    let case = Case {
        groups: &[("tenant", "p1"), ("p2", "p1")],
        reserve: Some(900),
        ..case
    };
    assert_eq!(paid(&case), (1, 900));
}

#[test]
fn a_bid_of_the_tenants_group_does_not_lower_what_the_winner_is_paid() {
    let case = Case {
        bids: &[("p1", 400, 10_000), ("p2", 401, 10_000), ("p3", 700, 10_000)],
        groups: &[("tenant", "shill"), ("p2", "shill")],
        ..Case::default()
    };
    assert_eq!(paid(&case), (1, 700));
    let case = Case {
        bids: &[("p1", 400, 10_000), ("tenant", 401, 10_000)],
        reserve: Some(800),
        groups: &[],
        ..case
    };
    assert_eq!(paid(&case), (1, 800));
}

#[test]
fn the_next_bid_counts_even_if_it_could_not_commit() {
    let mut world = World::new();
    let mut spec = stream();
    spec.pricing = Pricing::SecondPrice;
    world.open(ORDER, spec).unwrap();
    world.bid("p1", 400).unwrap();
    world.bid("p2", 500).unwrap();
    world.bid("p3", 600).unwrap();
    world.occupy("p2");
    world.at(100).award().unwrap();
    assert_eq!(world.order().winner.unwrap().price, price(500));
}

#[test]
fn the_group_a_provider_declared_when_it_bid_counts() {
    let mut world = World::new();
    let mut spec = stream();
    spec.pricing = Pricing::SecondPrice;
    world.open(ORDER, spec).unwrap();
    world.sisters.borrow_mut().edit("p1").group = "same".into();
    world.sisters.borrow_mut().edit("p2").group = "same".into();
    world.bid("p1", 400).unwrap();
    world.bid("p2", 900).unwrap();
    world.sisters.borrow_mut().edit("p2").group = "another".into();
    world.at(100).award().unwrap();
    assert_eq!(world.order().winner.unwrap().price, price(400));
}

#[test]
fn the_lease_bond_follows_the_price_that_is_paid() {
    let mut world = World::new();
    let mut spec = stream();
    spec.pricing = Pricing::SecondPrice;
    world.open(ORDER, spec).unwrap();
    world.bid("p1", 400).unwrap();
    world.bid("p2", 700).unwrap();
    world.at(100).award().unwrap();
    let sisters = world.sisters.borrow();
    let bonds: Vec<_> = sisters
        .judged
        .iter()
        .flatten()
        .map(|candidacy| candidacy.stakes.lease_bond_value.u128())
        .collect();
    // at the bids the most they could be paid; at the award 700 for the best
    assert_eq!(bonds, [1_000, 1_000, 700]);
}
