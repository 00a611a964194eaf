//! Planters: bad units on purpose, said after the verdict.

use market_types::attestation::{AuditOutcome, AuditStep, PlantedReveal, Planters};
use market_types::audit::planter_leaf;
use market_types::receipt::Tree;

use super::court::*;
use super::*;

const BLINDED: Hash32 = Hash32([3; 32]);

fn planters() -> Tree {
    let leaves = [
        planter_leaf(ProviderNo(8), &BLINDED).0,
        planter_leaf(ProviderNo(3), &BLINDED).0,
    ];
    Tree::new(&leaves).unwrap()
}

/// Unit 1 is bad, as the batch's last leaf hides.
fn court() -> Court {
    Court::of(ComparisonClass::Exact, |params| {
        params.planters = Some(Planters {
            root: planters().root(),
            count: 2,
        });
    })
}

fn reveal(court: &Court, unit: u32) -> PlantedReveal {
    PlantedReveal {
        audit: audit(unit),
        bad: 0b10u64.to_be_bytes().to_vec().into(),
        salt: SALT,
        path: court.tree.prove(UNITS).unwrap(),
        planter_salt: BLINDED,
        planter_index: 1,
        planter_path: planters().prove(1).unwrap(),
    }
}

fn say(reveal: PlantedReveal) -> ExecuteMsg {
    ExecuteMsg::RevealPlanted(Box::new(reveal))
}

#[test]
fn who_found_a_planted_unit_good_is_at_fault_and_the_planter_is_neither_paid_nor_slashed() {
    let mut court = court();
    court.seated(1);
    court.hear(1, &[good(1), good(1)]);
    assert!(matches!(
        court.step(1),
        AuditStep::Decided {
            outcome: AuditOutcome::Passed,
            ..
        }
    ));
    let msg = say(reveal(&court, 1));
    court.ok("agent", msg.clone());
    assert_eq!(
        court.step(1),
        AuditStep::Ended {
            outcome: AuditOutcome::Planted
        }
    );
    assert_eq!(court.at_fault().len(), 2);
    assert!(court.paid().is_empty());
    let refund = escrow::ExecuteMsg::Refund {
        lease: LEASE,
        units: 1,
    };
    assert_eq!(court.escrow.iter().filter(|msg| **msg == refund).count(), 1);
    assert!(!court.registry.iter().any(|msg| matches!(
        msg,
        registry::ExecuteMsg::Slash { .. } | registry::ExecuteMsg::Record(_)
    )));
    assert!(court.send("agent", msg).is_err(), "twice");
}

#[test]
fn who_found_it_bad_is_paid_and_nobody_is_convicted() {
    let mut court = court();
    court.seated(1);
    court.found_guilty(1);
    let msg = say(reveal(&court, 1));
    court.ok("owner", msg);
    assert_eq!((court.paid().len(), court.at_fault().len()), (7, 0));
    assert!(!court
        .escrow
        .iter()
        .any(|msg| matches!(msg, escrow::ExecuteMsg::Convict { .. })));
}

#[test]
fn other_audits_of_planted_units_end_as_planted_and_others_go_on() {
    let mut court = court();
    court.seated(1);
    court.hear(1, &[good(1), good(1)]);
    court.ok("anybody", open_audit(2));
    court.fill(2);
    court.hear(2, &[good(2), good(2)]);
    let msg = say(reveal(&court, 1));
    court.ok("agent", msg);
    court.expire(2);
    assert_eq!(
        court.step(2),
        AuditStep::Ended {
            outcome: AuditOutcome::Passed
        }
    );
    assert_eq!(court.market.batch(0).refunded, [1]);
}

#[test]
fn only_a_planter_speaks_only_of_what_its_last_leaf_hides_and_only_after_the_verdict() {
    let mut court = court();
    court.seated(1);
    let early = say(reveal(&court, 1));
    assert!(matches!(
        court.refused("agent", early),
        ContractError::WrongStep { .. }
    ));
    court.hear(1, &[good(1), good(1)]);
    let right = reveal(&court, 1);
    assert!(court.send("agent-10", say(right.clone())).is_err());
    let changed = |change: &dyn Fn(&mut PlantedReveal)| {
        let mut reveal = right.clone();
        change(&mut reveal);
        say(reveal)
    };
    let no_planter = ContractError::NoPlanter(ProviderNo(3));
    assert_eq!(
        court.refused("agent", changed(&|reveal| reveal.planter_salt = SALT)),
        no_planter
    );
    assert_eq!(
        court.refused("agent", changed(&|reveal| reveal.planter_index = 0)),
        no_planter
    );
    let blind = ContractError::WrongBlind {};
    assert_eq!(
        court.refused(
            "agent",
            changed(&|reveal| reveal.bad = 0b11u64.to_be_bytes().to_vec().into())
        ),
        blind
    );
    assert_eq!(
        court.refused("agent", changed(&|reveal| reveal.salt = BLINDED)),
        blind
    );
    assert!(matches!(
        court.refused("agent", changed(&|reveal| reveal.bad = vec![2].into())),
        ContractError::BadUnits { length: 1 }
    ));
    assert!(matches!(
        court.refused(
            "agent",
            changed(&|reveal| reveal.bad = u64::MAX.to_be_bytes().to_vec().into())
        ),
        ContractError::BadUnits { length: 8 }
    ));
    court.wait(DAY);
    assert!(matches!(
        court.refused("agent", say(right)),
        ContractError::TooLate { .. }
    ));
}

#[test]
fn a_unit_that_is_not_planted_is_not_saved_by_those_that_are() {
    let mut court = court();
    court.seated(2);
    court.hear(2, &[good(2), good(2)]);
    let msg = say(reveal(&court, 2));
    assert_eq!(
        court.refused("agent", msg),
        ContractError::NotPlanted { audit: audit(2) }
    );
}
