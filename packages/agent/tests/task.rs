//! A task from order to payment, with the agent as a process on a devnet.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use nix::sys::signal::Signal;
use support::job::counting;
use support::{story, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_becomes_results_receipts_and_money() {
    let stage = Stage::new().await;
    let mut agent = stage.agent(None);
    let job = counting(5);
    let lease = story::tell(&stage, &job).await;
    story::verify(&stage, lease, &job).await;
    assert_eq!(stage.committed().await, 0);
    agent.signal(Signal::SIGTERM);
    assert_eq!(agent.ended().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_told_to_stop_leaves_the_rest_to_its_next_start() {
    let stage = Stage::new().await;
    let mut agent = stage.agent(None);
    let job = counting(200);
    let order = stage.task(&job).await;
    let lease = stage.award(order).await;
    stage.deliver(lease, &job).await;
    let client = stage.client(lease);
    let begun = async || (client.progress().await.ok()?.task?.finished > 0).then_some(());
    stage.until("the first unit", begun).await;
    agent.signal(Signal::SIGTERM);
    assert_eq!(agent.ended().await, None);
    let _next = stage.agent(None);
    story::paid(&stage, lease, job.units).await;
    story::verify(&stage, lease, &job).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ended_lease_is_kept_for_its_tenant_and_forgotten_after_a_week() {
    let stage = Stage::new().await;
    let _agent = stage.agent(None);
    let job = counting(3);
    let lease = story::tell(&stage, &job).await;
    stage.advance(6 * 86_400).await;
    story::verify(&stage, lease, &job).await;
    stage.advance(2 * 86_400).await;
    let client = stage.client(lease);
    let gone = async || client.units(0).await.err();
    stage.until("the lease to be forgotten", gone).await;
    assert!(stage.log().contains("forgot leases that ended long ago"));
}
