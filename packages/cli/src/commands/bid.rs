//! `leasebook bid`: the providers' side of the book.

use anyhow::Result;
use clap::Subcommand;
use cosmwasm_std::Uint128;
use market_types::order::Rail;
use market_types::order_book::{ExecuteMsg, OrderResponse, QueryMsg, SimulateResponse};
use market_types::{OrderId, Price};

use super::order::work;
use super::refusal::{explain, Amounts};
use crate::amount::PriceTag;
use crate::context::{Acting, Global, Receipt};
use crate::failure::{Foreseen, UsageError};
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook --from provider bid place 7 2.10/h
  leasebook --from provider bid place 8 0.04/frame --work-bond 100
  leasebook bid list 7")]
pub enum Bid {
    /// Bid, or lower the bid there is
    Place {
        order: u64,
        /// 2.50/h or 0.02/frame
        #[arg(allow_negative_numbers = true)]
        price: String,
        /// Network tokens at stake for a task's work
        #[arg(long, default_value = "0", allow_negative_numbers = true)]
        work_bond: String,
    },
    /// The bids of an order, best first
    List { order: u64 },
}

pub async fn run(global: &Global, command: Bid) -> Result<()> {
    match command {
        Bid::Place {
            order,
            price,
            work_bond,
        } => {
            let acting = global.acting().await?;
            let order = acting.market.order(OrderId(order)).await?;
            let (_, network) = acting.network()?;
            let work_bond = network.parse(&work_bond)?;
            bid(&acting, &order, &price, work_bond).await
        }
        Bid::List { order } => {
            let market = global.market().await?;
            let order = market.order(OrderId(order)).await?;
            let scale = global.scale(market.token(order.token.as_str())?);
            let bids = market.bids(order.order).await?;
            global.output().show(&bids, |bids| {
                let mut table = Table::new([">place", ">price", ">reputation", "provider"]);
                for bid in bids {
                    table.row([
                        bid.place.to_string(),
                        scale.format(bid.price.0),
                        format!("{} %", bid.reputation.0 / 100),
                        format!("{} {}", bid.provider, bid.owner),
                    ]);
                }
                table.render()
            })
        }
    }
}

async fn bid(acting: &Acting, order: &OrderResponse, written: &str, work_bond: Uint128) -> Result<()> {
    let amounts = Amounts::of(&acting.global, &acting.market, order)?;
    let price = match (amounts.payment.parse_price(written)?, &order.spec.rail) {
        (PriceTag::PerHour(price), Rail::Stream { .. }) => price,
        (PriceTag::PerUnit(price), Rail::Task { .. }) => price,
        (_, rail) => return Err(other_price(rail, written).into()),
    };
    if price > order.spec.max_price {
        return Err(Foreseen::AboveMaximum {
            price: written.into(),
            maximum: amounts.payment.format(order.spec.max_price.0),
        }
        .into());
    }
    let msg = ExecuteMsg::Bid {
        order: order.order,
        price,
        work_bond,
    };
    let book = &acting.market.deployment.contracts.order_book;
    let outcome = match acting.execute(book, &msg).await {
        Ok(outcome) => outcome,
        Err(error) => {
            let refusal = refusal(acting, order, price, work_bond, amounts).await;
            return Err(refusal.ok().flatten().unwrap_or(error));
        }
    };
    let receipt = Receipt::from(&outcome).with(price.0);
    let text = format!("bid {} on order {}", amounts.payment.format(price.0), order.order);
    acting.global.output().show(&receipt, |_| text)
}

/// The rule that refused a bid, if it is one of the registry's.
async fn refusal(
    acting: &Acting,
    order: &OrderResponse,
    price: Price,
    work_bond: Uint128,
    amounts: Amounts,
) -> Result<Option<anyhow::Error>> {
    let query = QueryMsg::Simulate {
        order: order.order,
        provider: acting.address().into(),
        price: Some(price),
        work_bond: Some(work_bond),
    };
    let answer: SimulateResponse = acting.market.book(&query).await?;
    Ok(answer.refusal.map(|refusal| {
        Foreseen::Bidder {
            owner: answer.owner.into(),
            reason: explain(&refusal, amounts),
        }
        .into()
    }))
}

fn other_price(rail: &Rail, written: &str) -> UsageError {
    let (work, price) = (work(rail), written.into());
    match rail {
        Rail::Stream { .. } => UsageError::PerHour { work, price },
        Rail::Task { .. } => UsageError::PerUnit { work, price },
    }
}
