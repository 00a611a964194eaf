//! `leasebook lease`: what runs, what it cost, how it ends.

use anyhow::Result;
use clap::Subcommand;
use market_types::escrow::{ExecuteMsg, Hook, LeaseResponse, Progress, QueryMsg};
use market_types::{LeaseId, Page, Paging, UnixTime};

use super::order::work;
use crate::amount::{format_time, Scale};
use crate::context::{Acting, Global, Receipt};
use crate::output::Table;

#[derive(Subcommand, Debug)]
pub enum Lease {
    /// Leases of the tenant --from, or of a provider, or all
    List {
        /// A provider's number
        #[arg(long)]
        provider: Option<u32>,
        #[arg(long)]
        all: bool,
    },
    /// One lease: money, progress, times
    Show { lease: u64 },
    /// Add money from the wallet
    TopUp { lease: u64, amount: String },
    /// Say that a service works
    Accept { lease: u64 },
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
    Transfer { lease: u64, to: String },
}

pub async fn run(global: &Global, command: Lease) -> Result<()> {
    let msg = match command {
        Lease::List { provider, all } => return list(global, provider, all).await,
        Lease::Show { lease } => return show(global, LeaseId(lease)).await,
        Lease::TopUp { lease, amount } => {
            return top_up(&global.acting().await?, LeaseId(lease), &amount).await
        }
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
        Lease::Transfer { lease, to } => ExecuteMsg::Transfer {
            lease: LeaseId(lease),
            to,
        },
    };
    let acting = global.acting().await?;
    let outcome = acting
        .execute(&acting.market.deployment.contracts.lease_escrow, &msg)
        .await?;
    global.output().show(&Receipt::from(&outcome), |receipt| {
        format!("done in block {}", receipt.height)
    })
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
    acting.global.output().show(&Receipt::from(&outcome), |_| text)
}

async fn list(global: &Global, provider: Option<u32>, all: bool) -> Result<()> {
    let market = global.market().await?;
    let paging = Paging {
        start_after: None,
        limit: Some(market_types::page::MAX_LIMIT),
    };
    let query = match provider {
        Some(no) => QueryMsg::LeasesOfProvider {
            provider: market_types::ProviderNo(no),
            paging,
        },
        None if all => QueryMsg::Leases { paging },
        None => {
            let tenant = global
                .keyring()?
                .load(&global.from)?
                .address(market.chain.prefix())?;
            QueryMsg::LeasesOfTenant { tenant, paging }
        }
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
            table.render()
        }
    })
}

async fn show(global: &Global, lease: LeaseId) -> Result<()> {
    let market = global.market().await?;
    let lease = market.lease(lease).await?;
    let now = UnixTime(market.chain.status().await?.time.seconds());
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
            last_heartbeat,
            credited,
            ends_at,
            acknowledged_until,
            outages,
            ..
        } => {
            text += &format!("credited    {}\n", format_time(*credited));
            if let Some(beat) = last_heartbeat {
                text += &format!("heartbeat   {} ago\n", format_time(now.since(*beat)));
            }
            if let Some(end) = ends_at {
                text += &format!("ends        in {}\n", format_time(end.since(now)));
            }
            match acknowledged_until {
                Some(until) => text += &format!("confirmed   for {} more\n", format_time(until.since(now))),
                None => text += "confirmed   no acknowledgement was asked\n",
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
