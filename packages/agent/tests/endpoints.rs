//! The agent's way to the chain is cut while it bids, works and settles; the chain's disk is replaced by an older one.
//! Nothing is lost, nothing is said twice, no unit is run again.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::path::PathBuf;

use market_types::escrow::Progress;
use market_types::LeaseId;
use support::job::{counting, Job};
use support::process::Agent;
use support::{story, Stage};

async fn attested(stage: &Stage, lease: LeaseId) -> u32 {
    match stage.lease(lease).await.progress {
        Progress::Task { attested, .. } => attested,
        Progress::Stream { .. } => panic!("a stream"),
    }
}

/// Waits until the agent has run every unit, whether the chain can be reached or not.
async fn all_run(stage: &Stage, lease: LeaseId, job: &Job) {
    let client = stage.client(lease);
    let run = async || {
        let units = client.units(0).await.ok()?.units;
        (units.len() as u32 == job.units).then_some(())
    };
    stage.until("all units to be run", run).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_lost_while_bidding_working_and_settling_is_replaced_by_the_other() {
    let mut stage = Stage::with_relays(2).await;
    let _agent = stage.agent(None);
    let job = counting(6);
    // The agent talks to the first one; it goes with the order.
    let order = stage.task(&job).await;
    stage.relays[0].cut().await;
    let lease = stage.award(order).await;
    stage.relays[0].mend().await;
    stage.relays[1].cut().await;
    stage.deliver(lease, &job).await;
    all_run(&stage, lease, &job).await;
    let posted = async || (attested(&stage, lease).await > 0).then_some(());
    stage.until("the first batch", posted).await;
    stage.relays[1].mend().await;
    stage.relays[0].cut().await;
    story::paid(&stage, lease, job.units).await;
    story::verify(&stage, lease, &job).await;
    stage.said_once().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_whose_only_endpoint_is_lost_waits_for_it_and_goes_on() {
    let mut stage = Stage::with_relays(1).await;
    let _agent = stage.agent(None);
    let job = counting(6);
    let order = stage.task(&job).await;
    stage.relays[0].cut().await;
    stage.relays[0].mend().await;
    let lease = stage.award(order).await;
    stage.deliver(lease, &job).await;
    let client = stage.client(lease);
    let begun = async || (client.progress().await.ok()?.task?.finished > 0).then_some(());
    stage.until("the first unit", begun).await;
    stage.relays[0].cut().await;
    all_run(&stage, lease, &job).await;
    stage.relays[0].mend().await;
    let posted = async || (attested(&stage, lease).await == job.units).then_some(());
    stage.until("all units to be attested", posted).await;
    stage.relays[0].cut().await;
    stage.advance(31).await;
    stage.relays[0].mend().await;
    story::paid(&stage, lease, job.units).await;
    story::verify(&stage, lease, &job).await;
    stage.said_once().await;
}

/// A job run and paid for on a chain whose disk was copied after the award.
async fn paid_since(stage: &mut Stage, job: &Job) -> (LeaseId, PathBuf) {
    let order = stage.task(job).await;
    let lease = stage.award(order).await;
    let adopted = async || stage.client(lease).progress().await.ok();
    stage.until("the agent to know of the lease", adopted).await;
    let snapshot = stage.snapshot().await;
    stage.deliver(lease, job).await;
    story::paid(stage, lease, job.units).await;
    story::verify(stage, lease, job).await;
    (lease, snapshot)
}

/// Pays the same lease once more, with the receipts that were signed before.
async fn paid_again(stage: &Stage, lease: LeaseId, job: &Job) {
    let client = stage.client(lease);
    let before = client.units(0).await.unwrap().units;
    story::paid(stage, lease, job.units).await;
    story::verify(stage, lease, job).await;
    assert_eq!(client.units(0).await.unwrap().units, before);
    assert_eq!(stage.committed().await, 0);
    stage.said_once().await;
    assert!(stage.log().contains("the chain was set back"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_whose_chain_was_set_back_claims_again_what_it_had_run_and_runs_nothing_again() {
    let mut stage = Stage::with_relays(1).await;
    let _agent = stage.agent(None);
    let job = counting(4);
    let (lease, snapshot) = paid_since(&mut stage, &job).await;
    stage.restore(&snapshot).await;
    assert_eq!(attested(&stage, lease).await, 0);
    paid_again(&stage, lease, &job).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_comes_back_to_a_chain_that_was_set_back_meanwhile_notices_by_its_journal() {
    let mut stage = Stage::with_relays(1).await;
    let agent: Agent = stage.agent(None);
    let job = counting(4);
    let (lease, snapshot) = paid_since(&mut stage, &job).await;
    agent.killed().await;
    stage.restore(&snapshot).await;
    // A clock that goes on, as every real one does.
    stage.advance(40).await;
    let _agent = stage.agent(None);
    let up = async || stage.client(lease).units(0).await.ok();
    stage.until("the gateway", up).await;
    paid_again(&stage, lease, &job).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_another_one_after_the_chain_was_set_back_begins_anew() {
    let mut stage = Stage::with_relays(1).await;
    let _agent = stage.agent(None);
    let snapshot = stage.snapshot().await;
    let first = story::tell(&stage, &counting(4)).await;
    stage.restore(&snapshot).await;
    let job = counting(5);
    let second = story::tell(&stage, &job).await;
    assert_eq!(first, second);
    story::verify(&stage, second, &job).await;
    stage.said_once().await;
}
