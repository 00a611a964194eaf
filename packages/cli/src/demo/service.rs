//! Chapter 5: a service by the hour, whose machine vanishes.

use std::time::Duration;

use anyhow::{bail, ensure, Context as _, Result};
use cosmwasm_std::Uint128;
use market_types::escrow::{ExecuteMsg, LeaseResponse, LeaseStatus, Progress};
use market_types::registry::{self, CapacityResponse};
use market_types::{CloseReason, LeaseId, OrderId, Seconds, UnixTime};

use super::market_day::{now, order_for, trade, until, SCALE};
use super::stage::{wait_ready, Stage};
use super::tale::Tale;
use crate::amount::format_time;

/// Classes a service may ask for by name.
pub const DATA_CENTRE: [&str; 2] = ["nvidia-a100-80gb", "nvidia-l40s-48gb"];
pub const FLAGSHIP: [&str; 2] = ["nvidia-h100-80gb", "nvidia-l40s-48gb"];

/// An active stream of the tenant.
///
/// # Errors
/// Nobody won it, or it did not start.
pub async fn open(
    stage: &mut Stage,
    tale: &Tale,
    token: &str,
    classes: &[&str],
    work: &str,
    max_price: &str,
) -> Result<(OrderId, LeaseId)> {
    // Any digest will do for a service that only holds the GPUs.
    let mut place = order_for(work, max_price, &"00".repeat(32));
    place.class = classes.iter().map(|class| (*class).into()).collect();
    let (order, winner) = trade(stage, tale, token, &place).await?;
    let lease = winner.lease;
    until(
        stage,
        "the agent's Ready",
        Duration::from_secs(20),
        async |stage| {
            let Progress::Stream { ready_at, .. } = stage.market.lease(lease).await?.progress else {
                return Ok(None);
            };
            Ok(ready_at)
        },
    )
    .await?;
    let escrow = stage.market.deployment.contracts.lease_escrow.clone();
    stage
        .tenant
        .execute(&escrow, &ExecuteMsg::Accept { lease })
        .await?;
    tale.note(format!(
        "lease {lease} runs: the agent is ready, the tenant accepted"
    ));
    Ok((order, lease))
}

/// Let so many steps of the story pass, waiting each time for the heartbeats of `leases`.
///
/// # Errors
/// A heartbeat did not come.
pub async fn pass_time(stage: &mut Stage, tale: &Tale, leases: &[LeaseId], steps: u32) -> Result<()> {
    for _ in 0..steps {
        let before = now(stage).await?;
        let step = stage.pace.step;
        stage.pace.pass(&stage.market.chain, tale, step).await?;
        for lease in leases {
            until(stage, "a heartbeat", Duration::from_secs(20), async |stage| {
                let beat = last_beat(&stage.market.lease(*lease).await?);
                Ok(beat.filter(|beat| *beat > before))
            })
            .await?;
        }
    }
    Ok(())
}

fn last_beat(lease: &LeaseResponse) -> Option<UnixTime> {
    match lease.progress {
        Progress::Stream { last_heartbeat, .. } => last_heartbeat,
        Progress::Task { .. } => None,
    }
}

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn tell(stage: &mut Stage, tale: &Tale) -> Result<LeaseResponse> {
    tale.chapter(5, "A service by the hour, whose machine vanishes");
    let (_, lease) = open(stage, tale, "usdc", &DATA_CENTRE, "24 GPU-hours", "4.00/h").await?;
    pass_time(stage, tale, &[lease], stage.pace.service_steps).await?;
    let running = stage.market.lease(lease).await?;
    let owner = running.owner.to_string();
    let name = stage.name(&owner);

    let provider = stage.provider(&owner).context("the winner is not on the stage")?;
    provider
        .process
        .take()
        .context("the agent does not run")?
        .kill()?;
    let beat = last_beat(&stage.market.lease(lease).await?);
    tale.note(format!(
        "{name}'s agent is killed with SIGKILL; its last heartbeat was at {}",
        text(beat)
    ));

    stage.pace.be_silent(&stage.market.chain, tale).await?;
    let escrow = stage.market.deployment.contracts.lease_escrow.clone();
    let claimable = claimable(stage).await?;
    stage
        .keeper
        .execute(&escrow, &ExecuteMsg::CloseFailed { lease })
        .await?;
    let closed = stage.market.lease(lease).await?;
    check(&closed)?;
    let Progress::Stream { credited, .. } = closed.progress else {
        bail!("lease {lease} is no stream")
    };
    let penalty = self::claimable(stage).await? - claimable;
    tale.note(format!(
        "{} of silence; the keeper, who has no part in it, closes the lease: {} were credited, {} is earned, {} goes back",
        format_time(Seconds(stage.pace.silence)),
        format_time(credited),
        SCALE.format(closed.money.gross),
        SCALE.format(closed.money.refunded),
    ));
    tale.note(format!(
        "the outage costs {name} its lease bond: {} LEASE to the tenant, the rest of {} as a tip to the closer",
        SCALE.format(penalty),
        SCALE.format(closed.lease_bond),
    ));
    ensure!(
        !penalty.is_zero(),
        "an outage of {} brought the tenant no penalty",
        format_time(Seconds(stage.pace.silence))
    );
    let registry = stage.market.deployment.contracts.provider_registry.clone();
    for winner in [&stage.tenant, &stage.keeper] {
        winner.execute(&registry, &registry::ExecuteMsg::Claim {}).await?;
    }

    let provider = stage.provider(&owner).context("the winner is not on the stage")?;
    provider.start()?;
    wait_ready(provider).await?;
    let capacity: Vec<CapacityResponse> = stage
        .market
        .registry(&registry::QueryMsg::Capacity { owner })
        .await?;
    let committed: u64 = capacity.iter().map(|group| group.committed.gpus).sum();
    ensure!(committed == 0, "{name} still has {committed} GPUs committed");
    tale.note(format!(
        "{name} is back, has reconciled with the chain, and holds nothing"
    ));
    Ok(closed)
}

/// The provider is paid exactly to its last credited second, the tenant gets all the rest.
fn check(lease: &LeaseResponse) -> Result<()> {
    let Progress::Stream { credited, .. } = lease.progress else {
        bail!("lease {} is no stream", lease.lease)
    };
    let due = lease.price.0.multiply_ratio(credited.0, 3_600u64);
    ensure!(
        lease.status == LeaseStatus::Closed,
        "lease {} is {:?}",
        lease.lease,
        lease.status
    );
    ensure!(
        lease.close_reason == Some(CloseReason::Silent),
        "it closed for {:?}",
        lease.close_reason
    );
    ensure!(
        lease.money.gross == due,
        "{} s are worth {due}, and {} was paid",
        credited.0,
        lease.money.gross
    );
    ensure!(
        lease.money.refunded == lease.money.funded - due,
        "of {} funded and {due} earned, {} came back",
        lease.money.funded,
        lease.money.refunded
    );
    Ok(())
}

async fn claimable(stage: &Stage) -> Result<Uint128> {
    let query = registry::QueryMsg::Claimable {
        address: stage.tenant.address().into(),
    };
    Ok(stage.market.registry(&query).await?)
}

fn text(time: Option<UnixTime>) -> String {
    time.map_or_else(|| "no time".into(), |time| time.to_string())
}
