use futures::StreamExt;
use tendermint_rpc::event::EventData;
use tendermint_rpc::query::{EventType, Query};
use tendermint_rpc::{SubscriptionClient, WebSocketClient};

use crate::client::{send, Chain, Wallet};

#[tokio::test]
async fn a_subscriber_hears_of_every_block_and_the_transactions_it_asked_for() {
    let chain = Chain::start().await;
    let (alice, bob, carol) = (Wallet::new(1), Wallet::new(2), Wallet::new(3));
    let (client, driver) = WebSocketClient::new(chain.running.websocket_url().as_str())
        .await
        .unwrap();
    let driver = tokio::spawn(driver.run());
    let mut blocks = client.subscribe(EventType::NewBlock.into()).await.unwrap();
    let to_bob = Query::from(EventType::Tx).and_eq("transfer.recipient", bob.address.as_str());
    let mut txs = client.subscribe(to_bob).await.unwrap();

    let other = chain.deliver(&alice, vec![send(&alice, &carol.address, 1)]).await;
    let wanted = chain.deliver(&alice, vec![send(&alice, &bob.address, 2)]).await;

    for height in [other.height, wanted.height] {
        let event = blocks.next().await.unwrap().unwrap();
        let EventData::NewBlock {
            block: Some(block), ..
        } = event.data
        else {
            panic!("{:?}", event.data)
        };
        assert_eq!(block.header.height, height);
    }
    let event = txs.next().await.unwrap().unwrap();
    let EventData::Tx { tx_result } = event.data else {
        panic!("{:?}", event.data)
    };
    assert_eq!(tx_result.height, i64::from(wanted.height));
    assert_eq!(event.events.unwrap()["tx.hash"], vec![wanted.hash.to_string()]);

    client.close().unwrap();
    driver.await.unwrap().unwrap();
}
