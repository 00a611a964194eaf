use std::time::Duration;

use chain_client::{Chain, Options, RpcError};
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
