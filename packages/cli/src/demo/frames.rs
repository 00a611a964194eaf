//! Chapters 2 to 4: an animation is ordered, bid for, rendered, attested, paid.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{ensure, Context as _, Result};
use jobs::JobDir;
use market_types::escrow::{LeaseResponse, LeaseStatus, Progress};
use market_types::LeaseId;

use super::market_day::{order_for, trade, until, SCALE};
use super::stage::{Stage, BIDDERS, CHARACTERS};
use super::tale::Tale;
use crate::commands::job;
use crate::commands::order::Comparison;

pub struct Frames {
    pub lease: LeaseResponse,
    pub pictures: Vec<PathBuf>,
}

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn tell(stage: &mut Stage, tale: &Tale, job: &JobDir, dir: &Path) -> Result<Frames> {
    let units = job.manifest.units.count;
    tale.chapter(2, &format!("A tenant orders {units} frames in one transaction"));
    let mut place = order_for(&format!("{units} frames"), "0.06/frame", &job.digest.to_string());
    place.class = CHARACTERS[..BIDDERS]
        .iter()
        .map(|character| character.class.into())
        .collect();
    place.comparison = Comparison::Image;
    place.resources = Some(job.manifest.resources.into());
    place.second_price = true;
    place.unit_deadline = format!("{}s", job.manifest.units.deadline_seconds);
    tale.chapter(3, "Agents bid each other down; the next bid sets the price");
    let (_, winner) = trade(stage, tale, "usdc", &place).await?;

    tale.chapter(4, "The winner renders, attests, and is paid per vested frame");
    let gateway = stage
        .provider(winner.owner.as_str())
        .context("the winner is not on the stage")?
        .gateway
        .clone();
    tale.note("manifest and kernel go to the winner's gateway, by digest and signed");
    job::deliver(&stage.tenant, &gateway, winner.lease, winner.owner.as_str(), job).await?;
    let lease = watch(stage, tale, winner.lease, units).await?;
    let money = &lease.money;
    ensure!(
        money.gross == lease.price.0 * cosmwasm_std::Uint128::from(units),
        "{units} frames at {} make {}, not {}",
        lease.price,
        lease.price.0 * cosmwasm_std::Uint128::from(units),
        money.gross
    );
    tale.note(format!(
        "{} earned: {} to {}, {} fee, {} for audits; {} returned to the tenant",
        SCALE.format(money.gross),
        SCALE.format(money.income),
        stage.name(lease.owner.as_str()),
        SCALE.format(money.fee),
        SCALE.format(money.premium),
        SCALE.format(money.refunded),
    ));
    let pictures = job::fetch(
        &stage.tenant,
        &gateway,
        winner.lease,
        winner.owner.as_str(),
        job,
        dir,
    )
    .await?;
    tale.note(format!(
        "{} frames fetched, each with the digest that was attested on chain",
        pictures.len()
    ));
    Ok(Frames { lease, pictures })
}

async fn watch(stage: &mut Stage, tale: &Tale, lease: LeaseId, units: u32) -> Result<LeaseResponse> {
    let bar = tale.bar(units.into());
    let mut told = 0;
    let closed = until(
        stage,
        "the end of the rendering",
        Duration::from_secs(300),
        async |stage| {
            let state = stage.market.lease(lease).await?;
            let Progress::Task { attested, vested, .. } = state.progress else {
                return Ok(None);
            };
            bar.set_position(attested.into());
            let money = &state.money;
            bar.set_message(format!(
                "frames  held {}  earned {}  refundable {}",
                SCALE.format(money.held),
                SCALE.format(money.gross),
                SCALE.format(money.remaining),
            ));
            if attested / 16 > told / 16 || (vested == units && told < units) {
                bar.suspend(|| {
                    tale.note(format!(
                        "{attested} frames attested, {vested} paid: held {}, earned {}, refundable {}",
                        SCALE.format(money.held),
                        SCALE.format(money.gross),
                        SCALE.format(money.remaining),
                    ));
                });
                told = attested;
            }
            Ok((state.status == LeaseStatus::Closed).then_some(state))
        },
    )
    .await?;
    bar.finish_and_clear();
    Ok(closed)
}
