//! Transactions a second on the devnet: cw20 transfers against lease settlements, in one run and in turns.
//!
//! Settlements that are not at least half as fast as transfers are a failure. Each settlement moves money: the lease
//! earned a minute since the last one.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{ensure, Context, Result};
use chain_client::{Chain, Gas, Msg, Options, Signer, SigningKey, TxOptions};
use cosmwasm_std::{coin, to_json_binary, Addr, Uint128};
use cw20::Cw20ExecuteMsg;
use market_client::{Codes, NewMarket, NewToken, Parameters};
use market_testing::chain::CHAIN_ID;
use market_testing::specs::{machines, stream, H100};
use market_testing::suite::intentions::registration;
use market_testing::Key;
use market_types::control::Wiring;
use market_types::{escrow, order_book, registry, LeaseId, OrderId, Price};
use serde::Serialize;

const TOKEN: u128 = 1_000_000;
const LEASES: u64 = 100;
const ROUNDS: u32 = 5;
/// Settlements must reach this share of the rate of transfers.
const LEAST: f64 = 0.5;

#[tokio::main]
async fn main() -> ExitCode {
    match compare().await {
        Ok((transfers, settlements)) => {
            let ratio = settlements / transfers;
            println!(
                "Devnet, one signer, {} transactions of each kind in turns:\n",
                LEASES * u64::from(ROUNDS)
            );
            println!("{:52}{transfers:>8.0} a second", "cw20 transfers");
            println!("{:52}{settlements:>8.0} a second", "lease settlements");
            println!(
                "\nRatio: {ratio:.2}, at least {LEAST}: {}.",
                if ratio >= LEAST { "yes" } else { "NO" }
            );
            if ratio >= LEAST {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("bench_devnet: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// One account that is everybody: provider, tenant and crank.
struct Stage {
    signer: Signer,
    wiring: Wiring<String>,
    usdc: String,
    http: reqwest::Client,
}

/// Transactions a second: transfers, settlements.
async fn compare() -> Result<(f64, f64)> {
    let key = SigningKey::from_bytes(&[7; 32])?;
    let owner = key.address(devnet::BECH32_PREFIX)?;
    let running = devnet::Devnet::start(devnet::Config {
        chain_id: CHAIN_ID.into(),
        listen: ([127, 0, 0, 1], 0).into(),
        genesis: vec![(owner.clone(), vec![coin(1_000_000 * TOKEN, devnet::FEE_DENOM)])],
        ..devnet::Config::default()
    })
    .await?;
    let options = Options {
        poll_interval: Duration::from_millis(10),
        ..Options::default()
    };
    let chain = Chain::connect(&[&running.rpc_url()], options).await?;
    let stage = Stage::set(Signer::new(chain, key)?, &owner).await?;
    let transfer = Cw20ExecuteMsg::Transfer {
        recipient: stage.wiring.take_rate_burn.clone(),
        amount: Uint128::one(),
    };
    let transfers = (0..LEASES)
        .map(|_| Msg::execute(&stage.usdc, &transfer, &[]))
        .collect::<Result<Vec<_>, _>>()?;
    let settlements = leases()
        .map(|lease| stage.escrow(&escrow::ExecuteMsg::Settle { lease }))
        .collect::<Result<Vec<_>>>()?;

    // A round of each that does not count: what is written for the first time costs more.
    let mut spent = [Duration::ZERO; 2];
    for round in 0..=ROUNDS {
        stage.advance(60).await?;
        let leases = leases().collect();
        stage
            .submit(&[stage.escrow(&escrow::ExecuteMsg::Heartbeat { leases })?])
            .await?;
        let times = [stage.rush(&transfers).await?, stage.rush(&settlements).await?];
        if round > 0 {
            spent
                .iter_mut()
                .zip(times)
                .for_each(|(spent, time)| *spent += time);
        }
    }
    running.stop().await;
    let rate = |spent: Duration| (LEASES * u64::from(ROUNDS)) as f64 / spent.as_secs_f64();
    Ok((rate(spent[0]), rate(spent[1])))
}

fn leases() -> impl Iterator<Item = LeaseId> {
    (1..=LEASES).filter_map(|order| LeaseId::new(OrderId(order), 0))
}

impl Stage {
    /// A market in which `owner` runs [`LEASES`] streams of its own.
    async fn set(signer: Signer, owner: &str) -> Result<Self> {
        let token = |symbol: &str| NewToken {
            name: format!("Token {symbol}"),
            symbol: symbol.into(),
            balances: vec![(owner.to_owned(), Uint128::new(1_000_000 * TOKEN))],
            minter: None,
        };
        let keeper = owner.to_owned();
        let new = NewMarket {
            codes: Codes::GENESIS,
            governor: owner.into(),
            guardian: None,
            network_token: token("LEASE"),
            payment_token: token("USDC"),
            parameters: Box::new(move |tokens| Parameters::documented(tokens, &keeper)),
        };
        let deployment = market_client::deploy(&signer, &new).await?;
        let usdc = deployment
            .tokens
            .get("usdc")
            .context("the market has no stablecoin")?;
        let stage = Self {
            usdc: usdc.address.clone(),
            wiring: deployment.contracts,
            http: reqwest::Client::new(),
            signer,
        };
        stage.open(owner).await?;
        Ok(stage)
    }

    async fn open(&self, owner: &str) -> Result<()> {
        let addr = |address: &str| Addr::unchecked(address);
        let agent = Key::of("the agent of the benchmark");
        let machines = vec![machines(H100, LEASES as u16 / 4)];
        let registry = &self.wiring.provider_registry;
        let register = registration(&addr(owner), &agent, machines, &addr(registry));
        let bond = registry::Hook::Bond { provider: None };
        self.submit(&[
            Msg::execute(registry, &registry::ExecuteMsg::Register(register), &[])?,
            send(&self.wiring.network_token, registry, 10_000 * TOKEN, &bond)?,
        ])
        .await?;

        let spec = stream();
        let price = spec.max_price;
        let order = escrow::Hook::PlaceOrder(Box::new(spec));
        let place = send(&self.usdc, &self.wiring.lease_escrow, price.0.u128(), &order)?;
        for _ in 0..LEASES / 10 {
            self.submit(&vec![place.clone(); 10]).await?;
        }
        self.each(|order| {
            let (price, work_bond) = (Price::new(price.0.u128()), Uint128::zero());
            self.book(&order_book::ExecuteMsg::Bid {
                order,
                price,
                work_bond,
            })
        })
        .await?;
        self.advance(110).await?;
        self.each(|order| self.book(&order_book::ExecuteMsg::Award { order }))
            .await?;
        let lease = |order| LeaseId::new(order, 0).context("the lease number fits");
        self.each(|order| self.escrow(&escrow::ExecuteMsg::Ready { lease: lease(order)? }))
            .await?;
        self.each(|order| self.escrow(&escrow::ExecuteMsg::Accept { lease: lease(order)? }))
            .await
    }

    /// A message for each order, ten in a transaction.
    async fn each(&self, message: impl Fn(OrderId) -> Result<Msg>) -> Result<()> {
        let messages = (1..=LEASES)
            .map(|order| message(OrderId(order)))
            .collect::<Result<Vec<_>>>()?;
        for some in messages.chunks(10) {
            self.submit(some).await?;
        }
        Ok(())
    }

    /// Send each message in a transaction of its own, as fast as one signer can; the time until the last is in a block.
    async fn rush(&self, messages: &[Msg]) -> Result<Duration> {
        let options = TxOptions {
            gas: Gas::Limit(2_000_000),
            ..TxOptions::default()
        };
        let began = Instant::now();
        let mut sent = vec![];
        for message in messages {
            sent.push(
                self.signer
                    .send(std::slice::from_ref(message), &options)
                    .await?
                    .hash(),
            );
        }
        let chain = self.signer.chain();
        if let Some(last) = sent.last() {
            chain.confirm(last, Duration::from_secs(60)).await?;
        }
        let spent = began.elapsed();
        for hash in &sent {
            let outcome = chain.confirm(hash, Duration::from_secs(60)).await?;
            ensure!(outcome.succeeded(), "a transaction failed: {}", outcome.log);
        }
        Ok(spent)
    }

    async fn submit(&self, messages: &[Msg]) -> Result<()> {
        self.signer.submit(messages, &TxOptions::default()).await?;
        Ok(())
    }

    fn escrow(&self, msg: &escrow::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.wiring.lease_escrow, msg, &[])?)
    }

    fn book(&self, msg: &order_book::ExecuteMsg) -> Result<Msg> {
        Ok(Msg::execute(&self.wiring.order_book, msg, &[])?)
    }

    /// Let block time pass.
    async fn advance(&self, seconds: u64) -> Result<()> {
        let url = format!("{}/devnet/time", self.signer.chain().url().trim_end_matches('/'));
        let body = serde_json::json!({ "advance_seconds": seconds });
        self.http.post(url).json(&body).send().await?.error_for_status()?;
        Ok(())
    }
}

/// A cw20 `Send` with a hook.
fn send(token: &str, contract: &str, amount: u128, hook: &impl Serialize) -> Result<Msg> {
    let msg = Cw20ExecuteMsg::Send {
        contract: contract.into(),
        amount: Uint128::new(amount),
        msg: to_json_binary(hook)?,
    };
    Ok(Msg::execute(token, &msg, &[])?)
}
