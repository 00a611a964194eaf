//! However often a lease is settled, and by whomever, it comes to the same.

mod support;

use market_testing::specs::{stream, task};
use market_types::escrow::{LeaseResponse, LeaseStatus};
use market_types::order::{Rail, StreamLength};
use market_types::{BatchNo, Price, Seconds};
use support::{market, Market, TOKEN};

/// An awkward price: 1,000,003 per hour is 277.7786... per second.
const PRICE: u128 = 1_000_003;

/// A stream of an hour, with a gap in the middle, settled after every `every`-th of its heartbeats; what everybody has afterwards.
fn stream_settled(every: Option<u32>) -> (LeaseResponse, [u128; 4]) {
    let mut m = market();
    let usdc = m.usdc.clone();
    let lease = m.active(&usdc, 4 * TOKEN, stream(), PRICE);
    let crank = m.buyer.clone();
    for beat in 1..=100u32 {
        m.beat(lease, 1, if beat == 50 { 600 } else { 29 });
        if every.is_some_and(|every| beat % every == 0) {
            m.suite.settle(&crank, lease).unwrap();
        }
    }
    m.suite.settle(&crank, lease).unwrap();
    m.suite.settle(&crank, lease).unwrap();
    let has = figures(&m);
    (m.suite.lease(lease), has)
}

fn figures(m: &Market) -> [u128; 4] {
    let pools = m.suite.pools(&m.usdc);
    [
        m.suite.available(&m.tenant, &m.usdc),
        m.suite.available(&m.providers[0].0, &m.usdc),
        pools.fees.u128(),
        pools.audit_pool.u128(),
    ]
}

#[test]
fn settling_a_hundred_times_ten_times_or_once_is_the_same_to_the_unit() {
    let once = stream_settled(None);
    assert_eq!(stream_settled(Some(10)), once);
    assert_eq!(stream_settled(Some(1)), once);
    // 99 gaps of 29 s are credited, the one of 600 s is not.
    let credited = 99 * 29u128;
    assert_eq!(once.0.money.gross.u128(), PRICE * credited / 3_600);
}

#[test]
fn settling_now_and_later_is_settling_later() {
    let run = |now_too: bool| {
        let mut m = market();
        let usdc = m.usdc.clone();
        let lease = m.active(&usdc, 4 * TOKEN, stream(), PRICE);
        m.beat(lease, 7, 61);
        let crank = m.buyer.clone();
        if now_too {
            m.suite.settle(&crank, lease).unwrap();
            m.suite.settle(&crank, lease).unwrap();
        }
        m.beat(lease, 5, 113);
        // After its time: the lease ends at the second its duration does, however late somebody says so.
        m.suite.pass(86_400);
        m.suite.settle(&crank, lease).unwrap();
        (m.suite.lease(lease), figures(&m), m.suite.claimable(&m.tenant))
    };
    assert_eq!(run(true), run(false));
    assert_eq!(run(false).0.status, LeaseStatus::Closed);
}

#[test]
fn the_money_of_an_open_ended_stream_ends_at_the_same_unit_however_often_it_is_settled() {
    let run = |every: u32| {
        let mut m = market();
        let usdc = m.usdc.clone();
        let mut spec = stream();
        if let Rail::Stream { length, .. } = &mut spec.rail {
            *length = StreamLength::OpenEnded {
                deposit: 100_001u128.into(),
            };
        }
        let lease = m.active(&usdc, 100_001, spec, PRICE);
        let crank = m.buyer.clone();
        for beat in 1..=20 {
            m.beat(lease, 1, 30);
            if beat % every == 0 {
                m.suite.settle(&crank, lease).unwrap();
            }
        }
        m.suite.settle(&crank, lease).unwrap();
        (m.suite.lease(lease).money, figures(&m))
    };
    let (money, has) = run(20);
    assert_eq!((money.gross.u128(), money.refunded.u128()), (100_001, 0));
    assert_eq!(run(1).1, has);
    assert_eq!(run(1).0, money);
}

#[test]
fn releasing_a_task_in_one_batch_or_in_many_earns_the_same_but_for_premiums() {
    let run = |sizes: &[u32]| {
        let mut m = market();
        let usdc = m.usdc.clone();
        let mut spec = task();
        spec.comparison = market_types::order::ComparisonClass::None;
        spec.max_price = Price::new(33_333);
        if let Rail::Task {
            units,
            progress_timeout,
            ..
        } = &mut spec.rail
        {
            *units = 60;
            *progress_timeout = Seconds(3_000);
        }
        let lease = m.lease(&usdc, 60 * 33_333, spec, 33_331);
        let (agent, crank) = (m.providers[0].1.clone(), m.buyer.clone());
        let mut first = 0;
        for size in sizes {
            m.suite.post_batch(&agent, lease, first, *size).unwrap();
            first += size;
        }
        m.suite.pass(86_400);
        for batch in (0..sizes.len() as u32).rev() {
            m.suite.settle(&crank, lease).unwrap();
            m.suite.release(&crank, lease, BatchNo(batch)).unwrap();
        }
        (m.suite.lease(lease).money, figures(&m))
    };
    let whole = run(&[60]);
    assert_eq!(run(&[1; 60]), whole);
    assert_eq!(run(&[7, 20, 33]), whole);
    assert_eq!(whole.0.fee.u128(), 60 * 33_331 * 200 / 10_000);
}
