//! Chapter 7: governance moves the take rate; what runs keeps its own.

use std::time::Duration;

use anyhow::{ensure, Result};
use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::{Msg, TxOptions};
use market_types::escrow::{ExecuteMsg, LeaseResponse};
use market_types::take_rate::{self, ParamsUpdate, TokenRate};
use market_types::{BasisPoints, Seconds};

use super::market_day::{until, SCALE};
use super::service::{open, pass_time, DATA_CENTRE, FLAGSHIP};
use super::stage::Stage;
use super::tale::Tale;
use crate::amount::format_time;
use crate::commands::gov::submit;

const OLD_RATE: BasisPoints = BasisPoints(200);
const NEW_RATE: BasisPoints = BasisPoints(300);

/// The lease that kept the old rate and the one that got the new.
pub struct Vote {
    pub before: LeaseResponse,
    pub after: LeaseResponse,
}

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn tell(stage: &mut Stage, tale: &Tale) -> Result<Vote> {
    tale.chapter(
        6,
        "Governance raises the take rate from 2 % to 3 %; an open lease keeps its own",
    );
    let (_, before) = open(stage, tale, "usdc", &FLAGSHIP, "6 GPU-hours", "4.00/h").await?;
    pass(stage, tale).await?;
    let (_, after) = open(stage, tale, "lease", &DATA_CENTRE, "6 GPU-hours", "4.00/h").await?;
    pass_time(stage, tale, &[before, after], stage.pace.vote_steps).await?;

    let escrow = stage.market.deployment.contracts.lease_escrow.clone();
    for lease in [before, after] {
        stage
            .tenant
            .execute(&escrow, &ExecuteMsg::Close { lease })
            .await?;
    }
    let before = stage.market.lease(before).await?;
    let after = stage.market.lease(after).await?;
    for (lease, rate) in [(&before, OLD_RATE), (&after, NEW_RATE)] {
        let fee = lease.money.gross.multiply_ratio(rate.0, 10_000u64);
        ensure!(
            lease.take_rate == rate,
            "lease {} has {} bps, not {rate}",
            lease.lease,
            lease.take_rate
        );
        ensure!(
            lease.money.fee == fee,
            "lease {} paid {}, not {fee}",
            lease.lease,
            lease.money.fee
        );
        ensure!(!fee.is_zero(), "lease {} paid no fee", lease.lease);
        tale.note(format!(
            "lease {} at {} bps: {} of {} {}",
            lease.lease,
            rate,
            SCALE.format(lease.money.fee),
            SCALE.format(lease.money.gross),
            stage.market.symbol(lease.token.as_str()),
        ));
    }
    Ok(Vote { before, after })
}

async fn pass(stage: &mut Stage, tale: &Tale) -> Result<()> {
    let tokens = stage.market.deployment.tokens.values();
    let rates = tokens
        .map(|token| TokenRate {
            token: token.address.clone(),
            rate: NEW_RATE,
        })
        .collect();
    let update = ParamsUpdate {
        rates: Some(rates),
        ..ParamsUpdate::default()
    };
    let contract = stage.market.deployment.contracts.take_rate_burn.clone();
    let msg = take_rate::ExecuteMsg::UpdateParams(update);
    let gov = stage.market.chain.gov_account()?;
    let message = Msg::execute(&contract, &msg, &[])?.to_any(&gov);
    let id = submit(&stage.tenant, "Take 3 % from new leases", vec![message], None).await?;
    for voter in &stage.voters {
        let vote = Msg::GovVote {
            proposal_id: id,
            option: VoteOption::Yes,
        };
        voter.submit(&[vote], &TxOptions::default()).await?;
    }
    let period = stage.market.chain.gov_params().await?.voting_period_seconds;
    tale.note(format!(
        "proposal {id} has its deposit and the vote of {} validator{}; votes last {}",
        stage.voters.len(),
        if stage.voters.len() == 1 { "" } else { "s" },
        format_time(Seconds(period)),
    ));
    until(
        stage,
        "the end of the vote",
        Duration::from_secs(period + 30),
        async |stage| {
            let status = stage
                .market
                .chain
                .proposal(id)
                .await?
                .map(|proposal| proposal.status);
            match status {
                Some(ProposalStatus::Passed) => Ok(Some(())),
                Some(ProposalStatus::VotingPeriod | ProposalStatus::DepositPeriod) => Ok(None),
                other => anyhow::bail!("proposal {id} ended as {other:?}"),
            }
        },
    )
    .await?;
    tale.note(format!(
        "proposal {id} passed and was carried out by the chain's gov account"
    ));
    Ok(())
}
