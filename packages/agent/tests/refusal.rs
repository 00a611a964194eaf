//! Jobs that cannot run: the tenant is told, and the provider is not to blame.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use market_types::escrow::{LeaseStatus, Progress};
use market_types::CloseReason;
use support::{job, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kernel_that_does_not_validate_counts_as_missing_inputs() {
    let stage = Stage::new().await;
    let _agent = stage.agent(None);
    let job = job::with_kernel(2, "@compute @workgroup_size(1) fn main() { output[0] = 1.5; }");
    let order = stage.task(&job).await;
    let lease = stage.award(order).await;
    stage.deliver(lease, &job).await;
    let client = stage.client(lease);
    let failed = async || client.progress().await.ok()?.task?.failed;
    let reason = stage.until("the refusal", failed).await;
    assert!(!reason.is_empty());

    stage.advance(3_601).await;
    let waiting = async || match stage.lease(lease).await.progress {
        Progress::Task { waiting_since, .. } => waiting_since,
        Progress::Stream { .. } => None,
    };
    stage.until("Waiting", waiting).await;
    stage.advance(601).await;
    let closed = async || {
        let lease = stage.lease(lease).await;
        (lease.status == LeaseStatus::Closed).then_some(lease)
    };
    let closed = stage.until("the end", closed).await;
    assert_eq!(closed.close_reason, Some(CloseReason::InputsMissing));
    assert_eq!(closed.money.gross, closed.price.0, "the start fee");
    assert_eq!(stage.committed().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_cannot_meet_the_price_does_not_bid() {
    let stage = Stage::new().await;
    let config = std::fs::read_to_string(stage.config()).unwrap();
    let dear = config.replace(
        "depreciation_per_hour = 1000000",
        "depreciation_per_hour = 9000000000",
    );
    std::fs::write(stage.config(), dear).unwrap();
    let _agent = stage.agent(None);
    let order = stage.task(&job::counting(2)).await;
    let log = stage.dir.path().join("agent.log");
    let said = async || {
        std::fs::read_to_string(&log)
            .unwrap()
            .contains("is above the maximum")
            .then_some(())
    };
    stage.until("a word about the price", said).await;
    assert_eq!(stage.market.order(order).await.unwrap().bids, 0);
}
