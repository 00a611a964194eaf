//! Every message of the market once, by people who have been here before.

mod ballast;
mod bidding;
mod fees;
mod governing;
mod providing;
mod serving;
mod working;

use std::time::Duration;

use anyhow::{Context, Result};
use chain_client::{Coin, Msg, Signer, TxOutcome};
use market_types::order::OrderSpec;
use market_types::{LeaseId, OrderId};

use crate::market::Market;
use crate::people::{account, Provider};
use crate::stage::{submit_all, submit_one, Stage};

/// A message and the gas it used.
pub type Gauged = (&'static str, u64);

/// Providers beside the one that wins.
const RIVALS: usize = 24;

/// A market with its people, and what was measured in it so far.
pub struct Town {
    pub market: Market,
    pub tenant: Signer,
    pub heir: Signer,
    pub crank: Signer,
    pub winner: Provider,
    pub rivals: Vec<Provider>,
    orders: u64,
    gauged: Vec<Gauged>,
}

/// Gas of every message, in a new market of the same chain that holds so many providers, open orders and running leases already.
///
/// # Errors
/// The market refuses what it should take.
pub async fn all(stage: &Stage, ballast: usize) -> Result<Vec<Gauged>> {
    let mut town = Town::build(stage).await?;
    town.load(stage, ballast).await?;
    town.transfers().await?;
    town.providing().await?;
    let open = town.bidding().await?;
    town.awarding(&open).await?;
    town.serving(&open).await?;
    town.working(&open).await?;
    town.fees().await?;
    town.governing().await?;
    Ok(town.gauged)
}

impl Town {
    async fn build(stage: &Stage) -> Result<Self> {
        let chain = &stage.chain;
        let (tenant, heir, crank) = (
            account(chain, "tenant")?,
            account(chain, "heir")?,
            account(chain, "crank")?,
        );
        let winner = Provider::new(chain, "winner")?;
        let rivals = (0..RIVALS)
            .map(|n| Provider::new(chain, &format!("rival {n}")))
            .collect::<Result<Vec<_>>>()?;
        let everybody: Vec<&Signer> = [&tenant, &heir, &crank]
            .into_iter()
            .chain(
                std::iter::once(&winner)
                    .chain(&rivals)
                    .flat_map(|one| [&one.owner, &one.agent]),
            )
            .collect();
        stage.fund(&everybody).await?;
        let market = Market::found(stage, &[&tenant, &heir, &winner.owner]).await?;
        Ok(Self {
            market,
            tenant,
            heir,
            crank,
            winner,
            rivals,
            orders: 0,
            gauged: vec![],
        })
    }

    /// Send a message, and note what it used.
    async fn note(&mut self, name: &'static str, signer: &Signer, message: Msg) -> Result<TxOutcome> {
        let outcome = submit_one(signer, message).await.context(name)?;
        self.gauged.push((name, outcome.gas_used));
        Ok(outcome)
    }

    /// Several messages that nobody measures.
    async fn bulk(&self, signer: &Signer, messages: Vec<Msg>) -> Result<()> {
        self.market.bulk(signer, messages).await
    }

    /// The number that an order placed now gets.
    fn next_order(&mut self) -> OrderId {
        self.orders += 1;
        OrderId(self.orders)
    }

    /// Place orders that nobody measures.
    async fn place(&mut self, specs: &[OrderSpec<String>]) -> Result<Vec<OrderId>> {
        let messages = specs
            .iter()
            .map(|spec| self.market.place(spec))
            .collect::<Result<_>>()?;
        let tenant = self.tenant.clone();
        self.bulk(&tenant, messages).await?;
        Ok(specs.iter().map(|_| self.next_order()).collect())
    }

    async fn now(&self) -> Result<u64> {
        Ok(self.market.founder.chain().status().await?.time.seconds())
    }

    /// Until a block is at least so late.
    async fn until(&self, time: u64) -> Result<()> {
        while self.now().await? <= time {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        Ok(())
    }

    /// What all is compared with.
    async fn transfers(&mut self) -> Result<()> {
        let (tenant, crank) = (self.tenant.clone(), self.crank.clone());
        let send = Msg::Send {
            to: crank.address().into(),
            amount: vec![Coin::new(1u128, "ulease")],
        };
        self.note("bank: send", &tenant, send).await?;
        let usdc = self.market.usdc.clone();
        for to in [&crank, &self.heir.clone()] {
            // To somebody who has some already.
            let first = self.market.transfer(&usdc, to.address(), 1_000_000)?;
            submit_all(&tenant, vec![first]).await?;
        }
        let transfer = self.market.transfer(&usdc, crank.address(), 1_000_000)?;
        self.note("cw20: transfer", &tenant, transfer).await?;
        Ok(())
    }
}

/// What is open after the bidding, and for whom.
pub struct Open {
    /// Streams of the winner, nothing special about them.
    pub plain: Vec<OrderId>,
    pub one_bid: OrderId,
    pub task: OrderId,
    pub no_bid: OrderId,
    pub twenty: OrderId,
    pub second_price: OrderId,
    pub picked: OrderId,
    pub expiring: OrderId,
    pub acknowledged: OrderId,
    pub left: OrderId,
    pub silent: OrderId,
    pub waiting: OrderId,
}

impl Open {
    pub fn leases(&self) -> Result<Vec<LeaseId>> {
        self.plain
            .iter()
            .map(|order| crate::market::lease(*order))
            .collect()
    }
}
