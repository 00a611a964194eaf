//! What a market runs on: the built bytecode on wasmd, or the same contracts on the devnet.

use std::time::Duration;

use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::{Chain, Coin, Msg, Options, Signer, SigningKey, TxOptions};
use market_client::Codes;
use market_types::defaults::TOKEN;
use market_types::UnixTime;
use serde_json::json;

use crate::network;

/// What the owner of a devnet begins with.
const COINS: u128 = 1_000_000 * TOKEN;
const VOTING: Duration = Duration::from_secs(2);

pub struct Engine {
    pub name: &'static str,
    pub chain: Chain,
    pub codes: Codes,
    /// Has coins to give, and the vote.
    owner: SigningKey,
    devnet: Option<devnet::Running>,
}

impl Engine {
    /// The network that `scripts/test-chain` started.
    pub async fn wasmd() -> Self {
        Self {
            name: "wasmd",
            chain: network::chain().await,
            codes: network::codes().await,
            owner: network::owner_key(),
            devnet: None,
        }
    }

    /// Another network of nodes, which has the market's codes.
    pub fn network(chain: Chain, codes: Codes, owner: SigningKey) -> Self {
        Self {
            name: "network",
            chain,
            codes,
            owner,
            devnet: None,
        }
    }

    /// A devnet of its own, whose time is the wall clock's and what [`Self::pass`] adds.
    pub async fn devnet() -> Self {
        Self::devnet_with(None).await
    }

    /// A devnet of its own, whose time begins there and moves only by [`Self::tell_time`].
    pub async fn devnet_at(time: UnixTime) -> Self {
        Self::devnet_with(Some(time.0)).await
    }

    async fn devnet_with(still_clock: Option<u64>) -> Self {
        let owner = network::owner_key();
        let address = owner.address(devnet::BECH32_PREFIX).unwrap();
        let running = devnet::Devnet::start(devnet::Config {
            listen: ([127, 0, 0, 1], 0).into(),
            genesis: vec![(
                address.clone(),
                vec![cosmwasm_std::coin(COINS, devnet::FEE_DENOM)],
            )],
            validators: vec![address],
            batch_window: Duration::from_millis(2),
            voting_period: VOTING,
            still_clock,
            ..devnet::Config::default()
        })
        .await
        .unwrap();
        let options = Options {
            poll_interval: Duration::from_millis(5),
            ..Options::default()
        };
        Self {
            name: "devnet",
            chain: Chain::connect(&[running.rpc_url()], options).await.unwrap(),
            codes: Codes::GENESIS,
            owner,
            devnet: Some(running),
        }
    }

    /// Time of the last block.
    pub async fn now(&self) -> UnixTime {
        self.chain.status().await.unwrap().time.into()
    }

    /// Until so much time has passed on the chain.
    pub async fn pass(&self, seconds: u64) {
        let until = self.now().await.plus(market_types::Seconds(seconds));
        match self.devnet {
            Some(_) => self.add_time(seconds).await,
            None => {
                while self.now().await < until {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Moves the clock of a devnet that stands still: the next block is at `time`.
    pub async fn tell_time(&self, time: UnixTime) {
        let now = self.now().await;
        assert!(now <= time, "{now} cannot become {time}");
        if now < time {
            self.add_time(time.since(now).0).await;
        }
    }

    async fn add_time(&self, advance_seconds: u64) {
        self.local("time", &json!({ "advance_seconds": advance_seconds }))
            .await;
    }

    /// Makes a block without transactions on a devnet.
    pub async fn make_block(&self) {
        self.local("block", &json!({})).await;
    }

    async fn local(&self, what: &str, body: &serde_json::Value) {
        let running = self.devnet.as_ref().unwrap();
        let url = format!("{}/devnet/{what}", running.rpc_url());
        let request = reqwest::Client::new().post(url).json(body).send();
        request.await.unwrap().error_for_status().unwrap();
    }

    fn owner(&self) -> Signer {
        Signer::new(self.chain.clone(), self.owner.clone()).unwrap()
    }

    /// Gives each of them so many coins for fees.
    pub async fn fund(&self, people: &[Signer], coins: u128) {
        let send = |person: &Signer| Msg::Send {
            to: person.address().to_owned(),
            amount: vec![Coin::new(coins, devnet::FEE_DENOM)],
        };
        let sends: Vec<_> = people.iter().map(send).collect();
        let _held = network::OWNER.lock().await;
        self.owner().submit(&sends, &TxOptions::default()).await.unwrap();
    }

    /// Has governance decide `messages`; says how it ended.
    pub async fn decide(&self, proposer: &Signer, messages: &[Msg]) -> ProposalStatus {
        let deposit = self.chain.gov_params().await.unwrap().min_deposit;
        let gov = self.chain.module_account("gov").await.unwrap();
        let messages = messages.iter().map(|message| message.to_any(&gov)).collect();
        let propose = Msg::GovSubmit {
            title: "A story".into(),
            summary: "Told on two engines".into(),
            messages,
            deposit,
            expedited: false,
        };
        let proposed = proposer.submit(&[propose], &TxOptions::default()).await.unwrap();
        let proposal_id = proposed.proposal_id().unwrap();
        {
            let _held = network::OWNER.lock().await;
            let option = VoteOption::Yes;
            let vote = Msg::GovVote { proposal_id, option };
            self.owner().submit(&[vote], &TxOptions::default()).await.unwrap();
        }
        network::ended(&self.chain, proposal_id).await
    }
}
