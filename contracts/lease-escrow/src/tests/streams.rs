use market_types::escrow::{ExecuteMsg, LeaseStatus, Progress};
use market_types::{CloseReason, Seconds, UnixTime};

use super::desk::*;
use crate::ContractError;

/// 1,000 base units a second.
pub const PRICE: u128 = 3_600_000;

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
