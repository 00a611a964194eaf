//! A devnet with a market, one provider and one tenant; the agent is a process of its own.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

pub mod job;
pub mod process;
pub mod relay;
pub mod story;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use agent::client::Client;
use agent::identity::agree;
use chain_client::{Chain, HeightCursor, Keyring, Msg, Options, Signer, SigningKey, TxBytes};
use cosmwasm_std::{coin, Binary, Uint128};
use market_client::{deploy, Codes, Market, NewMarket, NewToken, Parameters};
use market_types::escrow::{self, LeaseResponse};
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::order_book::OrderStatus;
use market_types::registry::{self, Gateway, Registration};
use market_types::resources::{DeviceClass, MachineGroup, Resources};
use market_types::{BasisPoints, Hash32, LeaseId, OrderId, Price, Seconds};
use serde_json::json;

use job::Job;
use process::Agent;
use relay::Relay;

pub const TOKEN: u128 = 1_000_000;
pub const CLASS: &str = "software-vulkan";
/// Longest any step may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Stage {
    pub dir: tempfile::TempDir,
    devnet: Option<devnet::Running>,
    chain: devnet::Config,
    /// The agent's endpoints, each of which can be cut.
    pub relays: Vec<Relay>,
    pub market: Market,
    pub keeper: Signer,
    pub owner: Signer,
    pub tenant: Signer,
    pub agent_key: SigningKey,
    pub gateway: String,
    http: reqwest::Client,
}

impl Stage {
    /// With one endpoint, the chain's own.
    pub async fn new() -> Self {
        Self::with_relays(0).await
    }

    /// The agent reaches the chain by so many relays alone.
    pub async fn with_relays(relays: usize) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let keyring = Keyring::open(dir.path().join("keys")).unwrap();
        let [keeper, owner, tenant, agent_key] =
            ["keeper", "owner", "tenant", "agent"].map(|name| keyring.create(name).unwrap().0);
        let purse = |key: &SigningKey| {
            (
                key.address("lease").unwrap(),
                vec![coin(1_000_000 * TOKEN, devnet::FEE_DENOM)],
            )
        };
        let mut config = devnet::Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            home: Some(dir.path().join("chain")),
            genesis: [&keeper, &owner, &tenant, &agent_key].map(purse).to_vec(),
            block_interval: Duration::from_millis(250),
            batch_window: Duration::from_millis(10),
            ..devnet::Config::default()
        };
        let devnet = devnet::Devnet::start(config.clone()).await.unwrap();
        config.listen = devnet.rpc_url().trim_start_matches("http://").parse().unwrap();
        let mut cables = Vec::new();
        for _ in 0..relays {
            cables.push(Relay::start(config.listen).await);
        }
        let options = Options {
            poll_interval: Duration::from_millis(50),
            ..Options::default()
        };
        let chain = Chain::connect(&[devnet.rpc_url()], options).await.unwrap();
        let [keeper, owner, tenant] =
            [keeper, owner, tenant].map(|key| Signer::new(chain.clone(), key).unwrap());
        let market = found(&keeper, &[&keeper, &owner, &tenant]).await;
        let gateway = format!("http://127.0.0.1:{}", free_port());
        let stage = Self {
            dir,
            devnet: Some(devnet),
            chain: config,
            relays: cables,
            market,
            keeper,
            owner,
            tenant,
            agent_key,
            gateway,
            http: reqwest::Client::new(),
        };
        stage.register().await;
        stage.configure();
        stage
    }

    async fn register(&self) {
        let at = &self.market.deployment.contracts;
        let owner = self.owner.address();
        let agent = agree(
            &self.agent_key,
            &self.market.deployment.chain_id,
            &at.provider_registry,
            owner,
        )
        .unwrap();
        let registration = Registration {
            agent,
            gateway: Gateway {
                url: self.gateway.clone(),
                tls_fingerprint: None,
            },
            group: None,
            attributes: vec![],
            machines: vec![MachineGroup {
                class: DeviceClass(CLASS.into()),
                count: 1,
                each: machine(),
            }],
        };
        let bond = Market::send_with_hook(
            &at.provider_registry,
            Uint128::new(100_000 * TOKEN),
            &registry::Hook::Bond { provider: None },
        )
        .unwrap();
        let register = registry::ExecuteMsg::Register(registration);
        self.owner
            .execute(&at.provider_registry, &register, &[])
            .await
            .unwrap();
        self.owner.execute(&at.network_token, &bond, &[]).await.unwrap();
    }

    fn configure(&self) {
        market_client::save(&self.dir.path().join("leasebook.json"), &self.market.deployment).unwrap();
        let text = format!(
            r#"[chain]
rpc = {:?}
contracts = "leasebook.json"
poll_ms = 50
[provider]
owner = "{}"
key = "keys/agent.key"
data = "data"
[gateway]
listen = "{}"
public_url = "{}"
[bidding]
markup_bps = 5000
[[bidding.floors]]
class = "{CLASS}"
token = "usdc"
watts = 100
kwh_price = 100000
depreciation_per_hour = 1000000
unit_seconds = 5
[work]
batch_units = 2
batch_seconds = 3600
attempts = 2
waiting_after_seconds = 3600
settle_seconds = 0
"#,
            self.endpoints(),
            self.owner.address(),
            self.gateway.trim_start_matches("http://"),
            self.gateway,
        );
        std::fs::write(self.config(), text).unwrap();
    }

    fn rpc_url(&self) -> String {
        format!("http://{}", self.chain.listen)
    }

    fn endpoints(&self) -> Vec<String> {
        match self.relays.is_empty() {
            true => vec![self.rpc_url()],
            false => self.relays.iter().map(Relay::url).collect(),
        }
    }

    /// The node's disk as it is now, to be restored later.
    pub async fn snapshot(&mut self) -> PathBuf {
        self.devnet.take().unwrap().stop().await;
        let copy = self.dir.path().join("snapshot");
        std::fs::create_dir(&copy).unwrap();
        std::fs::copy(self.disk(), copy.join("devnet.redb")).unwrap();
        self.devnet = Some(devnet::Devnet::start(self.chain.clone()).await.unwrap());
        copy
    }

    /// The node comes back with an older disk.
    pub async fn restore(&mut self, snapshot: &Path) {
        self.devnet.take().unwrap().stop().await;
        std::fs::copy(snapshot.join("devnet.redb"), self.disk()).unwrap();
        self.devnet = Some(devnet::Devnet::start(self.chain.clone()).await.unwrap());
        self.market.chain.forget_floor();
        for signer in [&self.keeper, &self.owner, &self.tenant] {
            signer.forget_sequence().await;
        }
    }

    fn disk(&self) -> PathBuf {
        self.chain.home.as_ref().unwrap().join("devnet.redb")
    }

    /// Messages of the agent that are in blocks of this chain, in order; those that failed are `Err`.
    pub async fn said(&self) -> Vec<Result<String, String>> {
        let agent = self.agent_key.public_key();
        let mut said = vec![];
        for height in 1..=self.market.chain.height().await.unwrap() {
            let [block, results] = ["block", "block_results"].map(|method| async move {
                let url = format!("{}/{method}?height={height}", self.rpc_url());
                let answer: serde_json::Value =
                    self.http.get(url).send().await.unwrap().json().await.unwrap();
                answer["result"].clone()
            });
            let (block, results) = (block.await, results.await);
            for (index, tx) in block["block"]["data"]["txs"]
                .as_array()
                .unwrap()
                .iter()
                .enumerate()
            {
                let bytes = Binary::from_base64(tx.as_str().unwrap()).unwrap();
                let tx = TxBytes::from_vec(bytes.to_vec());
                if tx.signer() != Ok(agent) {
                    continue;
                }
                let texts = tx.messages().unwrap().into_iter().map(|message| {
                    String::from_utf8_lossy(&message.value)
                        .split_once('{')
                        .map_or(String::new(), |(_, text)| format!("{{{text}"))
                });
                let code = results["txs_results"][index]["code"].as_u64().unwrap();
                said.extend(texts.map(|text| if code == 0 { Ok(text) } else { Err(text) }));
            }
        }
        said
    }

    /// No message of the agent failed, and none is in two blocks.
    pub async fn said_once(&self) {
        let said = self.said().await;
        let mut once = BTreeSet::new();
        for text in &said {
            assert!(
                matches!(text, Ok(text) if once.insert(text)),
                "{text:?} of {said:#?}"
            );
        }
    }

    /// What the agent logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("agent.log")).unwrap_or_default()
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("agent.toml")
    }

    /// Starts the agent; `fault` names the point at which it dies.
    pub fn agent(&self, fault: Option<&str>) -> Agent {
        Agent::start(&self.config(), &self.dir.path().join("agent.log"), fault, &[])
    }

    /// An agent that only says what it would do.
    pub fn rehearsal(&self) -> Agent {
        Agent::start(
            &self.config(),
            &self.dir.path().join("agent.log"),
            None,
            &["--dry-run"],
        )
    }

    pub async fn task(&self, job: &Job) -> OrderId {
        let rail = Rail::Task {
            units: job.units,
            unit_deadline: Seconds(60),
            start_timeout: Seconds(600),
            progress_timeout: Seconds(3_600),
            start_fee: None,
        };
        let digest = Hash32(job.digest.bytes);
        self.place(
            rail,
            Price::new(TOKEN),
            ComparisonClass::Exact,
            digest,
            u128::from(job.units) * TOKEN,
        )
        .await
    }

    /// An hour at most at 10 USDC.
    pub async fn stream(&self) -> OrderId {
        let rail = Rail::Stream {
            length: StreamLength::Fixed(Seconds::HOUR),
            ack_every: None,
            start_timeout: Seconds(600),
            notice: Seconds(0),
        };
        self.place(
            rail,
            Price::new(10 * TOKEN),
            ComparisonClass::None,
            Hash32([7; 32]),
            10 * TOKEN,
        )
        .await
    }

    async fn place(
        &self,
        rail: Rail,
        max_price: Price,
        comparison: ComparisonClass,
        manifest: Hash32,
        pay: u128,
    ) -> OrderId {
        let spec = OrderSpec {
            needs: Requirements {
                resources: Resources { gpus: 1, ..small() },
                classes: vec![DeviceClass(CLASS.into())],
                attributes: vec![],
                signatures: None,
                allow: vec![],
                deny: vec![],
                min_reputation: BasisPoints(0),
            },
            rail,
            max_price,
            reserve_price: None,
            comparison,
            window: Seconds(60),
            award_within: Seconds(3_600),
            award: AwardRule::Lowest,
            pricing: Pricing::PayAsBid,
            members: 1,
            on_provider_failure: OnProviderFailure::Refund,
            interruptible: false,
            manifest,
            session_key: Some(Binary::from(self.tenant.key().public_key().as_bytes().as_slice())),
            thin_audit: true,
        };
        let hook = escrow::Hook::PlaceOrder(Box::new(spec));
        let escrow = &self.market.deployment.contracts.lease_escrow;
        let send = Market::send_with_hook(escrow, Uint128::new(pay), &hook).unwrap();
        let usdc = &self.market.token("usdc").unwrap().address;
        let outcome = self.tenant.execute(usdc, &send, &[]).await.unwrap();
        outcome
            .attribute("wasm-order_placed", "order")
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Waits for the agent's bid, lets the window end, and waits for the award.
    pub async fn award(&self, order: OrderId) -> LeaseId {
        self.until("a bid", async || self.market.order(order).await.unwrap().best)
            .await;
        self.advance(61).await;
        self.awarded(order).await
    }

    pub async fn awarded(&self, order: OrderId) -> LeaseId {
        self.until("the award", async || {
            let order = self.market.order(order).await.unwrap();
            assert!(
                matches!(order.status, OrderStatus::Open | OrderStatus::Awarded),
                "{:?}",
                order.status
            );
            order.winner.map(|winner| winner.lease)
        })
        .await
    }

    pub async fn lease(&self, lease: LeaseId) -> LeaseResponse {
        self.market.lease(lease).await.unwrap()
    }

    /// The tenant's client of the gateway.
    pub fn client(&self, lease: LeaseId) -> Client {
        let chain_id = &self.market.deployment.chain_id;
        let key = self.tenant.key().clone();
        Client::new(&self.gateway, chain_id, self.owner.address(), lease, key).unwrap()
    }

    /// Puts the job, as soon as the agent knows of the lease.
    pub async fn deliver(&self, lease: LeaseId, job: &Job) {
        let client = self.client(lease);
        let manifest = job.manifest.canonical().unwrap();
        self.until("the gateway to take the manifest", async || {
            client.put(&job.digest, manifest.clone()).await.ok()
        })
        .await;
        self.until("the gateway to take the kernel", async || {
            client.put(&job.kernel, job.source.clone()).await.ok()
        })
        .await;
    }

    /// Moves block time ahead.
    pub async fn advance(&self, seconds: u64) {
        let url = format!("{}/devnet/time", self.rpc_url());
        let answer = self
            .http
            .post(url)
            .json(&json!({ "advance_seconds": seconds }))
            .send()
            .await;
        assert!(answer.unwrap().status().is_success());
    }

    /// Asks again with every block until there is an answer.
    pub async fn until<T, F: Future<Output = Option<T>>>(&self, what: &str, ask: impl Fn() -> F) -> T {
        let height = self.market.chain.height().await.unwrap();
        let mut cursor = HeightCursor::after(self.market.chain.clone(), height);
        let asking = async {
            loop {
                if let Some(answer) = ask().await {
                    return answer;
                }
                cursor.wait_block().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer,
            Err(_) => {
                panic!("waited in vain for {what}; the agent says:\n{}", self.log());
            }
        }
    }

    pub async fn execute<M: serde::Serialize>(&self, signer: &Signer, contract: &str, msg: &M) {
        let msg = Msg::execute(contract, msg, &[]).unwrap();
        signer.submit(&[msg], &Default::default()).await.unwrap();
    }

    pub fn escrow(&self) -> &str {
        &self.market.deployment.contracts.lease_escrow
    }

    /// What the registry counts as committed, in GPUs.
    pub async fn committed(&self) -> u64 {
        let query = registry::QueryMsg::Capacity {
            owner: self.owner.address().to_owned(),
        };
        let groups: Vec<registry::CapacityResponse> = self.market.registry(&query).await.unwrap();
        groups.iter().map(|group| group.committed.gpus).sum()
    }
}

fn small() -> Resources {
    Resources {
        gpus: 0,
        vram_mib: 64,
        cpu_milli: 500,
        ram_mib: 256,
        ephemeral_mib: 0,
        persistent_mib: 0,
        ports: 0,
    }
}

fn machine() -> Resources {
    Resources {
        gpus: 2,
        vram_mib: 4_096,
        cpu_milli: 8_000,
        ram_mib: 16_384,
        ephemeral_mib: 16_384,
        persistent_mib: 0,
        ports: 4,
    }
}

/// A port nobody has at this moment.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

async fn found(keeper: &Signer, holders: &[&Signer]) -> Market {
    let balances: Vec<_> = holders
        .iter()
        .map(|holder| (holder.address().to_owned(), Uint128::new(1_000_000 * TOKEN)))
        .collect();
    let token = |name: &str, symbol: &str| NewToken {
        name: name.into(),
        symbol: symbol.into(),
        balances: balances.clone(),
        minter: None,
    };
    let chain = keeper.chain().clone();
    let price_keeper = keeper.address().to_owned();
    let new = NewMarket {
        codes: Codes::GENESIS,
        governor: keeper.address().into(),
        guardian: None,
        network_token: token("Leasebook", "LEASE"),
        payment_token: token("USD Coin", "USDC"),
        parameters: Box::new(move |tokens| {
            let mut parameters = Parameters::documented(tokens, &price_keeper);
            parameters.order_book.extension = Seconds(0);
            for class in &mut parameters.attestation.classes {
                class.vesting = Seconds(30);
            }
            parameters
        }),
    };
    let market = Market::new(chain, deploy(keeper, &new).await.unwrap()).unwrap();
    let price = registry::ExecuteMsg::SetBondPrice {
        token: market.token("usdc").unwrap().address.clone(),
        price: Uint128::new(TOKEN),
    };
    keeper
        .execute(&market.deployment.contracts.provider_registry, &price, &[])
        .await
        .unwrap();
    market
}
