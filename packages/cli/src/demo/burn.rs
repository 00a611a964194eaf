//! Chapter 8: fees are swept; the network token's are burned, the stablecoin's are sold and what they bring is burned.

use anyhow::{ensure, Context as _, Result};
use cosmwasm_std::Uint128;
use market_types::defaults::TOKEN;
use market_types::escrow;
use market_types::take_rate::{ExecuteMsg, Hook, LotResponse, QueryMsg, QuoteResponse, TotalsResponse};
use market_types::Seconds;

use super::market_day::SCALE;
use super::stage::Stage;
use super::tale::Tale;
use crate::amount::format_time;

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn tell(stage: &mut Stage, tale: &Tale) -> Result<TotalsResponse> {
    tale.chapter(8, "Fees are swept, sold and burned");
    let contracts = stage.market.deployment.contracts.clone();
    let usdc = stage.market.token("usdc")?.address.clone();
    let network = contracts.network_token.clone();
    for token in [&usdc, &network] {
        let msg = escrow::ExecuteMsg::SweepFees { token: token.clone() };
        stage.keeper.execute(&contracts.lease_escrow, &msg).await?;
    }
    let burned = totals(stage, &network).await?.burned;
    ensure!(
        !burned.is_zero(),
        "fees in the network token were swept and nothing was burned"
    );
    tale.note(format!(
        "fees paid in LEASE: {} burned at once",
        SCALE.format(burned)
    ));

    stage
        .keeper
        .execute(
            &contracts.take_rate_burn,
            &ExecuteMsg::Kick { token: usdc.clone() },
        )
        .await?;
    let lot = lot(stage, &usdc).await?;
    tale.note(format!(
        "fees paid in USDC: a lot of {} opens at {} LEASE each, halving every hour",
        SCALE.format(lot.left),
        SCALE.format(lot.price),
    ));
    let wait = stage.pace.auction;
    stage.pace.pass(&stage.market.chain, tale, wait).await?;
    let price = self::lot(stage, &usdc).await?.price;
    // All of it at the price of now; what the price falls by until the sale comes back.
    let pay = lot.left.checked_mul_ceil((price.u128(), TOKEN))?;
    let query = QueryMsg::Quote {
        token: usdc.clone(),
        pay,
    };
    let quote: QuoteResponse = stage.market.take_rate(&query).await?;
    let hook = Hook::Take {
        token: usdc.clone(),
        min_out: quote.out,
    };
    let sale = stage
        .keeper
        .send(&network, &contracts.take_rate_burn, pay, &hook)
        .await?;
    // The price falls every second, so what was paid is what the sale says, at most the quote.
    let figure = |key: &str| -> Result<Uint128> {
        let told = sale.attribute("wasm-lot_taken", key);
        Ok(told
            .with_context(|| format!("the sale tells no {key}"))?
            .parse()?)
    };
    let (bought, paid) = (figure("amount")?, figure("paid")?);
    ensure!(
        bought == lot.left && paid <= quote.pay,
        "bought {bought} for {paid}, quoted {}",
        quote.pay
    );
    let totals = totals(stage, &network).await?;
    tale.note(format!(
        "{} later, at {}, the keeper buys {} USDC for {} LEASE, which are burned: {} in all",
        format_time(Seconds(wait)),
        SCALE.format(price),
        SCALE.format(bought),
        SCALE.format(paid),
        SCALE.format(totals.burned),
    ));
    ensure!(
        totals.burned == burned + paid,
        "{} was burned before the sale and {} paid in it, but {} is burned now",
        burned,
        paid,
        totals.burned
    );
    Ok(totals)
}

async fn totals(stage: &Stage, token: &str) -> Result<TotalsResponse> {
    Ok(stage
        .market
        .take_rate(&QueryMsg::Totals { token: token.into() })
        .await?)
}

async fn lot(stage: &Stage, token: &str) -> Result<LotResponse> {
    let lot: Option<LotResponse> = stage
        .market
        .take_rate(&QueryMsg::Lot { token: token.into() })
        .await?;
    lot.context("no lot is open")
}
