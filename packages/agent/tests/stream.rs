//! A service from order to its end, with the agent as a process on a devnet.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use market_types::escrow::{ExecuteMsg, LeaseResponse, LeaseStatus, Progress};
use market_types::{CloseReason, LeaseId, Price};
use nix::sys::signal::Signal;
use support::process::Agent;
use support::{Stage, TOKEN};

/// A stream that the agent serves and the tenant accepted.
async fn active(stage: &Stage) -> LeaseId {
    let order = stage.stream().await;
    let lease = stage.award(order).await;
    let ready = async || match stage.lease(lease).await.progress {
        Progress::Stream { ready_at, .. } => ready_at,
        Progress::Task { .. } => None,
    };
    stage.until("Ready", ready).await;
    assert!(stage.client(lease).probe().await.unwrap());
    stage
        .execute(&stage.tenant, stage.escrow(), &ExecuteMsg::Accept { lease })
        .await;
    lease
}

async fn credited(stage: &Stage, lease: LeaseId) -> u64 {
    match stage.lease(lease).await.progress {
        Progress::Stream { credited, .. } => credited.0,
        Progress::Task { .. } => 0,
    }
}

/// Moves time in steps that a heartbeat can follow.
async fn pass(stage: &Stage, lease: LeaseId, seconds: u64) {
    let mut passed = 0;
    while passed < seconds {
        let before = credited(stage, lease).await;
        stage.advance(55).await;
        passed += 55;
        stage
            .until("a heartbeat", async || {
                (credited(stage, lease).await >= before + 55).then_some(())
            })
            .await;
    }
}

async fn ended(stage: &Stage, lease: LeaseId) -> LeaseResponse {
    let ended = async || {
        let lease = stage.lease(lease).await;
        (lease.status == LeaseStatus::Closed).then_some(lease)
    };
    stage.until("the end", ended).await
}

async fn stop(mut agent: Agent) {
    agent.signal(Signal::SIGTERM);
    assert_eq!(agent.ended().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn heartbeats_are_kept_and_a_tenants_close_frees_the_gpus() {
    let stage = Stage::new().await;
    let agent = stage.agent(None);
    let lease = active(&stage).await;
    pass(&stage, lease, 200).await;
    stage
        .execute(&stage.tenant, stage.escrow(), &ExecuteMsg::Close { lease })
        .await;
    let closed = ended(&stage, lease).await;
    assert_eq!(closed.close_reason, Some(CloseReason::TenantClosed));
    assert!(closed.money.gross.u128() >= closed.price.0.u128() * 200 / 3_600);
    stage
        .until("free GPUs", async || (stage.committed().await == 0).then_some(()))
        .await;
    let gone = async || (!stage.client(lease).probe().await.unwrap()).then_some(());
    stage.until("the service to stop", gone).await;
    stop(agent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_died_comes_back_to_a_closed_lease_and_holds_nothing() {
    let stage = Stage::new().await;
    let agent = stage.agent(None);
    let lease = active(&stage).await;
    pass(&stage, lease, 100).await;
    agent.killed().await;
    let before = stage.lease(lease).await;
    // Silence counts in blocks as well.
    stage.advance(301).await;
    let height = stage.market.chain.height().await.unwrap();
    stage.market.chain.wait_for_height(height + 30).await.unwrap();
    stage
        .execute(&stage.keeper, stage.escrow(), &ExecuteMsg::CloseFailed { lease })
        .await;
    let closed = stage.lease(lease).await;
    assert_eq!(closed.close_reason, Some(CloseReason::Silent));
    assert_eq!(
        closed.money.gross, before.money.gross,
        "paid to the last heartbeat"
    );

    let agent = stage.agent(None);
    let known = async || stage.client(lease).progress().await.ok();
    let progress = stage.until("the gateway", known).await;
    assert_eq!((progress.status, progress.serving), (LeaseStatus::Closed, false));
    // It serves on: another stream is bid for and won.
    let next = active(&stage).await;
    assert_ne!(next, lease);
    assert_eq!(stage.committed().await, 1);
    stop(agent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_within_the_window_costs_nothing() {
    let stage = Stage::new().await;
    let agent = stage.agent(None);
    let lease = active(&stage).await;
    pass(&stage, lease, 55).await;
    agent.killed().await;
    let agent = stage.agent(None);
    pass(&stage, lease, 55).await;
    let Progress::Stream { outages, .. } = stage.lease(lease).await.progress else {
        unreachable!()
    };
    assert_eq!(outages, 0);
    stop(agent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_bids_nothing() {
    let stage = Stage::new().await;
    let agent = stage.rehearsal();
    let order = stage.stream().await;
    let log = stage.dir.path().join("agent.log");
    let said = async || {
        std::fs::read_to_string(&log)
            .unwrap()
            .contains("dry run: would send")
            .then_some(())
    };
    stage.until("the dry run to say what it would do", said).await;
    let seen = stage.market.order(order).await.unwrap();
    assert_eq!((seen.bids, seen.best), (0, None));
    assert!(seen.spec.max_price > Price::new(TOKEN));
    stop(agent).await;
}
