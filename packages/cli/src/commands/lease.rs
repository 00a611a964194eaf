//! `leasebook lease`: what runs, what it cost, how it ends.

use anyhow::Result;
use clap::Subcommand;
use market_types::escrow::{Acknowledgement, Amendment, ExecuteMsg, Hook, LeaseResponse, Progress, QueryMsg};
use market_types::order::Rail;
use market_types::{LeaseId, Page, Seconds, UnixTime};

use super::list::{more, Part};
use super::order::work;
use crate::amount::{format_time, parse_time, PriceTag, Scale};
use crate::context::{now, Acting, Global, Receipt};
use crate::failure::UsageError;
use crate::instant::format_from;
use crate::output::Table;

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook lease list
  leasebook lease show 56
  leasebook lease acknowledge 56          the service works; pay for it until ack-every has passed
  leasebook lease close 56
  leasebook --from provider lease amend 56 --price 1.80/h")]
pub enum Lease {
    /// Leases of the tenant --from, or of a provider, or all
    List {
        /// A provider's number
        #[arg(long)]
        provider: Option<u32>,
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        part: Part,
    },
    /// One lease: money, progress, times
    Show { lease: u64 },
    /// Add money from the wallet
    TopUp {
        lease: u64,
        #[arg(allow_negative_numbers = true)]
        amount: String,
    },
    /// Say that a service can be used, as its provider; the agent does it by itself
    Ready { lease: u64 },
    /// Say that a service works
    Accept { lease: u64 },
    /// Say that a service still works, so that its provider goes on being paid
    Acknowledge {
        lease: u64,
        /// How long it is good for [default: the order's --ack-every]
        #[arg(long = "for", value_name = "TIME")]
        good_for: Option<String>,
    },
    /// Say that services are alive, as their provider; the agent does it by itself
    Heartbeat {
        #[arg(required = true)]
        leases: Vec<u64>,
    },
    /// Say that a task's inputs are missing, as its provider; the agent does it by itself
    Waiting { lease: u64 },
    /// Answer that the inputs are there
    InputsDelivered { lease: u64 },
    /// Propose other terms of a service, or agree by proposing the same
    Amend {
        lease: u64,
        /// Such as 1.80/h
        #[arg(long)]
        price: Option<String>,
        /// New length from its start, of a service of fixed length
        #[arg(long, value_name = "TIME")]
        duration: Option<String>,
    },
    /// Stop paying for a service from this second
    Suspend { lease: u64 },
    /// Pay again
    Resume { lease: u64 },
    /// Close as tenant or provider; what is unspent returns to the tenant
    Close { lease: u64 },
    /// Close a lease whose provider failed (silent, not ready, no progress); anybody may
    CloseFailed { lease: u64 },
    /// Bring the money up to now; anybody may
    Settle { lease: u64 },
    /// Give notice, as provider
    GiveNotice { lease: u64 },
    /// Give the lease to another tenant
    Transfer {
        lease: u64,
        /// An address or the name of a key
        to: String,
    },
}

pub async fn run(global: &Global, command: Lease) -> Result<()> {
    let msg = match command {
        Lease::List { provider, all, part } => return list(global, provider, all, part).await,
        Lease::Show { lease } => return show(global, LeaseId(lease)).await,
        Lease::TopUp { lease, amount } => {
            return top_up(&global.acting().await?, LeaseId(lease), &amount).await
        }
        Lease::Amend {
            lease,
            price,
            duration,
        } => return amend(&global.acting().await?, LeaseId(lease), price, duration).await,
        Lease::Acknowledge { lease, good_for } => {
            return acknowledge(&global.acting().await?, LeaseId(lease), good_for).await
        }
        Lease::Transfer { lease, to } => {
            let acting = global.acting().await?;
            let msg = ExecuteMsg::Transfer {
                lease: LeaseId(lease),
                to: global.address(&acting.market.chain, Some(&to))?,
            };
            return done(&acting, &msg).await;
        }
        Lease::Heartbeat { leases } => ExecuteMsg::Heartbeat {
            leases: leases.into_iter().map(LeaseId).collect(),
        },
        Lease::Ready { lease } => ExecuteMsg::Ready {
            lease: LeaseId(lease),
        },
        Lease::Waiting { lease } => ExecuteMsg::Waiting {
            lease: LeaseId(lease),
        },
        Lease::InputsDelivered { lease } => ExecuteMsg::InputsDelivered {
            lease: LeaseId(lease),
        },
        Lease::Accept { lease } => ExecuteMsg::Accept {
            lease: LeaseId(lease),
        },
        Lease::Suspend { lease } => ExecuteMsg::Suspend {
            lease: LeaseId(lease),
        },
        Lease::Resume { lease } => ExecuteMsg::Resume {
            lease: LeaseId(lease),
        },
        Lease::Close { lease } => ExecuteMsg::Close {
            lease: LeaseId(lease),
        },
        Lease::CloseFailed { lease } => ExecuteMsg::CloseFailed {
            lease: LeaseId(lease),
        },
        Lease::Settle { lease } => ExecuteMsg::Settle {
            lease: LeaseId(lease),
        },
        Lease::GiveNotice { lease } => ExecuteMsg::GiveNotice {
            lease: LeaseId(lease),
        },
    };
    done(&global.acting().await?, &msg).await
}

/// Have the escrow carry out `msg`.
async fn done(acting: &Acting, msg: &ExecuteMsg) -> Result<()> {
    let escrow = &acting.market.deployment.contracts.lease_escrow;
    let outcome = acting.execute(escrow, msg).await?;
    acting.global.output().show(&Receipt::from(&outcome), |receipt| {
        format!("done in block {}", receipt.height)
    })
}

async fn amend(
    acting: &Acting,
    lease: LeaseId,
    price: Option<String>,
    duration: Option<String>,
) -> Result<()> {
    if price.is_none() && duration.is_none() {
        return Err(UsageError::NoChange.into());
    }
    let lease = acting.market.lease(lease).await?;
    let scale = acting.global.scale(acting.market.token(lease.token.as_str())?);
    let price_per_hour = match price {
        None => None,
        Some(text) => match scale.parse_price(&text)? {
            PriceTag::PerHour(price) => Some(price),
            PriceTag::PerUnit(_) => {
                let work = work(&lease.rail);
                return Err(UsageError::PerHour { work, price: text }.into());
            }
        },
    };
    let msg = ExecuteMsg::Amend {
        lease: lease.lease,
        amendment: Amendment {
            price_per_hour,
            duration: duration.map(|text| parse_time(&text)).transpose()?,
        },
    };
    done(acting, &msg).await
}

/// From the tenant's own account, which needs no session key.
async fn acknowledge(acting: &Acting, lease: LeaseId, good_for: Option<String>) -> Result<()> {
    let now = acting.now().await?;
    let good_for = match good_for {
        Some(text) => parse_time(&text)?,
        None => match acting.market.lease(lease).await?.rail {
            Rail::Stream { ack_every, .. } => ack_every.unwrap_or_default(),
            Rail::Task { .. } => Seconds(0),
        },
    };
    let msg = ExecuteMsg::Acknowledge {
        lease,
        acknowledgement: Acknowledgement {
            // Seconds only rise, so each acknowledgement is higher than the last.
            sequence: now.0,
            good_until: now.plus(good_for),
            signature: None,
        },
    };
    done(acting, &msg).await
}

async fn top_up(acting: &Acting, lease: LeaseId, amount: &str) -> Result<()> {
    let token = acting.market.lease(lease).await?.token;
    let scale = acting.global.scale(acting.market.token(token.as_str())?);
    let amount = scale.parse(amount)?;
    let escrow = &acting.market.deployment.contracts.lease_escrow;
    let outcome = acting
        .send(token.as_str(), escrow, amount, &Hook::TopUp { lease })
        .await?;
    let text = format!("added {} to lease {lease}", scale.format(amount));
    let receipt = Receipt::from(&outcome).with(amount);
    acting.global.output().show(&receipt, |_| text)
}

async fn list(global: &Global, provider: Option<u32>, all: bool, part: Part) -> Result<()> {
    let market = global.market().await?;
    let paging = part.paging(LeaseId);
    let query = match provider {
        Some(no) => QueryMsg::LeasesOfProvider {
            provider: market_types::ProviderNo(no),
            paging,
        },
        None if all => QueryMsg::Leases { paging },
        None => QueryMsg::LeasesOfTenant {
            tenant: global.address(&market.chain, None)?,
            paging,
        },
    };
    let page: Page<LeaseResponse, LeaseId> = market.escrow(&query).await?;
    global.output().show(&page, |page| {
        let mut table = Table::new([
            ">lease",
            "status",
            "work",
            ">price",
            ">funded",
            ">earned",
            ">held",
            ">refunded",
        ]);
        for lease in &page.items {
            let scale = market
                .token(lease.token.as_str())
                .map_or(Scale::Raw, |token| global.scale(token));
            table.row([
                lease.lease.to_string(),
                format!("{:?}", lease.status).to_lowercase(),
                work(&lease.rail),
                scale.format(lease.price.0),
                scale.format(lease.money.funded),
                scale.format(lease.money.gross),
                scale.format(lease.money.held),
                scale.format(lease.money.refunded),
            ]);
        }
        if table.is_empty() {
            "no leases".into()
        } else {
            table.render() + &more(page.next_start_after.as_ref())
        }
    })
}

async fn show(global: &Global, lease: LeaseId) -> Result<()> {
    let market = global.market().await?;
    let lease = market.lease(lease).await?;
    let now = now(&market).await?;
    let scale = global.scale(market.token(lease.token.as_str())?);
    let symbol = market.symbol(lease.token.as_str()).to_owned();
    global
        .output()
        .show(&lease, |lease| describe(lease, scale, &symbol, now))
}

/// A lease in words, at time `now`.
pub fn describe(lease: &LeaseResponse, scale: Scale, symbol: &str, now: UnixTime) -> String {
    let money = &lease.money;
    let mut text = format!(
        "lease {}  {:?}\ntenant      {}\nprovider    {} {}\nwork        {} at {} {symbol}\n",
        lease.lease,
        lease.status,
        lease.tenant,
        lease.provider,
        lease.owner,
        work(&lease.rail),
        scale.format(lease.price.0),
    );
    text += &format!(
        "money       {} funded = {} left + {} held + {} earned + {} refunded\n",
        scale.format(money.funded),
        scale.format(money.remaining),
        scale.format(money.held),
        scale.format(money.gross),
        scale.format(money.refunded),
    );
    text += &format!(
        "earned      {} to the provider, {} fee ({} bps), {} audit premium\n",
        scale.format(money.income),
        scale.format(money.fee),
        lease.take_rate,
        scale.format(money.premium),
    );
    match &lease.progress {
        Progress::Task {
            units,
            attested,
            vested,
            refunded,
            ..
        } => {
            text +=
                &format!("units       {attested} of {units} attested, {vested} paid, {refunded} refunded\n");
        }
        Progress::Stream {
            ready_at,
            accepted_at,
            last_heartbeat,
            credited,
            ends_at,
            acknowledged_until,
            outages,
            ..
        } => {
            let said = |what: &str, at: &Option<UnixTime>| match at {
                Some(at) => format!("{what:<12}{}\n", format_from(*at, now)),
                None => format!("{what:<12}not yet\n"),
            };
            text += &said("ready", ready_at);
            text += &said("accepted", accepted_at);
            text += &format!("credited    {}\n", format_time(*credited));
            if let Some(beat) = last_heartbeat {
                text += &format!("heartbeat   {} ago\n", format_time(now.since(*beat)));
            }
            // Of a lease that has ended nothing is to come.
            if lease.close_reason.is_none() {
                if let Some(end) = ends_at {
                    text += &format!("ends        in {}\n", format_time(end.since(now)));
                }
                text += &match acknowledged_until {
                    Some(until) if *until > now => {
                        format!(
                            "wanted      for {} more, as the tenant acknowledged\n",
                            format_time(until.since(now))
                        )
                    }
                    Some(_) => "wanted      no longer: the tenant\'s acknowledgement lapsed\n".to_owned(),
                    None => "wanted      to the end; no acknowledgement is asked\n".to_owned(),
                };
            }
            if *outages > 0 {
                text += &format!("outages     {outages}\n");
            }
        }
    }
    if let Some(reason) = lease.close_reason {
        text += &format!("closed      {reason:?} (code {reason})\n");
    }
    text
}
