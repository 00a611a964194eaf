//! What an agent may post, and the terms a batch gets.

use market_control::ControlError;
use market_math::sampling;
use market_types::attestation::{BatchStatus, ParamsUpdate};
use market_types::events::BatchPosted;
use market_types::{Page, Paging, UnixTime};

use super::*;

const TWO_TO_64: u128 = 1 << 64;

#[test]
fn a_batch_is_stored_with_its_terms_and_its_price_is_held() {
    let mut market = Market::new();
    let response = market.execute("agent", post(0, 10)).unwrap();
    assert_eq!(
        calls(&response),
        vec![escrow::ExecuteMsg::Hold {
            lease: LEASE,
            units: 10
        }]
    );
    let vests_at = UnixTime(START + DAY);
    assert_eq!(
        response.events,
        events([BatchPosted {
            lease: LEASE,
            batch: BatchNo(0),
            first_unit: 0,
            count: 10,
            root: ROOT,
            vests_at
        }
        .into()])
    );
    assert_eq!(
        market.batch(0),
        BatchResponse {
            lease: LEASE,
            batch: BatchNo(0),
            first_unit: 0,
            count: 10,
            root: ROOT,
            agent: addr("agent"),
            posted_at: UnixTime(START),
            posted_height: HEIGHT,
            vests_at,
            // 300 / (95 * 20)
            audit_rate: n((TWO_TO_64 * 300).div_ceil(95 * 20)),
            // ten times 2 * 15.79 % of 1,000, rounded up
            premium: n(3_160),
            status: BatchStatus::Vesting,
            drawn: None,
            audited: vec![],
            ended: vec![],
            refunded: vec![],
        }
    );
}

#[test]
fn only_the_agent_of_the_lease_posts() {
    let mut market = Market::new();
    for stranger in ["owner", "tenant", "governor", "lease-escrow", "anybody"] {
        assert!(matches!(
            market.execute(stranger, post(0, 1)),
            Err(ContractError::Control(ControlError::Unauthorized { .. }))
        ));
    }
}

#[test]
fn a_batch_has_one_to_sixty_four_units() {
    let mut market = Market::new();
    for count in [0, 65, u32::MAX] {
        assert_eq!(
            market.execute("agent", post(0, count)).unwrap_err(),
            ContractError::BatchSize { count, max: 64 }
        );
    }
    market.execute("agent", post(0, 64)).unwrap();
    market.execute("agent", post(64, 1)).unwrap();
}

#[test]
fn units_are_attested_in_sequence_and_once() {
    let mut market = Market::new();
    let not_next = |first_unit, next| ContractError::NotNext {
        lease: LEASE,
        first_unit,
        next,
    };
    assert_eq!(market.execute("agent", post(1, 1)).unwrap_err(), not_next(1, 0));
    market.execute("agent", post(0, 10)).unwrap();
    assert_eq!(market.execute("agent", post(0, 10)).unwrap_err(), not_next(0, 10));
    assert_eq!(market.execute("agent", post(9, 1)).unwrap_err(), not_next(9, 10));
    assert_eq!(
        market.execute("agent", post(11, 1)).unwrap_err(),
        not_next(11, 10)
    );
    market.execute("agent", post(10, 1)).unwrap();
    assert_eq!(market.batch(1).first_unit, 10);
}

#[test]
fn no_more_units_than_the_lease_may_still_attest() {
    let mut market = Market::new();
    market.execute("agent", post(0, 60)).unwrap();
    assert_eq!(
        market.execute("agent", post(60, 41)).unwrap_err(),
        ContractError::TooManyUnits {
            lease: LEASE,
            count: 41,
            may_attest: 40,
            attested: 60,
            units: 100
        }
    );
    market.execute("agent", post(60, 40)).unwrap();
}

#[test]
fn a_closed_lease_takes_what_the_overlap_leaves_and_then_nothing() {
    let mut market = Market::new();
    market.work.borrow_mut().may_attest = 2;
    assert!(market.execute("agent", post(0, 3)).is_err());
    market.execute("agent", post(0, 2)).unwrap();
    assert_eq!(
        market.execute("agent", post(2, 1)).unwrap_err(),
        ContractError::TooManyUnits {
            lease: LEASE,
            count: 1,
            may_attest: 0,
            attested: 2,
            units: 100
        }
    );
}

#[test]
fn more_held_money_means_fewer_audits() {
    let mut market = Market::new();
    market.execute("agent", post(0, 20)).unwrap();
    market.execute("agent", post(20, 1)).unwrap();
    let (first, second) = (market.batch(0), market.batch(1));
    assert_eq!(second.audit_rate, n((TWO_TO_64 * 300).div_ceil(95 * 40)));
    assert!(second.audit_rate < first.audit_rate);
}

#[test]
fn the_floor_of_the_class_holds_however_much_is_at_stake() {
    let mut market = Market::new();
    market.work.borrow_mut().work_bond_value = Uint128::MAX;
    market.execute("agent", post(0, 1)).unwrap();
    assert_eq!(market.batch(0).audit_rate, n((TWO_TO_64 * 5).div_ceil(1_000)));
    // 2 * 0.5 % of 1,000 is 10; the rate was rounded up, so the premium is more than that.
    assert_eq!(market.batch(0).premium, n(11));
}

#[test]
fn a_premium_never_takes_more_than_half_the_price() {
    let mut market = Market::new();
    market.work.borrow_mut().work_bond_value = n(0);
    market.execute("agent", post(0, 3)).unwrap();
    assert_eq!(market.batch(0).audit_rate, sampling::CERTAIN);
    assert_eq!(market.batch(0).premium, n(3 * 500));
}

#[test]
fn what_cannot_be_compared_vests_without_audit_or_premium() {
    let mut market = Market::new();
    market.work.borrow_mut().comparison = ComparisonClass::None;
    market.work.borrow_mut().work_bond_value = n(0);
    market.execute("agent", post(0, 3)).unwrap();
    assert_eq!(
        (market.batch(0).audit_rate, market.batch(0).premium),
        (n(0), n(0))
    );
    assert_eq!(market.batch(0).vests_at, UnixTime(START + DAY));
}

#[test]
fn each_class_has_its_own_vesting_floor_and_cost() {
    let mut market = Market::new();
    {
        let mut work = market.work.borrow_mut();
        work.comparison = ComparisonClass::Tokens;
        work.work_bond_value = Uint128::MAX;
    }
    market.execute("agent", post(0, 1)).unwrap();
    let batch = market.batch(0);
    assert_eq!(batch.vests_at, UnixTime(START + 6 * 3_600));
    assert_eq!(batch.audit_rate, n((TWO_TO_64 * 2).div_ceil(1_000)));
    // 2 * 0.2 % * 10 % of 1,000 is 0.4
    assert_eq!(batch.premium, n(1));
}

#[test]
fn a_posted_batch_keeps_its_terms_when_parameters_change() {
    let mut market = Market::new();
    market.execute("agent", post(0, 1)).unwrap();
    let before = market.batch(0);
    let update = ParamsUpdate {
        classes: Some(vec![class(ComparisonClass::Exact, 47, 250_000, 0)]),
        ..ParamsUpdate::default()
    };
    market
        .execute("governor", ExecuteMsg::UpdateParams(update))
        .unwrap();
    assert_eq!(market.batch(0), before);
    market.execute("agent", post(1, 1)).unwrap();
    assert_eq!(market.batch(1).vests_at, UnixTime(START + 47 * 3_600));
    assert_eq!(market.batch(1).premium, n(0));
}

#[test]
fn a_batch_keeps_the_agent_that_signed_it() {
    let mut market = Market::new();
    market.execute("agent", post(0, 1)).unwrap();
    market.work.borrow_mut().agent = addr("next-agent");
    assert!(market.execute("agent", post(1, 1)).is_err());
    market.execute("next-agent", post(1, 1)).unwrap();
    assert_eq!(market.batch(0).agent, addr("agent"));
    assert_eq!(market.batch(1).agent, addr("next-agent"));
}

#[test]
fn a_lease_the_escrow_does_not_know_takes_no_batch() {
    let mut market = Market::new();
    let msg = ExecuteMsg::PostBatch {
        lease: LeaseId(9),
        first_unit: 0,
        count: 1,
        root: ROOT,
    };
    assert!(matches!(market.execute("agent", msg), Err(ContractError::Std(_))));
}

#[test]
fn batches_are_read_in_pages_lease_by_lease() {
    let mut market = Market::new();
    for unit in 0..3 {
        market.execute("agent", post(unit, 1)).unwrap();
    }
    let page = |lease, start_after: Option<u32>, limit| {
        let paging = Paging {
            start_after: start_after.map(BatchNo),
            limit,
        };
        let page: Page<BatchResponse, BatchNo> = market.ask(QueryMsg::Batches { lease, paging }).unwrap();
        let numbers: Vec<u32> = page.items.iter().map(|batch| batch.batch.0).collect();
        (numbers, page.next_start_after.map(|next| next.0))
    };
    assert_eq!(page(LEASE, None, Some(2)), (vec![0, 1], Some(1)));
    assert_eq!(page(LEASE, Some(1), Some(2)), (vec![2], None));
    assert_eq!(page(LEASE, None, Some(u32::MAX)), (vec![0, 1, 2], None));
    assert_eq!(page(LeaseId(7), None, None), (vec![], None));
    assert_eq!(page(LeaseId(9), None, None), (vec![], None));
    let batch = QueryMsg::Batch {
        lease: LEASE,
        batch: BatchNo(3),
    };
    assert!(matches!(
        market.ask::<BatchResponse>(batch),
        Err(ContractError::NoBatch { .. })
    ));
}
