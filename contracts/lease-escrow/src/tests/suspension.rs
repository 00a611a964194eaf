use market_types::escrow::ExecuteMsg;
use market_types::CloseReason;

use super::desk::*;
use super::streams::PRICE;
use crate::ContractError;

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
