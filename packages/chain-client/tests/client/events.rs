use std::sync::{
    atomic::{AtomicU64, Ordering},
    Arc, Mutex,
};

use chain_client::{Chain, CursorError, HeightCursor, Mark};
use serde_json::{json, Value};

use crate::{
    fake_node::{block_hash, status_from, FakeNode, Reply},
    options,
};

struct World {
    height: Arc<AtomicU64>,
    /// Blocks from this height on are of another history; seconds that their clock is ahead.
    parting: Arc<Mutex<(u64, u64)>>,
    node: FakeNode,
}

/// Each block has one transaction that opens the lease of its height, and a passed proposal at height 3.
fn results(height: &str) -> Value {
    let event = |ty: &str, id: &str, added: Value| {
        json!({ "type": ty, "attributes": [
            { "key": "_contract_address", "value": "lease1e", "index": true },
            { "key": "lease_id", "value": id, "index": true },
            added,
        ] })
    };
    let of_block = match height {
        "3" => json!([event(
            "wasm-params_updated",
            "0",
            json!({ "key": "mode", "value": "EndBlock", "index": true })
        )]),
        _ => Value::Null,
    };
    json!({
        "height": height,
        "txs_results": [{
            "code": 0, "data": null, "log": "", "info": "", "gas_wanted": "0", "gas_used": "0", "codespace": "",
            "events": [
                { "type": "tx", "attributes": [{ "key": "fee", "value": null, "index": true }] },
                event("wasm-lease_opened", height, json!({ "key": "msg_index", "value": "0", "index": true })),
            ],
        }],
        "finalize_block_events": of_block,
        "validator_updates": null,
        "app_hash": "",
    })
}

impl World {
    async fn at(height: u64, earliest: u64) -> Self {
        let height = Arc::new(AtomicU64::new(height));
        let parting = Arc::new(Mutex::new((u64::MAX, 0)));
        let (now, parted) = (height.clone(), parting.clone());
        let node = FakeNode::start(move |method, params| {
            let latest = now.load(Ordering::SeqCst);
            let (part, ahead) = *parted.lock().unwrap();
            let hash = |height: u64| block_hash(height, if height < part { "a" } else { "b" });
            match method {
                "status" => {
                    let mut status = status_from("lease-1", latest, earliest);
                    status["sync_info"]["latest_block_hash"] = json!(hash(latest));
                    let seconds = latest + if latest < part { 0 } else { ahead };
                    status["sync_info"]["latest_block_time"] =
                        json!(format!("2026-01-02T03:{:02}:{:02}Z", seconds / 60, seconds % 60));
                    Reply::Result(status)
                }
                "header" => {
                    let height: u64 = params["height"].as_str().unwrap().parse().unwrap();
                    let before = json!({ "hash": hash(height - 1) });
                    let time = "2026-01-02T03:04:05Z";
                    let header =
                        json!({ "height": height.to_string(), "time": time, "last_block_id": before });
                    Reply::Result(json!({ "header": header }))
                }
                "block_results" => Reply::Result(results(params["height"].as_str().unwrap())),
                _ => Reply::Error("unexpected"),
            }
        })
        .await;
        Self {
            height,
            parting,
            node,
        }
    }

    /// The chain is set back and goes on from there: blocks from `part` on are other ones, `ahead` seconds later.
    fn set_back(&self, height: u64, part: u64, ahead: u64) {
        *self.parting.lock().unwrap() = (part, ahead);
        self.height.store(height, Ordering::SeqCst);
    }

    /// A cursor that has read everything, with a mark at the last of each of `heights`.
    async fn having_read(&self, heights: &[u64]) -> HeightCursor {
        let mut cursor = self.cursor(1).await;
        for height in heights {
            self.height.store(*height, Ordering::SeqCst);
            while cursor.next_block().await.unwrap().is_some() {}
        }
        cursor
    }

    async fn cursor(&self, seen: u64) -> HeightCursor {
        HeightCursor::after(Chain::connect(&[&self.node.url], options()).await.unwrap(), seen)
    }
}

#[tokio::test]
async fn every_height_after_the_stored_one_is_read_once_and_in_order() {
    let world = World::at(4, 1).await;
    let mut cursor = world.cursor(1).await;
    let mut seen = Vec::new();
    while let Some(block) = cursor.next_block().await.unwrap() {
        seen.extend(
            block
                .events
                .iter()
                .map(|event| (event.height, event.ty.clone(), event.tx_index)),
        );
    }
    let expected = [
        (2, "wasm-lease_opened".to_owned(), Some(0)),
        (3, "wasm-lease_opened".to_owned(), Some(0)),
        (3, "wasm-params_updated".to_owned(), None),
        (4, "wasm-lease_opened".to_owned(), Some(0)),
    ];
    assert_eq!(seen, expected);
    assert_eq!(cursor.seen(), 4);
    world.height.store(5, Ordering::SeqCst);
    assert_eq!(cursor.wait_block().await.unwrap().height, 5);
}

#[tokio::test]
async fn a_node_whose_height_went_back_is_told_from_one_without_news() {
    let world = World::at(4, 1).await;
    let mut cursor = world.cursor(4).await;
    assert_eq!(cursor.next_block().await, Ok(None));
    world.height.store(2, Ordering::SeqCst);
    assert_eq!(
        cursor.next_block().await,
        Err(CursorError::NodeBehind { node: 2, cursor: 4 })
    );
    assert_eq!(cursor.seen(), 4);
}

#[tokio::test]
async fn pruned_heights_are_reported_rather_than_skipped() {
    let world = World::at(90, 50).await;
    let mut cursor = world.cursor(7).await;
    assert_eq!(
        cursor.next_block().await,
        Err(CursorError::Pruned {
            wanted: 8,
            earliest: 50
        })
    );
    let chain = Chain::connect(&[&world.node.url], options()).await.unwrap();
    world.height.store(89, Ordering::SeqCst);
    cursor.jump(Mark::from(&chain.status().await.unwrap()));
    world.height.store(90, Ordering::SeqCst);
    assert_eq!(cursor.next_block().await.unwrap().unwrap().height, 90);
}

#[tokio::test]
async fn a_failed_read_does_not_move_the_cursor() {
    let mut reads = 0;
    let node = FakeNode::start(move |method, params| match method {
        "status" => Reply::Result(status_from("lease-1", 3, 1)),
        _ => {
            reads += 1;
            match reads {
                1 => Reply::Result(json!({ "height": "9", "txs_results": null })),
                2 => Reply::Body(200, b"{".to_vec()),
                _ => Reply::Result(results(params["height"].as_str().unwrap())),
            }
        }
    })
    .await;
    let mut cursor = HeightCursor::after(Chain::connect(&[&node.url], options()).await.unwrap(), 1);
    assert!(matches!(cursor.next_block().await, Err(CursorError::Rpc(_))));
    assert!(matches!(cursor.next_block().await, Err(CursorError::Rpc(_))));
    assert_eq!(cursor.next_block().await.unwrap().unwrap().height, 2);
}

#[tokio::test]
async fn the_newest_block_without_results_yet_is_no_error() {
    let mut reads = 0;
    let node = FakeNode::start(move |method, params| match method {
        "status" => Reply::Result(status_from("lease-1", 2, 1)),
        _ => {
            reads += 1;
            match reads {
                1 => Reply::Error("could not find results for height #2"),
                _ => Reply::Result(results(params["height"].as_str().unwrap())),
            }
        }
    })
    .await;
    let mut cursor = HeightCursor::after(Chain::connect(&[&node.url], options()).await.unwrap(), 1);
    assert_eq!(cursor.next_block().await, Ok(None));
    assert_eq!(cursor.wait_block().await.unwrap().height, 2);
}

#[tokio::test]
async fn another_block_at_the_height_of_the_cursor_is_another_history() {
    let world = World::at(4, 1).await;
    let mut cursor = world.having_read(&[4]).await;
    world.set_back(4, 3, 0);
    let error = cursor.next_block().await.unwrap_err();
    assert!(
        matches!(error, CursorError::OtherHistory { height: 4, .. }) && error.is_set_back(),
        "{error}"
    );
    assert_eq!(cursor.seen(), 4);
}

#[tokio::test]
async fn another_history_that_is_longer_already_is_noticed() {
    let world = World::at(4, 1).await;
    let mut cursor = world.having_read(&[4]).await;
    world.set_back(9, 3, 0);
    let error = cursor.next_block().await.unwrap_err();
    assert!(
        matches!(error, CursorError::OtherHistory { height: 4, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn another_history_that_is_shorter_is_noticed_by_an_older_block() {
    let world = World::at(2, 1).await;
    let mut cursor = world.having_read(&[2, 4, 6]).await;
    world.set_back(5, 3, 0);
    let error = cursor.next_block().await.unwrap_err();
    assert!(
        matches!(error, CursorError::OtherHistory { height: 4, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_lower_block_of_a_later_time_is_another_history() {
    let world = World::at(6, 1).await;
    let mut cursor = world.having_read(&[6]).await;
    world.set_back(3, 3, 60);
    let error = cursor.next_block().await.unwrap_err();
    assert!(
        matches!(
            error,
            CursorError::TimeWentBack {
                node: 3,
                cursor: 6,
                ..
            }
        ) && error.is_set_back(),
        "{error}"
    );
}

#[tokio::test]
async fn a_node_that_lags_is_not_taken_for_another_history() {
    let world = World::at(2, 1).await;
    let mut cursor = world.having_read(&[2, 4, 6]).await;
    for height in [1, 2, 3, 4, 5] {
        world.height.store(height, Ordering::SeqCst);
        let behind = CursorError::NodeBehind {
            node: height,
            cursor: 6,
        };
        assert_eq!(cursor.next_block().await, Err(behind));
    }
    world.height.store(7, Ordering::SeqCst);
    assert_eq!(cursor.next_block().await.unwrap().unwrap().height, 7);
}

#[tokio::test]
async fn a_stored_mark_is_held_against_the_chain_before_reading_on() {
    let world = World::at(4, 1).await;
    let mark = world.having_read(&[4]).await.mark().unwrap();
    let stored: Mark = serde_json::from_str(&serde_json::to_string(&mark).unwrap()).unwrap();
    let chain = Chain::connect(&[&world.node.url], options()).await.unwrap();
    world.height.store(5, Ordering::SeqCst);
    let mut cursor = HeightCursor::resume(chain.clone(), stored);
    assert_eq!(cursor.next_block().await.unwrap().unwrap().height, 5);
    world.set_back(6, 4, 0);
    let mut cursor = HeightCursor::resume(chain.clone(), stored);
    let error = cursor.next_block().await.unwrap_err();
    assert!(error.is_set_back(), "{error}");
    cursor.start_over(Mark::from(&chain.status().await.unwrap()));
    world.height.store(7, Ordering::SeqCst);
    assert_eq!(cursor.next_block().await.unwrap().unwrap().height, 7);
}
