//! The last seconds of a stream, whoever speaks last, and what may be said of a task that has begun.

use market_types::escrow::{ExecuteMsg, Hook, LeaseStatus, Progress};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact};
use market_types::{CloseReason, LeaseId, Seconds, UnixTime};

use super::desk::*;
use crate::ContractError;

/// 1,000 base units a second.
const PRICE: u128 = 3_600_000;

fn reason(desk: &Desk, lease: LeaseId) -> Option<CloseReason> {
    desk.lease(lease).close_reason
}

fn ends_at(desk: &Desk, lease: LeaseId) -> UnixTime {
    match desk.lease(lease).progress {
        Progress::Stream { ends_at, .. } => ends_at.unwrap(),
        progress => panic!("{progress:?}"),
    }
}

/// Active for two minutes, with money for half a minute more.
fn nearly_spent(desk: &mut Desk) -> LeaseId {
    let lease = desk.active(open_ended(150_000, PRICE), 150_000, PRICE);
    desk.beat_for(lease, 120);
    lease
}

#[test]
fn money_ends_a_stream_at_its_second_without_another_beat() {
    for (late, closed) in [(29, false), (30, true), (31, true), (365 * 86_400, true)] {
        let mut desk = Desk::new();
        let lease = nearly_spent(&mut desk);
        let end = desk.now().plus(Seconds(30));
        assert_eq!(ends_at(&desk, lease), end);
        desk.pass(late);
        let response = desk.settle(lease);
        assert_eq!(reason(&desk, lease).is_some(), closed, "{late}");
        if closed {
            assert_eq!(reason(&desk, lease), Some(CloseReason::FundsExhausted));
            assert_eq!(desk.lease(lease).closed_at, Some(end));
            assert_eq!(desk.money(lease).gross, n(150_000));
            assert!(events(&response, "outage").is_empty());
            assert_eq!(penalties(&response), []);
        }
    }
}

#[test]
fn an_agent_that_stops_with_the_money_is_not_out() {
    for spent_by_a_beat in [true, false] {
        for closer in ["settle", "close", "fail", "leave", "beat"] {
            let mut desk = Desk::new();
            let lease = nearly_spent(&mut desk);
            let end = desk.now().plus(Seconds(30));
            if spent_by_a_beat {
                desk.pass(50);
                desk.beat(lease);
            }
            desk.pass(86_400);
            let (by, msg) = match closer {
                "settle" => ("anyone", ExecuteMsg::Settle { lease }),
                "close" => ("tenant", ExecuteMsg::Close { lease }),
                "fail" => ("anyone", ExecuteMsg::CloseFailed { lease }),
                "leave" => ("agent", ExecuteMsg::Close { lease }),
                _ => ("agent", ExecuteMsg::Heartbeat { leases: vec![lease] }),
            };
            let response = desk.exec(by, msg).unwrap();
            assert_eq!(penalties(&response), [], "{closer}");
            assert!(events(&response, "outage").is_empty());
            desk.settle(lease);
            assert_eq!(
                reason(&desk, lease),
                Some(CloseReason::FundsExhausted),
                "{closer}"
            );
            assert_eq!(desk.lease(lease).closed_at, Some(end), "{closer}");
            assert_eq!(desk.money(lease).gross, n(150_000), "{closer}");
        }
    }
}

#[test]
fn spent_money_cannot_be_topped_up_whoever_speaks_first() {
    for beat_first in [true, false] {
        let mut desk = Desk::new();
        let lease = nearly_spent(&mut desk);
        desk.pass(30);
        if beat_first {
            desk.beat(lease);
        }
        let no = desk.send("usd", "friend", 5, &Hook::TopUp { lease }).unwrap_err();
        assert_eq!(no, ContractError::LeaseOver { lease });
    }
}

#[test]
fn silence_does_not_spend_money() {
    let mut desk = Desk::new();
    let lease = desk.active(open_ended(400_000, PRICE), 400_000, PRICE);
    // Money for 400 s and a gap of 1,000 s, of which none is credited: the money lasts from now on.
    desk.pass(1_000);
    assert_eq!(ends_at(&desk, lease), desk.now().plus(Seconds(400)));
    desk.beat(lease);
    assert_eq!(ends_at(&desk, lease), desk.now().plus(Seconds(400)));
    desk.beat_for(lease, 360);
    desk.pass(40);
    desk.settle(lease);
    assert_eq!(reason(&desk, lease), Some(CloseReason::FundsExhausted));
}

#[test]
fn a_suspended_stream_spends_no_money() {
    let mut desk = Desk::new();
    let lease = nearly_spent(&mut desk);
    desk.pass(10);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(50);
    desk.settle(lease);
    assert_eq!(reason(&desk, lease), None);
    assert_eq!(ends_at(&desk, lease), desk.now().plus(Seconds(20)));
    desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap();
    desk.pass(20);
    desk.settle(lease);
    assert_eq!(reason(&desk, lease), Some(CloseReason::FundsExhausted));
    assert_eq!(desk.lease(lease).closed_at, Some(desk.now()));
}

#[test]
fn a_beat_after_the_end_takes_nothing_from_the_last_seconds() {
    for late in [0, 60, 61, 86_400] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
        desk.beat_for(lease, 540);
        desk.pass(60 + late);
        let response = desk.beat(lease);
        assert!(events(&response, "outage").is_empty());
        desk.settle(lease);
        assert_eq!(desk.money(lease).gross, n(600_000), "{late}");
    }
}

#[test]
fn seconds_before_a_suspension_are_paid_however_late_the_next_word() {
    for late in [0, 60, 110, 111, 20_000] {
        for word in ["beat", "leave", "close"] {
            let mut desk = Desk::new();
            let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
            desk.beat_for(lease, 60);
            desk.pass(10);
            desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
            desk.pass(late);
            match word {
                "beat" => drop(desk.beat(lease)),
                "leave" => drop(desk.exec("agent", ExecuteMsg::Close { lease }).unwrap()),
                _ => drop(desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap()),
            }
            assert_eq!(desk.credited(lease), 70, "{word} {late} s after");
        }
    }
}

#[test]
fn a_suspension_right_after_a_halt_faults_nobody() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
    desk.beat_for(lease, 60);
    desk.halt(10_000);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(10_000);
    let response = desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::Suspended));
    assert_eq!(penalties(&response), []);
    assert_eq!(desk.credited(lease), 60);
}

#[test]
fn an_interruptible_stream_may_be_left_before_it_starts() {
    for (notice, reason_expected, cost) in [
        (0, CloseReason::NoticeServed, vec![]),
        (600, CloseReason::ProviderClosed, vec![(10_000, None)]),
    ] {
        let mut desk = Desk::new();
        let mut spec = with(fixed(3_600, PRICE), None, notice);
        spec.interruptible = true;
        let lease = desk.open(spec, PRICE, PRICE);
        let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
        assert_eq!(reason(&desk, lease), Some(reason_expected));
        assert_eq!(penalties(&response), cost);
        assert_eq!(desk.available("tenant"), PRICE);
    }
}

#[test]
fn inputs_are_not_missing_once_a_batch_was_posted() {
    let mut desk = Desk::new();
    let lease = desk.open(task(10, 1_001, None), 10_010, 1_001);
    let hold = ExecuteMsg::Hold { lease, units: 1 };
    desk.exec("attestation", hold).unwrap();
    let no = desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap_err();
    assert_eq!(no, ContractError::InputsUsed { lease, attested: 1 });
    assert_eq!(desk.lease(lease).status, LeaseStatus::Active);
}

#[test]
fn money_that_was_only_passed_through_does_not_weigh_in_a_failure() {
    let expected = |top_up: u128, beats: u64| {
        let mut desk = Desk::new();
        let lease = desk.active(open_ended(400_000, PRICE), 400_000, PRICE);
        if top_up > 0 {
            desk.send("usd", "friend", top_up, &Hook::TopUp { lease })
                .unwrap();
        }
        desk.beat_for(lease, beats);
        let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
        told(&response)
            .iter()
            .find_map(|call| match call {
                TellRegistry::Record(evidence) => match evidence.fact {
                    Fact::Ended { fee_expected, .. } => Some(fee_expected),
                    _ => None,
                },
                _ => None,
            })
            .unwrap()
    };
    assert_eq!(expected(0, 60), n(8_000));
    assert_eq!(expected(1_000_000_000, 60), n(8_000));
    // What a top-up really earned counts.
    assert_eq!(expected(1_000_000_000, 600), n(12_000));
}
