use cosmrs::proto::cosmos::auth::v1beta1::QueryAccountRequest;
use cosmrs::proto::cosmos::staking::v1beta1::MsgDelegate;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, TxRaw};
use cosmrs::proto::traits::Message;
use tendermint_rpc::Client;

use crate::client::{any, execute, send, Chain, Draft, Wallet, CHAIN_ID};

/// What CheckTx answers: code, codespace, log.
async fn check(chain: &Chain, wallet: &Wallet, draft: Draft) -> (u32, String, String) {
    let answer = chain.broadcast(chain.sign(wallet, draft).await).await;
    (answer.code.value(), answer.codespace, answer.log)
}

fn told(code: u32, codespace: &str, log: impl Into<String>) -> (u32, String, String) {
    (code, codespace.to_owned(), log.into())
}

#[tokio::test]
async fn checks_refuse_with_the_codes_and_texts_of_a_node() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let one = || Draft::of(vec![send(&alice, &bob.address, 1)]);
    let signature = format!(
        "signature verification failed; please verify account number ({}) and chain-id ({CHAIN_ID}): \
         (unable to verify single signer signature): unauthorized",
        chain.account(&alice.address).await.account_number
    );
    for (draft, expected) in [
        (
            Draft {
                sequence: Some(5),
                ..one()
            },
            told(
                32,
                "sdk",
                "account sequence mismatch, expected 0, got 5: incorrect account sequence",
            ),
        ),
        (
            Draft {
                chain_id: "another-1".into(),
                ..one()
            },
            told(4, "sdk", signature),
        ),
        (
            Draft {
                fee: 9_000_000,
                ..one()
            },
            told(
                5,
                "sdk",
                "spendable balance 1000000ulease is smaller than 9000000ulease: insufficient funds: insufficient funds",
            ),
        ),
        (
            Draft {
                timeout_height: 1,
                ..one()
            },
            told(30, "sdk", "block height: 2, timeout height: 1: tx timeout height"),
        ),
        (
            Draft::of(vec![any(&MsgDelegate {
                delegator_address: alice.address.clone(),
                ..Default::default()
            })]),
            told(
                6,
                "sdk",
                "the devnet has no message /cosmos.staking.v1beta1.MsgDelegate: unknown request",
            ),
        ),
    ] {
        assert_eq!(check(&chain, &alice, draft).await, expected);
    }
    assert_eq!(chain.account(&alice.address).await.sequence, 0);
}

#[tokio::test]
async fn a_changed_signature_is_unauthorized_whichever_bit_changed() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let bytes = chain
        .sign(&alice, Draft::of(vec![send(&alice, &bob.address, 1)]))
        .await;
    let signed = TxRaw::decode(bytes.as_slice()).unwrap();
    let mut flipped = signed.clone();
    flipped.signatures[0][10] ^= 1;
    let answer = chain.broadcast(flipped.encode_to_vec()).await;
    assert_eq!((answer.code.value(), answer.codespace.as_str()), (4, "sdk"));

    // The other form of the same signature, which anybody can make: s becomes n - s.
    let mut high = signed.clone();
    let signature = k256::ecdsa::Signature::from_slice(&signed.signatures[0]).unwrap();
    let (r, s) = signature.split_scalars();
    let other = k256::ecdsa::Signature::from_scalars(r, -*s).unwrap();
    high.signatures[0] = other.to_bytes().to_vec();
    let answer = chain.broadcast(high.encode_to_vec()).await;
    assert_eq!((answer.code.value(), answer.codespace.as_str()), (4, "sdk"));

    let mut none = signed;
    none.signatures.clear();
    let answer = chain.broadcast(none.encode_to_vec()).await;
    assert_eq!(
        (answer.code.value(), answer.log.as_str()),
        (15, "no signatures supplied")
    );
}

#[tokio::test]
async fn a_key_that_is_not_the_accounts_is_refused() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    // Bob signs for Alice's coins.
    let answer = chain
        .broadcast(
            chain
                .sign(&bob, Draft::of(vec![send(&alice, &bob.address, 1)]))
                .await,
        )
        .await;
    assert_eq!((answer.code.value(), answer.codespace.as_str()), (8, "sdk"));
}

#[tokio::test]
async fn unknown_fields_are_refused_not_dropped() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let mut message = send(&alice, &bob.address, 1);
    // Field 15, a varint the message does not have.
    message.value.extend([0x78, 0x01]);
    let (code, codespace, log) = check(&chain, &alice, Draft::of(vec![message])).await;
    assert_eq!((code, codespace.as_str()), (2, "sdk"));
    assert!(log.ends_with("unknown fields: tx parse error"), "{log}");
}

#[tokio::test]
async fn the_same_transaction_is_taken_once() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let bytes = chain
        .sign(&alice, Draft::of(vec![send(&alice, &bob.address, 1)]))
        .await;
    assert!(chain.broadcast(bytes.clone()).await.code.is_ok());
    for _ in 0..2 {
        let refused = chain.rpc.broadcast_tx_sync(bytes.clone()).await.unwrap_err();
        assert!(
            refused.to_string().contains("tx already exists in cache"),
            "{refused}"
        );
        chain.block().await;
    }
}

#[tokio::test]
async fn failures_at_delivery_name_the_message_and_its_cause() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    for (message, code, codespace, log) in [
        (
            send(&alice, &bob.address, 0),
            10,
            "sdk",
            "0ulease: invalid coins".to_owned(),
        ),
        (
            send(&alice, &bob.address, 5_000_000),
            5,
            "sdk",
            "spendable balance 998000ulease is smaller than 5000000ulease: insufficient funds".to_owned(),
        ),
        (
            execute(&alice.address, &bob.address, &serde_json::json!({})),
            22,
            "wasm",
            format!("address {}: no such contract", bob.address),
        ),
    ] {
        let done = chain.deliver(&alice, vec![message]).await;
        assert_eq!(
            (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
            (code, codespace)
        );
        assert_eq!(
            done.tx_result.log,
            format!("failed to execute message; message index: 0: {log}")
        );
    }
}

#[tokio::test]
async fn a_failing_simulation_is_an_unknown_request_with_the_gas_used() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let tx_bytes = chain
        .sign(&alice, Draft::of(vec![send(&alice, &bob.address, 5_000_000)]))
        .await;
    #[allow(deprecated)]
    let request = SimulateRequest { tx: None, tx_bytes };
    let answer = chain
        .query("/cosmos.tx.v1beta1.Service/Simulate", request.encode_to_vec())
        .await;
    assert_eq!((answer.code.value(), answer.codespace.as_str()), (6, "sdk"));
    assert!(
        answer.log.contains("insufficient funds with gas used: '"),
        "{}",
        answer.log
    );
    assert!(answer.log.ends_with("': unknown request"), "{}", answer.log);
}

#[tokio::test]
async fn missing_and_malformed_accounts_differ() {
    let chain = Chain::start().await;
    let ask = |address: &str| {
        QueryAccountRequest {
            address: address.to_owned(),
        }
        .encode_to_vec()
    };
    let path = "/cosmos.auth.v1beta1.Query/Account";
    let nobody = Wallet::new(99).address;
    let answer = chain.query(path, ask(&nobody)).await;
    assert_eq!(answer.code.value(), 22);
    assert_eq!(
        answer.log,
        format!("rpc error: code = NotFound desc = account {nobody} not found: key not found")
    );
    let answer = chain.query(path, ask("cosmos1nonsense")).await;
    assert_eq!(answer.code.value(), 18);
    assert!(answer.log.contains("decoding bech32 failed"), "{}", answer.log);
}

#[tokio::test]
async fn it_listens_to_this_machine_only() {
    let open = devnet::Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..crate::client::config()
    };
    assert!(matches!(
        devnet::Devnet::start(open).await,
        Err(devnet::DevnetError::NotLoopback(_))
    ));
}
