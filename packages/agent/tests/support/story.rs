//! The story of a task, told by several tests.

use jobs::receipt;
use market_types::escrow::{LeaseStatus, Progress};
use market_types::{CloseReason, LeaseId};

use super::job::{counted, Job};
use super::Stage;

/// From the order to the last payment.
pub async fn tell(stage: &Stage, job: &Job) -> LeaseId {
    let order = stage.task(job).await;
    let lease = stage.award(order).await;
    stage.deliver(lease, job).await;
    paid(stage, lease, job.units).await;
    lease
}

/// Lets every batch vest and waits until all are paid.
pub async fn paid(stage: &Stage, lease: LeaseId, units: u32) {
    let attested = async || {
        let lease = stage.lease(lease).await;
        matches!(lease.progress, Progress::Task { attested, .. } if attested == units).then_some(())
    };
    stage.until("all units to be attested", attested).await;
    stage.advance(31).await;
    let closed = async || {
        let lease = stage.lease(lease).await;
        (lease.status == LeaseStatus::Closed).then_some(lease)
    };
    let closed = stage.until("the lease to close", closed).await;
    assert_eq!(closed.close_reason, Some(CloseReason::Completed));
    assert_eq!(
        closed.money.gross.u128(),
        closed.price.0.u128() * u128::from(units)
    );
    assert_eq!(closed.money.refunded.u128(), 0);
}

/// Checks results, receipts and roots as a tenant would: every unit once, in order, signed by the agent.
pub async fn verify(stage: &Stage, lease: LeaseId, job: &Job) {
    let client = stage.client(lease);
    let page = stage
        .until("the gateway", async || client.units(0).await.ok())
        .await;
    assert_eq!(page.units.len() as u32, job.units);
    let agent = stage.agent_key.public_key();
    let mut leaves = vec![];
    for (unit, line) in page.units.iter().enumerate() {
        let unit = unit as u32;
        assert_eq!(line.unit, unit);
        assert_eq!(client.get(&line.result, 4_096).await.unwrap(), counted(unit));
        let receipt: agent::journal::StoredReceipt = line.receipt.clone().unwrap().try_into().unwrap();
        receipt.0.verify(agent.as_bytes()).unwrap();
        assert_eq!((receipt.0.receipt.unit, receipt.0.receipt.lease), (unit, lease));
        assert_eq!(receipt.0.receipt.result, line.result.bytes);
        leaves.push(receipt.0.receipt.leaf());
    }
    let mut next = 0;
    for batch in stage.market.batches(lease).await.unwrap() {
        assert_eq!(batch.first_unit, next);
        let range = batch.first_unit as usize..(batch.first_unit + batch.count) as usize;
        let line = page.batches.iter().find(|line| line.first_unit == next).unwrap();
        let tree = receipt::Tree::of_batch(&leaves[range], line.blind).unwrap();
        assert_eq!(tree.root(), batch.root);
        next += batch.count;
    }
    assert_eq!(next, job.units);
}
