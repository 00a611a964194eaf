//! Each refusal, and their order: what an earlier rule refuses, a later one is not asked about.

use market_types::registry::*;
use market_types::{BasisPoints, Price, Seconds, UnixTime};

use super::market::*;
use crate::ContractError;

fn with(change: impl FnOnce(&mut Candidacy)) -> Candidacy {
    let mut candidacy = candidacy("alice");
    change(&mut candidacy);
    candidacy
}

fn task(change: impl FnOnce(&mut Candidacy)) -> Candidacy {
    let mut candidacy = task_candidacy("alice");
    change(&mut candidacy);
    candidacy
}

fn short(resource: &str, asked: u64, largest: u64, free: u64) -> Option<Refusal> {
    Some(Refusal::ResourceShort {
        resource: resource.into(),
        asked,
        largest,
        free,
    })
}

#[test]
fn a_bidder_that_fits_gets_its_figures() {
    let market = Market::with_alice();
    let verdict = market.judge(candidacy("alice"));
    let provider = verdict.provider.unwrap();
    assert_eq!(
        (provider.no, provider.owner, provider.group),
        (provider_no(1), addr("alice"), text("alice"))
    );
    assert_eq!(
        (provider.reputation, provider.shrunk_at),
        (BasisPoints(1_000), None)
    );
    assert_eq!((verdict.refusal, verdict.class), (None, Some(class("h100"))));
    // At a price of 2 and half of it, a value of 100 is 100 network tokens.
    assert_eq!(
        (verdict.lease_bond, verdict.no_show),
        (n(100 * TOKEN), n(10 * TOKEN))
    );
    assert_eq!((verdict.min_work_bond, verdict.work_bond_value), (n(0), n(0)));
    let verdict = market.judge(task_candidacy("alice"));
    assert_eq!(
        (verdict.min_work_bond, verdict.work_bond_value),
        (n(50 * TOKEN), n(60 * TOKEN))
    );
}

#[test]
fn the_agent_key_bids_for_its_owner() {
    let market = Market::with_alice();
    let agent = market.provider("alice").agent;
    let by_agent = market.judge(with(|c| c.bidder = agent.to_string()));
    assert_eq!(by_agent, market.judge(candidacy("alice")));
}

#[test]
fn strangers_are_not_registered() {
    let market = Market::with_alice();
    let verdict = market.judge(candidacy("bob"));
    assert_eq!(
        (verdict.provider, verdict.refusal),
        (None, Some(Refusal::NotRegistered {}))
    );
}

#[test]
fn the_retired_get_no_award() {
    let mut market = Market::with_alice();
    market.ok("alice", ExecuteMsg::Retire {});
    assert_eq!(market.refusal(candidacy("alice")), Some(Refusal::Retired {}));
}

#[test]
fn maintenance_refuses_from_its_first_second_to_its_last() {
    let mut market = Market::with_alice();
    let (from, until) = (UnixTime(market.now().0 + DAY), UnixTime(market.now().0 + 2 * DAY));
    market.ok("alice", ExecuteMsg::AnnounceMaintenance { from, until });
    let mut at = |seconds: u64| {
        market.wait(seconds);
        market.refusal(candidacy("alice"))
    };
    let refused = Some(Refusal::InMaintenance { until });
    assert_eq!(at(DAY - 1), None);
    assert_eq!(at(1), refused);
    assert_eq!(at(DAY - 1), refused);
    assert_eq!(at(1), None);
}

#[test]
fn allow_and_deny_lists_name_owners() {
    let market = Market::with_alice();
    assert_eq!(
        market.refusal(with(|c| c.needs.allow = vec![text("bob")])),
        Some(Refusal::NotAllowed {})
    );
    assert_eq!(
        market.refusal(with(|c| c.needs.allow = vec![text("bob"), text("alice")])),
        None
    );
    assert_eq!(market.refusal(with(|c| c.needs.deny = vec![text("bob")])), None);
    let both = with(|c| {
        c.needs.allow = vec![text("alice")];
        c.needs.deny = vec![text("alice")];
    });
    assert_eq!(market.refusal(both), Some(Refusal::Denied {}));
}

#[test]
fn a_class_must_be_there() {
    let market = Market::with_alice();
    let verdict = market.judge(with(|c| c.needs.classes = vec![class("a100"), class("l40")]));
    assert_eq!(
        (verdict.refusal, verdict.class),
        (Some(Refusal::ClassMissing {}), None)
    );
    assert_eq!(
        market.refusal(with(|c| c.needs.classes = vec![class("a100"), class("h100")])),
        None
    );
}

#[test]
fn every_resource_must_fit_one_machine() {
    let market = Market::with_alice();
    let with_resource = |change: fn(&mut market_types::resources::Resources)| {
        market.refusal(with(|c| {
            c.needs.resources = machine(4);
            change(&mut c.needs.resources);
        }))
    };
    assert_eq!(with_resource(|_| {}), None);
    assert_eq!(with_resource(|r| r.gpus = 5), short("gpus", 5, 4, 8));
    assert_eq!(
        with_resource(|r| r.vram_mib += 1),
        short("vram_mib", 80_001, 80_000, 80_000)
    );
    assert_eq!(
        with_resource(|r| r.cpu_milli += 1),
        short("cpu_milli", 64_001, 64_000, 128_000)
    );
    assert_eq!(
        with_resource(|r| r.ram_mib += 1),
        short("ram_mib", 512_001, 512_000, 1_024_000)
    );
    assert_eq!(
        with_resource(|r| r.ephemeral_mib += 1),
        short("ephemeral_mib", 1_000_001, 1_000_000, 2_000_000)
    );
    assert_eq!(
        with_resource(|r| r.persistent_mib += 1),
        short("persistent_mib", 1_000_001, 1_000_000, 2_000_000)
    );
    assert_eq!(with_resource(|r| r.ports = 101), short("ports", 101, 100, 200));
    assert_eq!(
        with_resource(|r| r.ports = u16::MAX),
        short("ports", 65_535, 100, 200)
    );
}

#[test]
fn attributes_must_be_there_with_their_value() {
    let market = Market::with_alice();
    let ask = |key, value| market.refusal(with(|c| c.needs.attributes = vec![attribute(key, value)]));
    let missing = |key: &str, asked: &str, has: Option<&str>| {
        Some(Refusal::AttributeMissing {
            key: key.into(),
            asked: asked.into(),
            has: has.map(Into::into),
        })
    };
    assert_eq!(ask("region", "eu-west"), None);
    assert_eq!(
        ask("region", "us-east"),
        missing("region", "us-east", Some("eu-west"))
    );
    assert_eq!(ask("infiniband", "yes"), missing("infiniband", "yes", None));
}

#[test]
fn reputation_must_reach_what_is_asked() {
    let market = Market::with_alice();
    let ask = |points| market.refusal(with(|c| c.needs.min_reputation = BasisPoints(points)));
    assert_eq!(ask(1_000), None);
    let low = Refusal::ReputationLow {
        has: BasisPoints(1_000),
        asked: BasisPoints(1_001),
    };
    assert_eq!(ask(1_001), Some(low));
}

fn with_floor(limits: AgentLimits) -> Market {
    let mut market = Market::with_alice();
    market.ok("alice", ExecuteMsg::SetAgentLimits(limits));
    market
}

fn floors() -> AgentLimits {
    let floor = PriceFloor {
        class: class("h100"),
        token: text("usd"),
        per_gpu_hour: Price::new(5),
        per_unit: Price::new(7),
    };
    AgentLimits {
        floors: vec![floor],
        ..Default::default()
    }
}

#[test]
fn price_floors_hold_per_gpu_and_hour_or_per_unit_for_whoever_bids() {
    let market = with_floor(floors());
    let agent = market.provider("alice").agent;
    for bidder in [text("alice"), agent.to_string()] {
        let ask = |gpus, price| {
            let mut candidacy = with(|c| c.price = price);
            candidacy.bidder = bidder.clone();
            candidacy.needs.resources.gpus = gpus;
            market.refusal(candidacy)
        };
        let below = |price, floor| {
            Some(Refusal::PriceBelowFloor {
                price: Price::new(price),
                floor: Price::new(floor),
            })
        };
        assert_eq!(ask(2, BidPrice::PerHour(Price::new(10))), None);
        assert_eq!(ask(2, BidPrice::PerHour(Price::new(9))), below(9, 10));
        assert_eq!(ask(2, BidPrice::PerUnit(Price::new(7))), None);
        assert_eq!(ask(2, BidPrice::PerUnit(Price::new(6))), below(6, 7));
    }
    // Another token has another floor, or none.
    let mut other = market.judge(with(|c| {
        c.stakes.token = text("eur");
        c.price = BidPrice::PerHour(Price::new(1));
    }));
    assert_eq!(other.refusal.take(), Some(Refusal::BondPriceMissing {}));
}

#[test]
fn bonds_above_the_agents_limits_are_refused() {
    let limits = |lease: u128, work: u128| AgentLimits {
        max_lease_bond: Some(n(lease)),
        max_work_bond: Some(n(work)),
        ..Default::default()
    };
    let (lease, work) = (100 * TOKEN, 60 * TOKEN);
    let market = with_floor(limits(lease, work));
    assert_eq!(market.refusal(candidacy("alice")), None);
    assert_eq!(market.refusal(task_candidacy("alice")), None);
    let market = with_floor(limits(lease - 1, work - 1));
    let above = Refusal::LeaseBondAboveLimit {
        needed: n(lease),
        limit: n(lease - 1),
    };
    assert_eq!(market.refusal(candidacy("alice")), Some(above));
    let above = Refusal::WorkBondAboveLimit {
        needed: n(work),
        limit: n(work - 1),
    };
    assert_eq!(market.refusal(task_candidacy("alice")), Some(above));
}

#[test]
fn limits_set_later_do_not_undo_a_bid_that_binds() {
    let market = with_floor(AgentLimits {
        max_lease_bond: Some(n(0)),
        max_work_bond: Some(n(0)),
        ..floors()
    });
    let cheap = with(|c| c.price = BidPrice::PerHour(Price::new(1)));
    assert!(matches!(
        market.refusal(cheap.clone()),
        Some(Refusal::PriceBelowFloor { .. })
    ));
    assert_eq!(
        market.refusal(Candidacy {
            binding: true,
            ..cheap
        }),
        None
    );
    assert_eq!(market.refusal(task(|c| c.binding = true)), None);
}

#[test]
fn a_bond_price_is_needed_and_goes_stale_after_its_greatest_age() {
    let mut market = Market::with_alice();
    let other = with(|c| c.stakes.token = text("eur"));
    assert_eq!(market.refusal(other), Some(Refusal::BondPriceMissing {}));
    market.wait(7 * DAY);
    assert_eq!(market.refusal(candidacy("alice")), None);
    market.wait(1);
    let stale = Refusal::BondPriceStale {
        age: Seconds(7 * DAY + 1),
        max_age: Seconds(7 * DAY),
    };
    assert_eq!(market.refusal(candidacy("alice")), Some(stale));
    // The network token is worth itself, always.
    let verdict = market.judge(with(|c| c.stakes.token = text("token")));
    assert_eq!((verdict.refusal, verdict.lease_bond), (None, n(200 * TOKEN)));
}

#[test]
fn bond_must_reach_the_minimum_and_be_free() {
    let mut market = Market::with_alice();
    let unbond = |amount| ExecuteMsg::Unbond { amount: n(amount) };
    market.ok("alice", unbond(9_000 * TOKEN));
    assert_eq!(market.refusal(candidacy("alice")), None);
    market.ok("alice", unbond(1));
    let bonded = n(1_000 * TOKEN - 1);
    let below = Refusal::BondBelowMinimum {
        bonded,
        min_bond: n(1_000 * TOKEN),
    };
    assert_eq!(market.refusal(candidacy("alice")), Some(below));
    market.bond("alice", 1).unwrap();

    let lease_bond = |value: u128| with(|c| c.stakes.lease_bond_value = n(value));
    assert_eq!(market.refusal(lease_bond(1_000 * TOKEN)), None);
    let short = |needed| {
        Some(Refusal::FreeBondShort {
            needed,
            free: n(1_000 * TOKEN),
        })
    };
    assert_eq!(
        market.refusal(lease_bond(1_000 * TOKEN + 1)),
        short(n(1_000 * TOKEN + 1))
    );
    assert_eq!(market.refusal(lease_bond(u128::MAX)), short(n(u128::MAX)));
    // The penalty of a no-show must be coverable; it is not added to the bonds.
    let no_show = |value: u128| with(|c| c.stakes.no_show_value = n(value));
    assert_eq!(market.refusal(no_show(1_000 * TOKEN)), None);
    assert_eq!(
        market.refusal(no_show(1_000 * TOKEN + 1)),
        short(n(1_000 * TOKEN + 1))
    );
    // Both bonds are.
    let both = with(|c| c.stakes.work_bond = n(900 * TOKEN + 1));
    assert_eq!(market.refusal(both), short(n(1_000 * TOKEN + 1)));
}

#[test]
fn a_work_bond_must_have_the_least_value() {
    let market = Market::with_alice();
    let named = |amount: u128| market.refusal(task(|c| c.stakes.work_bond = n(amount)));
    assert_eq!(named(50 * TOKEN), None);
    let low = Refusal::WorkBondLow {
        named: n(50 * TOKEN - 1),
        needed: n(50 * TOKEN),
    };
    assert_eq!(named(50 * TOKEN - 1), Some(low));
}

#[test]
fn the_first_rule_in_their_order_refuses() {
    // Everything is wrong at once; then one thing after the other is put right.
    let mut market = Market::with_alice();
    market.ok(
        "alice",
        ExecuteMsg::SetAgentLimits(AgentLimits {
            max_lease_bond: Some(n(0)),
            max_work_bond: Some(n(0)),
            ..floors()
        }),
    );
    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(9_999 * TOKEN),
        },
    );
    market.wait(7 * DAY + 1);
    let mut c = with(|c| {
        c.needs.allow = vec![text("bob")];
        c.needs.deny = vec![text("alice")];
        c.needs.classes = vec![class("l40")];
        c.needs.resources.gpus = 5;
        c.needs.attributes = vec![attribute("region", "us-east")];
        c.needs.signatures = Some(market_types::order::Signatures::AllOf(vec![text("auditor")]));
        c.needs.min_reputation = BasisPoints(1_001);
        c.price = BidPrice::PerHour(Price::new(1));
        c.stakes.token = text("eur");
        c.stakes.work_bond = n(50 * TOKEN);
        c.stakes.min_work_bond_value = n(60 * TOKEN);
    });
    macro_rules! refused {
        ($pattern:pat) => {
            let refusal = market.refusal(c.clone());
            assert!(matches!(refusal, Some($pattern)), "{refusal:?}");
        };
    }
    refused!(Refusal::NotAllowed {});
    c.needs.allow = vec![];
    refused!(Refusal::Denied {});
    c.needs.deny = vec![];
    refused!(Refusal::ClassMissing {});
    c.needs.classes = vec![class("h100")];
    refused!(Refusal::ResourceShort { .. });
    c.needs.resources.gpus = 1;
    refused!(Refusal::AttributeMissing { .. });
    c.needs.attributes = vec![attribute("region", "eu-west")];
    refused!(Refusal::SignatureMissing { .. });
    c.needs.signatures = None;
    refused!(Refusal::ReputationLow { .. });
    c.needs.min_reputation = BasisPoints(0);
    refused!(Refusal::BondPriceMissing {});
    c.stakes.token = text("usd");
    refused!(Refusal::PriceBelowFloor { .. });
    c.price = BidPrice::PerHour(Price::new(5));
    refused!(Refusal::BondPriceStale { .. });
    market.set_price("governor", PRICE).unwrap();
    refused!(Refusal::BondBelowMinimum { .. });
    market.bond("alice", 999 * TOKEN).unwrap();
    refused!(Refusal::WorkBondLow { .. });
    c.stakes.work_bond = n(60 * TOKEN);
    refused!(Refusal::LeaseBondAboveLimit { .. });
    c.stakes.lease_bond_value = n(0);
    refused!(Refusal::WorkBondAboveLimit { .. });
    c.binding = true;
    c.stakes.no_show_value = n(1_001 * TOKEN);
    refused!(Refusal::FreeBondShort { .. });
    c.stakes.no_show_value = n(0);
    assert_eq!(market.refusal(c), None);
}

#[test]
fn at_most_8_candidacies_are_judged_at_once_each_for_itself() {
    let market = Market::with_alice();
    let ask = |count| {
        market.try_ask::<Vec<Verdict>>(QueryMsg::Judge {
            candidacies: vec![candidacy("alice"); count],
        })
    };
    assert_eq!(ask(8).unwrap().len(), 8);
    assert_eq!(ask(9), Err(ContractError::Candidacies { count: 9, max: 8 }));
    assert_eq!(ask(0), Ok(vec![]));
    let mixed = vec![candidacy("bob"), candidacy("alice")];
    let verdicts: Vec<Verdict> = market.ask(QueryMsg::Judge { candidacies: mixed });
    let refusals: Vec<_> = verdicts.into_iter().map(|verdict| verdict.refusal).collect();
    assert_eq!(refusals, [Some(Refusal::NotRegistered {}), None]);
}
