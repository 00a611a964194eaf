use market_control::ControlError;
use market_types::registry::*;
use market_types::{LeaseId, Page, Paging, Seconds};

use super::market::*;
use crate::ContractError;

fn capacity(market: &Market) -> (u64, u64) {
    let capacity: Vec<CapacityResponse> = market.ask(QueryMsg::Capacity { owner: text("alice") });
    (capacity[0].registered.gpus, capacity[0].committed.gpus)
}

fn gpus(count: u16) -> Candidacy {
    let mut candidacy = candidacy("alice");
    candidacy.needs.resources = request(count);
    candidacy
}

fn bond(market: &Market) -> (u128, u128) {
    let bond = market.provider("alice").bond;
    (bond.bonded.u128(), bond.locked.u128())
}

#[test]
fn a_commitment_takes_capacity_and_locks_both_bonds_in_one_step() {
    let mut market = Market::with_alice();
    let mut both = candidacy("alice");
    both.stakes.work_bond = n(60 * TOKEN);
    let response = market.ok("book", commit_msg(8, both));
    assert_eq!(event(&response, "lease_bond"), (100 * TOKEN).to_string());
    assert_eq!(event(&response, "work_bond"), (60 * TOKEN).to_string());
    assert_eq!(bond(&market), (10_000 * TOKEN, 160 * TOKEN));
    assert_eq!(capacity(&market), (8, 1));
    let expected = CommitmentResponse {
        lease: LeaseId(8),
        provider: provider_no(1),
        tenant: addr("tenant"),
        class: class("h100"),
        resources: request(1),
        token: addr("usd"),
        lease_bond: n(100 * TOKEN),
        penalized: n(0),
        slashed: n(0),
        work_bond: n(60 * TOKEN),
        bond_price: n(PRICE),
        capacity_released: false,
    };
    assert_eq!(
        market.ask::<CommitmentResponse>(QueryMsg::Commitment { lease: LeaseId(8) }),
        expected
    );
    let page: Page<CommitmentResponse, LeaseId> = market.ask(QueryMsg::Commitments {
        owner: text("alice"),
        paging: Paging::default(),
    });
    assert_eq!((page.items, page.next_start_after), (vec![expected], None));
}

#[test]
fn a_commitment_is_refused_by_the_rule_the_judgement_names() {
    let mut market = Market::with_alice();
    for candidacy in [candidacy("bob"), gpus(5), task_candidacy("bob")] {
        let refusal = market.refusal(candidacy.clone()).unwrap();
        assert_eq!(
            market.err("book", commit_msg(8, candidacy)),
            ContractError::Refused { refusal }
        );
    }
    let mut unpriced = candidacy("alice");
    unpriced.stakes.token = text("eur");
    let refusal = Refusal::BondPriceMissing {};
    assert_eq!(
        market.err("book", commit_msg(8, unpriced)),
        ContractError::Refused { refusal }
    );
}

#[test]
fn nothing_is_committed_beyond_what_is_registered() {
    let mut market = Market::with_alice();
    for lease in 1..=2 {
        market.ok("book", commit_msg(lease * 8, gpus(4)));
    }
    let refusal = Refusal::ResourceShort {
        resource: "gpus".into(),
        asked: 1,
        largest: 4,
        free: 0,
    };
    assert_eq!(
        market.err("book", commit_msg(24, gpus(1))),
        ContractError::Refused { refusal }
    );
    market.ok("escrow", release_msg(8, ReleasePart::Capacity));
    market.ok("book", commit_msg(24, gpus(4)));
    assert_eq!(capacity(&market), (8, 8));
}

#[test]
fn nothing_is_locked_beyond_what_is_bonded() {
    let mut market = Market::with_alice();
    let mut half = candidacy("alice");
    half.stakes.lease_bond_value = n(5_000 * TOKEN);
    market.ok("book", commit_msg(8, half.clone()));
    market.ok("book", commit_msg(16, half));
    assert_eq!(bond(&market), (10_000 * TOKEN, 10_000 * TOKEN));
    let refusal = Refusal::FreeBondShort {
        needed: n(100 * TOKEN),
        free: n(0),
    };
    assert_eq!(
        market.err("book", commit_msg(24, candidacy("alice"))),
        ContractError::Refused { refusal }
    );
}

#[test]
fn a_lease_is_committed_once() {
    let mut market = Market::with_lease();
    let again = market.err("book", commit_msg(8, candidacy("alice")));
    assert_eq!(again, ContractError::AlreadyCommitted { lease: LeaseId(8) });
}

#[test]
fn committing_is_an_entry_and_stops_in_a_pause() {
    let mut market = Market::with_alice();
    market.pause();
    let paused = ControlError::Paused {
        until: market.now().plus(Seconds(DAY)),
    };
    assert_eq!(
        market.err("book", commit_msg(8, candidacy("alice"))),
        ContractError::Control(paused)
    );
    market.wait(DAY);
    market.ok("book", commit_msg(8, candidacy("alice")));
}

#[test]
fn capacity_and_bonds_are_released_one_after_the_other() {
    let mut market = Market::with_lease();
    let response = market.ok("escrow", release_msg(8, ReleasePart::Capacity));
    assert_eq!(
        (event(&response, "capacity"), event(&response, "bonds")),
        ("true".into(), "false".into())
    );
    assert_eq!(
        (capacity(&market), bond(&market)),
        ((8, 0), (10_000 * TOKEN, 100 * TOKEN))
    );
    let twice = market.err("escrow", release_msg(8, ReleasePart::Capacity));
    assert_eq!(twice, ContractError::CapacityReleased { lease: LeaseId(8) });

    let response = market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(
        (event(&response, "capacity"), event(&response, "bonds")),
        ("false".into(), "true".into())
    );
    assert_eq!(bond(&market), (10_000 * TOKEN, 0));
    let gone = ContractError::NoCommitment { lease: LeaseId(8) };
    for part in [ReleasePart::Capacity, ReleasePart::Bonds] {
        assert_eq!(market.err("escrow", release_msg(8, part)), gone);
    }
    assert_eq!(
        market.try_ask::<CommitmentResponse>(QueryMsg::Commitment { lease: LeaseId(8) }),
        Err(gone)
    );
}

#[test]
fn releasing_the_bonds_releases_the_capacity_too() {
    let mut market = Market::with_lease();
    let response = market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(
        (event(&response, "capacity"), event(&response, "bonds")),
        ("true".into(), "true".into())
    );
    assert_eq!((capacity(&market), bond(&market)), ((8, 0), (10_000 * TOKEN, 0)));
}

#[test]
fn a_release_finds_its_class_after_the_groups_were_reordered() {
    let mut market = Market::with_lease();
    let machines = Some(vec![group("l40", 1, 1), group("h100", 2, 4)]);
    market.ok(
        "alice",
        ExecuteMsg::Update(ProfileUpdate {
            machines,
            ..Default::default()
        }),
    );
    market.ok("escrow", release_msg(8, ReleasePart::Capacity));
    let capacity: Vec<CapacityResponse> = market.ask(QueryMsg::Capacity { owner: text("alice") });
    assert!(capacity
        .iter()
        .all(|capacity| capacity.committed == Resources64::default()));
}

#[test]
fn a_lease_keeps_the_bond_it_was_awarded_with() {
    let mut market = Market::with_lease();
    market.set_price("governor", PRICE / 2).unwrap();
    let update = ParamsUpdate {
        min_bond: Some(n(50_000 * TOKEN)),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    let kept: CommitmentResponse = market.ask(QueryMsg::Commitment { lease: LeaseId(8) });
    assert_eq!((kept.lease_bond, kept.bond_price), (n(100 * TOKEN), n(PRICE)));
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(bond(&market), (10_000 * TOKEN, 0));
}
