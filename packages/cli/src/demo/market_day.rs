//! Steps that several chapters share: order, watch the bids, find the lease.

use std::time::{Duration, Instant};

use anyhow::{bail, Context as _, Result};
use market_types::order_book::{ExecuteMsg, OrderStatus, Winner};
use market_types::{OrderId, UnixTime};

use super::stage::Stage;
use super::tale::Tale;
use crate::amount::Scale;
use crate::commands::order::{self, Award, Comparison, Place};

/// The demo prints amounts in tokens of six decimals, whatever `--raw` says.
pub const SCALE: Scale = Scale::Decimals(6);

/// An order with the demo's habits, to be changed where it matters.
pub fn order_for(work: &str, max_price: &str, manifest: &str) -> Place {
    Place {
        class: vec![],
        gpus: 1,
        work: work.into(),
        max_price: max_price.into(),
        manifest_digest: manifest.into(),
        attribute: vec![],
        window: "10s".into(),
        award_within: "1h".into(),
        award: Award::Lowest,
        second_price: false,
        comparison: Comparison::None,
        min_reputation: 0,
        unit_deadline: "2m".into(),
        start_timeout: "10m".into(),
        progress_timeout: "10m".into(),
        ack_every: "24h".into(),
        notice: "0s".into(),
        allow: vec![],
        deny: vec![],
        // The four of the story are too few to audit one another.
        terms: order::Terms {
            thin_audit: true,
            ..order::Terms::default()
        },
        resources: None,
    }
}

/// Place an order of the tenant, tell the bids as they fall, and see it awarded.
///
/// # Errors
/// Nobody won it, or the chain refused something.
pub async fn trade(stage: &mut Stage, tale: &Tale, token: &str, place: &Place) -> Result<(OrderId, Winner)> {
    stage.tenant.global.token = token.into();
    let order = order::place(&stage.tenant, place).await?;
    tale.note(format!(
        "order {order}: {} at no more than {} {token}, open for {}",
        place.work, place.max_price, place.window
    ));
    watch_bids(stage, tale, order).await?;
    let winner = award(stage, order).await?;
    tale.note(format!(
        "{} wins with {} and is paid {}{}; lease {}",
        stage.name(winner.owner.as_str()),
        SCALE.format(winner.bid.0),
        SCALE.format(winner.price.0),
        if winner.price == winner.bid {
            ""
        } else {
            ", the next bid"
        },
        winner.lease,
    ));
    Ok((order, winner))
}

/// Bids that have not moved for so long will not move any more.
const QUIET: Duration = Duration::from_secs(2);

async fn watch_bids(stage: &mut Stage, tale: &Tale, order: OrderId) -> Result<()> {
    let mut told = 0;
    let mut last_news = Instant::now();
    loop {
        stage.ensure_alive()?;
        let mut bids = stage.market.bids(order).await?;
        bids.sort_by_key(|bid| bid.sequence);
        for bid in bids.iter().filter(|bid| bid.sequence > told) {
            tale.note(format!(
                "{:<7} bids {}",
                stage.name(bid.owner.as_str()),
                SCALE.format(bid.price.0)
            ));
        }
        if bids.last().is_some_and(|bid| bid.sequence > told) {
            last_news = Instant::now();
        }
        told = bids.last().map_or(told, |bid| bid.sequence.max(told));
        let closes = stage.market.order(order).await?.closes;
        let now = now(stage).await?;
        if now >= closes {
            return Ok(());
        }
        if told > 0 && last_news.elapsed() > QUIET {
            stage.pace.skip(closes.since(now)).await?;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// The winner's agent turns the crank; if it does not within seconds, the keeper does.
async fn award(stage: &Stage, order: OrderId) -> Result<Winner> {
    let patience = Instant::now() + Duration::from_secs(3);
    let mut cranked = false;
    loop {
        let state = stage.market.order(order).await?;
        match (state.status, state.winner) {
            (OrderStatus::Awarded, Some(winner)) => return Ok(winner),
            (OrderStatus::Open, _) if Instant::now() < patience || cranked => {}
            (OrderStatus::Open, _) => {
                cranked = true;
                let book = &stage.market.deployment.contracts.order_book;
                // The winner may have turned it in the meantime; the next look tells.
                if let Err(error) = stage.keeper.execute(book, &ExecuteMsg::Award { order }).await {
                    tracing::info!("the keeper's award of order {order} came too late: {error}");
                }
            }
            (status, _) => bail!("order {order} ended {status:?}; see the agents' logs"),
        }
        if Instant::now() > patience + Duration::from_secs(10) {
            bail!("order {order} was not awarded");
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

/// Time of the last block.
pub async fn now(stage: &Stage) -> Result<UnixTime> {
    let status = stage
        .market
        .chain
        .status()
        .await
        .context("the chain does not answer")?;
    Ok(UnixTime(status.time.seconds()))
}

/// Poll until `done` finds what it looks for.
///
/// # Errors
/// It did not within `limit`; the error says what was waited for.
pub async fn until<T, F>(stage: &mut Stage, what: &str, limit: Duration, mut done: F) -> Result<T>
where
    F: AsyncFnMut(&Stage) -> Result<Option<T>>,
{
    let deadline = Instant::now() + limit;
    loop {
        stage.ensure_alive()?;
        if let Some(found) = done(stage).await? {
            return Ok(found);
        }
        if Instant::now() > deadline {
            bail!("{what} did not happen within {limit:?}");
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}
