//! `leasebook gov`: the parameters, and proposals that change them.

mod propose;

use anyhow::Result;
use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::Msg;
use clap::{Subcommand, ValueEnum};
use market_types::take_rate::{QueryMsg, RateResponse};
use market_types::{attestation, escrow, order_book, registry, take_rate};
use serde_json::{json, Value};

use crate::context::Global;
use crate::failure::Foreseen;
pub use propose::{submit, Propose};

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook gov params
  leasebook gov propose take-rate 2.5%
  leasebook gov propose migrate take-rate-burn 9
  leasebook --from validator gov vote 1 yes
  leasebook gov show 1")]
pub enum Gov {
    /// The parameters of every contract
    Params,
    /// Propose a change
    #[command(subcommand)]
    Propose(Propose),
    /// Vote on a proposal
    Vote {
        proposal: u64,
        #[arg(value_enum)]
        option: Vote,
    },
    /// How a proposal stands
    Show { proposal: u64 },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Vote {
    Yes,
    No,
    Abstain,
    NoWithVeto,
}

pub async fn run(global: &Global, command: Gov) -> Result<()> {
    let output = global.output();
    match command {
        Gov::Params => {
            let market = global.market().await?;
            let registry: Value = market.registry(&registry::QueryMsg::Params {}).await?;
            let book: Value = market.book(&order_book::QueryMsg::Params {}).await?;
            let escrow: Value = market.escrow(&escrow::QueryMsg::Params {}).await?;
            let attestation: Value = market.attestation(&attestation::QueryMsg::Params {}).await?;
            let take_rate: Value = market.take_rate(&take_rate::QueryMsg::Params {}).await?;
            let token = market.token(&global.token)?.address.clone();
            let rate: RateResponse = market.take_rate(&QueryMsg::Rate { token }).await?;
            let data = json!({
                "governor": market.deployment.governor,
                "take_rate_now": rate,
                "provider-registry": registry,
                "order-book": book,
                "lease-escrow": escrow,
                "attestation": attestation,
                "take-rate-burn": take_rate,
            });
            output.show(&data, |data| {
                serde_json::to_string_pretty(data).unwrap_or_default()
            })
        }
        Gov::Propose(what) => propose::run(global, what).await,
        Gov::Vote { proposal, option } => {
            let acting = global.acting().await?;
            let option = match option {
                Vote::Yes => VoteOption::Yes,
                Vote::No => VoteOption::No,
                Vote::Abstain => VoteOption::Abstain,
                Vote::NoWithVeto => VoteOption::NoWithVeto,
            };
            let outcome = acting
                .submit(&[Msg::GovVote {
                    proposal_id: proposal,
                    option,
                }])
                .await?;
            output.show(&crate::context::Receipt::from(&outcome), |_| {
                format!("voted {option:?} on {proposal}")
            })
        }
        Gov::Show { proposal } => {
            let chain = global.chain().await?;
            let found = chain
                .proposal(proposal)
                .await?
                .ok_or(Foreseen::NoProposal(proposal))?;
            let status = match &found.status {
                ProposalStatus::DepositPeriod => "waits for its deposit".into(),
                ProposalStatus::VotingPeriod => "is being voted on".into(),
                ProposalStatus::Passed => "passed, and was carried out".into(),
                ProposalStatus::Rejected => "was rejected".into(),
                ProposalStatus::Failed { reason } => format!("passed, but failed: {reason}"),
            };
            let data = json!({
                "proposal": found.id, "title": found.title, "status": status, "proposer": found.proposer,
                "voting_ends": found.voting_end.map(|end| end.seconds()),
            });
            output.show(&data, |_| {
                format!("proposal {}  {}\n{status}", found.id, found.title)
            })
        }
    }
}
