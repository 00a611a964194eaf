//! Pinning: the chain's governance lets nodes keep the market's codes in memory, which halves what a call costs.

use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::{Chain, Msg, Signer, TxOptions};

use super::plan::Codes;
use super::record::{Made, Record};
use super::step::Works;
use crate::MarketError;

const STEP: &str = "propose to pin the codes";

/// How far the pinning has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pin {
    Pinned,
    /// Whoever has a vote has to vote on this proposal.
    Voting {
        proposal: u64,
    },
    /// The proposal ended, and the codes are not pinned.
    Declined {
        proposal: u64,
        why: String,
    },
}

/// Propose to pin `codes`, once, unless they are pinned already. `voters` vote for it; if there are any, its end is waited for.
///
/// # Errors
/// The chain refused a transaction. The next start with the same record goes on.
pub async fn pin(
    signer: &Signer,
    voters: &[Signer],
    codes: &Codes,
    record: &mut Record,
) -> Result<Pin, MarketError> {
    let chain = signer.chain();
    if are_pinned(chain, codes).await? {
        return Ok(Pin::Pinned);
    }
    let mut works = Works::new(signer, record)?;
    let known = works.known(STEP);
    let made = match &known {
        Some(made) => made.clone(),
        None => {
            let deposit = chain.gov_params().await?.min_deposit;
            let gov = chain.module_account("gov").await?;
            let msgs = || Ok(vec![pin_proposal(&gov, &codes.all(), deposit.clone())]);
            let read = |outcome: &chain_client::TxOutcome| -> Result<_, MarketError> {
                let id = outcome.proposal_id()?;
                Ok(Made::Proposal { id })
            };
            works.once(STEP, msgs, read).await?
        }
    };
    let Made::Proposal { id: proposal } = made else {
        return Err(MarketError::Damaged { step: STEP.into() });
    };
    if known.is_some() {
        works.confirmed(STEP, &made);
    }
    let status = status(chain, proposal).await?;
    if !status.is_final() {
        for voter in voters {
            let vote = Msg::GovVote {
                proposal_id: proposal,
                option: VoteOption::Yes,
            };
            voter.submit(&[vote], &TxOptions::default()).await?;
        }
        if voters.is_empty() {
            return Ok(Pin::Voting { proposal });
        }
    }
    let why = match ended(chain, proposal).await? {
        ProposalStatus::Passed if are_pinned(chain, codes).await? => return Ok(Pin::Pinned),
        ProposalStatus::Failed { reason } => reason,
        status => format!("{status:?}"),
    };
    Ok(Pin::Declined { proposal, why })
}

/// The proposal that has the gov account at `gov` pin `codes`.
pub fn pin_proposal(gov: &str, codes: &[u64], deposit: Vec<chain_client::Coin>) -> Msg {
    let list: Vec<String> = codes.iter().map(u64::to_string).collect();
    Msg::GovSubmit {
        messages: vec![Msg::PinCodes {
            code_ids: codes.to_vec(),
        }
        .to_any(gov)],
        title: format!("Pin codes {}", list.join(", ")),
        summary: "Nodes keep the bytecode of the market in memory, so that calling it costs less gas.".into(),
        deposit,
        expedited: false,
    }
}

async fn are_pinned(chain: &Chain, codes: &Codes) -> Result<bool, MarketError> {
    let pinned = chain.pinned_codes().await?;
    Ok(codes.all().iter().all(|code| pinned.contains(code)))
}

/// The status of `proposal` once it cannot change any more.
async fn ended(chain: &Chain, proposal: u64) -> Result<ProposalStatus, MarketError> {
    loop {
        let status = status(chain, proposal).await?;
        if status.is_final() {
            return Ok(status);
        }
        tokio::time::sleep(chain.options().poll_interval).await;
    }
}

async fn status(chain: &Chain, proposal: u64) -> Result<ProposalStatus, MarketError> {
    let found = chain.proposal(proposal).await?;
    let found = found.ok_or_else(|| MarketError::NotOnChain {
        step: STEP.into(),
        found: format!("no proposal {proposal}"),
    })?;
    Ok(found.status)
}
