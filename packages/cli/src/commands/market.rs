//! `leasebook market` and `leasebook why`: the book, the prices, and why a provider is not in it.

use anyhow::Result;
use clap::Subcommand;
use market_types::order_book::{ClearingPrice, QueryMsg, SimulateResponse};
use market_types::registry::Refusal;
use market_types::resources::DeviceClass;
use market_types::{OrderId, Page, Paging, ProviderNo};

use crate::amount::format_time;
use crate::context::Global;
use crate::output::Table;

#[derive(Subcommand, Debug)]
pub enum MarketCommand {
    /// Open orders with their best bids
    Book,
    /// The last prices at which a class was awarded
    Prices { class: String },
    /// What every contract holds and owes
    Solvency,
}

pub async fn run(global: &Global, command: MarketCommand) -> Result<()> {
    match command {
        MarketCommand::Book => {
            super::order::run(
                global,
                super::order::Order::List {
                    tenant: None,
                    all: false,
                },
            )
            .await
        }
        MarketCommand::Prices { class } => {
            let market = global.market().await?;
            let token = market.token(&global.token)?;
            let scale = global.scale(token);
            let query = QueryMsg::ClearingPrices {
                class: DeviceClass(class),
                token: token.address.clone(),
            };
            let prices: Vec<ClearingPrice> = market.book(&query).await?;
            global.output().show(&prices, |prices| {
                let mut table = Table::new([">order", ">price", "per", ">GPUs", ">at"]);
                for price in prices {
                    table.row([
                        price.order.to_string(),
                        scale.format(price.price.0),
                        if price.per_hour { "hour" } else { "unit" }.into(),
                        price.gpus.to_string(),
                        price.at.to_string(),
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
pub async fn why(global: &Global, order: u64, provider: Option<String>) -> Result<()> {
    let market = global.market().await?;
    let order = OrderId(order);
    let answers: Vec<SimulateResponse> = match provider {
        Some(provider) => {
            vec![
                market
                    .book(&QueryMsg::Simulate {
                        order,
                        provider,
                        price: None,
                        work_bond: None,
                    })
                    .await?,
            ]
        }
        None => {
            let paging = Paging {
                start_after: None,
                limit: Some(market_types::page::MAX_LIMIT),
            };
            let page: Page<SimulateResponse, ProviderNo> =
                market.book(&QueryMsg::SimulateAll { order, paging }).await?;
            page.items
        }
    };
    global.output().show(&answers, |answers| {
        let mut table = Table::new(["provider", "answer"]);
        for answer in answers {
            table.row([
                answer.owner.to_string(),
                answer
                    .refusal
                    .as_ref()
                    .map_or_else(|| "could take this order now".into(), explain),
            ]);
        }
        table.render()
    })
}

/// A refusal in a sentence, with its figures.
pub fn explain(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotRegistered {} => "is not registered".into(),
        Refusal::Retired {} => "has retired".into(),
        Refusal::Suspended {} => "is suspended".into(),
        Refusal::InMaintenance { until } => format!("is in maintenance until {until}"),
        Refusal::NotAllowed {} => "is not on the order's allow list".into(),
        Refusal::Denied {} => "is on the order's deny list".into(),
        Refusal::ClassMissing {} => "has none of the device classes".into(),
        Refusal::ResourceShort {
            resource,
            asked,
            largest,
            free,
        } => format!(
            "has too little {resource}: {asked} asked, {largest} on its largest machine, {free} free in all"
        ),
        Refusal::AttributeMissing {
            key,
            asked,
            has: Some(has),
        } => {
            format!("has {key} = {has}, but {asked} is asked")
        }
        Refusal::AttributeMissing {
            key,
            asked,
            has: None,
        } => format!("does not say {key}, which must be {asked}"),
        Refusal::SignatureMissing { key } => format!("has no demanded signature under {key}"),
        Refusal::ReputationLow { has, asked } => {
            format!(
                "has reputation {} %, and {} % is asked",
                has.0 / 100,
                asked.0 / 100
            )
        }
        Refusal::PriceBelowFloor { price, floor } => {
            format!("does not go below {floor}, and this is {price}")
        }
        Refusal::BondPriceMissing {} => "cannot value its bond: this token has no bond price".into(),
        Refusal::BondPriceStale { age, max_age } => format!(
            "cannot value its bond: the bond price is {} old, at most {} is allowed",
            format_time(*age),
            format_time(*max_age)
        ),
        Refusal::BondBelowMinimum { bonded, min_bond } => {
            format!("bonds {bonded}, and {min_bond} is the least")
        }
        Refusal::WorkBondLow { named, needed } => {
            format!("named a work bond of {named}, and {needed} is needed")
        }
        Refusal::LeaseBondAboveLimit { needed, limit } => {
            format!("would lock {needed} as lease bond, above its owner's limit {limit}")
        }
        Refusal::WorkBondAboveLimit { needed, limit } => {
            format!("would lock {needed} as work bond, above its owner's limit {limit}")
        }
        Refusal::FreeBondShort { needed, free } => format!("has {free} bond free, and {needed} is needed"),
    }
}
