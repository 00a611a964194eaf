//! Four validators of equal weight: three are enough, two are not, and nothing is lost meanwhile.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use chain_client::{Chain, Gas, Options, Signer, SigningKey, TxOptions};
use cosmwasm_std::Uint128;
use market_client::deploy::store;
use market_client::Record;
use market_testing::specs::task;
use market_types::attestation::ExecuteMsg as Attestation;
use market_types::escrow::{Hook, LeaseStatus};
use market_types::order_book::ExecuteMsg as Book;
use market_types::{BatchNo, Hash32, LeaseId, OrderId, Price, Seconds};
use tempfile::TempDir;

use crate::cast::{keys, Cast, AGENTS, FUNDS, OFFICE, OWNERS, TENANTS};
use crate::engine::Engine;
use crate::network::artifacts;

const VALIDATORS: u16 = 4;
/// Long enough for a dozen blocks, were there any.
const STILL: Duration = Duration::from_secs(5);
const CONFIRM: Duration = Duration::from_secs(90);

/// A network of its own, stopped when it is dropped.
struct Network {
    home: TempDir,
    port: u16,
}

fn localnet(args: &[&str], home: &Path) {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../scripts/localnet");
    let done = Command::new(script).args(args).arg(home).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Forty ports in a row that nobody listens on.
fn free_ports() -> u16 {
    let free = |port: &u16| {
        (*port..*port + 10 * VALIDATORS).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok())
    };
    (30_000..60_000).step_by(40).find(free).unwrap()
}

impl Network {
    fn start() -> Self {
        let (home, port) = (tempfile::tempdir().unwrap(), free_ports());
        let (validators, listen) = (VALIDATORS.to_string(), port.to_string());
        let args = [
            "--validators",
            &validators,
            "--port",
            &listen,
            "--block",
            "300",
            "--home",
        ];
        let network = Self { home, port };
        localnet(&args, network.home.path());
        network
    }

    fn kill(&self, node: u16) {
        localnet(&["--kill", &node.to_string()], self.home.path());
    }

    fn start_again(&self, node: u16) {
        localnet(&["--start", &node.to_string()], self.home.path());
    }

    async fn engine(&self) -> Engine {
        let urls: Vec<_> = (0..VALIDATORS)
            .map(|node| format!("http://127.0.0.1:{}", self.port + 10 * node))
            .collect();
        let options = Options {
            poll_interval: Duration::from_millis(100),
            ..Options::default()
        };
        let chain = Chain::connect(&urls, options).await.unwrap();
        let owner = SigningKey::from_file(&self.home.path().join("mnemonic")).unwrap();
        let signer = Signer::new(chain.clone(), owner.clone()).unwrap();
        let codes = store(&signer, &artifacts(), &mut Record::forgotten())
            .await
            .unwrap();
        Engine::network(chain, codes, owner)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        localnet(&["--stop"], self.home.path());
    }
}

#[tokio::test]
async fn one_validator_may_fail_and_with_two_the_market_waits_and_loses_nothing() {
    let network = Network::start();
    let cast = Cast::gather(network.engine().await, &keys(), true).await;
    let chain = &cast.engine.chain;
    let (tenant, usdc, escrow) = (TENANTS[0], &cast.usdc, &cast.wiring().lease_escrow);
    let mut spec = task();
    spec.window = Seconds(10);
    let max = spec.max_price.0.u128();
    let order = cast.pay(usdc, escrow, 48 * max, &Hook::PlaceOrder(Box::new(spec)));
    cast.act(tenant, &[order]).await;
    cast.act(OWNERS[0], &cast.enter(0)).await;

    // The one that was asked so far.
    network.kill(0);
    let bid = Book::Bid {
        order: OrderId(1),
        price: Price::new(max),
        work_bond: Uint128::new(10_000_000),
    };
    cast.act(AGENTS[0], &[cast.book(&bid)]).await;
    cast.engine.pass(11).await;
    let award = Book::Award { order: OrderId(1) };
    cast.act(OFFICE, &[cast.book(&award)]).await;
    let lease = LeaseId::new(OrderId(1), 0).unwrap();
    assert_eq!(
        cast.market.lease(lease).await.unwrap().status,
        LeaseStatus::Active
    );

    network.kill(1);
    let deposit = cast.pay(usdc, escrow, 777, &Hook::Deposit { owner: None });
    let unsimulated = TxOptions {
        gas: Gas::Limit(1_000_000),
        ..TxOptions::default()
    };
    let waiting = cast.people[OFFICE].sign(&[deposit], &unsimulated).await.unwrap();
    let height = chain.height().await.unwrap();
    chain.broadcast(&waiting).await.unwrap();
    tokio::time::sleep(STILL).await;
    // The block under way when it was killed may have come to its end.
    assert!(chain.height().await.unwrap() <= height + 1);
    assert_eq!(chain.tx(&waiting.hash()).await.unwrap(), None);

    network.start_again(1);
    let outcome = chain.deliver(&waiting, CONFIRM).await.unwrap();
    assert!(outcome.succeeded(), "{}", outcome.log);
    let office = cast.address(OFFICE);
    assert_eq!(cast.market.available(office, usdc).await.unwrap().u128(), 777);
    assert_eq!(
        cast.market.balance(usdc, office).await.unwrap().u128(),
        FUNDS - 777
    );

    let post = Attestation::PostBatch {
        lease,
        first_unit: 0,
        count: 48,
        root: Hash32([3; 32]),
    };
    cast.act(AGENTS[0], &[cast.attestation(&post)]).await;
    cast.engine.pass(4).await;
    let release = Attestation::Release {
        lease,
        batch: BatchNo(0),
    };
    cast.act(OFFICE, &[cast.attestation(&release)]).await;
    let done = cast.market.lease(lease).await.unwrap();
    assert_eq!(
        (done.status, done.money.gross.u128()),
        (LeaseStatus::Closed, 48 * max)
    );

    // The first one catches up and says the same.
    network.start_again(0);
    let first = Chain::connect(
        &[format!("http://127.0.0.1:{}", network.port)],
        Options::default(),
    )
    .await
    .unwrap();
    first.wait_for_height(outcome.height).await.unwrap();
    assert_eq!(
        first.tx(&waiting.hash()).await.unwrap().map(|tx| tx.height),
        Some(outcome.height)
    );
}
