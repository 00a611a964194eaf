use serde_json::{json, Value};
use tendermint_rpc::{Client, Paging};

use crate::client::{config, send, Chain, Wallet, CHAIN_ID};

#[tokio::test]
async fn every_height_has_a_block_its_results_and_its_validators() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let done = chain.deliver(&alice, vec![send(&alice, &bob.address, 1)]).await;
    let latest = chain.block().await;
    let mut before = None;
    for height in 1..=latest {
        let height32 = u32::try_from(height).unwrap();
        let found = chain.rpc.block(height32).await.unwrap();
        assert_eq!(
            (
                found.block.header.height.value(),
                found.block.header.chain_id.as_str()
            ),
            (height, CHAIN_ID)
        );
        assert_eq!(found.block.header.last_block_id, before);
        assert!(before.is_none() || found.block.last_commit.is_some());
        before = Some(found.block_id);
        let results = chain.rpc.block_results(height32).await.unwrap();
        let txs = results.txs_results.unwrap_or_default();
        assert_eq!(txs.len(), found.block.data.len());
        assert_eq!(txs.len(), usize::from(height == done.height.value()));
        if let Some(first) = txs.first() {
            assert_eq!(first, &done.tx_result);
        }
        assert_eq!(
            chain
                .rpc
                .validators(height32, Paging::All)
                .await
                .unwrap()
                .validators
                .len(),
            1
        );
        assert_eq!(
            chain
                .rpc
                .commit(height32)
                .await
                .unwrap()
                .signed_header
                .header
                .height
                .value(),
            height
        );
    }
    let status = chain.rpc.status().await.unwrap();
    assert_eq!(status.sync_info.latest_block_height.value(), latest);
    assert!(!status.sync_info.catching_up);
}

#[tokio::test]
async fn block_time_never_goes_back_and_follows_the_clock() {
    let chain = Chain::start().await;
    let before = chain.rpc.latest_block().await.unwrap().block.header.time;
    chain.advance(3_600).await;
    let after = chain.rpc.latest_block().await.unwrap().block.header.time;
    assert!(after.duration_since(before).unwrap().as_secs() >= 3_600);
    chain.block().await;
    assert!(chain.rpc.latest_block().await.unwrap().block.header.time > after);
}

#[tokio::test]
async fn empty_blocks_out_of_the_window_are_still_answered() {
    let chain = Chain::with(devnet::Config {
        empty_block_window: 3,
        ..config()
    })
    .await;
    let mut latest = 0;
    for _ in 0..10 {
        latest = chain.block().await;
    }
    for height in 1..=latest {
        let height = u32::try_from(height).unwrap();
        assert_eq!(
            chain.rpc.block(height).await.unwrap().block.header.height.value(),
            u64::from(height)
        );
        assert!(chain
            .rpc
            .block_results(height)
            .await
            .unwrap()
            .txs_results
            .is_none());
    }
}

#[tokio::test]
async fn the_slow_beat_makes_empty_blocks() {
    let beat = std::time::Duration::from_millis(10);
    let chain = Chain::with(devnet::Config {
        block_interval: beat,
        ..config()
    })
    .await;
    let mut heights = std::collections::BTreeSet::new();
    while heights.len() < 3 {
        heights.insert(
            chain
                .rpc
                .status()
                .await
                .unwrap()
                .sync_info
                .latest_block_height
                .value(),
        );
    }
    assert!(chain.rpc.latest_block().await.unwrap().block.data.is_empty());
}

async fn post(chain: &Chain, body: &Value) -> Value {
    chain
        .web
        .post(chain.running.rpc_url())
        .json(body)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

#[tokio::test]
async fn errors_are_json_rpc_errors_with_the_texts_of_a_node() {
    let chain = Chain::start().await;
    for (method, params, code, data) in [
        (
            "genesis_chunked",
            json!({}),
            -32601,
            "the devnet does not answer genesis_chunked",
        ),
        (
            "block",
            json!({ "height": "99" }),
            -32603,
            "height 99 must be less than or equal to the current blockchain height 1",
        ),
        (
            "block",
            json!({ "height": "0" }),
            -32603,
            "height must be greater than 0, but got 0",
        ),
        (
            "block",
            json!({ "height": "-1" }),
            -32603,
            "height must be greater than 0, but got -1",
        ),
        (
            "tx",
            json!({ "hash": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=" }),
            -32603,
            "tx (000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F) not found",
        ),
        (
            "tx_search",
            json!({ "query": "tx.height=1", "page": "7" }),
            -32603,
            "page should be within [1, 1] range, given 7",
        ),
        (
            "tx_search",
            json!({ "query": "tx.height" }),
            -32603,
            "failed to parse query: expected an operator in \"tx.height\"",
        ),
        (
            "abci_query",
            json!({ "path": "/a/b", "prove": true }),
            -32603,
            "the devnet has no proofs: its validator is made up",
        ),
    ] {
        let reply = post(
            &chain,
            &json!({ "jsonrpc": "2.0", "id": "x", "method": method, "params": params }),
        )
        .await;
        assert_eq!(reply["id"], "x");
        assert_eq!(
            (&reply["error"]["code"], &reply["error"]["data"]),
            (&json!(code), &json!(data)),
            "{method}"
        );
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_order_with_each_id() {
    let chain = Chain::start().await;
    let body = json!([
        { "jsonrpc": "2.0", "id": 7, "method": "health", "params": {} },
        { "jsonrpc": "2.0", "id": "b", "method": "status" },
    ]);
    let reply = post(&chain, &body).await;
    assert_eq!((&reply[0]["id"], &reply[1]["id"]), (&json!(7), &json!("b")));
    assert_eq!(reply[1]["result"]["node_info"]["network"], CHAIN_ID);
}

#[tokio::test]
async fn methods_answer_to_get_with_quoted_and_hex_parameters() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let done = chain.deliver(&alice, vec![send(&alice, &bob.address, 1)]).await;
    let get = |path: String| {
        chain
            .web
            .get(format!("{}/{path}", chain.running.rpc_url()))
            .send()
    };
    let found: Value = get(format!("tx?hash=0x{}", done.hash))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(found["result"]["height"], done.height.to_string());
    let found: Value = get("block?height=1".to_owned())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(found["result"]["block"]["header"]["height"], "1");
    let query = "tx_search?query=%22tx.height%3D2%22".to_owned();
    let found: Value = get(query).await.unwrap().json().await.unwrap();
    assert_eq!(found["result"]["total_count"], "1");
}

#[tokio::test]
async fn pages_of_any_origin_may_read_but_not_move_the_clock() {
    let chain = Chain::start().await;
    let preflight = |path: &str| {
        chain
            .web
            .request(
                reqwest::Method::OPTIONS,
                format!("{}/{path}", chain.running.rpc_url()),
            )
            .header("origin", "https://example.org")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type")
            .send()
    };
    let allowed = |answer: &reqwest::Response| answer.headers().contains_key("access-control-allow-origin");
    assert!(allowed(&preflight("").await.unwrap()));
    assert!(!allowed(&preflight("devnet/time").await.unwrap()));
}
