//! Chapter 6: a provider that cheats, and one that attests and then falls silent. Nobody looks for either: a beacon draws units, others
//! run them again, and the contracts do the rest.

use std::collections::BTreeSet;
use std::time::Duration;

use agent::machine::audit::{crank, wait_for, Crank, Moment};
use anyhow::{bail, ensure, Context as _, Result};
use beacon::Client;
use cosmwasm_std::Uint128;
use jobs::JobDir;
use market_types::attestation::{
    AuditOutcome, AuditResponse, AuditStep, BatchStatus, ExecuteMsg, Params, QueryMsg, RoundResponse,
};
use market_types::audit::AuditId;
use market_types::escrow::{LeaseResponse, LeaseStatus, Progress};
use market_types::order_book::Winner;
use market_types::registry::{self, ReputationResponse};
use market_types::{LeaseId, Seconds, UnixTime};

use super::market_day::{now, order_for, trade, until, SCALE};
use super::stage::{Stage, CHEAT_CLASS, CHECKER_CLASS, SILENT_CLASS};
use super::tale::Tale;
use crate::commands::audit::outcome;
use crate::commands::order::Comparison;
use crate::commands::{beacon as relay, job};

/// Times a provider may be lucky before the story gives up: at the rates of the demo it is rarely lucky once.
const ORDERS: u32 = 4;
/// Of the chain's time, before a deadline of those who are alive: not to be moved.
const LAST_CALL: Seconds = Seconds(20);
/// Time of the chain that passes at each look, where it can be moved.
const STEP: u64 = 3;

pub struct Cheats {
    pub leases: Vec<LeaseResponse>,
    /// Network tokens burned by slashing.
    pub burned: Uint128,
}

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn tell(stage: &mut Stage, tale: &Tale, job: &JobDir) -> Result<Cheats> {
    tale.chapter(6, "A provider that cheats, and one that does not answer");
    tale.note("every provider checks others' exact work; in this story a quarter of it is drawn, by a public beacon");
    let params: Params = stage.market.attestation(&QueryMsg::Params {}).await?;
    let url = stage
        .market
        .deployment
        .beacon
        .clone()
        .context("the market has no beacon")?;
    let beacon = relay::connect(&url, &params.beacon.context("the market draws by no beacon")?).await?;

    let mut leases = vec![];
    let mut burned = Uint128::zero();
    let cheat = loop {
        let lease = cheat(stage, tale, job, &mut burned).await?;
        let caught = was_convicted(stage, lease.lease).await?;
        leases.push(lease.clone());
        if caught {
            break lease;
        }
        tale.note("none of the frames that were drawn was a false one: this time it got away");
        ensure!(leases.len() < ORDERS as usize, "the cheat was never caught");
    };
    leases.push(elsewhere(stage, tale, job, cheat.owner.as_str()).await?);
    leases.push(silent(stage, tale, job, &beacon, &mut burned).await?);
    Ok(Cheats { leases, burned })
}

/// The cheat wins an order, shows every fourth frame four times, and is paid or convicted.
async fn cheat(stage: &mut Stage, tale: &Tale, job: &JobDir, burned: &mut Uint128) -> Result<LeaseResponse> {
    let winner = order(stage, tale, job, &[CHEAT_CLASS]).await?;
    let name = stage.name(winner.owner.as_str());
    tale.note(format!(
        "{name} computes one frame in four and shows it four times: plausible, cheap, wrong"
    ));
    let before = Books::open(stage).await?;
    let failed = reputation(stage, winner.owner.as_str()).await?.failure_weight;
    let lease = follow(stage, tale, winner.lease, None).await?;
    let after = Books::open(stage).await?;
    if !was_convicted(stage, winner.lease).await? {
        return Ok(lease);
    }
    let slashed = lease.work_bond;
    let rewards = after.claims - before.claims;
    let gone = before.supply - after.supply;
    ensure!(
        rewards + gone == slashed,
        "a bond of {slashed} was slashed: {rewards} to auditors, {gone} burned"
    );
    ensure!(
        lease.money.gross.is_zero() && lease.money.refunded == lease.money.funded,
        "convicted, and yet it kept {} of {}",
        lease.money.gross,
        lease.money.funded
    );
    let now_failed = reputation(stage, winner.owner.as_str()).await?.failure_weight;
    ensure!(now_failed > failed, "a conviction left the reputation as it was");
    *burned += gone;
    tale.note(format!(
        "convicted: {} back to the tenant; of the work bond {} LEASE go to who found out and {} are burned",
        SCALE.format(lease.money.refunded),
        SCALE.format(rewards),
        SCALE.format(gone),
    ));
    Ok(lease)
}

/// The same order again: the cheat would be the cheapest, and is not asked.
async fn elsewhere(stage: &mut Stage, tale: &Tale, job: &JobDir, cheat: &str) -> Result<LeaseResponse> {
    let winner = order(stage, tale, job, &[CHEAT_CLASS, CHECKER_CLASS]).await?;
    ensure!(winner.owner.as_str() != cheat, "the convicted provider won again");
    let lease = follow(stage, tale, winner.lease, None).await?;
    ensure!(
        lease.money.gross + lease.money.refunded == lease.money.funded && !lease.money.gross.is_zero(),
        "the honest provider was paid {} of {}",
        lease.money.gross,
        lease.money.funded
    );
    tale.note(format!(
        "the next award went elsewhere: {} of {} paid to {}",
        SCALE.format(lease.money.gross),
        SCALE.format(lease.money.funded),
        stage.name(winner.owner.as_str()),
    ));
    Ok(lease)
}

/// A provider attests all its units and is gone; whoever wants an end turns the cranks.
async fn silent(
    stage: &mut Stage,
    tale: &Tale,
    job: &JobDir,
    beacon: &Client,
    burned: &mut Uint128,
) -> Result<LeaseResponse> {
    let units = job.manifest.units.count;
    for _ in 0..ORDERS {
        let winner = order(stage, tale, job, &[SILENT_CLASS]).await?;
        let lease = winner.lease;
        until(stage, "the last batch", Duration::from_secs(60), async |stage| {
            let Progress::Task { attested, .. } = stage.market.lease(lease).await?.progress else {
                bail!("lease {lease} is no task")
            };
            Ok((attested == units).then_some(()))
        })
        .await?;
        let name = stage.name(winner.owner.as_str());
        let provider = stage.provider(winner.owner.as_str());
        let process = provider.and_then(|provider| provider.process.take());
        process.context("the agent does not run")?.kill()?;
        tale.note(format!(
            "{name} has attested {units} frames and is gone; the keeper turns the cranks"
        ));
        let before = Books::open(stage).await?;
        let closed = follow(stage, tale, lease, Some(beacon)).await?;
        let after = Books::open(stage).await?;
        *burned += before.supply - after.supply;
        if before.supply == after.supply {
            tale.note("no frame was drawn: this time it got away");
            stage
                .provider(winner.owner.as_str())
                .context("the winner is not on the stage")?
                .start()?;
            continue;
        }
        tale.note(format!(
            "not shown, not paid: {} back to the tenant, {} LEASE of {name}'s work bond burned",
            SCALE.format(closed.money.refunded),
            SCALE.format(before.supply - after.supply),
        ));
        return Ok(closed);
    }
    bail!("no unit of the silent provider was ever drawn")
}

/// Order the job of providers of `classes`, and deliver it to the winner.
async fn order(stage: &mut Stage, tale: &Tale, job: &JobDir, classes: &[&str]) -> Result<Winner> {
    let units = job.manifest.units.count;
    let mut place = order_for(&format!("{units} frames"), "0.05/frame", &job.digest.to_string());
    place.class = classes.iter().map(|class| (*class).into()).collect();
    place.comparison = Comparison::Exact;
    place.terms.thin_audit = false;
    place.resources = Some(job.manifest.resources.into());
    place.unit_deadline = format!("{}s", job.manifest.units.deadline_seconds);
    let (_, winner) = trade(stage, tale, "usdc", &place).await?;
    let provider = stage.provider(winner.owner.as_str());
    let gateway = provider
        .context("the winner is not on the stage")?
        .gateway
        .clone();
    job::deliver(&stage.tenant, &gateway, winner.lease, winner.owner.as_str(), job).await?;
    Ok(winner)
}

/// Tell how the lease's audits go until it is closed. With a beacon to relay from, the keeper turns every crank.
async fn follow(
    stage: &mut Stage,
    tale: &Tale,
    lease: LeaseId,
    cranks: Option<&Client>,
) -> Result<LeaseResponse> {
    let mut told = Told::default();
    until(
        stage,
        "the end of the audits",
        Duration::from_secs(240),
        async |stage| {
            if is_idle(stage, lease, cranks.is_some()).await? {
                stage.pace.pass(&stage.market.chain, tale, STEP).await?;
            }
            if let Some(beacon) = cranks {
                turn(stage, lease, beacon).await?;
            }
            told.tell(stage, tale, lease).await?;
            let state = stage.market.lease(lease).await?;
            Ok((state.status == LeaseStatus::Closed).then_some(state))
        },
    )
    .await
}

/// Nobody who is alive has a deadline to keep, so that time may be moved.
async fn is_idle(stage: &Stage, lease: LeaseId, provider_is_gone: bool) -> Result<bool> {
    let audits = stage.market.audits(lease).await?;
    let now = now(stage).await?;
    Ok(audits.iter().all(|audit| match audit.step {
        // Auditors that cannot have the data say so at the end of their time.
        AuditStep::Committing { until, .. } => provider_is_gone && now.plus(LAST_CALL) < until.time,
        AuditStep::Revealing { .. } => false,
        AuditStep::Opening { .. } => provider_is_gone,
        AuditStep::Seating { .. }
        | AuditStep::Decided { .. }
        | AuditStep::Frozen { .. }
        | AuditStep::Ended { .. } => true,
    }))
}

/// What was told already.
#[derive(Default)]
struct Told {
    drawn: bool,
    seated: BTreeSet<AuditId>,
    ended: BTreeSet<AuditId>,
}

impl Told {
    async fn tell(&mut self, stage: &Stage, tale: &Tale, lease: LeaseId) -> Result<()> {
        let batches = stage.market.batches(lease).await?;
        if !self.drawn && !batches.is_empty() && batches.iter().all(|batch| batch.drawn.is_some()) {
            self.drawn = true;
            let drawn: Vec<_> = batches
                .iter()
                .filter_map(|batch| batch.drawn.as_ref())
                .flatten()
                .collect();
            let list: Vec<_> = drawn.iter().map(ToString::to_string).collect();
            tale.note(match list.is_empty() {
                true => "the beacon draws none of its frames".into(),
                false => format!("the beacon draws frames {}", list.join(", ")),
            });
        }
        for audit in stage.market.audits(lease).await? {
            self.tell_audit(stage, tale, &audit);
        }
        Ok(())
    }

    fn tell_audit(&mut self, stage: &Stage, tale: &Tale, audit: &AuditResponse) {
        let names: Vec<_> = audit
            .seats
            .iter()
            .map(|seat| stage.name(seat.owner.as_str()))
            .collect();
        if names.len() >= 2 && self.seated.insert(audit.audit) {
            tale.note(format!(
                "frame {} is run again by {}",
                audit.audit.unit,
                names[..2].join(" and ")
            ));
        }
        if let AuditStep::Ended { outcome: found } = audit.step {
            if found != AuditOutcome::Moot && self.ended.insert(audit.audit) {
                let jury = match names.len() > 2 {
                    true => format!(", judged by {}", names[2..].join(", ")),
                    false => String::new(),
                };
                tale.note(format!("frame {}: {}{jury}", audit.audit.unit, outcome(found)));
            }
        }
    }
}

/// Everything that anybody may do for a lease's audits now. Somebody else may be first; the next look tells.
async fn turn(stage: &Stage, lease: LeaseId, beacon: &Client) -> Result<()> {
    let status = stage.market.chain.status().await?;
    let now = Moment {
        time: UnixTime::from(status.time),
        height: status.height,
    };
    let mut messages = vec![];
    for batch in stage.market.batches(lease).await? {
        let number = batch.batch;
        if batch.status != BatchStatus::Vesting {
            continue;
        }
        let Some(drawn) = batch.drawn else {
            if may_go(
                stage,
                beacon,
                wait_for(round_after(stage, batch.posted_height).await?.as_ref(), now),
                now,
            )
            .await?
            {
                messages.push(ExecuteMsg::Draw { lease, batch: number });
            }
            continue;
        };
        let unopened = drawn.iter().filter(|unit| !batch.audited.contains(unit));
        messages.extend(unopened.map(|unit| ExecuteMsg::OpenAudit {
            audit: AuditId { lease, unit: *unit },
            batch: number,
        }));
        if now.time >= batch.vests_at && drawn.iter().all(|unit| batch.ended.contains(unit)) {
            messages.push(ExecuteMsg::Release { lease, batch: number });
        }
    }
    for audit in stage.market.audits(lease).await? {
        let round = match audit.step {
            AuditStep::Seating { height, .. } => round_after(stage, height).await?,
            _ => None,
        };
        if may_go(stage, beacon, crank(&audit.step, round.as_ref(), now), now).await? {
            messages.push(ExecuteMsg::Advance { audit: audit.audit });
        }
    }
    let attestation = &stage.market.deployment.contracts.attestation;
    for message in messages {
        if let Err(error) = stage.keeper.execute(attestation, &message).await {
            tracing::info!("a crank came too late: {error}");
        }
    }
    Ok(())
}

/// True if the way is free; a round that is waited for is carried to the chain.
async fn may_go(stage: &Stage, beacon: &Client, crank: Crank, now: Moment) -> Result<bool> {
    let round = match crank {
        Crank::Go => return Ok(true),
        Crank::Wait => return Ok(false),
        Crank::Relay { round } => round,
        Crank::Anchor => relay::newest(&beacon.rounds, now.time),
    };
    if let Some(signature) = beacon.round(round).await? {
        relay::carry(&stage.keeper, round, &signature).await?;
    }
    Ok(false)
}

async fn round_after(stage: &Stage, height: u64) -> Result<Option<RoundResponse>> {
    Ok(stage.market.attestation(&QueryMsg::RoundAfter { height }).await?)
}

async fn was_convicted(stage: &Stage, lease: LeaseId) -> Result<bool> {
    let audits = stage.market.audits(lease).await?;
    let convicted = AuditStep::Ended {
        outcome: AuditOutcome::Convicted,
    };
    Ok(audits.iter().any(|audit| audit.step == convicted))
}

async fn reputation(stage: &Stage, owner: &str) -> Result<ReputationResponse> {
    let owner = owner.into();
    Ok(stage
        .market
        .registry(&registry::QueryMsg::Reputation { owner })
        .await?)
}

/// Network tokens: how many there are, and what everybody may claim.
struct Books {
    supply: Uint128,
    claims: Uint128,
}

impl Books {
    async fn open(stage: &Stage) -> Result<Self> {
        let token = &stage.market.deployment.contracts.network_token;
        let supply = stage.market.token_info(token).await?.total_supply;
        let mut claims = Uint128::zero();
        for provider in &stage.providers {
            let address = provider.owner.address().into();
            let claim: Uint128 = stage
                .market
                .registry(&registry::QueryMsg::Claimable { address })
                .await?;
            claims += claim;
        }
        Ok(Self { supply, claims })
    }
}
