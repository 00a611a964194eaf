use std::time::Duration;

use chain_client::{
    address, Broadcast, BroadcastError, Chain, Gas, Msg, Options, Signer, SigningKey, TxBytes, TxError,
    TxOptions,
};
use cosmrs::proto::{
    cosmos::tx::v1beta1::{AuthInfo, TxRaw},
    prost::Message,
};
use serde_json::json;

use crate::{
    fake_chain::{account_at, FakeChain},
    fake_node::{FakeNode, Reply},
    options,
};

const LONG: Duration = Duration::from_secs(30);

fn tick(unit: u64) -> Msg {
    Msg::execute("lease1e", &json!({ "tick": { "unit": unit } }), &[]).unwrap()
}

fn fixed() -> TxOptions {
    TxOptions {
        gas: Gas::Limit(200_000),
        ..TxOptions::default()
    }
}

#[tokio::test]
async fn gas_is_simulated_adjusted_and_paid_for_rounding_up() {
    let chain = FakeChain::start().await;
    let outcome = chain
        .signer(options())
        .await
        .execute("lease1e", &json!({ "tick": {} }), &[])
        .await
        .unwrap();
    assert_eq!((outcome.height, outcome.gas_used), (11, 120_000));
    let state = chain.state();
    let (_, tx) = &state.included[&outcome.hash];
    let raw = TxRaw::decode(tx.as_slice()).unwrap();
    let fee = AuthInfo::decode(raw.auth_info_bytes.as_slice())
        .unwrap()
        .fee
        .unwrap();
    assert_eq!(fee.gas_limit, 140_002);
    assert_eq!(
        (fee.amount[0].amount.as_str(), fee.amount[0].denom.as_str()),
        ("3501", "ulease")
    );
}

#[tokio::test]
async fn a_gas_price_of_zero_pays_nothing() {
    let chain = FakeChain::start().await;
    let signer = chain
        .signer(Options {
            gas_price: "0ulease".parse().unwrap(),
            ..options()
        })
        .await;
    let tx = signer.send(&[tick(1)], &fixed()).await.unwrap();
    let raw = TxRaw::decode(tx.as_slice()).unwrap();
    assert!(AuthInfo::decode(raw.auth_info_bytes.as_slice())
        .unwrap()
        .fee
        .unwrap()
        .amount
        .is_empty());
}

#[tokio::test]
async fn a_failed_transaction_is_an_error_with_code_and_log() {
    let chain = FakeChain::start().await;
    chain.state().failing = Some("lease 7 is closed: execute wasm contract failed");
    let error = chain
        .signer(options())
        .await
        .submit(&[tick(1)], &fixed())
        .await
        .unwrap_err();
    let TxError::Failed(outcome) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        (outcome.code, outcome.codespace.as_str(), outcome.height),
        (5, "wasm", 11)
    );
    assert!(error.to_string().contains("lease 7 is closed"), "{error}");
}

#[tokio::test]
async fn a_failing_simulation_sends_nothing() {
    let chain = FakeChain::start().await;
    chain.state().unsound = Some("lease 7 is closed: execute wasm contract failed with gas used: '9'");
    let error = chain
        .signer(options())
        .await
        .submit(&[tick(1)], &TxOptions::default())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, TxError::Simulation { code: 6, log, .. } if log.contains("lease 7")),
        "{error}"
    );
    assert!(chain.node.calls("broadcast_tx_sync").is_empty());
}

#[tokio::test]
async fn an_account_that_does_not_exist_cannot_sign() {
    let chain = FakeChain::start().await;
    chain.state().absent = true;
    let error = chain
        .signer(options())
        .await
        .sign(&[tick(1)], &fixed())
        .await
        .unwrap_err();
    assert!(matches!(error, TxError::NoAccount { .. }), "{error}");
}

#[tokio::test]
async fn several_transactions_wait_for_one_block_with_sequences_in_a_row() {
    let chain = FakeChain::start().await;
    chain.state().hold = true;
    let signer = chain.signer(options()).await;
    let mut txs = Vec::new();
    for unit in 0..4 {
        // Simulation on the last block does not know of those that wait.
        txs.push(signer.send(&[tick(unit)], &TxOptions::default()).await.unwrap());
    }
    let sequences: Vec<_> = txs.iter().map(|tx| tx.sequence().unwrap()).collect();
    assert_eq!(sequences, [0, 1, 2, 3]);
    chain.state().include_waiting();
    for tx in &txs {
        assert!(signer
            .chain()
            .confirm(&tx.hash(), LONG)
            .await
            .unwrap()
            .succeeded());
    }
}

#[tokio::test]
async fn clones_of_a_signer_share_the_sequence() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    let tasks: Vec<_> = (0..8)
        .map(|unit| {
            let signer: Signer = signer.clone();
            tokio::spawn(async move { signer.submit(&[tick(unit)], &fixed()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(chain.state().included.len(), 8);
}

#[tokio::test]
async fn a_sequence_used_by_somebody_else_is_corrected() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    signer.submit(&[tick(1)], &fixed()).await.unwrap();
    chain.state().sequence = 40;
    let outcome = signer.submit(&[tick(2)], &fixed()).await.unwrap();
    assert_eq!(chain.state().included[&outcome.hash].1.sequence(), Ok(40));
    let outcome = signer.submit(&[tick(3)], &TxOptions::default()).await.unwrap();
    assert_eq!(chain.state().included[&outcome.hash].1.sequence(), Ok(41));
}

#[tokio::test]
async fn a_refused_transaction_leaves_its_sequence_free() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    chain.state().refusing = Some("insufficient fees; got: 1ulease required: 5ulease: insufficient fee");
    let error = signer.submit(&[tick(1)], &fixed()).await.unwrap_err();
    assert!(
        matches!(&error, TxError::Broadcast(BroadcastError::Refused { code: 13, log, .. }) if log.contains("insufficient")),
        "{error}"
    );
    chain.state().refusing = None;
    signer.submit(&[tick(1)], &fixed()).await.unwrap();
}

#[tokio::test]
async fn the_same_bytes_sent_twice_are_one_transaction() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    let tx = signer.sign(&[tick(1)], &fixed()).await.unwrap();
    assert_eq!(signer.broadcast(&tx).await, Ok(Broadcast::Accepted));
    let stored = TxBytes::from_vec(tx.clone().into_vec());
    assert_eq!(signer.broadcast(&stored).await, Ok(Broadcast::Known));
    assert_eq!(
        signer.chain().deliver(&stored, LONG).await.unwrap().hash,
        tx.hash()
    );
    assert_eq!(chain.state().included.len(), 1);
}

#[tokio::test]
async fn a_broadcast_without_answer_is_undecided_and_not_signed_anew() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    chain.state().deaf = 1;
    let error = signer.send(&[tick(1)], &fixed()).await.unwrap_err();
    assert!(matches!(error, TxError::Undecided { .. }), "{error}");
    chain.state().deaf = 1;
    signer.submit(&[tick(2)], &fixed()).await.unwrap();
    assert_eq!(chain.state().included.len(), 2);
}

#[tokio::test]
async fn a_sequence_refused_after_a_silent_endpoint_is_undecided() {
    let chain = FakeChain::start().await;
    let silent = FakeNode::of_chain(|method, _| match method {
        "broadcast_tx_sync" => Reply::HangUp,
        _ => Reply::Body(503, Vec::new()),
    })
    .await;
    let signer = chain.signer(options()).await;
    let tx = signer.sign(&[tick(1)], &fixed()).await.unwrap();
    chain.state().sequence = 1;
    let both = Chain::connect(&[&silent.url, &chain.node.url], options())
        .await
        .unwrap();
    let error = both.broadcast(&tx).await.unwrap_err();
    assert!(matches!(error, TxError::Undecided { .. }), "{error}");
}

#[tokio::test]
async fn a_transaction_the_node_forgot_is_sent_again() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    chain.state().forget = 1;
    signer.submit(&[tick(1)], &fixed()).await.unwrap();
    let sent = chain.node.calls("broadcast_tx_sync");
    assert!(sent.len() >= 2);
    assert!(sent.iter().all(|params| params == &sent[0]));
}

#[tokio::test]
async fn a_transaction_in_no_block_is_unconfirmed_after_the_timeout() {
    let chain = FakeChain::start().await;
    chain.state().hold = true;
    let signer = chain.signer(options()).await;
    let tx = signer.send(&[tick(1)], &fixed()).await.unwrap();
    let error = signer
        .chain()
        .confirm(&tx.hash(), Duration::from_millis(30))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, TxError::Unconfirmed { hash, .. } if *hash == tx.hash()),
        "{error}"
    );
}

#[tokio::test]
async fn stored_bytes_whose_sequence_is_used_up_are_superseded() {
    let chain = FakeChain::start().await;
    let tx = chain
        .signer(options())
        .await
        .sign(&[tick(1)], &fixed())
        .await
        .unwrap();
    let other = chain.signer(options()).await;
    other.submit(&[tick(2)], &fixed()).await.unwrap();
    let error = other.chain().deliver(&tx, LONG).await.unwrap_err();
    assert!(
        matches!(
            error,
            TxError::Superseded {
                expected: 1,
                got: 0,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn after_a_restart_stored_bytes_go_first_and_new_ones_follow() {
    let chain = FakeChain::start().await;
    chain.state().hold = true;
    let stored = chain
        .signer(options())
        .await
        .sign(&[tick(1)], &fixed())
        .await
        .unwrap();
    let signer = chain.signer(options()).await;
    signer.observe(&stored).await.unwrap();
    let next = signer.sign(&[tick(2)], &fixed()).await.unwrap();
    assert_eq!((stored.sequence(), next.sequence()), (Ok(0), Ok(1)));
    assert_eq!(signer.broadcast(&stored).await, Ok(Broadcast::Accepted));
    assert_eq!(signer.broadcast(&next).await, Ok(Broadcast::Accepted));
}

#[tokio::test]
async fn a_refusal_of_old_bytes_does_not_free_the_sequences_of_stored_ones() {
    let chain = FakeChain::start().await;
    chain.state().hold = true;
    let signer = chain.signer(options()).await;
    let old = signer.sign(&[tick(1)], &fixed()).await.unwrap();
    let stored = signer.sign(&[tick(2)], &fixed()).await.unwrap();
    let latest = signer.sign(&[tick(3)], &fixed()).await.unwrap();
    let error = signer.broadcast(&stored).await.unwrap_err();
    assert!(
        matches!(
            error,
            TxError::Broadcast(BroadcastError::Sequence { expected: 0, got: 1 })
        ),
        "{error}"
    );
    let next = signer.sign(&[tick(4)], &fixed()).await.unwrap();
    assert_eq!(next.sequence(), Ok(3));
    for tx in [old, stored, latest, next] {
        assert_eq!(signer.broadcast(&tx).await, Ok(Broadcast::Accepted));
    }
}

#[tokio::test]
async fn a_look_up_answered_with_another_transaction_is_garbage() {
    let node = FakeNode::of_chain(|_, _| {
        Reply::Result(json!({
            "hash": "00".repeat(32), "height": "3", "index": 0, "tx": "",
            "tx_result": { "code": 0, "data": null, "log": "", "gas_wanted": "0", "gas_used": "0", "events": [] },
        }))
    })
    .await;
    let chain = Chain::connect(&[&node.url], options()).await.unwrap();
    assert!(chain.tx(&TxBytes::from_vec(vec![1]).hash()).await.is_err());
}

#[tokio::test]
async fn a_node_that_dies_while_it_takes_a_transaction_is_followed_by_another_with_the_same_bytes() {
    let chain = FakeChain::start().await;
    let second = chain.another_node().await;
    let both = Chain::connect(&[&chain.node.url, &second.url], options())
        .await
        .unwrap();
    let signer = Signer::new(both, SigningKey::from_bytes(&[5; 32]).unwrap()).unwrap();
    chain.state().deaf = 1;
    chain.state().hold = true;
    let (messages, options) = ([tick(1)], fixed());
    let (outcome, ()) = tokio::join!(signer.submit(&messages, &options), async {
        while second.calls("broadcast_tx_sync").is_empty() {
            tokio::task::yield_now().await;
        }
        chain.state().include_waiting();
    });
    outcome.unwrap();
    assert_eq!(chain.state().included.len(), 1);
    let mut sent = chain.node.calls("broadcast_tx_sync");
    sent.extend(second.calls("broadcast_tx_sync"));
    assert!(sent.len() >= 2 && sent.iter().all(|params| params == &sent[0]));
}

#[tokio::test]
async fn what_one_node_refuses_another_may_have_taken_so_stored_bytes_are_not_given_up() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    let tx = signer.sign(&[tick(1)], &fixed()).await.unwrap();
    chain.state().refusing = Some("insufficient fees; got: 1ulease required: 5ulease: insufficient fee");
    let error = signer
        .chain()
        .deliver(&tx, Duration::from_millis(30))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, TxError::Unconfirmed { last: Some(_), .. })
            && error.to_string().contains("insufficient"),
        "{error}"
    );
    chain.state().refusing = None;
    assert_eq!(signer.chain().deliver(&tx, LONG).await.unwrap().hash, tx.hash());
}

#[tokio::test]
async fn bytes_whose_last_height_is_over_are_expired() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    let bounded = TxOptions {
        timeout_height: 12,
        ..fixed()
    };
    let tx = signer.sign(&[tick(1)], &bounded).await.unwrap();
    chain.state().refusing = Some("tx timeout height");
    chain.state().empty = 3;
    let error = signer
        .chain()
        .deliver(&tx, Duration::from_millis(30))
        .await
        .unwrap_err();
    assert!(matches!(error, TxError::Unconfirmed { .. }), "{error}");
    chain.state().empty = 4;
    let error = signer.chain().deliver(&tx, LONG).await.unwrap_err();
    let expired = TxError::Expired {
        hash: tx.hash(),
        timeout_height: 12,
        height: 14,
    };
    assert_eq!(error, expired);
}

#[tokio::test]
async fn bytes_in_a_block_that_only_another_endpoint_knows_are_not_superseded() {
    let chain = FakeChain::start().await;
    let tx = chain
        .signer(options())
        .await
        .sign(&[tick(1)], &fixed())
        .await
        .unwrap();
    // It has the account as it is now, and an index that begins later.
    let forgetful = FakeNode::of_chain(|method, _| match method {
        "tx" => Reply::Error("tx (HASH) not found"),
        "abci_query" => account_at(1),
        _ => Reply::Result(json!({
            "code": 32, "codespace": "sdk", "data": "", "hash": "",
            "log": "account sequence mismatch, expected 1, got 0: incorrect account sequence",
        })),
    })
    .await;
    chain.signer(options()).await.broadcast(&tx).await.unwrap();
    let both = Chain::connect(&[&forgetful.url, &chain.node.url], options())
        .await
        .unwrap();
    assert_eq!(both.deliver(&tx, LONG).await.unwrap().hash, tx.hash());
}

#[tokio::test]
async fn the_sequence_of_a_node_that_lags_is_not_believed() {
    let chain = FakeChain::start().await;
    let signer = chain.signer(options()).await;
    signer.submit(&[tick(1)], &fixed()).await.unwrap();
    chain.state().lagging = 2;
    let outcome = signer.submit(&[tick(2)], &fixed()).await.unwrap();
    assert_eq!(chain.state().included[&outcome.hash].1.sequence(), Ok(1));
    assert_eq!(chain.state().included.len(), 2);
}

#[tokio::test]
async fn a_fee_grant_pays_when_one_is_named() {
    let chain = FakeChain::start().await;
    let granter = address::encode("lease", &[9; 20]).unwrap();
    let signer = chain
        .signer(Options {
            fee_granter: Some(granter.clone()),
            ..options()
        })
        .await;
    let tx = signer.send(&[tick(1)], &fixed()).await.unwrap();
    let raw = TxRaw::decode(tx.as_slice()).unwrap();
    let fee = AuthInfo::decode(raw.auth_info_bytes.as_slice())
        .unwrap()
        .fee
        .unwrap();
    assert_eq!((fee.granter, fee.payer), (granter, String::new()));
}
