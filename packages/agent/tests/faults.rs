//! The agent dies at every arrow of its journal and comes back: nothing is lost, repeated or claimed twice.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use agent::fault::Point;
use market_types::escrow::{ExecuteMsg, LeaseStatus, Progress};
use support::job::counting;
use support::process::Agent;
use support::{story, Stage};

/// Tells the story while the agent dies at `fault` and is started again.
async fn survives(stage: &Stage, fault: &str) -> Agent {
    let job = counting(3);
    let mut doomed = stage.agent(Some(fault));
    let reborn = async {
        assert_eq!(doomed.ended().await, Some(9), "at {fault}");
        stage.agent(None)
    };
    let (reborn, lease) = tokio::join!(reborn, story::tell(stage, &job));
    story::verify(stage, lease, &job).await;
    assert_eq!(stage.committed().await, 0, "after {fault}");
    reborn
}

async fn survives_all(faults: &[&str]) {
    let stage = Stage::new().await;
    for fault in faults {
        survives(&stage, fault).await.killed().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_bidding_it_bids_once_and_wins() {
    survives_all(&[
        "after-seen",
        "after-planned",
        "after-tx-signed",
        "after-tx-broadcast",
        "after-tx-confirmed",
        "after-bid",
        "after-won",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_working_it_finishes_every_unit_and_signs_each_once() {
    survives_all(&[
        "after-prepared",
        "before-run",
        "after-running",
        "before-exited:2",
        "after-exited:2",
        "after-signed:2",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_claiming_it_claims_everything_once() {
    survives_all(&[
        "after-sealed",
        // The third transaction after bid and award: a batch.
        "after-tx-signed:3",
        "after-tx-broadcast:3",
        "after-tx-confirmed:3",
        "after-confirmed",
        "after-vested",
        "after-released",
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_serving_and_saying_so_it_says_so() {
    let stage = Stage::new().await;
    let mut doomed = stage.agent(Some("after-serving"));
    let order = stage.stream().await;
    let lease = stage.award(order).await;
    assert_eq!(doomed.ended().await, Some(9));
    let _reborn = stage.agent(None);
    let ready = async || match stage.lease(lease).await.progress {
        Progress::Stream { ready_at, .. } => ready_at,
        Progress::Task { .. } => None,
    };
    stage.until("Ready", ready).await;
    stage
        .execute(&stage.tenant, stage.escrow(), &ExecuteMsg::Accept { lease })
        .await;
    assert_eq!(stage.lease(lease).await.status, LeaseStatus::Active);
}

#[test]
fn every_point_has_a_test() {
    let tested = include_str!("faults.rs");
    for point in Point::ALL {
        assert!(
            tested.contains(&format!("\"{}", point.name())),
            "{}",
            point.name()
        );
    }
}
