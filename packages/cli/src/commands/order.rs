//! `leasebook order` and `leasebook bid`: the two sides of the book.

use anyhow::{bail, Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use cosmwasm_std::{Binary, Uint128};
use market_types::escrow::Hook;
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, StreamLength,
};
use market_types::order_book::{ExecuteMsg, OrderResponse, OrderStatus, QueryMsg};
use market_types::resources::{DeviceClass, Resources};
use market_types::{BasisPoints, Hash32, OrderId, Page, Paging, Seconds};

use super::provider::{parse_attribute, plain_needs};
use crate::amount::{format_time, parse_time, parse_work, PriceTag, Scale, Work};
use crate::context::{Acting, Global, Receipt};
use crate::output::Table;

#[derive(Subcommand, Debug)]
pub enum Order {
    /// Order work: reserve the money and open the bidding
    #[command(after_help = "Examples:
  leasebook order place --class software-vulkan --work '48 frames' --max-price 0.05/frame --manifest-digest HEX
  leasebook order place --class nvidia-h100-80gb --gpus 8 --work '16 GPU-hours' --max-price 22.00/h --manifest-digest HEX")]
    Place(Box<Place>),
    /// One order
    Show { order: u64 },
    /// Open orders, or those of a tenant
    List {
        #[arg(long)]
        tenant: Option<String>,
        /// Every order there ever was
        #[arg(long, conflicts_with = "tenant")]
        all: bool,
    },
    /// Withdraw an order before its window closes
    Cancel { order: u64 },
    /// Award an order whose window has closed to its best bid
    Award { order: u64 },
    /// Choose the winner of a `tenant-picks` order
    Pick {
        order: u64,
        /// Owner's address
        provider: String,
    },
    /// End an order that nobody awarded in time
    Expire { order: u64 },
}

#[derive(Subcommand, Debug)]
pub enum Bid {
    /// Bid, or lower the bid there is
    Place {
        order: u64,
        /// 2.50/h or 0.02/frame
        price: String,
        /// Network tokens at stake for a task's work
        #[arg(long, default_value = "0")]
        work_bond: String,
    },
    /// The bids of an order, best first
    List { order: u64 },
}

#[derive(Args, Debug, Clone)]
pub struct Place {
    /// Device class, or several to choose from
    #[arg(long, required = true)]
    pub class: Vec<String>,
    /// GPUs of the lease, on one machine
    #[arg(long, default_value_t = 1)]
    pub gpus: u16,
    /// "48 frames", or "1.5 GPU-hours" for a service
    #[arg(long)]
    pub work: String,
    /// Highest price: 2.50/h for a service, 0.02/frame for units
    #[arg(long)]
    pub max_price: String,
    /// SHA-256 of the manifest
    #[arg(long, value_name = "HEX")]
    pub manifest_digest: String,
    /// KEY=VALUE the provider must have, repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub attribute: Vec<String>,
    /// How long bids are taken
    #[arg(long, default_value = "60s")]
    pub window: String,
    /// How long after that the award may be made
    #[arg(long, default_value = "1h")]
    pub award_within: String,
    #[arg(long, value_enum, default_value_t = Award::Lowest)]
    pub award: Award,
    /// Pay the winner the next bid's price instead of its own
    #[arg(long)]
    pub second_price: bool,
    /// How results are compared
    #[arg(long, value_enum, default_value_t = Comparison::Exact)]
    pub comparison: Comparison,
    /// Least reputation, in percent
    #[arg(long, default_value_t = 0)]
    pub min_reputation: u16,
    /// Longest time of a unit
    #[arg(long, default_value = "2m")]
    pub unit_deadline: String,
    /// Time to deliver the inputs, or to get ready
    #[arg(long, default_value = "10m")]
    pub start_timeout: String,
    /// A batch must come this often
    #[arg(long, default_value = "10m")]
    pub progress_timeout: String,
    /// A service's tenant confirms this often that it works; `never` turns it off
    #[arg(long, default_value = "24h")]
    pub ack_every: String,
    /// Notice the provider of a service must give
    #[arg(long, default_value = "0s")]
    pub notice: String,
    /// Only these owners may win, repeated
    #[arg(long)]
    pub allow: Vec<String>,
    /// These owners may not, repeated
    #[arg(long)]
    pub deny: Vec<String>,
    /// What a job needs beside GPUs, from its manifest
    #[arg(skip)]
    pub resources: Option<Resources>,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Award {
    Lowest,
    BestScore,
    TenantPicks,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Comparison {
    Exact,
    Image,
    Vector,
    Tokens,
    None,
}

impl From<Comparison> for ComparisonClass {
    fn from(comparison: Comparison) -> Self {
        match comparison {
            Comparison::Exact => Self::Exact,
            Comparison::Image => Self::Image,
            Comparison::Vector => Self::Vector,
            Comparison::Tokens => Self::Tokens,
            Comparison::None => Self::None,
        }
    }
}

impl Place {
    /// The order, and the money it reserves.
    ///
    /// # Errors
    /// Something is not written as it should be, or work and price do not fit together.
    pub fn spec(&self, scale: Scale, session_key: Option<Binary>) -> Result<(OrderSpec<String>, Uint128)> {
        let work = parse_work(&self.work)?;
        let price = scale.parse_price(&self.max_price)?;
        let (rail, max_price, reserved) = match (work, price) {
            (Work::Units(units), PriceTag::PerUnit(price)) => {
                let rail = Rail::Task {
                    units,
                    unit_deadline: parse_time(&self.unit_deadline)?,
                    start_timeout: parse_time(&self.start_timeout)?,
                    progress_timeout: parse_time(&self.progress_timeout)?,
                    start_fee: None,
                };
                (
                    rail,
                    price,
                    price
                        .0
                        .checked_mul(units.into())
                        .context("that is more than 128 bits hold")?,
                )
            }
            (Work::GpuTime(time), PriceTag::PerHour(price)) => {
                if self.gpus == 0 {
                    bail!("an order needs at least one GPU");
                }
                let duration = Seconds(time.0.div_ceil(u64::from(self.gpus)));
                let rail = Rail::Stream {
                    length: StreamLength::Fixed(duration),
                    ack_every: match self.ack_every.as_str() {
                        "never" => None,
                        time => Some(parse_time(time)?),
                    },
                    start_timeout: parse_time(&self.start_timeout)?,
                    notice: parse_time(&self.notice)?,
                };
                let hours = Uint128::from(duration.0);
                let reserved = price
                    .0
                    .checked_mul(hours)
                    .context("that is more than 128 bits hold")?;
                (
                    rail,
                    price,
                    reserved.checked_add(Uint128::new(3_599))? / Uint128::new(3_600),
                )
            }
            (Work::Units(_), PriceTag::PerHour(_)) => bail!(
                "{} is priced per unit: --max-price 0.02/frame, not {}",
                self.work,
                self.max_price
            ),
            (Work::GpuTime(_), PriceTag::PerUnit(_)) => {
                bail!(
                    "{} is priced per hour: --max-price 2.50/h, not {}",
                    self.work,
                    self.max_price
                )
            }
        };
        let mut needs = plain_needs(self.class.iter().cloned().map(DeviceClass).collect(), self.gpus);
        needs.attributes = self
            .attribute
            .iter()
            .map(|text| parse_attribute(text))
            .collect::<Result<_>>()?;
        if let Some(resources) = &self.resources {
            needs.resources = resources.clone();
        }
        needs.allow = self.allow.clone();
        needs.deny = self.deny.clone();
        needs.min_reputation = BasisPoints(
            self.min_reputation
                .checked_mul(100)
                .context("reputation is a percentage")?,
        );
        let spec = OrderSpec {
            needs,
            rail,
            max_price,
            reserve_price: None,
            comparison: self.comparison.into(),
            window: parse_time(&self.window)?,
            award_within: parse_time(&self.award_within)?,
            award: match self.award {
                Award::Lowest => AwardRule::Lowest,
                Award::BestScore => AwardRule::BestScore,
                Award::TenantPicks => AwardRule::TenantPicks,
            },
            pricing: if self.second_price {
                Pricing::SecondPrice
            } else {
                Pricing::PayAsBid
            },
            members: 1,
            on_provider_failure: OnProviderFailure::Refund,
            interruptible: false,
            manifest: self
                .manifest_digest
                .trim_start_matches("sha256:")
                .parse::<Hash32>()?,
            session_key,
        };
        Ok((spec, reserved))
    }
}

/// Place an order with money from the wallet, in one transaction.
///
/// # Errors
/// The order is malformed, or the chain refuses it.
pub async fn place(acting: &Acting, place: &Place) -> Result<OrderId> {
    let (token, scale) = acting.payment()?;
    let session_key = Binary::from(acting.signer.key().public_key().as_bytes().as_slice());
    let (spec, reserved) = place.spec(scale, Some(session_key))?;
    let hook = Hook::PlaceOrder(Box::new(spec));
    let escrow = &acting.market.deployment.contracts.lease_escrow;
    let outcome = acting.send(&token.address, escrow, reserved, &hook).await?;
    let order = outcome.attribute("wasm-order_placed", "order");
    Ok(order
        .context("the escrow did not say the order's number")?
        .parse()?)
}

pub async fn run(global: &Global, command: Order) -> Result<()> {
    let output = global.output();
    match command {
        Order::Show { order } => {
            let market = global.market().await?;
            let order = market.order(OrderId(order)).await?;
            let scale = global.scale(market.token(order.token.as_str())?);
            output.show(&order, |order| describe(order, scale))
        }
        Order::List { tenant, all } => list(global, tenant, all).await,
        Order::Place(new) => {
            let acting = global.acting().await?;
            let order = place(&acting, &new).await?;
            output.show(&serde_json::json!({ "order": order }), |_| {
                format!(
                    "order {order} is open for {}; watch it: leasebook bid list {order}",
                    new.window
                )
            })
        }
        Order::Cancel { order } => {
            act(
                global,
                ExecuteMsg::Cancel {
                    order: OrderId(order),
                },
                "cancelled",
            )
            .await
        }
        Order::Award { order } => {
            act(
                global,
                ExecuteMsg::Award {
                    order: OrderId(order),
                },
                "awarded",
            )
            .await
        }
        Order::Expire { order } => {
            act(
                global,
                ExecuteMsg::Expire {
                    order: OrderId(order),
                },
                "expired",
            )
            .await
        }
        Order::Pick { order, provider } => {
            act(
                global,
                ExecuteMsg::Pick {
                    order: OrderId(order),
                    provider,
                },
                "awarded",
            )
            .await
        }
    }
}

pub async fn run_bid(global: &Global, command: Bid) -> Result<()> {
    match command {
        Bid::Place {
            order,
            price,
            work_bond,
        } => {
            let acting = global.acting().await?;
            let order = acting.market.order(OrderId(order)).await?;
            let scale = global.scale(acting.market.token(order.token.as_str())?);
            let price = match (scale.parse_price(&price)?, &order.spec.rail) {
                (PriceTag::PerHour(price), Rail::Stream { .. }) => price,
                (PriceTag::PerUnit(price), Rail::Task { .. }) => price,
                (_, Rail::Stream { .. }) => bail!("order {} is priced per hour, such as 2.50/h", order.order),
                (_, Rail::Task { .. }) => {
                    bail!("order {} is priced per unit, such as 0.02/unit", order.order)
                }
            };
            let (_, network) = acting.network()?;
            let work_bond = network.parse(&work_bond)?;
            let msg = ExecuteMsg::Bid {
                order: order.order,
                price,
                work_bond,
            };
            act(global, msg, "bid placed").await
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

async fn act(global: &Global, msg: ExecuteMsg, done: &str) -> Result<()> {
    let acting = global.acting().await?;
    let outcome = acting
        .execute(&acting.market.deployment.contracts.order_book, &msg)
        .await?;
    global.output().show(&Receipt::from(&outcome), |_| done.into())
}

async fn list(global: &Global, tenant: Option<String>, all: bool) -> Result<()> {
    let market = global.market().await?;
    let paging = Paging {
        start_after: None,
        limit: Some(market_types::page::MAX_LIMIT),
    };
    let query = match tenant {
        Some(tenant) => QueryMsg::OrdersOf { tenant, paging },
        None if all => QueryMsg::Orders { paging },
        None => QueryMsg::OpenOrders { paging },
    };
    let page: Page<OrderResponse, OrderId> = market.book(&query).await?;
    global.output().show(&page, |page| {
        let mut table = Table::new([
            ">order", "status", "work", ">GPUs", "class", ">maximum", ">best", ">bids",
        ]);
        for order in &page.items {
            let scale = market
                .token(order.token.as_str())
                .map_or(Scale::Raw, |token| global.scale(token));
            table.row([
                order.order.to_string(),
                format!("{:?}", order.status).to_lowercase(),
                work(&order.spec.rail),
                order.spec.needs.resources.gpus.to_string(),
                order
                    .spec
                    .needs
                    .classes
                    .iter()
                    .map(ToString::to_string)
                    .collect::<Vec<_>>()
                    .join(" "),
                scale.format(order.spec.max_price.0),
                order
                    .best
                    .map_or_else(|| "-".into(), |price| scale.format(price.0)),
                order.bids.to_string(),
            ]);
        }
        if table.is_empty() {
            "no orders".into()
        } else {
            table.render()
        }
    })
}

/// What an order is for, in a few words.
pub fn work(rail: &Rail) -> String {
    match rail {
        Rail::Task { units, .. } => format!("{units} units"),
        Rail::Stream {
            length: StreamLength::Fixed(time),
            ..
        } => format!("{} of service", format_time(*time)),
        Rail::Stream {
            length: StreamLength::OpenEnded { .. },
            ..
        } => "service".into(),
    }
}

fn describe(order: &OrderResponse, scale: Scale) -> String {
    let mut text = format!(
        "order {}  {:?}\ntenant      {}\nwork        {} on {} GPU of {}\nmaximum     {}\nbids        {} until {}\nexpires     {}\ntake rate   {} bps\n",
        order.order,
        order.status,
        order.tenant,
        work(&order.spec.rail),
        order.spec.needs.resources.gpus,
        order.spec.needs.classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or "),
        scale.format(order.spec.max_price.0),
        order.bids,
        order.closes,
        order.expires,
        order.take_rate,
    );
    if order.spec.comparison == ComparisonClass::None {
        text += "results of this order cannot be verified (comparison class none)\n";
    }
    match (&order.winner, order.status) {
        (Some(winner), _) => {
            text += &format!(
                "awarded     to provider {} at {} (it bid {}); lease {}\n",
                winner.provider,
                scale.format(winner.price.0),
                scale.format(winner.bid.0),
                winner.lease,
            );
        }
        (None, OrderStatus::Open) => {
            text += &format!(
                "best bid    {}\n",
                order
                    .best
                    .map_or_else(|| "none yet".into(), |price| scale.format(price.0))
            );
        }
        _ => {}
    }
    text
}
