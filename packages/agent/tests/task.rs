//! A task from order to payment, with the agent as a process on a devnet.

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
