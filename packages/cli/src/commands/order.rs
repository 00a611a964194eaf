//! `leasebook order`: the tenants' side of the book.

use anyhow::Result;
use clap::Subcommand;
use market_types::order::{ComparisonClass, Rail, StreamLength};
use market_types::order_book::{ExecuteMsg, OrderResponse, OrderStatus, QueryMsg};
use market_types::{OrderId, Page, UnixTime};

use super::list::{more, Part};
pub use super::place::{place, Award, Comparison, Place, Terms};
use crate::amount::{format_time, Scale};
use crate::context::{now, Global, Receipt};
use crate::instant::format_from;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook order place --class software-vulkan --work '48 frames' --max-price 0.05/frame --manifest-digest HEX
  leasebook order show 7
  leasebook order award 7                 anybody may, once the window has closed")]
pub enum Order {
    /// Order work: reserve the money and open the bidding
    #[command(after_help = "Examples:
  leasebook order place --class software-vulkan --work '48 frames' --max-price 0.05/frame --manifest-digest HEX
  leasebook order place --class nvidia-h100-80gb --gpus 8 --work '16 GPU-hours' --max-price 22.00/h --manifest-digest HEX
  leasebook order place --class nvidia-h100-80gb --work open --deposit 50 --max-price 2.50/h --manifest-digest HEX")]
    Place(Box<Place>),
    /// One order
    Show { order: u64 },
    /// Open orders, or those of a tenant
    List {
        /// An address or the name of a key
        #[arg(long)]
        tenant: Option<String>,
        /// Every order there ever was
        #[arg(long, conflicts_with = "tenant")]
        all: bool,
        #[command(flatten)]
        part: Part,
    },
    /// Withdraw an order before its window closes
    Cancel { order: u64 },
    /// Award an order whose window has closed to its best bid
    Award { order: u64 },
    /// Choose the winner of a `tenant-picks` order
    Pick {
        order: u64,
        /// Owner's address, or the name of its key
        provider: String,
    },
    /// End an order that nobody awarded in time
    Expire { order: u64 },
}

pub async fn run(global: &Global, command: Order) -> Result<()> {
    let output = global.output();
    match command {
        Order::Show { order } => {
            let market = global.market().await?;
            let order = market.order(OrderId(order)).await?;
            let scale = global.scale(market.token(order.token.as_str())?);
            let now = now(&market).await?;
            output.show(&order, |order| describe(order, scale, now))
        }
        Order::List { tenant, all, part } => list(global, tenant, all, part).await,
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
            let order = OrderId(order);
            act(global, ExecuteMsg::Cancel { order }, "cancelled").await
        }
        Order::Award { order } => {
            let order = OrderId(order);
            act(global, ExecuteMsg::Award { order }, "awarded").await
        }
        Order::Expire { order } => {
            let order = OrderId(order);
            act(global, ExecuteMsg::Expire { order }, "expired").await
        }
        Order::Pick { order, provider } => {
            let acting = global.acting().await?;
            let msg = ExecuteMsg::Pick {
                order: OrderId(order),
                provider: global.address(&acting.market.chain, Some(&provider))?,
            };
            act(global, msg, "awarded").await
        }
    }
}

/// Have the book carry out `msg`.
pub(super) async fn act(global: &Global, msg: ExecuteMsg, done: &str) -> Result<()> {
    let acting = global.acting().await?;
    let outcome = acting
        .execute(&acting.market.deployment.contracts.order_book, &msg)
        .await?;
    global.output().show(&Receipt::from(&outcome), |_| done.into())
}

async fn list(global: &Global, tenant: Option<String>, all: bool, part: Part) -> Result<()> {
    let market = global.market().await?;
    let paging = part.paging(OrderId);
    let query = match tenant {
        Some(tenant) => QueryMsg::OrdersOf {
            tenant: global.address(&market.chain, Some(&tenant))?,
            paging,
        },
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
            table.render() + &more(page.next_start_after.as_ref())
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

fn describe(order: &OrderResponse, scale: Scale, now: UnixTime) -> String {
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
        format_from(order.closes, now),
        format_from(order.expires, now),
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
