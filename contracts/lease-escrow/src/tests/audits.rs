use cosmwasm_std::Response;
use market_types::audit::{AuditId, Reward};
use market_types::escrow::{
    ExecuteMsg, Hook, LeaseStatus, Payer, PoolsResponse, Progress, QueryMsg, SetAsideResponse, WorkResponse,
};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact, ReleasePart};
use market_types::{CloseReason, LeaseId};

use super::desk::*;
use crate::ContractError;

const PRICE: u128 = 1_000;

/// Ten units, of which four are held.
fn under_audit(desk: &mut Desk) -> AuditId {
    let lease = desk.open(task(10, PRICE, None), 10 * PRICE, PRICE);
    desk.exec("attestation", ExecuteMsg::Hold { lease, units: 4 })
        .unwrap();
    AuditId { lease, unit: 2 }
}

fn fund(desk: &mut Desk, amount: u128) {
    desk.send("usd", "friend", amount, &Hook::FundAudits {}).unwrap();
}

fn set_aside(desk: &mut Desk, audit: AuditId, amount: u128, payer: Payer) -> Result<Response, ContractError> {
    let amount = n(amount);
    desk.exec("attestation", ExecuteMsg::SetAside { audit, amount, payer })
}

fn pay(desk: &mut Desk, audit: AuditId, payments: &[(&str, u128)]) -> Result<Response, ContractError> {
    let payments = payments.iter().map(|(to, amount)| Reward {
        to: addr(to).into(),
        amount: n(*amount),
    });
    let payments = payments.collect();
    desk.exec("attestation", ExecuteMsg::PayAudit { audit, payments })
}

fn pools(desk: &Desk) -> (u128, u128) {
    let pools: PoolsResponse = desk.ask(QueryMsg::Pools {
        token: addr("usd").into(),
    });
    (pools.audit_pool.u128(), pools.set_aside.u128())
}

fn convict(desk: &mut Desk, lease: LeaseId) -> Result<Response, ContractError> {
    desk.exec("attestation", ExecuteMsg::Convict { lease })
}

#[test]
fn fees_are_set_aside_out_of_the_pool_and_the_rest_returns_to_it() {
    let mut desk = Desk::new();
    let audit = under_audit(&mut desk);
    fund(&mut desk, 500);
    set_aside(&mut desk, audit, 200, Payer::Pool).unwrap();
    set_aside(&mut desk, audit, 100, Payer::Pool).unwrap();
    assert_eq!(pools(&desk), (200, 300));
    let response = pay(&mut desk, audit, &[("owner", 90), ("friend", 110)]).unwrap();
    assert_eq!(types(&response), ["audit_paid"]);
    assert_eq!(pools(&desk), (300, 0));
    assert_eq!((desk.available("owner"), desk.available("friend")), (90, 110));
    let aside: SetAsideResponse = desk.ask(QueryMsg::SetAside { audit });
    assert_eq!(aside, SetAsideResponse::default());
}

#[test]
fn an_audit_is_never_paid_with_money_of_others() {
    let mut desk = Desk::new();
    let audit = under_audit(&mut desk);
    fund(&mut desk, 500);
    let short = ContractError::PoolShort {
        needed: n(501),
        has: n(500),
    };
    assert_eq!(set_aside(&mut desk, audit, 501, Payer::Pool), Err(short));
    set_aside(&mut desk, audit, 100, Payer::Pool).unwrap();
    let beyond = ContractError::AsideShort {
        audit,
        needed: n(101),
        has: n(100),
    };
    assert_eq!(pay(&mut desk, audit, &[("owner", 101)]), Err(beyond));
    let other = AuditId { unit: 3, ..audit };
    let nothing = |audit| Err(ContractError::NothingAside { audit });
    assert_eq!(pay(&mut desk, other, &[("owner", 1)]), nothing(other));
    assert_eq!(pay(&mut desk, other, &[]), nothing(other));
    pay(&mut desk, audit, &[("owner", 100)]).unwrap();
    assert_eq!(pay(&mut desk, audit, &[("owner", 100)]), nothing(audit));
    assert_eq!(
        set_aside(&mut desk, audit, 0, Payer::Pool),
        Err(ContractError::ZeroAmount {})
    );
    let many = vec![("owner", 0); 33];
    assert_eq!(
        pay(&mut desk, audit, &many),
        Err(ContractError::PaymentCount { count: 33, max: 32 })
    );
}

#[test]
fn a_tenant_prepays_out_of_what_it_has_and_gets_the_rest_back() {
    let mut desk = Desk::new();
    let audit = under_audit(&mut desk);
    let poor = set_aside(&mut desk, audit, 300, Payer::Tenant);
    assert!(matches!(poor, Err(ContractError::Insufficient { .. })));
    desk.deposit("tenant", 300);
    fund(&mut desk, 50);
    set_aside(&mut desk, audit, 300, Payer::Tenant).unwrap();
    set_aside(&mut desk, audit, 50, Payer::Pool).unwrap();
    assert_eq!(desk.available("tenant"), 0);
    // The pool's 50 go first; the tenant bears 30 of 80.
    pay(&mut desk, audit, &[("owner", 80)]).unwrap();
    assert_eq!((desk.available("tenant"), pools(&desk)), (270, (0, 0)));
}

#[test]
fn what_a_tenant_prepaid_returns_to_the_tenant_of_that_day() {
    let mut desk = Desk::new();
    let audit = under_audit(&mut desk);
    desk.deposit("tenant", 300);
    set_aside(&mut desk, audit, 300, Payer::Tenant).unwrap();
    let lease = audit.lease;
    let to = addr("heir").into();
    desk.exec("tenant", ExecuteMsg::Transfer { lease, to }).unwrap();
    pay(&mut desk, audit, &[]).unwrap();
    assert_eq!((desk.available("tenant"), desk.available("heir")), (0, 300));
}

#[test]
fn a_conviction_returns_what_is_held_and_what_remains_and_closes_the_lease() {
    let mut desk = Desk::new();
    let AuditId { lease, .. } = under_audit(&mut desk);
    let premium = n(0);
    desk.exec(
        "attestation",
        ExecuteMsg::Vest {
            lease,
            units: 1,
            premium,
        },
    )
    .unwrap();
    let response = convict(&mut desk, lease).unwrap();
    assert_eq!(
        types(&response),
        ["lease_refunded", "lease_closing", "lease_closed"]
    );
    assert_eq!(desk.available("tenant"), 9 * PRICE);
    assert_eq!(
        desk.available("owner"),
        PRICE - PRICE * 2 / 100,
        "what vested before is paid"
    );
    let closed = desk.lease(lease);
    assert_eq!(
        (closed.status, closed.close_reason),
        (LeaseStatus::Closed, Some(CloseReason::Convicted))
    );
    let Progress::Task {
        attested,
        vested,
        refunded,
        ..
    } = closed.progress
    else {
        panic!()
    };
    assert_eq!((attested, vested, refunded), (4, 1, 3));
    let calls = told(&response);
    let [TellRegistry::Record(evidence), TellRegistry::Release { part, .. }] = &calls[..] else {
        panic!("{calls:?}")
    };
    assert_eq!(*part, ReleasePart::Bonds);
    assert!(matches!(
        evidence.fact,
        Fact::Ended {
            reason: CloseReason::Convicted,
            ..
        }
    ));
    let work: WorkResponse = desk.ask(QueryMsg::Work { lease });
    assert_eq!((work.may_attest, work.status), (0, LeaseStatus::Closed));
    assert!(matches!(
        convict(&mut desk, lease),
        Err(ContractError::WrongStatus { .. })
    ));
}

#[test]
fn a_lease_that_had_ended_is_convicted_all_the_same() {
    let mut desk = Desk::new();
    let lease = desk.open(task(10, PRICE, None), 10 * PRICE, PRICE);
    desk.exec("attestation", ExecuteMsg::Hold { lease, units: 10 })
        .unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Completed));
    convict(&mut desk, lease).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Convicted));
    assert_eq!(desk.available("tenant"), 10 * PRICE);
    // Also one whose tenant had closed it, with work under way.
    let lease = desk.open(task(10, PRICE, None), 10 * PRICE, PRICE);
    desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    convict(&mut desk, lease).unwrap();
    assert_eq!(desk.available("tenant"), 20 * PRICE);
    let stream = desk.active(fixed(3_600, 20 * PRICE), 20 * PRICE, 20 * PRICE);
    assert_eq!(
        convict(&mut desk, stream),
        Err(ContractError::NotATask { lease: stream })
    );
}

#[test]
fn what_attestation_learns_of_a_lease_names_its_class_its_group_and_its_stake() {
    let mut desk = Desk::new();
    let AuditId { lease, .. } = under_audit(&mut desk);
    let work: WorkResponse = desk.ask(QueryMsg::Work { lease });
    assert_eq!(work.audit_class.unwrap().0, "exact");
    assert_eq!(
        (work.class.0.as_str(), work.group.as_str()),
        ("software-vulkan", "owner")
    );
    assert_eq!(work.agent, addr("agent"));
}
