use crate::client::{config, send, Chain, Draft, Wallet};
use tendermint_rpc::query::{EventType, Query};
use tendermint_rpc::{Client, Order};

#[tokio::test]
async fn a_send_moves_coins_takes_the_fee_and_uses_the_sequence() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(9));
    let done = chain.deliver(&alice, vec![send(&alice, &bob.address, 300)]).await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
    assert_eq!(chain.balance(&bob.address, "ulease").await, 300);
    assert_eq!(
        chain.balance(&alice.address, "ulease").await,
        1_000_000 - 300 - 1_000
    );
    assert_eq!(
        chain
            .balance(&devnet::module_address("fee_collector"), "ulease")
            .await,
        1_000
    );
    assert_eq!(chain.account(&alice.address).await.sequence, 1);
    assert!(chain.account(&alice.address).await.pub_key.is_some());
    assert_eq!(chain.account(&bob.address).await.sequence, 0);
    let kinds: Vec<&str> = done
        .tx_result
        .events
        .iter()
        .map(|event| event.kind.as_str())
        .collect();
    let fee = [
        "coin_spent",
        "coin_received",
        "transfer",
        "message",
        "tx",
        "tx",
        "tx",
    ];
    let message = ["message", "coin_spent", "coin_received", "transfer", "message"];
    assert_eq!(kinds, [&fee[..], &message[..]].concat());
}

#[tokio::test]
async fn transactions_of_one_account_wait_in_the_order_of_their_sequences() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let mut hashes = Vec::new();
    for sequence in 0..3 {
        let draft = Draft {
            sequence: Some(sequence),
            ..Draft::of(vec![send(&alice, &bob.address, 1)])
        };
        let checked = chain.broadcast(chain.sign(&alice, draft).await).await;
        assert!(checked.code.is_ok(), "{}", checked.log);
        hashes.push(checked.hash);
    }
    let height = chain.block().await;
    for (index, hash) in (0..).zip(hashes) {
        let found = chain.rpc.tx(hash, false).await.unwrap();
        assert_eq!((found.height.value(), found.index), (height, index));
    }
    assert_eq!(chain.account(&alice.address).await.sequence, 3);
}

#[tokio::test]
async fn a_broadcast_brings_its_block_without_being_asked() {
    let devnet = devnet::Config {
        batch_window: std::time::Duration::from_millis(20),
        ..config()
    };
    let chain = Chain::with(devnet).await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let bytes = chain
        .sign(&alice, Draft::of(vec![send(&alice, &bob.address, 5)]))
        .await;
    let done = chain.rpc.broadcast_tx_commit(bytes).await.unwrap();
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
    assert_eq!(chain.balance(&bob.address, "ulease").await, 1_000_005);
}

#[tokio::test]
async fn a_transaction_is_found_by_hash_height_and_event() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let first = chain.deliver(&alice, vec![send(&alice, &bob.address, 5)]).await;
    let second = chain.deliver(&alice, vec![send(&alice, &bob.address, 6)]).await;
    let to_bob = Query::from(EventType::Tx).and_eq("transfer.recipient", bob.address.as_str());
    for (query, order, hashes) in [
        (
            Query::eq("tx.hash", first.hash.to_string()),
            Order::Ascending,
            vec![first.hash],
        ),
        (
            Query::eq("tx.height", second.height.value()),
            Order::Ascending,
            vec![second.hash],
        ),
        (to_bob.clone(), Order::Ascending, vec![first.hash, second.hash]),
        (
            to_bob.and_gte("tx.height", second.height.value()),
            Order::Descending,
            vec![second.hash],
        ),
        (
            Query::eq("transfer.recipient", "nobody"),
            Order::Ascending,
            vec![],
        ),
    ] {
        let found = chain
            .rpc
            .tx_search(query.clone(), false, 1, 30, order)
            .await
            .unwrap();
        assert_eq!(
            found.txs.iter().map(|tx| tx.hash).collect::<Vec<_>>(),
            hashes,
            "{query}"
        );
        assert_eq!(found.total_count as usize, hashes.len());
    }
}

#[tokio::test]
async fn simulated_gas_is_close_below_what_delivery_uses() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let simulated = chain.simulate(&alice, vec![send(&alice, &bob.address, 5)]).await;
    let simulated = simulated.gas_info.unwrap().gas_used;
    assert_eq!(chain.account(&alice.address).await.sequence, 0);
    let done = chain.deliver(&alice, vec![send(&alice, &bob.address, 5)]).await;
    let used = u64::try_from(done.tx_result.gas_used).unwrap();
    assert!(
        simulated <= used && used <= simulated * 13 / 10,
        "simulated {simulated}, used {used}"
    );
    assert!((40_000..100_000).contains(&used), "a send costs {used}");
}

#[tokio::test]
async fn the_faucet_mints_to_an_address_of_this_chain() {
    let chain = Chain::start().await;
    let bob = Wallet::new(9);
    let amount = serde_json::json!([{ "denom": "ulease", "amount": "77" }]);
    chain
        .local(
            "faucet",
            serde_json::json!({ "address": bob.address, "amount": amount }),
        )
        .await;
    assert_eq!(chain.balance(&bob.address, "ulease").await, 77);
    assert_eq!(chain.account(&bob.address).await.sequence, 0);
}
