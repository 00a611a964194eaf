//! Draws, and what a batch needs before it is released.

use super::court::*;
use super::*;

/// A batch of which nothing is drawn: a floor of nothing, and much at stake.
fn lucky() -> Court {
    let court = Court::of(ComparisonClass::Exact, |params| {
        params.classes[0].audit_floor_ppm = 0;
    });
    court.market.work.borrow_mut().work_bond_value = n(1_000_000_000_000);
    court
}

#[test]
fn a_batch_is_drawn_once_after_its_round() {
    let mut court = Court::new();
    court.post();
    assert_eq!(
        court.refused("anybody", draw()),
        ContractError::NoBeaconSince { height: HEIGHT }
    );
    court.beacons();
    court.draw();
    assert_eq!(court.market.batch(0).drawn, Some(vec![0, 1, 2, 3]));
    assert!(matches!(
        court.refused("anybody", draw()),
        ContractError::AlreadyDrawn { .. }
    ));
    let nowhere = ExecuteMsg::Draw {
        lease: LEASE,
        batch: BatchNo(1),
    };
    assert!(matches!(
        court.refused("anybody", nowhere),
        ContractError::NoBatch { .. }
    ));
}

#[test]
fn a_draw_tells_its_units() {
    let mut court = Court::new();
    court.post();
    court.beacons();
    let response = court.draw();
    assert_eq!(
        response.events,
        events([market_types::events::BatchDrawn {
            lease: LEASE,
            batch: BatchNo(0),
            units: "0,1,2,3".into()
        }
        .into()])
    );
}

#[test]
fn a_batch_of_which_nothing_is_drawn_is_released_without_a_draw_of_its_own() {
    let mut court = lucky();
    court.post();
    court.wait(DAY);
    assert_eq!(
        court.refused("anybody", release(0)),
        ContractError::NoBeaconSince { height: HEIGHT }
    );
    court.beacons();
    court.ok("anybody", release(0));
    let vest = court.escrow.last().unwrap();
    assert!(matches!(vest, escrow::ExecuteMsg::Vest { units: UNITS, .. }));
}

#[test]
fn a_batch_waits_for_its_draw_and_for_every_audit() {
    let mut court = Court::new();
    court.post();
    court.beacons();
    court.wait(DAY);
    assert!(matches!(
        court.refused("anybody", release(0)),
        ContractError::NotDrawn { .. }
    ));
    court.draw();
    assert!(matches!(
        court.refused("anybody", release(0)),
        ContractError::Unaudited { waiting: UNITS, .. }
    ));
    for unit in 0..UNITS {
        court.ok("anybody", open_audit(unit));
        assert!(court.send("anybody", release(0)).is_err());
    }
    for unit in 0..UNITS {
        court.fill(unit);
        court.hear(unit, &[good(unit), good(unit)]);
    }
    court.ok("anybody", release(0));
}

#[test]
fn refunded_units_are_neither_vested_nor_charged() {
    let mut court = Court::new();
    court.seated(0);
    court.bench.borrow_mut().table.clear();
    for unit in 1..UNITS {
        court.ok("anybody", open_audit(unit));
    }
    // Unit 0 is not opened, the others find no auditors.
    let sitters = court.sitters(0);
    for sitter in sitters {
        court.commit_as(sitter.no.0, 0, bad()).unwrap();
    }
    court.expire(0);
    court.beacons();
    for unit in 1..UNITS {
        court.fill(unit);
    }
    court.wait(DAY);
    court.ok("anybody", release(0));
    let premium = court.market.batch(0).premium;
    assert_eq!(
        *court.escrow.last().unwrap(),
        escrow::ExecuteMsg::Vest {
            lease: LEASE,
            units: 3,
            premium: premium.multiply_ratio(3u128, 4u128),
        }
    );
    assert_eq!(court.market.batch(0).refunded, [0]);
}

#[test]
fn a_market_without_a_beacon_vests_on_trust() {
    let mut court = Court::of(ComparisonClass::Exact, |params| params.beacon = None);
    court.post();
    assert_eq!(
        court.refused("anybody", draw()),
        ContractError::NotAudited { lease: LEASE }
    );
    court.wait(DAY);
    court.ok("anybody", release(0));
}

#[test]
fn only_what_was_posted_lately_lowers_the_rate() {
    let mut court = Court::new();
    court.market.work.borrow_mut().work_bond_value = n(20_000);
    let post_next = |court: &mut Court, first_unit| {
        let root = court.tree.root();
        let msg = ExecuteMsg::PostBatch {
            lease: LEASE,
            first_unit,
            count: 10,
            root,
        };
        court.market.execute("agent", msg).unwrap();
    };
    post_next(&mut court, 0);
    post_next(&mut court, 10);
    assert!(court.market.batch(1).audit_rate < court.market.batch(0).audit_rate);
    // Held still, but about to vest.
    court.wait(DAY * 3 / 4);
    post_next(&mut court, 20);
    assert_eq!(court.market.batch(2).audit_rate, court.market.batch(0).audit_rate);
}
