//! Orders, bids and awards.

use anyhow::Result;
use chain_client::Msg;
use cosmwasm_std::{Binary, Uint128};
use futures::future::try_join_all;
use market_types::escrow::{self, Hook};
use market_types::order::{AwardRule, OrderSpec, Pricing, Rail, StreamLength};
use market_types::order_book::ExecuteMsg;
use market_types::Seconds;

use super::{Open, Town};
use crate::market::TOKEN;
use crate::orders::{self, PRICE, WINDOW};
use crate::people::key;
use crate::stage::submit_all;

/// What the winner bids.
const BID: u128 = PRICE * 8 / 10;
/// Leases that run beside the measured ones.
const PLAIN: usize = 50;

impl Town {
    /// Orders with their bids. The window is open for a short while, so what needs none comes last.
    pub(super) async fn bidding(&mut self) -> Result<Open> {
        let (tenant, agent) = (self.tenant.clone(), self.winner.agent.clone());
        let deposit = self
            .market
            .pay(Uint128::new(1_000 * TOKEN), &Hook::Deposit { owner: None })?;
        self.note("escrow: deposit", &tenant, deposit).await?;
        let plain = self.place(&vec![orders::stream(); PLAIN]).await?;
        let bids = plain.iter().map(|order| self.market.bid(*order, BID, 0));
        self.bulk(&agent, bids.collect::<Result<_>>()?).await?;

        let special = self.place(&special()).await?;
        let [twenty, second_price, picked, expiring, cancelled, acknowledged, left, silent, waiting] =
            special[..]
        else {
            anyhow::bail!("{} orders were placed", special.len());
        };
        let stream = orders::stream();
        let from_account = escrow::ExecuteMsg::PlaceOrder {
            token: self.market.usdc.clone(),
            spec: stream.clone(),
        };
        let orders = [
            (
                "escrow: place a stream order from the wallet",
                self.market.place(&stream)?,
            ),
            (
                "escrow: place a task order from the wallet",
                self.market.place(&orders::task())?,
            ),
            (
                "escrow: place a stream order from the account",
                self.market.escrow(&from_account)?,
            ),
        ];
        let [one_bid, task, no_bid] = [self.next_order(), self.next_order(), self.next_order()];
        for (name, message) in orders {
            self.note(name, &tenant, message).await?;
        }
        let open = Open {
            plain,
            one_bid,
            task,
            no_bid,
            twenty,
            second_price,
            picked,
            expiring,
            acknowledged,
            left,
            silent,
            waiting,
        };
        self.bids(&open).await?;
        let cancel = self.market.book(&ExecuteMsg::Cancel { order: cancelled })?;
        self.note("book: cancel", &tenant, cancel).await?;
        Ok(open)
    }

    async fn bids(&mut self, open: &Open) -> Result<()> {
        let agent = self.winner.agent.clone();
        let quiet = [
            open.second_price,
            open.twenty,
            open.picked,
            open.expiring,
            open.acknowledged,
            open.left,
            open.silent,
        ];
        let mut bids = quiet
            .iter()
            .map(|order| self.market.bid(*order, BID, 0))
            .collect::<Result<Vec<_>>>()?;
        bids.push(self.market.bid(open.waiting, BID, 100 * TOKEN)?);
        self.bulk(&agent, bids).await?;
        // Nineteen bids, the last of which is measured, and one more.
        let rivals = self.rivals.clone();
        let price = |n: usize| BID + 1_000 + 100 * n as u128;
        let market = &self.market;
        try_join_all(rivals.iter().enumerate().take(18).map(|(n, rival)| async move {
            let bids = [open.twenty, open.second_price].map(|order| market.bid(order, price(n), 0));
            submit_all(&rival.agent, bids.into_iter().collect::<Result<Vec<Msg>>>()?).await
        }))
        .await?;
        for (name, order, n) in [
            ("book: bid, beside 19 others", open.twenty, 18),
            (
                "book: bid on a second price, beside 19 others",
                open.second_price,
                18,
            ),
        ] {
            let bid = self.market.bid(order, price(n), 0)?;
            self.note(name, &rivals[n].agent, bid).await?;
        }
        let better = self.market.bid(open.twenty, BID + 500, 0)?;
        self.note("book: bid that evicts the worst of 20", &rivals[19].agent, better)
            .await?;

        let first = self.market.bid(open.one_bid, BID + 500, 0)?;
        self.note("book: bid", &agent, first).await?;
        let lower = self.market.bid(open.one_bid, BID, 0)?;
        self.note("book: lower a bid", &agent, lower).await?;
        let task = self.market.bid(open.task, BID, 100 * TOKEN)?;
        self.note("book: bid on a task", &agent, task).await?;
        Ok(())
    }

    pub(super) async fn awarding(&mut self, open: &Open) -> Result<()> {
        self.until(self.now().await? + WINDOW).await?;
        let crank = self.crank.clone();
        let quiet = [open.acknowledged, open.left, open.silent, open.waiting];
        let awards = open
            .plain
            .iter()
            .chain(&quiet)
            .map(|order| self.market.award(*order));
        self.bulk(&crank, awards.collect::<Result<_>>()?).await?;
        for (name, order) in [
            ("book: award, 1 bid", open.one_bid),
            ("book: award, 20 bids", open.twenty),
            ("book: award at the second price, 20 bids", open.second_price),
            ("book: award a task", open.task),
            ("book: award, no bid", open.no_bid),
        ] {
            let award = self.market.award(order)?;
            self.note(name, &crank, award).await?;
        }
        let (order, provider) = (open.picked, self.winner.owner.address().to_owned());
        self.book("book: pick", true, ExecuteMsg::Pick { order, provider })
            .await?;
        let order = open.expiring;
        self.book("book: expire", false, ExecuteMsg::Expire { order })
            .await?;
        let prune = ExecuteMsg::Prune {
            order: open.twenty,
            limit: 20,
        };
        self.book("book: prune 20 bids", false, prune).await
    }

    async fn book(&mut self, name: &'static str, by_tenant: bool, msg: ExecuteMsg) -> Result<()> {
        let signer = if by_tenant {
            self.tenant.clone()
        } else {
            self.crank.clone()
        };
        let message = self.market.book(&msg)?;
        self.note(name, &signer, message).await?;
        Ok(())
    }
}

/// Orders that are not measured when they are placed: with many bids, at the second price, picked, expiring, cancelled, acknowledged, left
/// by the provider, silent, and waiting for inputs.
fn special() -> [OrderSpec<String>; 9] {
    let plain = orders::stream;
    let second_price = OrderSpec {
        pricing: Pricing::SecondPrice,
        ..plain()
    };
    let picked = OrderSpec {
        award: AwardRule::TenantPicks,
        ..plain()
    };
    let expiring = OrderSpec {
        window: Seconds(WINDOW),
        award_within: Seconds(10),
        ..plain()
    };
    let mut acknowledged = OrderSpec {
        session_key: key("session")
            .ok()
            .map(|key| Binary::from(key.public_key().as_bytes())),
        ..plain()
    };
    if let Rail::Stream {
        ack_every, length, ..
    } = &mut acknowledged.rail
    {
        *ack_every = Some(Seconds(3_600));
        *length = StreamLength::OpenEnded {
            deposit: Uint128::new(TOKEN),
        };
    }
    [
        plain(),
        second_price,
        picked,
        expiring,
        plain(),
        acknowledged,
        plain(),
        plain(),
        orders::task(),
    ]
}

/// Kept here, so that the prices of an order stand together.
pub(super) fn lower_price() -> u128 {
    BID * 9 / 10
}
