use market_types::escrow::{ExecuteMsg, LeaseStatus, Progress};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact, ReleasePart};
use market_types::{CloseReason, Seconds};

use super::desk::*;
use super::streams::PRICE;
use crate::ContractError;

#[test]
fn a_fixed_stream_ends_at_its_second() {
    for (late, closed) in [(59, false), (60, true), (61, true), (365 * 86_400, true)] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
        let end = desk.now().plus(Seconds(600));
        desk.beat_for(lease, 540);
        desk.pass(late);
        desk.settle(lease);
        assert_eq!(reason(&desk, lease).is_some(), closed, "{late}");
        if closed {
            assert_eq!(reason(&desk, lease), Some(CloseReason::DurationEnded));
            assert_eq!(desk.lease(lease).closed_at, Some(end));
            // The last seconds lie within the window of the last beat, whenever it is settled.
            assert_eq!(desk.money(lease).gross, n(600_000));
            assert_eq!(desk.available("owner"), 588_000);
            assert!(desk.stored_beat(lease).is_none());
        }
    }
}

#[test]
fn the_last_seconds_do_not_depend_on_who_settles_first() {
    let mut figures = vec![];
    for beat_first in [true, false] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
        desk.beat_for(lease, 540);
        desk.pass(70);
        if beat_first {
            desk.beat(lease);
        }
        desk.settle(lease);
        desk.beat(lease);
        figures.push(desk.money(lease));
    }
    assert_eq!(figures[0], figures[1]);
}

#[test]
fn an_open_ended_stream_ends_with_the_first_second_that_spends_its_money() {
    let mut desk = Desk::new();
    let lease = desk.active(open_ended(100_500, PRICE), 100_500, PRICE);
    let start = desk.now();
    let Progress::Stream { ends_at, .. } = desk.lease(lease).progress else {
        panic!()
    };
    assert_eq!(ends_at, Some(start.plus(Seconds(101))));
    desk.pass(100);
    desk.beat(lease);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(100_000));
    assert_eq!(reason(&desk, lease), None);
    desk.pass(1);
    desk.beat(lease);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(100_500));
    assert_eq!(reason(&desk, lease), Some(CloseReason::FundsExhausted));
}

#[test]
fn a_stream_never_ready_is_closed_for_a_provider_reason() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    desk.pass(599);
    let early = desk
        .exec("anyone", ExecuteMsg::CloseFailed { lease })
        .unwrap_err();
    assert_eq!(early, ContractError::NothingFailed { lease });
    desk.pass(1);
    let late = desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap_err();
    let deadline = desk.now();
    assert_eq!(late, ContractError::StartOver { lease, deadline });
    let response = desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NotReady));
    assert_eq!(desk.available("tenant"), PRICE);
    assert_eq!(penalties(&response), []);
}

#[test]
fn a_tenant_that_never_accepts_pays_the_start_time() {
    for (closer, wait, reason_expected) in [
        ("anyone", 600, CloseReason::NotAccepted),
        ("agent", 700, CloseReason::NotAccepted),
        ("tenant", 700, CloseReason::NotAccepted),
        ("tenant", 100, CloseReason::TenantClosed),
    ] {
        let mut desk = Desk::new();
        let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
        desk.pass(50);
        desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
        desk.pass(wait);
        let msg = match closer {
            "anyone" => ExecuteMsg::CloseFailed { lease },
            _ => ExecuteMsg::Close { lease },
        };
        desk.exec(closer, msg).unwrap();
        assert_eq!(reason(&desk, lease), Some(reason_expected));
        let seconds = u128::from(wait).min(600);
        assert_eq!(desk.money(lease).gross, n(seconds * 1_000));
        assert_eq!(desk.available("tenant"), PRICE - seconds * 1_000);
    }
}

#[test]
fn a_provider_that_leaves_before_the_start_loses_its_bond() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
    desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    desk.pass(10);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::ProviderClosed));
    assert_eq!(penalties(&response), [(10_000, None)]);
    assert_eq!(desk.available("tenant"), PRICE);
}

#[test]
fn a_tenants_close_pays_the_seconds_since_the_last_beat_within_the_window() {
    for (since, gross) in [(0, 60_000), (119, 179_000), (120, 180_000), (121, 60_000)] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
        desk.beat_for(lease, 60);
        desk.pass(since);
        desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
        assert_eq!(desk.money(lease).gross, n(gross), "{since}");
        assert_eq!(desk.available("tenant"), PRICE - gross);
        assert_eq!(reason(&desk, lease), Some(CloseReason::TenantClosed));
    }
}

#[test]
fn closing_tells_the_registry_penalty_evidence_and_release_in_this_order() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 60);
    let response = desk.exec("owner", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::ProviderClosed));
    let calls = told(&response);
    assert_eq!(calls.len(), 3);
    assert!(matches!(calls[0], TellRegistry::Penalize { lease: l, .. } if l == lease));
    let TellRegistry::Record(evidence) = &calls[1] else {
        panic!()
    };
    assert_eq!(
        evidence.fact,
        Fact::Ended {
            reason: CloseReason::ProviderClosed,
            gross: n(60_000),
            fee: n(1_200),
            fee_expected: n(72_000),
        }
    );
    let TellRegistry::Release { part, .. } = &calls[2] else {
        panic!()
    };
    assert_eq!(*part, ReleasePart::Bonds);
    assert_eq!(types(&response), ["lease_closing", "lease_closed"]);
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
}

#[test]
fn an_ended_stream_cannot_be_closed_suspended_or_amended_and_settles_to_nothing() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    let status = LeaseStatus::Closed;
    for msg in [
        ExecuteMsg::Close { lease },
        ExecuteMsg::CloseFailed { lease },
        ExecuteMsg::Suspend { lease },
        ExecuteMsg::Resume { lease },
        ExecuteMsg::Accept { lease },
        ExecuteMsg::Transfer {
            lease,
            to: addr("heir").into(),
        },
    ] {
        assert_eq!(
            desk.exec("tenant", msg).unwrap_err(),
            ContractError::WrongStatus { lease, status }
        );
    }
    for msg in [ExecuteMsg::Ready { lease }, ExecuteMsg::GiveNotice { lease }] {
        assert_eq!(
            desk.exec("agent", msg).unwrap_err(),
            ContractError::WrongStatus { lease, status }
        );
    }
    assert!(desk.settle(lease).events.is_empty());
    desk.beat(lease);
}
