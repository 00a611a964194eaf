use market_types::audit::AuditClass;
use market_types::registry::*;
use market_types::{Seconds, UnixTime};
use proptest::prelude::*;

use super::market::*;
use crate::ContractError;

fn offer_msg(class: AuditClass, places: u32) -> ExecuteMsg {
    ExecuteMsg::OfferAudits { class, places }
}

fn leave_msg() -> ExecuteMsg {
    ExecuteMsg::LeaveAudits { class: exact() }
}

fn table(market: &Market) -> (u32, u32, u32) {
    let table: AuditTable = market.ask(QueryMsg::AuditTable { class: exact() });
    (table.length, table.live, table.operators)
}

fn offers(market: &Market, owner: &str) -> Vec<AuditOffer> {
    market.ask(QueryMsg::AuditOffers { owner: text(owner) })
}

/// Who answers tries at `(position, lot)`.
fn tried(market: &Market, tries: &[(u32, u32)], bond: u128) -> Vec<Option<u32>> {
    let entries: Vec<Option<AuditEntry>> = market.ask(QueryMsg::AuditEntries {
        class: exact(),
        tries: tries
            .iter()
            .map(|&(position, lot)| AuditTry { position, lot })
            .collect(),
        bond: n(bond),
    });
    entries
        .into_iter()
        .map(|entry| entry.map(|entry| entry.auditor.no.0))
        .collect()
}

#[test]
fn a_leaver_leaves_a_hole_that_the_next_newcomer_takes() {
    let mut market = Market::with_auditors(&["bob", "carol"]);
    assert_eq!(table(&market), (3, 3, 3));
    market.ok("alice", leave_msg());
    market.ok("carol", leave_msg());
    assert_eq!(table(&market), (3, 1, 1));
    assert_eq!(
        tried(&market, &[(0, 0), (1, 0), (2, 0), (3, 0)], 0),
        [None, Some(2), None, None]
    );
    let response = market.ok("alice", offer_msg(exact(), 1));
    assert_eq!(event(&response, "position"), "2");
    market.ok("carol", offer_msg(exact(), 1));
    assert_eq!(table(&market), (3, 3, 3));
    let all = tried(&market, &[(0, 0), (1, 0), (2, 0)], 0);
    assert_eq!(all, [Some(3), Some(2), Some(1)]);
    let refused = market.ok("bob", leave_msg());
    assert_eq!(event(&refused, "position"), "1");
    assert!(matches!(
        market.err("bob", leave_msg()),
        ContractError::NotOffered { .. }
    ));
}

#[test]
fn weight_is_bond_in_units_at_most_64_and_more_weight_is_a_new_entry() {
    let mut market = Market::with_auditors(&[]);
    let since = |market: &Market| {
        (
            offers(market, "alice")[0].weight,
            offers(market, "alice")[0].since,
        )
    };
    let first = market.now().0 - 60;
    assert_eq!(since(&market), (64, UnixTime(first)));
    // The bond falls to 30 units: the entry counts with those at once, whatever it says.
    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(7_000 * TOKEN),
        },
    );
    assert_eq!(since(&market), (64, UnixTime(first)));
    assert_eq!(tried(&market, &[(0, 29), (0, 30)], 0), [Some(1), None]);
    market.ok("alice", offer_msg(exact(), 3));
    assert_eq!(since(&market), (30, UnixTime(first)), "less weight keeps its age");
    market.bond("alice", 100 * TOKEN).unwrap();
    assert_eq!(
        tried(&market, &[(0, 29), (0, 30)], 0),
        [Some(1), None],
        "more bond is not more weight"
    );
    market.ok("alice", offer_msg(exact(), 3));
    assert_eq!(since(&market), (31, market.now()), "more weight is younger");
}

#[test]
fn a_try_finds_nobody_without_places_or_free_bond() {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("bob", offer_msg(exact(), 1));
    let tries = [(0, 0), (1, 0), (1, 0), (0, 63), (0, 64)];
    let found = [Some(1), Some(2), Some(2), Some(1), None];
    assert_eq!(tried(&market, &tries, 10_000 * TOKEN), found);
    assert_eq!(tried(&market, &tries, 10_000 * TOKEN + 1), [None; 5]);
    market.ok("attestation", seat_msg(0, &["bob"], 5));
    assert_eq!(tried(&market, &tries, 1), [Some(1), None, None, Some(1), None]);
    market.ok(
        "attestation",
        unseat_msg(0, vec![end("bob", SeatOutcome::Met, 0)]),
    );
    assert_eq!(tried(&market, &tries, 1), found);
    let many = vec![(0, 0); 65];
    let tries = many
        .iter()
        .map(|&(position, lot)| AuditTry { position, lot })
        .collect();
    let asked = market.try_ask::<Vec<Option<AuditEntry>>>(QueryMsg::AuditEntries {
        class: exact(),
        tries,
        bond: n(0),
    });
    assert!(matches!(asked, Err(ContractError::Count { max: 64, .. })));
}

#[test]
fn an_offer_needs_machines_of_its_class_a_unit_of_bond_and_places() {
    let mut market = Market::with_auditors(&[]);
    for word in ["", "exact/h100", "image", "none/h100", "image/a100", "image/H100"] {
        let class = AuditClass(word.into());
        let refused = market.err("alice", offer_msg(class, 1));
        assert_eq!(refused, ContractError::AuditClass { class: word.into() });
    }
    market.ok("alice", offer_msg(AuditClass("image/h100".into()), 16));
    for places in [0, 17] {
        let refused = market.err("alice", offer_msg(exact(), places));
        assert!(matches!(
            refused,
            ContractError::OutOfBounds { what: "places", .. }
        ));
    }
    market.ok("bob", ExecuteMsg::Register(registration("bob", 2)));
    market.bond("bob", 100 * TOKEN - 1).unwrap();
    let short = ContractError::AuditBondShort {
        bonded: n(100 * TOKEN - 1),
        unit: n(100 * TOKEN),
    };
    assert_eq!(market.err("bob", offer_msg(exact(), 1)), short);
    market.bond("bob", 1).unwrap();
    assert_eq!(event(&market.ok("bob", offer_msg(exact(), 1)), "weight"), "1");
}

#[test]
fn a_provider_is_in_at_most_8_tables() {
    let mut market = Market::with_alice();
    let machines: Vec<_> = (0..8).map(|i| group(&format!("gpu{i}"), 1, 1)).collect();
    let update = ProfileUpdate {
        machines: Some(machines),
        ..Default::default()
    };
    market.ok("alice", ExecuteMsg::Update(update));
    for i in 0..8 {
        market.ok("alice", offer_msg(AuditClass(format!("image/gpu{i}")), 1));
    }
    assert_eq!(
        market.err("alice", offer_msg(exact(), 1)),
        ContractError::AuditClassesFull { max: 8 }
    );
    market.ok("alice", offer_msg(AuditClass("image/gpu3".into()), 2));
    market.ok(
        "alice",
        ExecuteMsg::LeaveAudits {
            class: AuditClass("image/gpu3".into()),
        },
    );
    market.ok("alice", offer_msg(exact(), 1));
    // Retiring leaves them all.
    market.ok("alice", ExecuteMsg::Retire {});
    assert!(offers(&market, "alice").is_empty());
    assert_eq!(table(&market), (1, 0, 0));
}

#[test]
fn who_stays_in_a_table_keeps_a_unit_bonded() {
    let mut market = Market::with_auditors(&[]);
    let unbond = |amount| ExecuteMsg::Unbond { amount: n(amount) };
    let refused = ContractError::StillAuditing {
        unit: n(100 * TOKEN),
        left: n(100 * TOKEN - 1),
    };
    assert_eq!(market.err("alice", unbond(9_900 * TOKEN + 1)), refused);
    market.ok("alice", unbond(9_900 * TOKEN));
    market.ok("alice", leave_msg());
    market.ok("alice", unbond(100 * TOKEN));
}

#[test]
fn operators_are_counted_by_group_also_when_groups_change() {
    let mut market = Market::with_auditors(&["bob", "carol"]);
    let regroup = |market: &mut Market, owner: &str, group: &str| {
        let update = ProfileUpdate {
            group: Some(group.into()),
            ..Default::default()
        };
        market.ok(owner, ExecuteMsg::Update(update));
    };
    regroup(&mut market, "alice", "acme");
    regroup(&mut market, "bob", "acme");
    assert_eq!(table(&market), (3, 3, 2));
    regroup(&mut market, "bob", "acme");
    assert_eq!(table(&market), (3, 3, 2));
    market.ok("alice", leave_msg());
    assert_eq!(table(&market), (3, 2, 2));
    regroup(&mut market, "bob", "other");
    regroup(&mut market, "alice", "other");
    assert_eq!(table(&market), (3, 2, 2));
}

#[test]
fn an_audited_candidacy_needs_five_operators_in_the_class_that_serves() {
    let mut market = Market::with_auditors(&["bob", "carol", "dave"]);
    let mut task = task_candidacy("alice");
    assert_eq!(market.refusal(task.clone()), None);
    task.audited = Some(market_types::order::ComparisonClass::Exact);
    let thin = Refusal::ThinAudit {
        operators: 4,
        needed: 5,
    };
    assert_eq!(market.refusal(task.clone()), Some(thin.clone()));
    let refused = market.err("book", commit_msg(8, task.clone()));
    assert_eq!(refused, ContractError::Refused { refusal: thin });
    market.ok("eve", ExecuteMsg::Register(registration("eve", 5)));
    market.bond("eve", 100 * TOKEN).unwrap();
    market.ok("eve", offer_msg(exact(), 1));
    assert_eq!(market.refusal(task.clone()), None);
    // Images of one kind of device are judged by that kind only.
    task.audited = Some(market_types::order::ComparisonClass::Image);
    assert_eq!(
        market.refusal(task),
        Some(Refusal::ThinAudit {
            operators: 0,
            needed: 5
        })
    );
}

#[test]
fn the_last_resort_are_those_who_could_take_a_seat_now() {
    let mut market = Market::with_auditors(&["bob", "carol"]);
    let update = ParamsUpdate {
        last_resort: Some(vec![text("carol"), text("nobody"), text("alice")]),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    let last = |market: &Market, bond: u128| -> Vec<u32> {
        let operators: Vec<Operator> = market.ask(QueryMsg::LastResort { bond: n(bond) });
        operators.into_iter().map(|operator| operator.no.0).collect()
    };
    assert_eq!(last(&market, 1), [3, 1]);
    assert_eq!(last(&market, 10_000 * TOKEN + 1), [0; 0]);
    market.ok("alice", leave_msg());
    assert_eq!(last(&market, 1), [3, 1], "being in a table does not matter");
    market.ok("carol", ExecuteMsg::Retire {});
    assert_eq!(last(&market, 1), [1]);
}

#[test]
fn a_table_grows_without_moving_anybody() {
    let mut market = Market::with_auditors(&["bob", "carol", "dave", "eve"]);
    market.wait(Seconds::DAY.0);
    let was = tried(&market, &[(1, 0), (2, 0)], 0);
    market.ok("alice", leave_msg());
    market.ok("eve", leave_msg());
    market.ok("alice", offer_msg(exact(), 1));
    assert_eq!(tried(&market, &[(1, 0), (2, 0)], 0), was);
}

const OWNERS: [&str; 5] = ["alice", "bob", "carol", "dave", "eve"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// `books::compare` rebuilds tables, holes, groups, seats and locks after each message.
    #[test]
    fn tables_seats_and_locks_agree_whatever_happens(
        steps in prop::collection::vec((0usize..5, 0u8..9, 0u32..4, 0u128..3_000), 1..80)
    ) {
        let mut market = Market::with_auditors(&OWNERS[1..]);
        for (who, what, unit, amount) in steps {
            let owner = OWNERS[who];
            let class = AuditClass(if unit % 2 == 0 { "exact" } else { "vector/h100" }.into());
            let amount = amount * TOKEN;
            let (sender, msg) = match what {
                0 => (owner, offer_msg(class, unit + 1)),
                1 => (owner, ExecuteMsg::LeaveAudits { class }),
                2 => (owner, ExecuteMsg::Unbond { amount: n(amount) }),
                3 => (owner, ExecuteMsg::Update(ProfileUpdate { group: Some(format!("group{unit}")), ..Default::default() })),
                4 => ("attestation", ExecuteMsg::Seat { audit: audit(unit), class, providers: vec![number_of(owner)], bond: n(amount) }),
                5 => ("attestation", ExecuteMsg::Unseat {
                    audit: audit(unit), ends: vec![end(owner, SeatOutcome::Fault, amount)],
                    rewards: vec![reward("alice", amount / 3)], tip: None,
                }),
                6 => ("book", commit_msg(8, task_candidacy(owner))),
                7 => ("attestation", ExecuteMsg::Slash {
                    lease: market_types::LeaseId(8), share: market_types::BasisPoints(unit as u16 * 3_000),
                    rewards: vec![reward("bob", amount)], tip: None, convict: unit == 3,
                }),
                _ => (owner, ExecuteMsg::Reinstate {}),
            };
            let before: Vec<_> = OWNERS.iter().map(|owner| market.claimable(owner)).collect();
            let total = |market: &Market| crate::state::TOTALS.load(&market.deps.storage).unwrap();
            let owed = total(&market);
            if let Ok(response) = market.exec(sender, msg) {
                let now = total(&market);
                let sum = |t: &crate::state::Totals| t.bonded + t.unbonding + t.claimable;
                prop_assert_eq!(sum(&owed), sum(&now) + n(if sender == "attestation" { burned(&response) } else { 0 }));
                for (owner, before) in OWNERS.iter().zip(before) {
                    prop_assert!(market.claimable(owner) >= before);
                }
            }
        }
    }
}
