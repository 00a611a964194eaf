use cosmwasm_std::Response;
use market_types::escrow::{ExecuteMsg, LeaseStatus, QueryMsg, WorkResponse};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact};
use market_types::{CloseReason, LeaseId};

use super::desk::*;
use crate::ContractError;

const PRICE: u128 = 1_000;
const HOURS: u64 = 3_600;

/// A task of ten units with a work bond of 25,000, worth 25 units.
fn staked(desk: &mut Desk) -> LeaseId {
    let order = desk.place(task(10, PRICE, None), 10 * PRICE);
    let mut award = desk.award(order, PRICE);
    award.work_bond = n(25_000);
    award.work_bond_value = n(25_000);
    let lease = award.lease;
    desk.world.borrow_mut().work_bond = 25_000;
    desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
    lease
}

fn price(desk: &mut Desk, price: u128) {
    desk.world.borrow_mut().bond_price = price;
}

fn revalue(desk: &mut Desk, lease: LeaseId) -> Result<Response, ContractError> {
    desk.exec("anyone", ExecuteMsg::Revalue { lease })
}

fn work(desk: &Desk, lease: LeaseId) -> WorkResponse {
    desk.ask(QueryMsg::Work { lease })
}

fn close_failed(desk: &mut Desk, lease: LeaseId) -> Result<Response, ContractError> {
    desk.exec("anyone", ExecuteMsg::CloseFailed { lease })
}

#[test]
fn a_stake_is_valued_anew_after_a_move_of_thirty_percent_and_not_before() {
    let mut desk = Desk::new();
    let lease = staked(&mut desk);
    let unmoved = ContractError::NotMoved {
        lease,
        value: n(25_000),
    };
    for near in [2_000_000, 1_400_080, 2_599_920] {
        price(&mut desk, near);
        assert_eq!(revalue(&mut desk, lease), Err(unmoved_of(&unmoved)));
    }
    price(&mut desk, 2_600_000);
    revalue(&mut desk, lease).unwrap();
    assert_eq!(work(&desk, lease).work_bond_value, n(32_500));
    assert_eq!(work(&desk, lease).may_attest, 10);
    desk.world.borrow_mut().stale = true;
    price(&mut desk, 100);
    assert!(
        matches!(revalue(&mut desk, lease), Err(ContractError::NotMoved { .. })),
        "a stale price moves nothing"
    );
}

fn unmoved_of(error: &ContractError) -> ContractError {
    let ContractError::NotMoved { lease, value } = error else {
        panic!()
    };
    ContractError::NotMoved {
        lease: *lease,
        value: *value,
    }
}

#[test]
fn a_stake_below_twenty_units_posts_no_batch_until_it_is_topped_up() {
    let mut desk = Desk::new();
    let lease = staked(&mut desk);
    price(&mut desk, 1_400_000);
    let response = revalue(&mut desk, lease).unwrap();
    assert_eq!(events(&response, "lease_revalued").len(), 1);
    assert_eq!(work(&desk, lease).may_attest, 0);
    let refused = desk.exec("attestation", ExecuteMsg::Hold { lease, units: 1 });
    assert!(matches!(
        refused,
        Err(ContractError::NotAttestable { may: 0, .. })
    ));
    // Its progress time stands still meanwhile.
    desk.pass(71 * HOURS);
    assert_eq!(
        close_failed(&mut desk, lease),
        Err(ContractError::NothingFailed { lease })
    );
    desk.world.borrow_mut().work_bond = 30_000;
    revalue(&mut desk, lease).unwrap();
    assert_eq!(
        (work(&desk, lease).may_attest, work(&desk, lease).work_bond_value),
        (10, n(21_000))
    );
    assert_eq!(
        close_failed(&mut desk, lease),
        Err(ContractError::NothingFailed { lease }),
        "progress counts from now"
    );
    desk.exec("attestation", ExecuteMsg::Hold { lease, units: 1 })
        .unwrap();
}

#[test]
fn a_stake_that_stays_short_for_72_hours_ends_the_lease_and_is_nobodys_failure() {
    let mut desk = Desk::new();
    let lease = staked(&mut desk);
    desk.exec("attestation", ExecuteMsg::Hold { lease, units: 2 })
        .unwrap();
    price(&mut desk, 1_000_000);
    revalue(&mut desk, lease).unwrap();
    desk.pass(72 * HOURS - 1);
    assert_eq!(
        close_failed(&mut desk, lease),
        Err(ContractError::NothingFailed { lease })
    );
    desk.pass(1);
    close_failed(&mut desk, lease).unwrap();
    assert_eq!(desk.available("tenant"), 8 * PRICE);
    let premium = n(0);
    let response = desk
        .exec(
            "attestation",
            ExecuteMsg::Vest {
                lease,
                units: 2,
                premium,
            },
        )
        .unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
    let calls = told(&response);
    let TellRegistry::Record(evidence) = &calls[0] else {
        panic!()
    };
    assert!(matches!(
        evidence.fact,
        Fact::Ended {
            reason: CloseReason::Understaked,
            ..
        }
    ));
    assert!(matches!(
        revalue(&mut desk, lease),
        Err(ContractError::WrongStatus { .. })
    ));
}

#[test]
fn a_stake_that_was_slashed_excuses_nothing() {
    let mut desk = Desk::new();
    let lease = staked(&mut desk);
    desk.world.borrow_mut().slashed = 10_000;
    revalue(&mut desk, lease).unwrap();
    assert_eq!(
        (work(&desk, lease).may_attest, work(&desk, lease).work_bond),
        (0, n(15_000))
    );
    assert_eq!(
        work(&desk, lease).work_bond_value,
        n(15_000),
        "at the price it was taken at"
    );
    desk.pass(72 * HOURS);
    close_failed(&mut desk, lease).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::NoProgress));
}

#[test]
fn streams_have_no_work_to_stand_for() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, 20 * PRICE), 20 * PRICE, 20 * PRICE);
    assert_eq!(revalue(&mut desk, lease), Err(ContractError::NotATask { lease }));
}
