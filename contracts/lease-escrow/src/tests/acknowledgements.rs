use cosmwasm_std::Binary;
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use market_types::escrow::{acknowledgement_digest, Acknowledgement, ExecuteMsg, LeaseStatus, Progress};
use market_types::{CloseReason, LeaseId, Seconds, UnixTime};

use super::desk::*;
use crate::ContractError;

const PRICE: u128 = 3_600_000;
const ACK: u64 = 600;

fn key() -> SigningKey {
    SigningKey::from_slice(&[9; 32]).unwrap()
}

fn spec() -> market_types::order::OrderSpec<String> {
    let mut spec = with(fixed(36_000, PRICE), Some(ACK), 0);
    let point = key().verifying_key().to_encoded_point(true);
    spec.session_key = Some(Binary::from(point.as_bytes()));
    spec
}

fn signed(desk: &Desk, lease: LeaseId, sequence: u64, good_until: UnixTime) -> Acknowledgement {
    let chain = &desk.env.block.chain_id;
    let digest = acknowledgement_digest(chain, addr("lease-escrow").as_str(), lease, sequence, good_until);
    let signature: Signature = key().sign_prehash(&digest).unwrap();
    Acknowledgement {
        sequence,
        good_until,
        signature: Some(Binary::from(signature.to_bytes().to_vec())),
    }
}

fn plain(sequence: u64, good_until: UnixTime) -> Acknowledgement {
    Acknowledgement {
        sequence,
        good_until,
        signature: None,
    }
}

fn post(
    desk: &mut Desk,
    by: &str,
    lease: LeaseId,
    acknowledgement: Acknowledgement,
) -> Result<(), ContractError> {
    let msg = ExecuteMsg::Acknowledge {
        lease,
        acknowledgement,
    };
    desk.exec(by, msg).map(|_| ())
}

fn acknowledged_until(desk: &Desk, lease: LeaseId) -> UnixTime {
    match desk.lease(lease).progress {
        Progress::Stream {
            acknowledged_until, ..
        } => acknowledged_until.unwrap(),
        progress => panic!("{progress:?}"),
    }
}

#[test]
fn the_first_acknowledgement_accepts_and_anybody_may_post_it() {
    let mut desk = Desk::new();
    let lease = desk.open(spec(), 10 * PRICE, PRICE);
    desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    let good_until = desk.now().plus(Seconds(10));
    let acknowledgement = signed(&desk, lease, 1, good_until);
    post(&mut desk, "anyone", lease, acknowledgement).unwrap();
    assert_eq!(desk.lease(lease).status, LeaseStatus::Active);
    // Activation gives a whole period of itself.
    assert_eq!(acknowledged_until(&desk, lease), desk.now().plus(Seconds(ACK)));
}

#[test]
fn seconds_beyond_the_acknowledged_are_not_credited() {
    let mut desk = Desk::new();
    let lease = desk.active(spec(), 10 * PRICE, PRICE);
    desk.beat_for(lease, 1_200);
    assert_eq!(desk.credited(lease), ACK);
    let good_until = desk.now().plus(Seconds(100));
    let acknowledgement = signed(&desk, lease, 1, good_until);
    post(&mut desk, "anyone", lease, acknowledgement).unwrap();
    desk.beat_for(lease, 600);
    assert_eq!(desk.credited(lease), ACK + 100);
}

#[test]
fn an_acknowledgement_and_a_beat_in_one_block_commute() {
    let mut figures = vec![];
    for beat_first in [true, false] {
        let mut desk = Desk::new();
        let lease = desk.active(spec(), 10 * PRICE, PRICE);
        desk.beat_for(lease, 540);
        desk.pass(90);
        if beat_first {
            desk.beat(lease);
        }
        let good_until = desk.now().plus(Seconds(ACK));
        post(&mut desk, "tenant", lease, plain(1, good_until)).unwrap();
        desk.beat(lease);
        desk.pass(30);
        desk.beat(lease);
        figures.push(desk.credited(lease));
    }
    // 30 s after the lapse are nobody's; the beat that came first had credited the seconds before it.
    assert_eq!(figures, [630, 630]);
}

#[test]
fn forged_foreign_stale_and_far_acknowledgements_are_refused() {
    let mut desk = Desk::new();
    let lease = desk.active(spec(), 10 * PRICE, PRICE);
    let other = desk.active(spec(), 10 * PRICE, PRICE);
    let soon = desk.now().plus(Seconds(10));

    let for_other = signed(&desk, other, 5, soon);
    let refused = post(&mut desk, "anyone", lease, for_other);
    assert_eq!(refused.unwrap_err(), ContractError::BadSignature { lease });

    let mut garbage = signed(&desk, lease, 5, soon);
    garbage.signature = Some(Binary::from(b"garbage"));
    let refused = post(&mut desk, "anyone", lease, garbage);
    assert_eq!(refused.unwrap_err(), ContractError::BadSignature { lease });

    let mut resequenced = signed(&desk, lease, 5, soon);
    resequenced.sequence = 6;
    let refused = post(&mut desk, "anyone", lease, resequenced);
    assert_eq!(refused.unwrap_err(), ContractError::BadSignature { lease });

    let sender = addr("anyone");
    let refused = post(&mut desk, "anyone", lease, plain(5, soon));
    assert_eq!(
        refused.unwrap_err(),
        ContractError::NotTheTenant { lease, sender }
    );

    let good = signed(&desk, lease, 5, soon);
    post(&mut desk, "anyone", lease, good.clone()).unwrap();
    let refused = post(&mut desk, "anyone", lease, good);
    let stale = ContractError::StaleAcknowledgement { sequence: 5, last: 5 };
    assert_eq!(refused.unwrap_err(), stale);

    let latest = desk.now().plus(Seconds(ACK));
    post(&mut desk, "tenant", lease, plain(6, latest)).unwrap();
    let good_until = latest.plus(Seconds(1));
    let refused = post(&mut desk, "tenant", lease, plain(7, good_until));
    assert_eq!(
        refused.unwrap_err(),
        ContractError::AcknowledgedTooFar { good_until, latest }
    );
}

#[test]
fn an_earlier_acknowledgement_that_reaches_further_stands() {
    let mut desk = Desk::new();
    let lease = desk.active(spec(), 10 * PRICE, PRICE);
    let far = acknowledged_until(&desk, lease);
    let sooner = desk.now().plus(Seconds(5));
    post(&mut desk, "tenant", lease, plain(1, sooner)).unwrap();
    assert_eq!(acknowledged_until(&desk, lease), far);
}

#[test]
fn the_session_key_does_not_speak_for_a_new_tenant() {
    let mut desk = Desk::new();
    let lease = desk.active(spec(), 10 * PRICE, PRICE);
    let to = addr("heir").to_string();
    desk.exec("tenant", ExecuteMsg::Transfer { lease, to }).unwrap();
    let soon = desk.now().plus(Seconds(10));
    let by_old_key = signed(&desk, lease, 1, soon);
    let refused = post(&mut desk, "anyone", lease, by_old_key);
    assert_eq!(refused.unwrap_err(), ContractError::NoSessionKey { lease });
    post(&mut desk, "heir", lease, plain(1, soon)).unwrap();
}

#[test]
fn terms_without_acknowledgements_take_none() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, PRICE), PRICE, PRICE);
    let soon = desk.now();
    let refused = post(&mut desk, "tenant", lease, plain(1, soon));
    assert_eq!(
        refused.unwrap_err(),
        ContractError::AcknowledgementNotAsked { lease }
    );
}

#[test]
fn a_lapsed_acknowledgement_frees_the_provider() {
    let mut desk = Desk::new();
    let lease = desk.active(spec(), 10 * PRICE, PRICE);
    desk.beat_for(lease, 1_200);
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Suspended));
    assert_eq!(penalties(&response), []);
    assert_eq!(desk.money(lease).gross, n(600_000));
}

#[test]
fn lapse_and_suspension_together_are_cut_out_once() {
    for resume_first in [true, false] {
        let mut desk = Desk::new();
        let lease = desk.active(spec(), 10 * PRICE, PRICE);
        desk.beat_for(lease, 540);
        desk.pass(20);
        desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
        desk.pass(3_000);
        let good_until = desk.now().plus(Seconds(ACK));
        if resume_first {
            desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap();
            desk.pass(1_000);
            let late = post(&mut desk, "tenant", lease, plain(1, good_until));
            assert_eq!(
                late.unwrap_err(),
                ContractError::AcknowledgementPassed { good_until }
            );
            let good_until = desk.now().plus(Seconds(ACK));
            post(&mut desk, "tenant", lease, plain(2, good_until)).unwrap();
        } else {
            post(&mut desk, "tenant", lease, plain(1, good_until)).unwrap();
            desk.pass(200);
            desk.exec("tenant", ExecuteMsg::Resume { lease }).unwrap();
        }
        desk.pass(40);
        let response = desk.beat(lease);
        assert!(events(&response, "outage").is_empty());
        assert_eq!(desk.credited(lease), 540 + 20 + 40, "{resume_first}");
    }
}
