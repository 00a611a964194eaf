use market_types::escrow::ExecuteMsg;
use market_types::{CloseReason, Seconds};

use super::desk::*;
use super::streams::PRICE;
use crate::ContractError;

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
