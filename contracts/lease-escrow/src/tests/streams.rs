use market_types::escrow::{ExecuteMsg, Hook, LeaseStatus, Progress};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact, ReleasePart};
use market_types::{CloseReason, LeaseId, Seconds, UnixTime};

use super::desk::*;
use crate::ContractError;

/// 1,000 base units a second.
const PRICE: u128 = 3_600_000;

fn reason(desk: &Desk, lease: LeaseId) -> Option<CloseReason> {
    desk.lease(lease).close_reason
}

#[test]
fn an_award_returns_what_it_does_not_need() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, 2 * PRICE), 2 * PRICE, PRICE);
    assert_eq!(desk.available("tenant"), PRICE);
    assert_eq!(desk.money(lease).remaining, n(PRICE));
    assert_eq!(desk.lease(lease).status, LeaseStatus::Starting);
}

#[test]
fn a_fixed_stream_is_funded_with_its_cost_rounded_up() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_601, 10_001), 20_000, 10_001);
    assert_eq!(desk.money(lease).funded, n(10_004));
    desk.beat_for(lease, 3_600);
    desk.pass(1);
    desk.settle(lease);
    let money = desk.money(lease);
    assert_eq!((money.gross, money.refunded), (n(10_003), n(1)));
}

#[test]
fn nothing_accrues_before_ready_and_accepted() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
    desk.pass(60);
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    desk.pass(60);
    assert!(desk.stored_beat(lease).is_none());
    desk.beat(lease);
    let response = desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    assert_eq!(types(&response), ["lease_ready", "lease_active"]);
    let since = desk.now();
    assert_eq!(desk.stored_beat(lease).unwrap().last, since);
    desk.pass(60);
    desk.beat(lease);
    desk.settle(lease);
    assert_eq!(desk.money(lease).gross, n(60_000));
    let Progress::Stream {
        active_since,
        ends_at,
        ..
    } = desk.lease(lease).progress
    else {
        panic!()
    };
    assert_eq!(
        (active_since, ends_at),
        (Some(since), Some(since.plus(Seconds(3_600))))
    );
}

#[test]
fn ready_and_accept_are_said_once_by_the_right_side() {
    let mut desk = Desk::new();
    let lease = desk.open(fixed(3_600, PRICE), PRICE, PRICE);
    let no = desk.exec("tenant", ExecuteMsg::Ready { lease }).unwrap_err();
    assert_eq!(
        no,
        ContractError::NoProvider {
            sender: addr("tenant")
        }
    );
    let no = desk.exec("other agent", ExecuteMsg::Ready { lease }).unwrap_err();
    assert_eq!(
        no,
        ContractError::NotTheProvider {
            lease,
            provider: NO,
            sender: addr("other agent")
        }
    );
    let no = desk.exec("agent", ExecuteMsg::Accept { lease }).unwrap_err();
    assert_eq!(
        no,
        ContractError::NotTheTenant {
            lease,
            sender: addr("agent")
        }
    );
    desk.exec("owner", ExecuteMsg::Ready { lease }).unwrap();
    let again = desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap_err();
    assert_eq!(again, ContractError::AlreadySaid { lease });
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    let again = desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap_err();
    let status = LeaseStatus::Active;
    assert_eq!(again, ContractError::WrongStatus { lease, status });
}

#[test]
fn settling_ten_times_or_once_gives_the_same_figure() {
    let mut figures = vec![];
    for often in [false, true] {
        let mut desk = Desk::new();
        // 1/7 of a base unit a second: every settlement has a fraction to lose.
        let lease = desk.active(open_ended(20_000, 514), 20_000, 514);
        for _ in 0..40 {
            desk.pass(37);
            desk.beat(lease);
            if often {
                desk.settle(lease);
                desk.settle(lease);
            }
        }
        desk.settle(lease);
        figures.push((desk.money(lease), desk.available("owner")));
    }
    assert_eq!(figures[0], figures[1]);
    assert_eq!(figures[0].0.gross, n(514 * 40 * 37 / 3_600));
}

#[test]
fn the_fee_is_kept_back_and_income_is_available() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 600);
    desk.settle(lease);
    assert_eq!(desk.available("owner"), 588_000);
    assert_eq!(desk.money(lease).fee, n(12_000));
    assert_eq!(desk.money(lease).income, n(588_000));
}

#[test]
fn a_gap_of_the_window_is_credited_and_one_second_more_is_not() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.pass(120);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 120);
    desk.pass(121);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 120);
    desk.pass(60);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 180);
}

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
fn topping_up_in_parts_prolongs_as_much_as_at_once() {
    let mut ends = vec![];
    for parts in [vec![1_999], vec![1_000, 999], vec![1; 1_999]] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
        let start = desk.now();
        for part in parts {
            desk.send("usd", "friend", part, &Hook::TopUp { lease }).unwrap();
        }
        let Progress::Stream { ends_at, .. } = desk.lease(lease).progress else {
            panic!()
        };
        assert_eq!(desk.stored_beat(lease).unwrap().cutoff, ends_at.unwrap());
        ends.push(ends_at.unwrap().since(start));
    }
    assert_eq!(ends, [Seconds(601); 3]);
}

#[test]
fn a_top_up_from_available_money_needs_it() {
    let mut desk = Desk::new();
    let lease = desk.active(open_ended(100_000, PRICE), 100_000, PRICE);
    desk.deposit("friend", 5_000);
    let top_up = |amount| ExecuteMsg::TopUp {
        lease,
        amount: n(amount),
    };
    assert_eq!(
        desk.exec("friend", top_up(5_001)).unwrap_err(),
        ContractError::Insufficient {
            owner: addr("friend"),
            available: n(5_000),
            needed: n(5_001)
        }
    );
    assert_eq!(
        desk.exec("friend", top_up(0)).unwrap_err(),
        ContractError::ZeroAmount {}
    );
    desk.exec("friend", top_up(5_000)).unwrap();
    assert_eq!(desk.money(lease).funded, n(105_000));
    let wrong = desk.send("eur", "friend", 5, &Hook::TopUp { lease }).unwrap_err();
    assert_eq!(
        wrong,
        ContractError::WrongToken {
            lease,
            expected: addr("usd"),
            token: addr("eur")
        }
    );
}

#[test]
fn no_duration_beyond_the_limit_can_be_bought() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, 100_000), 100_000, 1);
    let max = market_types::order::limits::DURATION;
    let most = (u128::from(max.0) - 3_600) / 3_600;
    desk.send("usd", "friend", most, &Hook::TopUp { lease }).unwrap();
    let beyond = desk.send("usd", "friend", 1, &Hook::TopUp { lease });
    let duration = Seconds(max.0 + 3_600);
    assert_eq!(beyond.unwrap_err(), ContractError::Duration { duration, max });
}

#[test]
fn a_stream_that_is_over_takes_no_money() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
    desk.pass(600);
    let no = desk.send("usd", "friend", 5, &Hook::TopUp { lease }).unwrap_err();
    assert_eq!(no, ContractError::LeaseOver { lease });
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

#[test]
fn suspending_stops_accrual_at_that_second() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 60);
    desk.pass(10);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    let again = desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap_err();
    assert_eq!(again, ContractError::AlreadySaid { lease });
    desk.pass(50);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 70);
    desk.beat_for(lease, 120);
    assert_eq!(desk.credited(lease), 70);
    desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap();
    desk.pass(30);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 100);
}

#[test]
fn a_suspension_between_two_beats_is_cut_out_and_nothing_else_is() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
    desk.pass(10);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(20_000);
    desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap();
    desk.pass(40);
    let response = desk.beat(lease);
    assert_eq!(desk.credited(lease), 50);
    assert!(events(&response, "outage").is_empty());
}

#[test]
fn a_suspended_stream_may_be_closed_by_its_provider_without_penalty() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(10_000);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::Suspended));
    assert_eq!(penalties(&response), []);
}

#[test]
fn a_fixed_stream_ends_in_wall_time_even_when_suspended() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(600);
    let over = desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap_err();
    assert_eq!(over, ContractError::LeaseOver { lease });
    let response = desk.settle(lease);
    assert_eq!(reason(&desk, lease), Some(CloseReason::DurationEnded));
    assert_eq!(penalties(&response), []);
    assert_eq!(desk.available("tenant"), PRICE);
}

#[test]
fn notice_is_paid_and_ends_the_stream_without_fault() {
    let mut desk = Desk::new();
    let lease = desk.active(with(fixed(36_000, PRICE), None, 600), 10 * PRICE, PRICE);
    desk.exec("agent", ExecuteMsg::GiveNotice { lease }).unwrap();
    let end = desk.now().plus(Seconds(600));
    let again = desk.exec("agent", ExecuteMsg::GiveNotice { lease }).unwrap_err();
    assert_eq!(again, ContractError::AlreadySaid { lease });
    desk.beat_for(lease, 660);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NoticeServed));
    assert_eq!(desk.lease(lease).closed_at, Some(end));
    assert_eq!(desk.money(lease).gross, n(600_000));
    assert_eq!(penalties(&response), []);
}

#[test]
fn leaving_within_the_notice_costs_the_whole_bond() {
    let mut desk = Desk::new();
    let lease = desk.active(with(fixed(36_000, PRICE), None, 600), 10 * PRICE, PRICE);
    desk.exec("agent", ExecuteMsg::GiveNotice { lease }).unwrap();
    desk.beat_for(lease, 540);
    desk.pass(59);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::ProviderClosed));
    assert_eq!(penalties(&response), [(10_000, None)]);
}

#[test]
fn no_notice_without_terms_that_have_one() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
    let no = desk.exec("agent", ExecuteMsg::GiveNotice { lease }).unwrap_err();
    assert_eq!(no, ContractError::NoNotice { lease });

    let mut spec = fixed(600, PRICE);
    spec.interruptible = true;
    let lease = desk.active(spec, PRICE, PRICE);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NoticeServed));
    assert_eq!(penalties(&response), []);
}

#[test]
fn a_transferred_lease_pays_back_to_its_new_tenant() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    let to = addr("heir").to_string();
    desk.exec(
        "tenant",
        ExecuteMsg::Transfer {
            lease,
            to: to.clone(),
        },
    )
    .unwrap();
    let no = desk
        .exec("tenant", ExecuteMsg::Transfer { lease, to })
        .unwrap_err();
    let sender = addr("tenant");
    assert_eq!(no, ContractError::NotTheTenant { lease, sender });
    let own = ExecuteMsg::Transfer {
        lease,
        to: addr("lease-escrow").into(),
    };
    assert_eq!(desk.exec("heir", own).unwrap_err(), ContractError::OwnAccount {});
    desk.exec("heir", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!((desk.available("heir"), desk.available("tenant")), (PRICE, 0));
}

#[test]
fn a_free_stream_runs_its_time_and_moves_nothing() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, 0);
    assert_eq!(desk.available("tenant"), 600_000 + PRICE - 600_000);
    desk.beat_for(lease, 540);
    desk.settle(lease);
    assert_eq!(reason(&desk, lease), None);
    desk.pass(60);
    desk.settle(lease);
    assert_eq!(reason(&desk, lease), Some(CloseReason::DurationEnded));
    assert_eq!(desk.available("owner"), 0);
}

#[test]
fn a_lease_shown_is_the_lease_settled_now() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(600, PRICE), PRICE, PRICE);
    desk.beat_for(lease, 600);
    let shown = desk.money(lease);
    desk.settle(lease);
    assert_eq!(shown, desk.money(lease));
    assert_eq!(shown.refunded, n(0));
    assert_eq!(desk.lease(lease).closed_at, Some(UnixTime(desk.now().0)));
}
