//! `leasebook job`: from a manifest to results.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use agent::client::{Client, ClientError};
use agent::gateway::{BatchLine, UnitLine};
use anyhow::{bail, Context as _, Result};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use jobs::manifest::Output as JobOutput;
use jobs::receipt::MarketTag;
use jobs::{Digest, JobDir};
use market_types::escrow::{LeaseResponse, LeaseStatus, Progress};
use market_types::order::ComparisonClass;
use market_types::order_book::OrderStatus;
use market_types::{LeaseId, OrderId, Seconds};
use serde_json::json;

use super::order::{self, Comparison, Place};
use crate::context::{now, Acting, Global};
use crate::pictures;
use crate::results::{attested, AttestedUnit};

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook job check packages/jobs/examples-data/orbit
  leasebook job submit packages/jobs/examples-data/orbit --class software-vulkan --max-price 0.05/frame --thin-audit
  leasebook job watch 56
  leasebook job results 56 packages/jobs/examples-data/orbit --to frames")]
pub enum Job {
    /// Check a manifest and the files it names
    Check { path: PathBuf },
    /// Order a job's units; once awarded, deliver manifest and inputs to the winner
    #[command(after_help = "Example:
  leasebook job submit packages/jobs/examples-data/orbit --class software-vulkan --max-price 0.05/frame --thin-audit")]
    Submit(Box<Submit>),
    /// Deliver manifest and inputs to the winner again
    Deliver { lease: u64, path: PathBuf },
    /// Follow a lease until it is closed
    Watch { lease: u64 },
    /// Fetch results, each checked against what was attested on chain
    Results {
        lease: u64,
        /// The job's folder
        path: PathBuf,
        /// Where the results go
        #[arg(long, value_name = "DIR", default_value = "results")]
        to: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct Submit {
    /// Folder with a job.toml or job.yaml
    pub path: PathBuf,
    #[arg(long, required = true)]
    pub class: Vec<String>,
    /// Highest price of a unit, such as 0.02/frame
    #[arg(long)]
    pub max_price: String,
    #[arg(long, default_value = "60s")]
    pub window: String,
    /// Pay the winner the next bid's price instead of its own
    #[arg(long)]
    pub second_price: bool,
    /// Take a provider although fewer than five operators can audit its class: what is drawn may end unaudited
    #[arg(long)]
    pub thin_audit: bool,
    /// Place the order and return; deliver later with `job deliver`
    #[arg(long)]
    pub no_wait: bool,
}

pub async fn run(global: &Global, command: Job) -> Result<()> {
    let output = global.output();
    match command {
        Job::Check { path } => {
            let job = JobDir::open(&path)?;
            let data = json!({
                "name": job.manifest.name, "digest": job.digest.to_string(), "units": job.manifest.units.count,
                "files": job.files.iter().map(|file| json!({
                    "digest": file.digest.to_string(), "bytes": file.size, "path": file.path,
                })).collect::<Vec<_>>(),
            });
            output.show(&data, |_| {
                let mut text = format!(
                    "{}  {} units, each within {} s\n{}\n",
                    job.manifest.name,
                    job.manifest.units.count,
                    job.manifest.units.deadline_seconds,
                    job.digest
                );
                for file in &job.files {
                    text += &format!("{}  {} bytes  {}\n", file.digest, file.size, file.path.display());
                }
                text
            })
        }
        Job::Submit(submit) => self::submit(global, &submit).await,
        Job::Deliver { lease, path } => {
            let acting = global.acting().await?;
            let job = JobDir::open(&path)?;
            let (gateway, owner) = gateway_of(&acting, LeaseId(lease)).await?;
            deliver(&acting, &gateway, LeaseId(lease), &owner, &job).await?;
            output.show(&json!({ "delivered": job.digest.to_string() }), |_| {
                format!("delivered to {gateway}")
            })
        }
        Job::Watch { lease } => watch(global, LeaseId(lease)).await,
        Job::Results { lease, path, to } => {
            let acting = global.acting().await?;
            let job = JobDir::open(&path)?;
            let (gateway, owner) = gateway_of(&acting, LeaseId(lease)).await?;
            let files = fetch(&acting, &gateway, LeaseId(lease), &owner, &job, &to).await?;
            output.show(&files, |files| {
                format!(
                    "{} results in {}, each as attested on chain",
                    files.len(),
                    to.display()
                )
            })
        }
    }
}

async fn submit(global: &Global, submit: &Submit) -> Result<()> {
    let output = global.output();
    let job = JobDir::open(&submit.path)?;
    let acting = global.acting().await?;
    let order = order::place(&acting, &place_of(&job, submit)).await?;
    if submit.no_wait {
        return output.show(&json!({ "order": order }), |_| {
            format!("order {order} is open for {}", submit.window)
        });
    }
    output.note(format!("order {order} is open for {}", submit.window));
    let lease = awarded(&acting, order).await?;
    let (gateway, owner) = gateway_of(&acting, lease).await?;
    output.note(format!("lease {lease} of provider {owner}"));
    deliver(&acting, &gateway, lease, &owner, &job).await?;
    output.show(
        &json!({ "order": order, "lease": lease, "gateway": gateway }),
        |_| format!("delivered to {gateway}; watch it: leasebook job watch {lease}"),
    )
}

fn place_of(job: &JobDir, submit: &Submit) -> Place {
    let manifest = &job.manifest;
    let deadline = u64::from(manifest.units.deadline_seconds);
    Place {
        class: submit.class.clone(),
        gpus: manifest.resources.gpus,
        work: format!("{} units", manifest.units.count),
        max_price: submit.max_price.clone(),
        manifest_digest: job.digest.to_string(),
        attribute: vec![],
        window: submit.window.clone(),
        award_within: "1h".into(),
        award: order::Award::Lowest,
        second_price: submit.second_price,
        comparison: match manifest.comparison {
            ComparisonClass::Exact => Comparison::Exact,
            ComparisonClass::Image => Comparison::Image,
            ComparisonClass::Vector => Comparison::Vector,
            ComparisonClass::Tokens => Comparison::Tokens,
            ComparisonClass::None => Comparison::None,
        },
        min_reputation: 0,
        unit_deadline: format!("{deadline}s"),
        start_timeout: "10m".into(),
        progress_timeout: format!("{}s", (2 * deadline).max(600)),
        ack_every: "24h".into(),
        notice: "0s".into(),
        allow: vec![],
        deny: vec![],
        terms: order::Terms {
            thin_audit: submit.thin_audit,
            ..order::Terms::default()
        },
        resources: Some(manifest.resources.into()),
    }
}

/// How long after the window closes the winner's agent is left to turn the crank.
const CRANK_PATIENCE: Seconds = Seconds(5);

/// Wait for an order's end; its lease if it was awarded. The tenant turns the crank itself if nobody else does.
async fn awarded(acting: &Acting, order: OrderId) -> Result<LeaseId> {
    let bar = spinner(acting.global.json);
    let scale = acting.global.scale(acting.market.token(&acting.global.token)?);
    loop {
        let state = acting.market.order(order).await?;
        match (state.status, state.winner) {
            (OrderStatus::Awarded, Some(winner)) => {
                bar.finish_and_clear();
                return Ok(winner.lease);
            }
            (OrderStatus::Open, _) => {}
            (OrderStatus::Unfilled, _) => {
                bail!("nobody could take order {order}; its money is available again. Why: leasebook why {order}")
            }
            (status, _) => bail!("order {order} ended as {status:?}"),
        }
        bar.set_message(format!(
            "{} bids, best {}",
            state.bids,
            state
                .best
                .map_or_else(|| "none".into(), |price| scale.format(price.0))
        ));
        let now = acting.now().await?;
        if now >= state.closes.plus(CRANK_PATIENCE) {
            let award = market_types::order_book::ExecuteMsg::Award { order };
            let book = &acting.market.deployment.contracts.order_book;
            // Somebody may have turned it in the meantime; the next look tells.
            if let Err(error) = acting.execute(book, &award).await {
                tracing::info!("the award of order {order} was not taken: {error}");
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The gateway and the owner of a lease's provider.
async fn gateway_of(acting: &Acting, lease: LeaseId) -> Result<(String, String)> {
    let lease = acting.market.lease(lease).await?;
    let provider = acting.market.provider_by_no(lease.provider).await?;
    Ok((provider.gateway.url, provider.owner.into()))
}

fn client(acting: &Acting, gateway: &str, lease: LeaseId, owner: &str) -> Result<Client> {
    let chain_id = acting.market.chain.chain_id();
    Ok(Client::new(
        gateway,
        chain_id,
        owner,
        lease,
        acting.signer.key().clone(),
    )?)
}

/// Put manifest and local files into the gateway of a lease. The agent may still be reading the award, so a refusal for an unknown
/// lease is waited out for 30 s.
///
/// # Errors
/// The gateway refuses, or does not answer.
pub async fn deliver(
    acting: &Acting,
    gateway: &str,
    lease: LeaseId,
    owner: &str,
    job: &JobDir,
) -> Result<()> {
    let client = client(acting, gateway, lease, owner)?;
    let manifest = job.manifest.canonical()?;
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        match client.put(&job.digest, manifest.clone()).await {
            Ok(()) => break,
            Err(ClientError::Refused { status, .. })
                if status.as_u16() == 404 && Instant::now() < patience =>
            {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            Err(error) => return Err(error).context("the manifest was not taken"),
        }
    }
    for file in &job.files {
        let content =
            std::fs::read(&file.path).with_context(|| format!("cannot read {}", file.path.display()))?;
        let sent = client.put(&file.digest, content).await;
        sent.with_context(|| format!("{} was not taken", file.path.display()))?;
    }
    Ok(())
}

/// Fetch every result of a lease into `to`, after checking its receipt against the roots on chain. Images become PNG files,
/// anything else `unit-N.bin`. Returns the files in the order of the units.
///
/// # Errors
/// A result, a receipt or a root does not fit; nothing that does not fit is written.
pub async fn fetch(
    acting: &Acting,
    gateway: &str,
    lease: LeaseId,
    owner: &str,
    job: &JobDir,
    to: &Path,
) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    let client = client(acting, gateway, lease, owner)?;
    let (lines, blinds) = units(&client).await?;
    let batches = acting.market.batches(lease).await?;
    let provider = acting.market.provider(owner).await?;
    let market = MarketTag::of(&acting.market.deployment);
    let units = attested(market, lease, &job.manifest, &provider, &batches, &lines, &blinds)?;
    let max = usize::try_from(job.manifest.output.bytes()).context("a result is larger than memory")?;
    let bar = if acting.global.json {
        ProgressBar::hidden()
    } else {
        ProgressBar::new(units.len() as u64)
    };
    let mut files = vec![];
    for unit in &units {
        let content = client.get(&Digest::from(unit.result), max).await?;
        files.push(write(to, unit, &job.manifest.output, content)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(files)
}

async fn units(client: &Client) -> Result<(Vec<UnitLine>, Vec<BatchLine>)> {
    let (mut all, mut blinds) = (vec![], vec![]);
    let mut from = 0;
    loop {
        let page = client.units(from).await?;
        all.extend(page.units);
        blinds.extend(page.batches);
        match page.next {
            Some(next) if next > from => from = next,
            Some(next) => bail!("the gateway goes back from unit {from} to {next}"),
            None => return Ok((all, blinds)),
        }
    }
}

fn write(to: &Path, unit: &AttestedUnit, output: &JobOutput, content: Vec<u8>) -> Result<PathBuf> {
    match output {
        JobOutput::Rgba8 { width, height } => {
            let path = to.join(format!("frame-{:04}.png", unit.unit));
            pictures::write_frame(*width, *height, content, &path)?;
            Ok(path)
        }
        JobOutput::Bytes { .. } => {
            let path = to.join(format!("unit-{}.bin", unit.unit));
            std::fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
            Ok(path)
        }
    }
}

async fn watch(global: &Global, lease: LeaseId) -> Result<()> {
    let market = global.market().await?;
    let bar = spinner(global.json);
    let closed: LeaseResponse = loop {
        let state = market.lease(lease).await?;
        if state.status == LeaseStatus::Closed {
            break state;
        }
        let scale = global.scale(market.token(state.token.as_str())?);
        let progress = match state.progress {
            Progress::Task {
                units,
                attested,
                vested,
                ..
            } => {
                format!("{attested} of {units} attested, {vested} paid")
            }
            Progress::Stream { credited, .. } => {
                format!("{} credited", crate::amount::format_time(credited))
            }
        };
        bar.set_message(format!(
            "{progress}; held {}, earned {}, refundable {}",
            scale.format(state.money.held),
            scale.format(state.money.gross),
            scale.format(state.money.remaining),
        ));
        bar.tick();
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    bar.finish_and_clear();
    let scale = global.scale(market.token(closed.token.as_str())?);
    let now = now(&market).await?;
    let symbol = market.symbol(closed.token.as_str()).to_owned();
    global.output().show(&closed, |lease| {
        super::lease::describe(lease, scale, &symbol, now)
    })
}

fn spinner(hidden: bool) -> ProgressBar {
    if hidden {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    bar
}
