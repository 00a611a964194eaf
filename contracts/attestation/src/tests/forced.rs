//! Audits that a tenant forces, and pays for.

use market_types::attestation::{AuditOutcome, AuditStep};

use super::court::*;
use super::*;

fn force(unit: u32) -> ExecuteMsg {
    ExecuteMsg::ForceAudit {
        audit: audit(unit),
        batch: BatchNo(0),
    }
}

/// A batch of which nothing is drawn, posted.
fn quiet() -> Court {
    let mut court = Court::of(ComparisonClass::Exact, |params| {
        params.classes[0].audit_floor_ppm = 0;
    });
    {
        let mut work = court.market.work.borrow_mut();
        work.work_bond_value = n(1_000_000_000_000);
        work.work_bond = n(10_000_000_000_000);
    }
    court.post();
    court
}

#[test]
fn a_tenant_forces_an_audit_and_prepays_two_fees_and_the_opening() {
    let mut court = quiet();
    for sender in ["anybody", "agent", "owner", "governor"] {
        assert!(matches!(
            court.refused(sender, force(0)),
            ContractError::Control(market_control::ControlError::Unauthorized { .. })
        ));
    }
    court.ok("tenant", force(0));
    assert_eq!(
        *court.escrow.last().unwrap(),
        escrow::ExecuteMsg::SetAside {
            audit: audit(0),
            amount: n(2 * PRICE + PRICE / 10),
            payer: escrow::Payer::Tenant
        }
    );
    assert_eq!(
        court.refused("tenant", force(0)),
        ContractError::AlreadyAudited { audit: audit(0) }
    );
    court.fill(0);
    court.hear(0, &[good(0), good(0)]);
    let paid = court.paid();
    assert_eq!(paid.len(), 3);
    let opening = paid.iter().find(|reward| reward.to == addr("owner").as_str());
    assert_eq!(opening.unwrap().amount, n(PRICE / 10));
}

#[test]
fn a_forced_audit_that_convicts_returns_the_tenants_money() {
    let mut court = quiet();
    court.ok("tenant", force(0));
    court.fill(0);
    court.found_guilty(0);
    court.expire(0);
    assert_eq!(
        court.step(0),
        AuditStep::Ended {
            outcome: AuditOutcome::Convicted
        }
    );
    // The five jurors alone are paid out of what the pool set aside.
    assert_eq!(court.paid().len(), 5);
}

#[test]
fn no_more_than_a_twentieth_and_one_are_forced() {
    let mut court = quiet();
    // 4 units of a lease of 4: one, and one.
    court.market.work.borrow_mut().units = 4;
    court.ok("tenant", force(0));
    court.ok("tenant", force(1));
    assert_eq!(
        court.refused("tenant", force(2)),
        ContractError::ForcedEnough {
            lease: LEASE,
            forced: 2,
            cap: 2
        }
    );
}

#[test]
fn nothing_is_forced_once_the_batch_has_vested() {
    let mut court = quiet();
    court.wait(DAY);
    assert!(matches!(
        court.refused("tenant", force(0)),
        ContractError::Vested { .. }
    ));
}

#[test]
fn a_forced_unit_that_is_drawn_later_is_not_audited_twice_and_its_batch_waits_for_it() {
    let mut court = Court::new();
    court.post();
    court.ok("tenant", force(0));
    court.beacons();
    court.draw();
    assert_eq!(
        court.refused("anybody", open_audit(0)),
        ContractError::AlreadyAudited { audit: audit(0) }
    );
    let mut court = quiet();
    court.ok("tenant", force(0));
    court.beacons();
    court.wait(DAY);
    assert!(matches!(
        court.refused("anybody", release(0)),
        ContractError::Unaudited { waiting: 1, .. }
    ));
}

#[test]
fn nothing_is_forced_where_nothing_is_audited() {
    let mut court = Court::of(ComparisonClass::Exact, |params| params.beacon = None);
    court.post();
    assert_eq!(court.refused("tenant", force(0)), ContractError::NoAudits {});
    let mut court = Court::of(ComparisonClass::None, |_| {});
    court.post();
    assert_eq!(
        court.refused("tenant", force(0)),
        ContractError::NotAudited { lease: LEASE }
    );
}
