//! Transactions a second on one validator: one client, one signer a kind, in one run and in turns.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::Result;
use chain_client::{Gas, Msg, Signer, TxOptions};
use cosmwasm_std::Uint128;
use market_types::escrow::ExecuteMsg as Escrow;
use market_types::order::{OrderSpec, Rail};
use market_types::{attestation, BatchNo, Hash32, LeaseId, OrderId, Seconds};

use crate::market::{lease, Market, TOKEN, VESTING};
use crate::orders::{self, PRICE};
use crate::people::{account, Provider};
use crate::stage::{submit_one, Stage};

/// Leases, and transactions of each kind in a round.
const MANY: u64 = 200;
const ROUNDS: u32 = 3;
/// Settlements must reach this share of the rate of transfers.
const LEAST: f64 = 0.6;

#[derive(Clone, Copy)]
pub struct Speeds {
    transfers: f64,
    settlements: f64,
    bids: f64,
    lives: f64,
}

impl Speeds {
    pub fn hold(&self) -> bool {
        self.settlements >= LEAST * self.transfers
    }
}

impl fmt::Display for Speeds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Transactions a second, one validator, one client, {} of each kind:\n",
            MANY * u64::from(ROUNDS)
        )?;
        let rows = [
            ("cw20 transfers", self.transfers),
            ("settlements of streams", self.settlements),
            ("bids", self.bids),
            (
                "whole lives: order, bid, award, batch, release, withdrawal",
                self.lives,
            ),
        ];
        for (name, rate) in rows {
            writeln!(f, "{name:62}{rate:>8.1}")?;
        }
        let ratio = self.settlements / self.transfers;
        let verdict = if self.hold() { "yes" } else { "NO" };
        writeln!(
            f,
            "\nSettlements by transfers: {ratio:.2}, at least {LEAST}: {verdict}."
        )
    }
}

struct Run {
    market: Market,
    tenant: Signer,
    crank: Signer,
    provider: Provider,
    orders: u64,
}

/// # Errors
/// The market refuses what it should take.
pub async fn measure(stage: &Stage) -> Result<Speeds> {
    let chain = &stage.chain;
    let (tenant, crank) = (account(chain, "tenant")?, account(chain, "crank")?);
    let provider = Provider::new(chain, "winner")?;
    stage
        .fund(&[&tenant, &crank, &provider.owner, &provider.agent])
        .await?;
    let market = Market::found(stage, &[&tenant, &crank, &provider.owner]).await?;
    let mut run = Run {
        market,
        tenant,
        crank,
        provider,
        orders: 0,
    };
    submit_one(&run.provider.owner, run.market.register(&run.provider, 1_000)?).await?;
    let founder = run.market.founder.clone();
    run.market
        .bulk(
            &founder,
            vec![run.market.bond(&run.provider, 10_000_000 * TOKEN)?],
        )
        .await?;
    run.measure().await
}

impl Run {
    async fn measure(&mut self) -> Result<Speeds> {
        let (leases, bids) = self.streams().await?;
        let to = self.tenant.address().to_owned();
        let mut spent = [Duration::ZERO; 2];
        // The first round of each does not count: what is written for the first time costs more.
        for round in 0..=ROUNDS {
            let beat = self.market.heartbeat(&leases[..100])?;
            let more = self.market.heartbeat(&leases[100..])?;
            self.market.bulk(&self.provider.agent, vec![beat, more]).await?;
            let transfers = self.rush(
                &self.crank,
                leases
                    .iter()
                    .map(|_| self.market.transfer(&self.market.usdc, &to, 1)),
            );
            let transfers = transfers.await?;
            let settlements = self
                .rush(&self.crank, leases.iter().map(|id| self.market.settle(*id)))
                .await?;
            if round > 0 {
                spent[0] += transfers;
                spent[1] += settlements;
            }
        }
        let lives = self.lives().await?;
        let rate = |spent: Duration, rounds: u32| (MANY * u64::from(rounds)) as f64 / spent.as_secs_f64();
        Ok(Speeds {
            transfers: rate(spent[0], ROUNDS),
            settlements: rate(spent[1], ROUNDS),
            bids: rate(bids, 1),
            lives: rate(lives, 1),
        })
    }

    /// Streams that run, and how long their bids took.
    async fn streams(&mut self) -> Result<(Vec<LeaseId>, Duration)> {
        let orders = self.place(&waited(orders::stream())).await?.1;
        let agent = self.provider.agent.clone();
        let bids = self
            .rush(
                &agent,
                orders.iter().map(|order| self.market.bid(*order, PRICE, 0)),
            )
            .await?;
        self.closed(&agent).await?;
        let leases = orders
            .iter()
            .map(|order| lease(*order))
            .collect::<Result<Vec<_>>>()?;
        self.rush(&self.crank, orders.iter().map(|order| self.market.award(*order)))
            .await?;
        self.rush(&agent, leases.iter().map(|id| self.market.ready(*id)))
            .await?;
        self.rush(&self.tenant, leases.iter().map(|id| self.market.accept(*id)))
            .await?;
        Ok((leases, bids))
    }

    /// How long all transactions of many tasks take, without what they wait for: bids of others and vesting.
    async fn lives(&mut self) -> Result<Duration> {
        let mut spec = waited(orders::task());
        if let Rail::Task { units, .. } = &mut spec.rail {
            *units = 64;
        }
        let (mut spent, orders) = self.place(&spec).await?;
        let agent = self.provider.agent.clone();
        let work_bond = 100 * TOKEN;
        spent += self
            .rush(
                &agent,
                orders
                    .iter()
                    .map(|order| self.market.bid(*order, PRICE, work_bond)),
            )
            .await?;
        self.closed(&agent).await?;
        spent += self
            .rush(&self.crank, orders.iter().map(|order| self.market.award(*order)))
            .await?;
        let batch = |order: &OrderId| {
            self.market.attestation(&attestation::ExecuteMsg::PostBatch {
                lease: lease(*order)?,
                first_unit: 0,
                count: 64,
                root: Hash32([0x9a; 32]),
            })
        };
        spent += self.rush(&agent, orders.iter().map(batch)).await?;
        tokio::time::sleep(Duration::from_secs(VESTING + 2)).await;
        let release = |order: &OrderId| {
            self.market.attestation(&attestation::ExecuteMsg::Release {
                lease: lease(*order)?,
                batch: BatchNo(0),
            })
        };
        spent += self.rush(&self.crank, orders.iter().map(release)).await?;
        let withdraw = |_: &OrderId| {
            self.market.escrow(&Escrow::Withdraw {
                token: self.market.usdc.clone(),
                amount: Some(Uint128::new(PRICE)),
            })
        };
        Ok(spent
            + self
                .rush(&self.provider.owner, orders.iter().map(withdraw))
                .await?)
    }

    async fn place(&mut self, spec: &OrderSpec<String>) -> Result<(Duration, Vec<OrderId>)> {
        let spent = self
            .rush(&self.tenant, (0..MANY).map(|_| self.market.place(spec)))
            .await?;
        let orders = (self.orders + 1..=self.orders + MANY).map(OrderId).collect();
        self.orders += MANY;
        Ok((spent, orders))
    }

    /// Until the windows of orders placed a while ago are over.
    async fn closed(&self, signer: &Signer) -> Result<()> {
        let now = |status: chain_client::Status| status.time.seconds();
        let chain = signer.chain();
        let from = now(chain.status().await?);
        while now(chain.status().await?) <= from + WINDOW {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        Ok(())
    }

    /// Send each message in a transaction of its own, as fast as one signer can; the time until the last is in a block.
    async fn rush(&self, signer: &Signer, messages: impl Iterator<Item = Result<Msg>>) -> Result<Duration> {
        let options = TxOptions {
            // Of a block's 100 million; more would leave room in it unused.
            gas: Gas::Limit(260_000),
            ..TxOptions::default()
        };
        let messages = messages.collect::<Result<Vec<_>>>()?;
        let began = Instant::now();
        let mut sent = vec![];
        for message in &messages {
            sent.push(signer.send(std::slice::from_ref(message), &options).await?.hash());
        }
        let chain = signer.chain();
        if let Some(last) = sent.last() {
            chain.confirm(last, Duration::from_secs(120)).await?;
        }
        let spent = began.elapsed();
        for hash in &sent {
            chain.confirm(hash, Duration::from_secs(60)).await?.check()?;
        }
        Ok(spent)
    }
}

/// How long bids are taken: longer than all of them take.
const WINDOW: u64 = 45;

fn waited(spec: OrderSpec<String>) -> OrderSpec<String> {
    OrderSpec {
        window: Seconds(WINDOW),
        ..spec
    }
}
