use market_types::escrow::{ExecuteMsg, LeaseStatus, Progress, QueryMsg, WorkResponse};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact, ReleasePart};
use market_types::{BasisPoints, CloseReason, LeaseId, Seconds};

use super::desk::*;
use crate::ContractError;

const PRICE: u128 = 1_001;

fn ten_units(desk: &mut Desk) -> LeaseId {
    desk.open(task(10, PRICE, None), 10 * PRICE, PRICE)
}

fn hold(desk: &mut Desk, lease: LeaseId, units: u32) -> Result<cosmwasm_std::Response, ContractError> {
    desk.exec("attestation", ExecuteMsg::Hold { lease, units })
}

fn vest(
    desk: &mut Desk,
    lease: LeaseId,
    units: u32,
    premium: u128,
) -> Result<cosmwasm_std::Response, ContractError> {
    let premium = n(premium);
    desk.exec(
        "attestation",
        ExecuteMsg::Vest {
            lease,
            units,
            premium,
        },
    )
}

fn refund(desk: &mut Desk, lease: LeaseId, units: u32) -> Result<cosmwasm_std::Response, ContractError> {
    desk.exec("attestation", ExecuteMsg::Refund { lease, units })
}

fn reason(desk: &Desk, lease: LeaseId) -> Option<CloseReason> {
    desk.lease(lease).close_reason
}

fn may_attest(desk: &Desk, lease: LeaseId) -> u32 {
    desk.ask::<WorkResponse>(QueryMsg::Work { lease }).may_attest
}

#[test]
fn units_are_held_then_paid_and_the_lease_completes() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    assert_eq!(desk.lease(lease).status, LeaseStatus::Active);
    hold(&mut desk, lease, 4).unwrap();
    assert_eq!(desk.money(lease).held, n(4 * PRICE));
    assert_eq!(desk.available("owner"), 0);
    vest(&mut desk, lease, 4, 0).unwrap();
    assert_eq!(desk.money(lease).gross, n(4 * PRICE));
    assert_eq!(desk.available("owner"), 4 * PRICE - 4 * PRICE * 2 / 100);

    let response = hold(&mut desk, lease, 6).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::Completed));
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closing);
    let calls = told(&response);
    assert_eq!(calls.len(), 1);
    let TellRegistry::Release { part, .. } = &calls[0] else {
        panic!()
    };
    assert_eq!(*part, ReleasePart::Capacity);

    vest(&mut desk, lease, 1, 0).unwrap();
    let response = vest(&mut desk, lease, 5, 0).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
    assert_eq!(types(&response), ["lease_vested", "lease_closed"]);
    let calls = told(&response);
    let TellRegistry::Record(evidence) = &calls[0] else {
        panic!()
    };
    let fee = n(10 * PRICE * 2 / 100);
    assert_eq!(
        evidence.fact,
        Fact::Ended {
            reason: CloseReason::Completed,
            gross: n(10 * PRICE),
            fee,
            fee_expected: fee,
        }
    );
    let TellRegistry::Release { part, .. } = &calls[1] else {
        panic!()
    };
    assert_eq!(*part, ReleasePart::Bonds);
    assert_eq!(desk.available("owner"), 10 * PRICE - fee.u128());
}

#[test]
fn vesting_unit_by_unit_or_at_once_takes_the_same_fee() {
    let mut figures = vec![];
    for parts in [vec![10], vec![1; 10], vec![3, 3, 4]] {
        let mut desk = Desk::new();
        let lease = ten_units(&mut desk);
        hold(&mut desk, lease, 10).unwrap();
        for units in parts {
            vest(&mut desk, lease, units, 0).unwrap();
        }
        figures.push((desk.money(lease), desk.available("owner")));
    }
    assert!(figures.windows(2).all(|pair| pair[0] == pair[1]), "{figures:?}");
}

#[test]
fn more_than_remains_or_is_held_is_refused() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    assert_eq!(
        hold(&mut desk, lease, 0).unwrap_err(),
        ContractError::ZeroUnits {}
    );
    assert_eq!(
        hold(&mut desk, lease, 11).unwrap_err(),
        ContractError::NotAttestable {
            lease,
            asked: 11,
            may: 10
        }
    );
    hold(&mut desk, lease, 3).unwrap();
    assert_eq!(
        hold(&mut desk, lease, 8).unwrap_err(),
        ContractError::NotAttestable {
            lease,
            asked: 8,
            may: 7
        }
    );
    let not_held = |asked, held| ContractError::NotHeld { lease, asked, held };
    assert_eq!(vest(&mut desk, lease, 4, 0).unwrap_err(), not_held(4, 3));
    assert_eq!(
        vest(&mut desk, lease, 0, 0).unwrap_err(),
        ContractError::ZeroUnits {}
    );
    refund(&mut desk, lease, 2).unwrap();
    assert_eq!(refund(&mut desk, lease, 2).unwrap_err(), not_held(2, 1));
    assert_eq!(desk.available("tenant"), 2 * PRICE);
    vest(&mut desk, lease, 1, 0).unwrap();
    assert_eq!(vest(&mut desk, lease, 1, 0).unwrap_err(), not_held(1, 0));
}

#[test]
fn a_premium_goes_to_the_audit_pool_and_never_blocks_a_payment() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    hold(&mut desk, lease, 2).unwrap();
    vest(&mut desk, lease, 1, 100).unwrap();
    let money = desk.money(lease);
    assert_eq!((money.premium, money.fee, money.income), (n(100), n(20), n(881)));
    let response = vest(&mut desk, lease, 1, u128::MAX).unwrap();
    let money = desk.money(lease);
    assert_eq!(
        (money.premium, money.fee, money.income),
        (n(1_081), n(40), n(881))
    );
    assert_eq!(events(&response, "lease_vested")[0].attributes[3].value, "981");
}

#[test]
fn a_premium_beside_a_full_take_rate_is_zero() {
    let mut desk = Desk::new();
    desk.world.borrow_mut().rate = BasisPoints(10_000);
    let lease = ten_units(&mut desk);
    hold(&mut desk, lease, 1).unwrap();
    vest(&mut desk, lease, 1, 5).unwrap();
    let money = desk.money(lease);
    assert_eq!((money.premium, money.fee, money.income), (n(0), n(PRICE), n(0)));
}

#[test]
fn after_a_tenants_close_work_under_way_still_counts_one_unit_per_gpu() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    hold(&mut desk, lease, 1).unwrap();
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::TenantClosed));
    assert_eq!(desk.available("tenant"), 7 * PRICE);
    assert_eq!(desk.money(lease).remaining, n(2 * PRICE));
    assert_eq!(may_attest(&desk, lease), 2);
    desk.pass(299);
    hold(&mut desk, lease, 1).unwrap();
    assert_eq!(
        hold(&mut desk, lease, 2).unwrap_err(),
        ContractError::NotAttestable {
            lease,
            asked: 2,
            may: 1
        }
    );
    assert!(desk.settle(lease).events.is_empty());
    desk.pass(1);
    assert_eq!(
        hold(&mut desk, lease, 1).unwrap_err(),
        ContractError::NotAttestable {
            lease,
            asked: 1,
            may: 0
        }
    );
    desk.settle(lease);
    assert_eq!(desk.available("tenant"), 8 * PRICE);
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closing);
    vest(&mut desk, lease, 2, 0).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
}

#[test]
fn an_overlap_that_nobody_uses_is_ended_by_settling() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    desk.pass(300);
    let response = desk.settle(lease);
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
    assert_eq!(types(&response), ["lease_refunded", "lease_closed"]);
    assert_eq!(desk.available("tenant"), 10 * PRICE);
    assert!(desk.settle(lease).events.is_empty());
}

#[test]
fn an_overlap_used_up_waits_for_vesting_alone() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    hold(&mut desk, lease, 2).unwrap();
    vest(&mut desk, lease, 1, 0).unwrap();
    refund(&mut desk, lease, 1).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
    assert_eq!(desk.money(lease).refunded, n(9 * PRICE));
}

#[test]
fn a_provider_that_closes_keeps_what_it_attested() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    hold(&mut desk, lease, 3).unwrap();
    desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::ProviderClosed));
    assert_eq!(desk.available("tenant"), 7 * PRICE);
    assert_eq!(may_attest(&desk, lease), 0);
    vest(&mut desk, lease, 3, 0).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
}

#[test]
fn an_interruptible_task_is_left_without_fault() {
    let mut desk = Desk::new();
    let mut spec = task(10, PRICE, None);
    spec.interruptible = true;
    let lease = desk.open(spec, 10 * PRICE, PRICE);
    desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NoticeServed));
}

#[test]
fn missing_inputs_pay_the_start_fee_after_the_start_time() {
    for (fee, paid, closer) in [
        (None, PRICE, "agent"),
        (Some(0), 0, "agent"),
        (Some(2_500), 2_500, "anyone"),
        (Some(999_999), 10 * PRICE, "tenant"),
    ] {
        let mut desk = Desk::new();
        let lease = desk.open(task(10, PRICE, fee), 10 * PRICE, PRICE);
        desk.pass(100);
        desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap();
        desk.pass(599);
        assert_eq!(
            desk.exec("anyone", ExecuteMsg::CloseFailed { lease })
                .unwrap_err(),
            ContractError::NothingFailed { lease }
        );
        desk.pass(1);
        let msg = match closer {
            "anyone" => ExecuteMsg::CloseFailed { lease },
            _ => ExecuteMsg::Close { lease },
        };
        desk.exec(closer, msg).unwrap();
        assert_eq!(reason(&desk, lease), Some(CloseReason::InputsMissing));
        assert_eq!(desk.money(lease).gross, n(paid));
        assert_eq!(desk.available("tenant"), 10 * PRICE - paid);
        assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
    }
}

#[test]
fn delivered_inputs_answer_the_waiting_and_start_the_clock_once() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    let no = desk
        .exec("tenant", ExecuteMsg::InputsDelivered { lease })
        .unwrap_err();
    assert_eq!(no, ContractError::NotWaiting { lease });
    desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap();
    let no = desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap_err();
    assert_eq!(no, ContractError::AlreadySaid { lease });
    desk.pass(500);
    desk.exec("tenant", ExecuteMsg::InputsDelivered { lease })
        .unwrap();
    desk.pass(1_799);
    assert!(desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).is_err());
    desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap();
    desk.pass(10);
    desk.exec("tenant", ExecuteMsg::InputsDelivered { lease })
        .unwrap();
    desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NoProgress));
}

#[test]
fn a_task_without_a_batch_in_time_is_closed_by_anyone() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    desk.pass(1_799);
    assert!(desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).is_err());
    hold(&mut desk, lease, 1).unwrap();
    desk.pass(1_799);
    assert_eq!(
        desk.exec("anyone", ExecuteMsg::CloseFailed { lease })
            .unwrap_err(),
        ContractError::NothingFailed { lease }
    );
    desk.pass(1);
    desk.exec("anyone", ExecuteMsg::CloseFailed { lease }).unwrap();
    assert_eq!(reason(&desk, lease), Some(CloseReason::NoProgress));
    assert_eq!(desk.available("tenant"), 9 * PRICE);
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closing);
    refund(&mut desk, lease, 1).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Closed);
}

#[test]
fn a_batch_answers_the_waiting_by_itself() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap();
    hold(&mut desk, lease, 1).unwrap();
    let Progress::Task { waiting_since, .. } = desk.lease(lease).progress else {
        panic!()
    };
    assert_eq!(waiting_since, None);
}

#[test]
fn stream_messages_do_not_fit_a_task_and_the_other_way_round() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    for (sender, msg) in [
        ("tenant", ExecuteMsg::Accept { lease }),
        ("tenant", ExecuteMsg::Suspend { lease }),
        ("tenant", ExecuteMsg::Resume { lease }),
        ("agent", ExecuteMsg::Ready { lease }),
        ("agent", ExecuteMsg::GiveNotice { lease }),
    ] {
        assert_eq!(
            desk.exec(sender, msg).unwrap_err(),
            ContractError::NotAStream { lease }
        );
    }
    let lease = desk.active(fixed(3_600, 36_000), 36_000, 36_000);
    for (sender, msg) in [
        ("tenant", ExecuteMsg::InputsDelivered { lease }),
        ("agent", ExecuteMsg::Waiting { lease }),
        ("attestation", ExecuteMsg::Hold { lease, units: 1 }),
        ("attestation", ExecuteMsg::Refund { lease, units: 1 }),
    ] {
        assert_eq!(
            desk.exec(sender, msg).unwrap_err(),
            ContractError::NotATask { lease }
        );
    }
}

#[test]
fn work_answers_what_a_batch_needs() {
    let mut desk = Desk::new();
    let lease = ten_units(&mut desk);
    hold(&mut desk, lease, 4).unwrap();
    let work: WorkResponse = desk.ask(QueryMsg::Work { lease });
    assert_eq!(
        (work.agent, work.attested, work.may_attest),
        (addr("agent"), 4, 6)
    );
    assert_eq!((work.held, work.unit_deadline), (n(4 * PRICE), Seconds(300)));
}
