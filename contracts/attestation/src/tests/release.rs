//! When a batch is paid.

use market_types::attestation::BatchStatus;
use market_types::events::BatchReleased;
use market_types::UnixTime;

use super::*;

#[test]
fn anybody_releases_a_batch_from_the_second_it_vests() {
    let mut market = Market::new();
    market.execute("agent", post(0, 10)).unwrap();
    let vests_at = START + DAY;
    for now in [START, vests_at - 1] {
        market.at(now);
        assert_eq!(
            market.execute("agent", release(0)).unwrap_err(),
            ContractError::StillVesting {
                lease: LEASE,
                batch: BatchNo(0),
                vests_at: UnixTime(vests_at),
                now: UnixTime(now)
            }
        );
    }
    market.at(vests_at);
    let response = market.execute("anybody", release(0)).unwrap();
    assert_eq!(
        calls(&response),
        vec![escrow::ExecuteMsg::Vest {
            lease: LEASE,
            units: 10,
            premium: n(3_160)
        }]
    );
    assert_eq!(
        response.events,
        events([BatchReleased {
            lease: LEASE,
            batch: BatchNo(0),
            count: 10,
            premium: n(3_160)
        }
        .into()])
    );
    assert_eq!(market.batch(0).status, BatchStatus::Released);
    assert_eq!(market.work.borrow().held, n(0));
}

#[test]
fn a_batch_is_released_once() {
    let mut market = Market::new();
    market.execute("agent", post(0, 10)).unwrap();
    market.at(START + 366 * DAY);
    market.execute("anybody", release(0)).unwrap();
    assert_eq!(
        market.execute("anybody", release(0)).unwrap_err(),
        ContractError::AlreadyEnded {
            lease: LEASE,
            batch: BatchNo(0)
        }
    );
}

#[test]
fn batches_vest_one_by_one_in_any_order() {
    let mut market = Market::new();
    market.execute("agent", post(0, 10)).unwrap();
    market.at(START + 100);
    market.execute("agent", post(10, 5)).unwrap();
    market.at(START + DAY);
    assert!(market.execute("anybody", release(1)).is_err());
    market.at(START + DAY + 100);
    market.execute("anybody", release(1)).unwrap();
    market.execute("anybody", release(0)).unwrap();
    assert_eq!(market.batch(1).status, BatchStatus::Released);
}

#[test]
fn what_was_never_posted_is_not_released() {
    let mut market = Market::new();
    market.execute("agent", post(0, 10)).unwrap();
    market.at(START + DAY);
    assert_eq!(
        market.execute("anybody", release(1)).unwrap_err(),
        ContractError::NoBatch {
            lease: LEASE,
            batch: BatchNo(1)
        }
    );
}
