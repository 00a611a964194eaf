//! `leasebook market` and `leasebook why`: the book, the prices, and why a provider is not in it.

use anyhow::Result;
use clap::Subcommand;
use market_types::order_book::{ClearingPrice, QueryMsg, SimulateResponse};
use market_types::{OrderId, Page, ProviderNo};

use super::list::{more, Part};
use super::machine::parse_class;
use super::refusal::{explain, Amounts};
use crate::context::{now, Global};
use crate::instant::format_from;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook market book
  leasebook market prices software-vulkan
  leasebook market solvency               what every contract holds, and whom it owes it to")]
pub enum MarketCommand {
    /// Open orders with their best bids
    Book {
        #[command(flatten)]
        part: Part,
    },
    /// The last prices at which a class was awarded
    Prices { class: String },
    /// What every contract holds and owes
    Solvency,
}

pub async fn run(global: &Global, command: MarketCommand) -> Result<()> {
    match command {
        MarketCommand::Book { part } => {
            let open = super::order::Order::List {
                tenant: None,
                all: false,
                part,
            };
            super::order::run(global, open).await
        }
        MarketCommand::Prices { class } => {
            let market = global.market().await?;
            let token = market.token(&global.token)?;
            let scale = global.scale(token);
            let now = now(&market).await?;
            let query = QueryMsg::ClearingPrices {
                class: parse_class(&class)?,
                token: token.address.clone(),
            };
            let prices: Vec<ClearingPrice> = market.book(&query).await?;
            global.output().show(&prices, |prices| {
                let mut table = Table::new([">order", ">price", "per", ">GPUs", "at"]);
                for price in prices {
                    table.row([
                        price.order.to_string(),
                        scale.format(price.price.0),
                        if price.per_hour { "hour" } else { "unit" }.into(),
                        price.gpus.to_string(),
                        format_from(price.at, now),
                    ]);
                }
                if table.is_empty() {
                    "no awards of this class yet".into()
                } else {
                    table.render()
                }
            })
        }
        MarketCommand::Solvency => {
            let market = global.market().await?;
            let reports = market.solvency().await?;
            global.output().show(&reports, |reports| {
                let mut table = Table::new(["contract", "token", ">holds", ">owes", "for"]);
                for (contract, tokens) in reports {
                    for report in tokens {
                        let token = market.token(report.token.as_str());
                        let format = |amount| match token {
                            Ok(token) => global.scale(token).format(amount),
                            Err(_) => amount.to_string(),
                        };
                        let owed: Vec<String> = report
                            .owed
                            .iter()
                            .filter(|owed| !owed.amount.is_zero())
                            .map(|owed| format!("{} {}", owed.purpose, format(owed.amount)))
                            .collect();
                        table.row([
                            (*contract).into(),
                            market.symbol(report.token.as_str()).into(),
                            format(report.held),
                            format(report.owed_total),
                            owed.join(", "),
                        ]);
                    }
                }
                table.render()
            })
        }
    }
}

/// Which rule keeps a provider, or each provider, from an order.
pub async fn why(global: &Global, order: u64, provider: Option<String>, part: Part) -> Result<()> {
    let market = global.market().await?;
    let order = market.order(OrderId(order)).await?;
    let amounts = Amounts::of(global, &market, &order)?;
    let page: Page<SimulateResponse, ProviderNo> = match provider {
        Some(provider) => {
            let query = QueryMsg::Simulate {
                order: order.order,
                provider: global.address(&market.chain, Some(&provider))?,
                price: None,
                work_bond: None,
            };
            Page {
                items: vec![market.book(&query).await?],
                next_start_after: None,
            }
        }
        None => {
            let paging = part.paging(|after| ProviderNo(u32::try_from(after).unwrap_or(u32::MAX)));
            let order = order.order;
            market.book(&QueryMsg::SimulateAll { order, paging }).await?
        }
    };
    global.output().show(&page, |page| {
        let mut table = Table::new(["provider", "answer"]);
        for answer in &page.items {
            let refusal = answer.refusal.as_ref();
            table.row([
                answer.owner.to_string(),
                refusal.map_or_else(
                    || "could take this order now".into(),
                    |refusal| explain(refusal, amounts),
                ),
            ]);
        }
        if table.is_empty() {
            "no providers".into()
        } else {
            table.render() + &more(page.next_start_after.as_ref())
        }
    })
}
