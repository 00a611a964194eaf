//! What people do, told once and run on both engines.

use chain_client::gov::ProposalStatus;
use cosmwasm_std::Uint128;
use market_testing::specs::{stream, task};
use market_types::attestation::{self, BatchStatus};
use market_types::escrow::{self, Hook, LeaseStatus};
use market_types::order_book::ExecuteMsg as Book;
use market_types::take_rate::{ParamsUpdate, QueryMsg as AskRate, RateResponse};
use market_types::{BasisPoints, BatchNo, CloseReason, Hash32, LeaseId, OrderId, Price, Seconds};

use crate::cast::{keys, Cast, AGENTS, OFFICE, OWNERS, TENANTS};
use crate::engine::Engine;

const ORDER: OrderId = OrderId(1);
const TENANT: usize = TENANTS[0];

macro_rules! on_both {
    ($($story:ident),*) => { $(
        mod $story {
            use super::Engine;

            #[tokio::test]
            async fn on_the_devnet() {
                super::$story(Engine::devnet().await).await;
            }

            #[tokio::test]
            async fn on_wasmd() {
                super::$story(Engine::wasmd().await).await;
            }
        }
    )* };
}
on_both!(
    a_task_is_paid_for_what_vested_and_the_money_is_withdrawn,
    a_stream_is_paid_by_the_second_and_the_rest_returns,
    governance_changes_a_rate_and_what_it_may_not_change_stays
);

/// The lease of the first order.
fn lease() -> LeaseId {
    LeaseId::new(ORDER, 0).unwrap()
}

/// Two providers bid for the first order, 100 and 90 of 100 price units of its maximum; the second wins.
async fn award(cast: &Cast, max: u128, work_bond: u128) {
    for index in [0, 1] {
        let msgs = cast.enter(index);
        cast.act(OWNERS[index], &msgs).await;
        let bid = Book::Bid {
            order: ORDER,
            price: Price::new(max - max / 10 * index as u128),
            work_bond: Uint128::new(work_bond),
        };
        cast.act(AGENTS[index], &[cast.book(&bid)]).await;
    }
    cast.engine.pass(12).await;
    cast.act(OFFICE, &[cast.book(&Book::Award { order: ORDER })])
        .await;
    let lease = cast.market.lease(lease()).await.unwrap();
    assert_eq!(lease.owner.as_str(), cast.address(OWNERS[1]));
    assert_eq!(lease.price, Price::new(max - max / 10));
}

async fn a_task_is_paid_for_what_vested_and_the_money_is_withdrawn(engine: Engine) {
    let cast = Cast::gather(engine, &keys(), true).await;
    let (market, usdc) = (&cast.market, &cast.usdc);
    let mut spec = task();
    spec.window = Seconds(10);
    let (max, funded) = (spec.max_price.0.u128(), 48 * spec.max_price.0.u128());
    let hook = Hook::PlaceOrder(Box::new(spec));
    let pay = cast.pay(usdc, &cast.wiring().lease_escrow, funded, &hook);
    cast.act(TENANT, &[pay]).await;
    award(&cast, max, 10_000_000).await;

    for first_unit in [0, 24] {
        let post = attestation::ExecuteMsg::PostBatch {
            lease: lease(),
            first_unit,
            count: 24,
            root: Hash32([first_unit as u8; 32]),
        };
        cast.act(AGENTS[1], &[cast.attestation(&post)]).await;
    }
    let price = max - max / 10;
    assert_eq!(market.lease(lease()).await.unwrap().money.held.u128(), 48 * price);
    cast.engine.pass(4).await;
    for batch in [0, 1] {
        let release = attestation::ExecuteMsg::Release {
            lease: lease(),
            batch: BatchNo(batch),
        };
        cast.act(OFFICE, &[cast.attestation(&release)]).await;
    }
    let batches = market.batches(lease()).await.unwrap();
    assert!(batches.iter().all(|batch| batch.status == BatchStatus::Released));

    let done = market.lease(lease()).await.unwrap();
    assert_eq!(done.status, LeaseStatus::Closed);
    let money = done.money;
    assert_eq!(money.gross.u128(), 48 * price);
    assert_eq!(money.fee.u128(), 48 * price * 2 / 100);
    let owner = cast.address(OWNERS[1]);
    assert_eq!(market.available(owner, usdc).await.unwrap(), money.income);
    let before = market.balance(usdc, owner).await.unwrap();
    let withdraw = escrow::ExecuteMsg::Withdraw {
        token: usdc.clone(),
        amount: None,
    };
    cast.act(OWNERS[1], &[cast.escrow(&withdraw)]).await;
    let after = market.balance(usdc, owner).await.unwrap();
    assert_eq!(after - before, money.income);
    cast.act(TENANT, &[cast.escrow(&withdraw)]).await;
    let paid = Uint128::new(crate::cast::FUNDS) - market.balance(usdc, cast.address(TENANT)).await.unwrap();
    assert_eq!(paid, money.gross);
    whole(&cast).await;
}

async fn a_stream_is_paid_by_the_second_and_the_rest_returns(engine: Engine) {
    let cast = Cast::gather(engine, &keys(), true).await;
    let (market, usdc) = (&cast.market, &cast.usdc);
    let mut spec = stream();
    spec.window = Seconds(10);
    let max = spec.max_price.0.u128();
    let hook = Hook::PlaceOrder(Box::new(spec));
    let pay = cast.pay(usdc, &cast.wiring().lease_escrow, max, &hook);
    cast.act(TENANT, &[pay]).await;
    award(&cast, max, 0).await;

    let lease = lease();
    cast.act(AGENTS[1], &[cast.escrow(&escrow::ExecuteMsg::Ready { lease })])
        .await;
    cast.act(TENANT, &[cast.escrow(&escrow::ExecuteMsg::Accept { lease })])
        .await;
    let leases = vec![lease];
    let beat = escrow::ExecuteMsg::Heartbeat { leases };
    for _ in 0..3 {
        cast.engine.pass(2).await;
        cast.act(AGENTS[1], &[cast.escrow(&beat)]).await;
    }
    let close = escrow::ExecuteMsg::Close { lease };
    let closed = cast.act(TENANT, &[cast.escrow(&close)]).await;

    let ended = market.lease(lease).await.unwrap();
    assert_eq!(ended.status, LeaseStatus::Closed);
    assert_eq!(ended.close_reason, Some(CloseReason::TenantClosed));
    let escrow::Progress::Stream {
        active_since,
        credited,
        ..
    } = ended.progress
    else {
        panic!("a stream")
    };
    let at = cast.engine.chain.block_time(closed.height).await.unwrap();
    let served = market_types::UnixTime::from(at).since(active_since.unwrap());
    assert_eq!(credited, served);
    assert!(served >= Seconds(6));
    let price = max - max / 10;
    assert_eq!(ended.money.gross.u128(), price * u128::from(served.0) / 3_600);
    assert_eq!(ended.money.remaining, Uint128::zero());
    let tenant = cast.address(TENANT);
    assert_eq!(
        market.available(tenant, usdc).await.unwrap().u128(),
        max - ended.money.gross.u128()
    );
    whole(&cast).await;
}

async fn governance_changes_a_rate_and_what_it_may_not_change_stays(engine: Engine) {
    let cast = Cast::gather(engine, &keys(), false).await;
    let rate = || async {
        let token = cast.usdc.clone();
        let ask = AskRate::Rate { token };
        let answer: RateResponse = cast.market.take_rate(&ask).await.unwrap();
        answer.rate
    };
    let change = |bps: u16| {
        let update = ParamsUpdate {
            default_rate: Some(BasisPoints(bps)),
            ..ParamsUpdate::default()
        };
        [cast.take_rate(&market_types::take_rate::ExecuteMsg::UpdateParams(update))]
    };
    let office = &cast.people[OFFICE];
    assert_eq!(
        cast.engine.decide(office, &change(250)).await,
        ProposalStatus::Passed
    );
    assert_eq!(rate().await, BasisPoints(250));
    let ProposalStatus::Failed { reason } = cast.engine.decide(office, &change(1_500)).await else {
        panic!("out of bounds")
    };
    assert!(
        reason.contains("a take rate of 1500 bps is outside the bounds 0 to 1000 bps"),
        "{reason}"
    );
    assert_eq!(rate().await, BasisPoints(250));
    // What anybody else says counts for nothing.
    let alone = office.submit(&change(300), &Default::default()).await;
    assert!(alone.is_err());
    assert_eq!(rate().await, BasisPoints(250));
}

/// Every contract holds what it owes, and no gift.
async fn whole(cast: &Cast) {
    for (contract, tokens) in cast.market.solvency().await.unwrap() {
        for solvency in tokens {
            assert_eq!(solvency.held, solvency.owed_total, "{contract}");
        }
    }
}
