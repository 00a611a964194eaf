//! A market of one's own, for trying things: who takes part, and what they start with.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{bail, Context as _, Result};
use chain_client::{Chain, Keyring, Msg, Signer, SigningKey, TxOptions};
use cosmwasm_std::{coin, Coin, HexBinary, Uint128};
use market_client::{Codes, Market, NewMarket, NewToken, Parameters, Tokens};
use market_types::attestation::BeaconParams;
use market_types::defaults::TOKEN;
use market_types::escrow::Hook;
use market_types::Seconds;
use serde_json::json;

/// Fee coins every participant starts with.
pub const PURSE: u128 = 1_000_000 * TOKEN;
/// Network tokens and stablecoins every participant starts with.
pub const TOKENS: u128 = 1_000_000 * TOKEN;

/// Load the key called `name`, or make it.
///
/// # Errors
/// The key ring refuses.
pub fn key(keyring: &Keyring, name: &str) -> Result<SigningKey> {
    if keyring.names()?.iter().any(|known| known == name) {
        Ok(keyring.load(name)?)
    } else {
        Ok(keyring.create(name)?.0)
    }
}

/// A devnet whose genesis funds `accounts` with fee coins; `validator` votes.
pub fn chain_config(
    home: Option<&Path>,
    listen: SocketAddr,
    accounts: &[String],
    validator: &str,
    voting_period: Duration,
) -> devnet::Config {
    devnet::Config {
        listen,
        home: home.map(Path::to_path_buf),
        genesis: accounts
            .iter()
            .map(|account| (account.clone(), purse()))
            .collect(),
        validators: vec![validator.into()],
        voting_period,
        ..devnet::Config::default()
    }
}

fn purse() -> Vec<Coin> {
    vec![coin(PURSE, devnet::FEE_DENOM)]
}

/// What `keeper` pays into the audit pool of a new market.
const AUDIT_SEED: Uint128 = Uint128::new(5 * TOKEN);

/// The beacon that a market of one's own draws by, and where it is served.
#[derive(Clone, Debug)]
pub struct OwnBeacon {
    pub url: String,
    pub params: BeaconParams,
}

impl OwnBeacon {
    /// The one that every devnet serves beside its RPC.
    pub fn of_devnet(rpc: &str) -> Self {
        let beacon = devnet::public_beacon();
        Self {
            url: format!("{}{}", rpc.trim_end_matches('/'), beacon.path),
            params: BeaconParams {
                public_key: HexBinary::from(&beacon.key.0),
                genesis: beacon.genesis,
                period: beacon.period,
                every: EVERY,
                margin: MARGIN,
            },
        }
    }
}

/// Every round, and soon: on a chain for trying things nobody wants to wait a minute.
const EVERY: u64 = 1;
const MARGIN: Seconds = Seconds(3);

/// Deploy a market of `codes`: LEASE and USDC for everybody, the chain's gov account as governor, `keeper` as price keeper and
/// guardian. `adjust` changes the documented parameters.
///
/// # Errors
/// The chain refused something.
pub async fn found(
    keeper: &Signer,
    codes: Codes,
    holders: &[String],
    beacon: OwnBeacon,
    adjust: impl Fn(&mut Parameters, &Tokens) + Send + Sync + 'static,
) -> Result<Market> {
    let chain = keeper.chain().clone();
    let balances: Vec<_> = holders
        .iter()
        .map(|holder| (holder.clone(), Uint128::new(TOKENS)))
        .collect();
    let token = |name: &str, symbol: &str| NewToken {
        name: name.into(),
        symbol: symbol.into(),
        balances: balances.clone(),
        minter: None,
    };
    let price_keeper = keeper.address().to_owned();
    let url = beacon.url.clone();
    let new = NewMarket {
        codes,
        governor: chain.module_account("gov").await?,
        guardian: Some(keeper.address().into()),
        network_token: token("Leasebook", "LEASE"),
        payment_token: token("Test dollar", "USDC"),
        parameters: Box::new(move |tokens| {
            let mut parameters = Parameters::documented(tokens, &price_keeper);
            parameters.attestation.beacon = Some(beacon.params.clone());
            adjust(&mut parameters, tokens);
            parameters
        }),
    };
    let mut deployment = market_client::deploy(keeper, &new).await?;
    deployment.beacon = Some(url);
    // Premiums fill the audit pool when work is paid; until then a drawn unit would wait for whoever pays its auditors.
    let escrow = &deployment.contracts.lease_escrow;
    let seed = Market::send_with_hook(escrow, AUDIT_SEED, &Hook::FundAudits {})?;
    let token = deployment.tokens.get("usdc").context("the market has no USDC")?;
    keeper
        .submit(
            &[Msg::execute(&token.address, &seed, &[])?],
            &TxOptions::default(),
        )
        .await
        .context("the audit pool is not seeded")?;
    Ok(Market::new(chain, deployment)?)
}

/// The devnet's own clock and block maker, which no real chain has.
#[derive(Clone, Debug)]
pub struct Clock {
    http: reqwest::Client,
    url: String,
}

impl Clock {
    pub fn of(chain: &Chain) -> Self {
        Self {
            http: reqwest::Client::new(),
            url: chain.url().trim_end_matches('/').into(),
        }
    }

    /// Move block time ahead and make a block.
    ///
    /// # Errors
    /// The node is no devnet.
    pub async fn advance(&self, seconds: u64) -> Result<()> {
        let answer = self
            .http
            .post(format!("{}/devnet/time", self.url))
            .json(&json!({ "advance_seconds": seconds }))
            .send()
            .await
            .context("the clock of the devnet does not answer")?;
        if !answer.status().is_success() {
            bail!("the node refuses to move its clock: {}", answer.status());
        }
        Ok(())
    }

    /// Make `count` blocks now.
    ///
    /// # Errors
    /// The node is no devnet.
    pub async fn blocks(&self, count: u64) -> Result<()> {
        for _ in 0..count {
            let answer = self
                .http
                .post(format!("{}/devnet/block", self.url))
                .send()
                .await?;
            if !answer.status().is_success() {
                bail!("the node refuses to make a block: {}", answer.status());
            }
        }
        Ok(())
    }
}
