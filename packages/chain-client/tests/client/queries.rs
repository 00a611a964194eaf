use base64::{engine::general_purpose::STANDARD, Engine};
use chain_client::{Account, Chain, QueryError, RpcError};
use cosmrs::proto::{
    cosmos::auth::v1beta1::{BaseAccount, ModuleAccount, QueryAccountResponse},
    cosmwasm::wasm::v1::{QuerySmartContractStateRequest, QuerySmartContractStateResponse},
    prost::Message,
    Any,
};
use serde_json::{json, Value};

use crate::{
    fake_node::{FakeNode, Reply},
    options,
};

pub fn abci(value: Vec<u8>) -> Reply {
    let value = STANDARD.encode(value);
    Reply::Result(json!({ "response": {
        "code": 0, "log": "", "info": "", "index": "0", "key": null, "value": value, "proofOps": null,
        "height": "10", "codespace": "",
    } }))
}

pub fn abci_failure(code: u32, log: &str) -> Reply {
    Reply::Result(json!({ "response": {
        "code": code, "log": log, "info": "", "index": "0", "key": null, "value": null, "proofOps": null,
        "height": "10", "codespace": "sdk",
    } }))
}

async fn chain(answer: impl FnMut(&str, &Value) -> Reply + Send + 'static) -> (FakeNode, Chain) {
    let node = FakeNode::of_chain(answer).await;
    let chain = Chain::connect(&[&node.url], options()).await.unwrap();
    (node, chain)
}

fn base() -> BaseAccount {
    BaseAccount {
        address: "lease1x".into(),
        account_number: 7,
        sequence: 4,
        ..BaseAccount::default()
    }
}

async fn account(type_url: &str, value: Vec<u8>) -> Result<Option<Account>, QueryError> {
    let any = Any {
        type_url: type_url.to_owned(),
        value,
    };
    let response = QueryAccountResponse { account: Some(any) }.encode_to_vec();
    let (_node, chain) = chain(move |_, _| abci(response.clone())).await;
    chain.account("lease1x").await
}

#[tokio::test]
async fn plain_and_module_accounts_have_number_and_sequence() {
    let expected = Ok(Some(Account {
        number: 7,
        sequence: 4,
    }));
    let plain = account("/cosmos.auth.v1beta1.BaseAccount", base().encode_to_vec()).await;
    assert_eq!(plain, expected);
    let module = ModuleAccount {
        base_account: Some(base()),
        name: "gov".into(),
        permissions: Vec::new(),
    };
    assert_eq!(
        account("/cosmos.auth.v1beta1.ModuleAccount", module.encode_to_vec()).await,
        expected
    );
}

#[tokio::test]
async fn an_account_of_unknown_type_is_not_guessed_at() {
    let error = account("/other.Account", base().encode_to_vec())
        .await
        .unwrap_err();
    assert!(matches!(error, QueryError::Shape { .. }), "{error}");
}

#[tokio::test]
async fn an_account_that_never_received_anything_is_none() {
    let log = "rpc error: code = NotFound desc = account lease1x not found: key not found";
    let (_node, chain) = chain(move |_, _| abci_failure(22, log)).await;
    assert_eq!(chain.account("lease1x").await, Ok(None));
}

#[tokio::test]
async fn any_other_refusal_of_an_account_is_an_error() {
    let (_node, chain) = chain(|_, _| abci_failure(18, "decoding bech32 failed: invalid request")).await;
    let error = chain.account("lease1x").await.unwrap_err();
    assert!(matches!(error, QueryError::Refused { code: 18, .. }), "{error}");
}

#[tokio::test]
async fn a_smart_query_sends_json_and_reads_json() {
    let (node, chain) = chain(|_, _| {
        abci(
            QuerySmartContractStateResponse {
                data: br#"{"lease_id":7}"#.to_vec(),
            }
            .encode_to_vec(),
        )
    })
    .await;
    let answer: Value = chain
        .smart("lease1e", &json!({ "lease": { "id": 7 } }))
        .await
        .unwrap();
    assert_eq!(answer, json!({ "lease_id": 7 }));
    let params = node.calls("abci_query").remove(0);
    assert_eq!(params["path"], "/cosmwasm.wasm.v1.Query/SmartContractState");
    let sent = hex::decode(params["data"].as_str().unwrap()).unwrap();
    let sent = QuerySmartContractStateRequest::decode(sent.as_slice()).unwrap();
    assert_eq!(
        (sent.address.as_str(), sent.query_data.as_slice()),
        ("lease1e", br#"{"lease":{"id":7}}"#.as_slice())
    );
}

#[tokio::test]
async fn a_contract_answer_of_another_shape_is_an_error() {
    let (_node, chain) = chain(|_, _| {
        abci(
            QuerySmartContractStateResponse {
                data: b"{\"lease_id\":".to_vec(),
            }
            .encode_to_vec(),
        )
    })
    .await;
    let error = chain.smart::<_, Value>("lease1e", &json!({})).await.unwrap_err();
    assert!(matches!(error, QueryError::Shape { .. }), "{error}");
}

#[tokio::test]
async fn bytes_that_are_no_protobuf_are_an_error() {
    let (_node, chain) = chain(|_, _| abci(vec![0xff; 7])).await;
    let error = chain.balance("lease1x", "ulease").await.unwrap_err();
    assert!(matches!(error, QueryError::Shape { .. }), "{error}");
}

fn header(height: &str, time: &str) -> Value {
    json!({ "header": { "height": height, "time": time, "last_block_id": { "hash": "" } } })
}

#[tokio::test]
async fn the_time_of_a_block_is_exact_to_the_nanosecond() {
    let (node, chain) = chain(|_, params| {
        assert_eq!(params["height"], "5");
        Reply::Result(header("5", "1970-01-01T00:00:02.000000003Z"))
    })
    .await;
    assert_eq!(chain.block_time(5).await.unwrap().nanos(), 2_000_000_003);
    assert_eq!(node.calls("header").len(), 1);
}

#[tokio::test]
async fn a_block_of_another_height_is_garbage() {
    let (_node, chain) = chain(|_, _| Reply::Result(header("6", "1970-01-01T00:00:02Z"))).await;
    assert!(matches!(chain.block_time(5).await, Err(RpcError::Garbage { .. })));
}

#[tokio::test]
async fn a_time_that_is_none_is_garbage() {
    for time in ["yesterday", "1969-12-31T23:59:59Z", "2999-01-01T00:00:00Z"] {
        let (_node, chain) = chain(move |_, _| Reply::Result(header("5", time))).await;
        assert!(
            matches!(chain.block_time(5).await, Err(RpcError::Garbage { .. })),
            "{time}"
        );
    }
}
