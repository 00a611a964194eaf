use std::sync::{
    atomic::{AtomicU64, Ordering},
    Arc,
};

use chain_client::{Chain, CursorError, HeightCursor};
use serde_json::{json, Value};

use crate::{
    fake_node::{status_from, FakeNode, Reply},
    options,
};

struct World {
    height: Arc<AtomicU64>,
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
        let now = height.clone();
        let node = FakeNode::start(move |method, params| {
            let latest = now.load(Ordering::SeqCst);
            match method {
                "status" => Reply::Result(status_from("lease-1", latest, earliest)),
                "block_results" => Reply::Result(results(params["height"].as_str().unwrap())),
                _ => Reply::Error("unexpected"),
            }
        })
        .await;
        Self { height, node }
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
    cursor.set_seen(89);
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
