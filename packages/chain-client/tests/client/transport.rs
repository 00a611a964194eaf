use std::sync::{
    atomic::{AtomicU64, Ordering},
    Arc,
};
use std::time::Duration;

use chain_client::{Chain, Options, QueryError, RpcError};
use serde_json::json;

use crate::{
    fake_node::{dead_url, status, FakeNode, Reply},
    options,
};

async fn height_from(reply: fn() -> Reply) -> Result<u64, RpcError> {
    let mut first = true;
    let node = FakeNode::start(move |_, _| match std::mem::take(&mut first) {
        true => Reply::Result(status("lease-1", 10)),
        false => reply(),
    })
    .await;
    let options = Options {
        request_timeout: Duration::from_millis(300),
        max_answer: 1 << 16,
        ..options()
    };
    // The first `status` is the check of the endpoint; what follows is the answer under test.
    Chain::connect(&[&node.url], options).await?.height().await
}

#[tokio::test]
async fn text_that_is_no_json_is_garbage() {
    let error = height_from(|| Reply::Body(200, b"<html>bad gateway</html>".to_vec()))
        .await
        .unwrap_err();
    assert!(
        matches!(error, RpcError::Garbage { method: "status", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn json_of_another_shape_is_garbage() {
    for reply in [
        || Reply::Result(json!([])),
        || Reply::Result(json!({ "node_info": { "network": "x" } })),
        || Reply::Body(200, b"{}".to_vec()),
        || Reply::Body(200, br#"{"jsonrpc":"2.0","id":999,"result":{}}"#.to_vec()),
        || Reply::Body(200, "[".repeat(10_000).into_bytes()),
    ] {
        let error = height_from(reply).await.unwrap_err();
        assert!(matches!(error, RpcError::Garbage { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_negative_or_huge_number_is_garbage() {
    for height in ["-1", "18446744073709551616", "ten", ""] {
        let mut answer = status("lease-1", 1);
        answer["sync_info"]["latest_block_height"] = json!(height);
        let node = FakeNode::start(move |_, _| Reply::Result(answer.clone())).await;
        let error = Chain::connect(&[&node.url], options()).await.unwrap_err();
        assert!(matches!(error, RpcError::Garbage { .. }), "{error}");
    }
}

#[tokio::test]
async fn half_an_answer_is_garbage() {
    let error = height_from(|| Reply::Half(br#"{"jsonrpc":"2.0","#.to_vec(), 50))
        .await
        .unwrap_err();
    assert!(matches!(error, RpcError::Garbage { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_above_the_bound_is_cut_off() {
    let error = height_from(|| Reply::Body(200, vec![b' '; (1 << 16) + 1]))
        .await
        .unwrap_err();
    assert!(
        matches!(error, RpcError::TooLarge { limit: 65_536, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_silent_node_is_left_after_the_timeout() {
    let error = height_from(|| Reply::Silence).await.unwrap_err();
    assert!(
        matches!(error, RpcError::Timeout { method: "status", .. }),
        "{error}"
    );
}

#[tokio::test]
async fn an_http_error_without_json_shows_its_status() {
    let error = height_from(|| Reply::Body(502, b"bad gateway".to_vec()))
        .await
        .unwrap_err();
    assert!(matches!(error, RpcError::Http { status: 502, .. }), "{error}");
}

#[tokio::test]
async fn a_nodes_own_error_is_passed_on() {
    let error = height_from(|| Reply::Error("no such thing")).await.unwrap_err();
    assert!(
        matches!(&error, RpcError::Node { code: -32603, data, .. } if data == "no such thing"),
        "{error}"
    );
}

#[tokio::test]
async fn a_node_that_is_not_there_is_unreachable() {
    let url = dead_url().await;
    let error = Chain::connect(&[&url], options()).await.unwrap_err();
    assert!(matches!(error, RpcError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn addresses_that_are_no_endpoints_are_refused() {
    for url in ["", "localhost:26657", "ftp://localhost", "http://"] {
        let error = Chain::connect(&[url], options()).await.unwrap_err();
        assert!(matches!(error, RpcError::BadUrl { .. }), "{url}: {error}");
    }
    let none: [&str; 0] = [];
    assert_eq!(
        Chain::connect(&none, options()).await.unwrap_err(),
        RpcError::NoEndpoint
    );
}

#[tokio::test]
async fn tcp_addresses_as_cometbft_writes_them_are_understood() {
    let node = FakeNode::start(|_, _| Reply::Result(status("lease-1", 10))).await;
    let chain = Chain::connect(&[node.url.replace("http://", "tcp://")], options())
        .await
        .unwrap();
    assert_eq!(chain.chain_id(), "lease-1");
}

#[tokio::test]
async fn a_request_moves_on_to_the_next_endpoint_and_stays_there() {
    let mut answered = 0;
    let failing = FakeNode::start(move |_, _| {
        answered += 1;
        match answered {
            1 | 2 => Reply::Result(status("lease-1", 10)),
            _ => Reply::HangUp,
        }
    })
    .await;
    let standby = FakeNode::start(|_, _| Reply::Result(status("lease-1", 11))).await;
    let urls = [dead_url().await, failing.url.clone(), standby.url.clone()];
    let chain = Chain::connect(&urls, options()).await.unwrap();
    assert_eq!(chain.height().await.unwrap(), 11);
    let before = failing.calls("status").len();
    assert_eq!(chain.height().await.unwrap(), 11);
    assert_eq!(failing.calls("status").len(), before);
    assert_eq!(chain.url(), format!("{}/", standby.url));
}

#[tokio::test]
async fn an_endpoint_that_failed_lately_is_asked_last() {
    let mut answered = 0;
    let first = FakeNode::start(move |_, _| {
        answered += 1;
        match answered {
            1 | 2 => Reply::Result(status("lease-1", 10)),
            _ => Reply::Half(b"{".to_vec(), 9),
        }
    })
    .await;
    let mut answered = 0;
    let second = FakeNode::start(move |_, _| {
        answered += 1;
        match answered {
            1..=3 => Reply::Result(status("lease-1", 10)),
            _ => Reply::Body(200, b"garbage".to_vec()),
        }
    })
    .await;
    let third = FakeNode::start(|_, _| Reply::Result(status("lease-1", 12))).await;
    let urls = [&first.url, &second.url, &third.url];
    let chain = Chain::connect(&urls, options()).await.unwrap();
    assert_eq!(chain.height().await, Ok(10));
    assert_eq!(chain.height().await, Ok(10));
    let tried = first.calls("status").len();
    assert_eq!(chain.height().await, Ok(12));
    assert_eq!(
        (first.calls("status").len(), chain.url()),
        (tried, format!("{}/", third.url).as_str())
    );
}

/// A node whose state is at a height that the test sets.
async fn node_at(height: u64) -> (FakeNode, Arc<AtomicU64>) {
    let height = Arc::new(AtomicU64::new(height));
    let now = height.clone();
    let node = FakeNode::start(move |method, _| {
        let height = now.load(Ordering::SeqCst);
        match method {
            "status" => Reply::Result(status("lease-1", height)),
            _ => Reply::Result(json!({ "response": {
                "code": 0, "height": height.to_string(), "value": null,
            } })),
        }
    })
    .await;
    (node, height)
}

#[tokio::test]
async fn an_endpoint_that_lags_behind_what_was_read_is_passed_over() {
    let ((first, height), (second, _)) = (node_at(20).await, node_at(21).await);
    let chain = Chain::connect(&[&first.url, &second.url], options())
        .await
        .unwrap();
    chain.balance("lease1x", "ulease").await.unwrap();
    assert_eq!(chain.floor(), 20);
    height.store(19, Ordering::SeqCst);
    chain.balance("lease1x", "ulease").await.unwrap();
    assert_eq!(
        (chain.floor(), chain.url()),
        (21, format!("{}/", second.url).as_str())
    );
    assert_eq!(chain.height().await, Ok(21));
}

#[tokio::test]
async fn state_older_than_what_was_read_is_never_returned() {
    let (node, height) = node_at(20).await;
    let options = Options {
        lag_timeout: Duration::from_millis(20),
        ..options()
    };
    let chain = Chain::connect(&[&node.url], options).await.unwrap();
    chain.balance("lease1x", "ulease").await.unwrap();
    height.store(18, Ordering::SeqCst);
    let error = chain.balance("lease1x", "ulease").await.unwrap_err();
    assert!(
        matches!(
            error,
            QueryError::Rpc(RpcError::Behind {
                height: 18,
                wanted: 20,
                ..
            })
        ),
        "{error}"
    );
    assert_eq!(chain.height().await, Ok(18));
    chain.forget_floor();
    chain.balance("lease1x", "ulease").await.unwrap();
    assert_eq!(chain.floor(), 18);
}

#[tokio::test]
async fn a_node_whose_state_follows_its_blocks_is_given_a_moment() {
    let (node, height) = node_at(20).await;
    let chain = Chain::connect(&[&node.url], options()).await.unwrap();
    chain.balance("lease1x", "ulease").await.unwrap();
    height.store(19, Ordering::SeqCst);
    let asked = node.calls("abci_query").len();
    let question = chain.balance("lease1x", "ulease");
    let catching_up = async {
        while node.calls("abci_query").len() < asked + 2 {
            tokio::task::yield_now().await;
        }
        height.store(20, Ordering::SeqCst);
    };
    let (answer, ()) = tokio::join!(question, catching_up);
    answer.unwrap();
}

#[tokio::test]
async fn an_endpoint_of_another_chain_is_never_used() {
    let mut answered = 0;
    let ours = FakeNode::start(move |_, _| {
        answered += 1;
        match answered {
            1 | 2 => Reply::Result(status("lease-1", 10)),
            _ => Reply::Body(503, Vec::new()),
        }
    })
    .await;
    let foreign = FakeNode::start(|_, _| Reply::Result(status("other-9", 99))).await;
    let chain = Chain::connect(&[&ours.url, &foreign.url], options())
        .await
        .unwrap();
    let error = chain.height().await.unwrap_err();
    assert!(
        matches!(&error, RpcError::WrongChain { found, .. } if found == "other-9"),
        "{error}"
    );
}

#[tokio::test]
async fn the_chain_asked_for_must_answer() {
    let node = FakeNode::start(|_, _| Reply::Result(status("other-9", 99))).await;
    let options = Options {
        chain_id: Some("lease-1".into()),
        ..options()
    };
    let error = Chain::connect(&[&node.url], options).await.unwrap_err();
    assert!(
        matches!(&error, RpcError::WrongChain { expected, .. } if expected == "lease-1"),
        "{error}"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let error = height_from(|| Reply::Body(302, Vec::new())).await.unwrap_err();
    assert!(matches!(error, RpcError::Http { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn another_chain_at_the_same_endpoint_is_noticed() {
    let error = height_from(|| Reply::Result(status("lease-2", 3)))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, RpcError::WrongChain { found, .. } if found == "lease-2"),
        "{error}"
    );
}
