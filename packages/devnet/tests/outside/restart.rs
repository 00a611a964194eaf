use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use devnet::{Config, Devnet, DevnetError};
use tendermint_rpc::{Client, HttpClient};

use crate::client::{config, send, Chain, Draft, Wallet, CHAIN_ID};

#[tokio::test]
async fn a_stopped_chain_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let on_disk = || Config {
        home: Some(home.path().to_owned()),
        ..config()
    };
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let chain = Chain::with(on_disk()).await;
    let done = chain.deliver(&alice, vec![send(&alice, &bob.address, 7)]).await;
    let height = chain.advance(1_000_000).await;
    let time = chain.rpc.latest_block().await.unwrap().block.header.time;
    chain.running.stop().await;

    let chain = Chain::with(on_disk()).await;
    assert_eq!(
        chain
            .rpc
            .status()
            .await
            .unwrap()
            .sync_info
            .latest_block_height
            .value(),
        height
    );
    assert_eq!(chain.balance(&bob.address, "ulease").await, 1_000_007);
    assert_eq!(chain.account(&alice.address).await.sequence, 1);
    let found = chain.rpc.tx(done.hash, false).await.unwrap();
    assert_eq!((found.height, found.tx_result), (done.height, done.tx_result));
    chain.block().await;
    assert!(chain.rpc.latest_block().await.unwrap().block.header.time > time);
    assert!(chain
        .deliver(&alice, vec![send(&alice, &bob.address, 1)])
        .await
        .tx_result
        .code
        .is_ok());
}

#[tokio::test]
async fn a_home_serves_one_process_and_one_chain_id() {
    let home = tempfile::tempdir().unwrap();
    let on_disk = || Config {
        home: Some(home.path().to_owned()),
        ..config()
    };
    let first = Chain::with(on_disk()).await;
    assert!(matches!(
        Devnet::start(on_disk()).await,
        Err(DevnetError::Persist(_))
    ));
    first.running.stop().await;
    let other = Config {
        chain_id: "other-1".into(),
        ..on_disk()
    };
    assert!(matches!(
        Devnet::start(other).await,
        Err(DevnetError::OtherChain { .. })
    ));
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary and reads the URL it prints first.
fn spawn(home: &Path) -> (Killed, String) {
    let account = format!("{}=1000000ulease", Wallet::new(1).address);
    let mut child = Command::new(env!("CARGO_BIN_EXE_devnet"))
        .args([
            "--listen",
            "127.0.0.1:0",
            "--chain-id",
            CHAIN_ID,
            "--account",
            &account,
            "--home",
        ])
        .arg(home)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    (Killed(child), url.trim().to_owned())
}

#[tokio::test]
async fn a_killed_process_comes_back_with_its_last_whole_block() {
    let home = tempfile::tempdir().unwrap();
    let (alice, bob) = (Wallet::new(1), Wallet::new(9));
    let mut committed: u128 = 0;
    let mut height = 0;
    for round in 0u64..3 {
        let (process, url) = spawn(home.path());
        // Only its RPC is used: a chain of our own signs, with the account the killed one has.
        let rpc = HttpClient::new(url.as_str()).unwrap();
        let at_start = rpc.status().await.unwrap().sync_info.latest_block_height.value();
        assert!(
            at_start >= height,
            "block {height} was told and is gone: {at_start}"
        );
        let signer = Chain::start().await;
        let draft = Draft {
            sequence: Some(round),
            ..Draft::of(vec![send(&alice, &bob.address, 10)])
        };
        let bytes = signer.sign(&alice, draft).await;
        let done = rpc.broadcast_tx_commit(bytes).await.unwrap();
        assert!(done.check_tx.code.is_ok(), "{}", done.check_tx.log);
        assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
        committed += 10;
        height = done.height.value();
        drop(process);
    }
    let (_process, url) = spawn(home.path());
    let rpc = HttpClient::new(url.as_str()).unwrap();
    let path = "/cosmos.bank.v1beta1.Query/Balance".to_owned();
    use cosmrs::proto::cosmos::bank::v1beta1::{QueryBalanceRequest, QueryBalanceResponse};
    use cosmrs::proto::traits::Message;
    let request = QueryBalanceRequest {
        address: bob.address,
        denom: "ulease".into(),
    };
    let answer = rpc
        .abci_query(Some(path), request.encode_to_vec(), None, false)
        .await
        .unwrap();
    let held = QueryBalanceResponse::decode(answer.value.as_slice())
        .unwrap()
        .balance
        .unwrap();
    assert_eq!(held.amount, committed.to_string());
}
