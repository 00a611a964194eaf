//! A market that has been busy, built with as many messages in a transaction and as many transactions in a block as go.

use anyhow::Result;
use chain_client::{Gas, Msg, Signer, TxOptions};
use cosmwasm_std::Uint128;
use futures::stream::{self, StreamExt, TryStreamExt};
use market_types::order::{OrderSpec, Rail, StreamLength};
use market_types::{OrderId, Price, Seconds};

use super::Town;
use crate::market::{lease, TOKEN};
use crate::orders;
use crate::people::Provider;
use crate::stage::{submit_one, Stage};

const PRICE: u128 = 100;
/// Long enough for every bid, whatever the machine.
const WINDOW_PER_ORDER_MILLIS: u64 = 100;

impl Town {
    /// `count` providers, as many orders that take bids for a week, and as many leases of one provider that run for a year.
    pub(super) async fn load(&mut self, stage: &Stage, count: usize) -> Result<()> {
        if count == 0 {
            return Ok(());
        }
        let big = Provider::new(&stage.chain, "big provider")?;
        let crowd = (0..count)
            .map(|n| Provider::new(&stage.chain, &format!("crowd {n}")))
            .collect::<Result<Vec<_>>>()?;
        let accounts: Vec<&Signer> = crowd
            .iter()
            .map(|one| &one.owner)
            .chain([&big.owner, &big.agent])
            .collect();
        stage.fund(&accounts).await?;
        let machines = u16::try_from(count.div_ceil(8)).unwrap_or(u16::MAX);
        submit_one(&big.owner, self.market.register(&big, machines)?).await?;
        let founder = self.market.founder.clone();
        self.bulk(&founder, vec![self.market.bond(&big, 10_000_000 * TOKEN)?])
            .await?;
        let market = &self.market;
        stream::iter(&crowd)
            .map(|one| async { submit_one(&one.owner, market.register(one, 1)?).await })
            .buffer_unordered(200)
            .try_for_each(|_| async { Ok(()) })
            .await?;

        let window = 20 + count as u64 * WINDOW_PER_ORDER_MILLIS / 1_000;
        let first = self.orders + 1;
        let leased: Vec<OrderId> = (0..count as u64).map(|n| OrderId(first + n)).collect();
        let (tenant, crank) = (self.tenant.clone(), self.crank.clone());
        self.each(&tenant, &leased, |_| self.market.place(&long(window)))
            .await?;
        self.orders += count as u64;
        let ordered = self.now().await?;
        self.each(&big.agent, &leased, |order| self.market.bid(order, PRICE, 0))
            .await?;
        let waiting: Vec<OrderId> = (0..count as u64).map(|n| OrderId(self.orders + 1 + n)).collect();
        self.each(&tenant, &waiting, |_| self.market.place(&long(7 * 86_400)))
            .await?;
        self.orders += count as u64;
        self.until(ordered + window).await?;
        self.each(&crank, &leased, |order| self.market.award(order))
            .await?;
        self.each(&big.agent, &leased, |order| self.market.ready(lease(order)?))
            .await?;
        self.each(&tenant, &leased, |order| self.market.accept(lease(order)?))
            .await
    }

    /// A message for each order, many in a transaction, without waiting for one before the next.
    async fn each(
        &self,
        signer: &Signer,
        orders: &[OrderId],
        message: impl Fn(OrderId) -> Result<Msg>,
    ) -> Result<()> {
        let options = TxOptions {
            gas: Gas::Limit(12_000_000),
            ..TxOptions::default()
        };
        let mut sent = vec![];
        for some in orders.chunks(40) {
            let messages = some
                .iter()
                .map(|order| message(*order))
                .collect::<Result<Vec<_>>>()?;
            sent.push(signer.send(&messages, &options).await?.hash());
        }
        let chain = signer.chain();
        for hash in sent {
            chain
                .confirm(&hash, std::time::Duration::from_secs(600))
                .await?
                .check()?;
        }
        Ok(())
    }
}

fn long(window: u64) -> OrderSpec<String> {
    let mut spec = orders::stream();
    spec.max_price = Price::new(PRICE);
    spec.window = Seconds(window);
    if let Rail::Stream {
        length,
        start_timeout,
        ..
    } = &mut spec.rail
    {
        *length = StreamLength::OpenEnded {
            deposit: Uint128::new(TOKEN),
        };
        *start_timeout = Seconds(86_400);
    }
    spec
}
