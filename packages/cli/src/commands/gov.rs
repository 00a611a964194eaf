//! `leasebook gov`: the parameters, and proposals that change them.

use anyhow::Result;
use chain_client::gov::{ProposalStatus, VoteOption};
use chain_client::{Coin, Msg};
use clap::{Subcommand, ValueEnum};
use market_types::take_rate::{ExecuteMsg, ParamsUpdate, QueryMsg, RateResponse, TokenRate};
use market_types::{attestation, escrow, order_book, registry, take_rate, BasisPoints};
use serde_json::{json, Value};

use crate::context::Global;
use crate::failure::{Foreseen, UsageError};

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook gov params
  leasebook gov propose take-rate 2.5%
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

#[derive(Subcommand, Debug)]
pub enum Propose {
    /// Another take rate for the token of --token: `250bps` or `2.5%`
    TakeRate {
        rate: String,
        /// What the proposer pays in until the vote is over
        #[arg(long, default_value = "10000000")]
        deposit: u128,
    },
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum Vote {
    Yes,
    No,
    Abstain,
    NoWithVeto,
}

/// `250bps` or `2.5%`.
///
/// # Errors
/// `text` is no rate, or more than the whole.
pub fn parse_rate(text: &str) -> Result<BasisPoints, UsageError> {
    let bps = match text.strip_suffix("bps") {
        Some(bps) => bps.trim().parse().ok(),
        None => text
            .strip_suffix('%')
            .and_then(|percent| crate::amount::Scale::Decimals(2).parse(percent).ok())
            .and_then(|amount| u16::try_from(amount.u128()).ok()),
    };
    bps.filter(|bps| *bps <= BasisPoints::WHOLE.0)
        .map(BasisPoints)
        .ok_or_else(|| UsageError::Form {
            text: text.into(),
            form: "a rate such as 250bps or 2.5%, at most 100%",
        })
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
        Gov::Propose(Propose::TakeRate { rate, deposit }) => {
            let rate = parse_rate(&rate)?;
            let acting = global.acting().await?;
            let (token, _) = acting.payment()?;
            let update = ParamsUpdate {
                rates: Some(vec![TokenRate {
                    token: token.address,
                    rate,
                }]),
                ..ParamsUpdate::default()
            };
            let contract = &acting.market.deployment.contracts.take_rate_burn;
            let title = format!("Take rate {rate} bps for {}", global.token);
            let id = propose(
                &acting,
                contract,
                &ExecuteMsg::UpdateParams(update),
                &title,
                deposit,
            )
            .await?;
            output.show(&json!({ "proposal": id }), |_| {
                format!("proposal {id} is open; vote: leasebook gov vote {id} yes")
            })
        }
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
            });
            output.show(&data, |_| {
                format!("proposal {}  {}\n{status}", found.id, found.title)
            })
        }
    }
}

/// Submit a proposal that makes the gov account execute `msg` on `contract`.
///
/// # Errors
/// The chain refuses the proposal.
pub async fn propose<M: serde::Serialize>(
    acting: &crate::context::Acting,
    contract: &str,
    msg: &M,
    title: &str,
    deposit: u128,
) -> Result<u64> {
    let gov = acting.market.chain.gov_account()?;
    let inner = Msg::execute(contract, msg, &[])?.to_any(&gov);
    let submit = Msg::GovSubmit {
        messages: vec![inner],
        title: title.into(),
        summary: title.into(),
        deposit: vec![Coin::new(deposit, acting.global.gas_price.denom.clone())],
        expedited: false,
    };
    Ok(acting.submit(&[submit]).await?.proposal_id()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_in_both_forms() {
        assert_eq!(parse_rate("250bps").unwrap(), BasisPoints(250));
        assert_eq!(parse_rate("2.5%").unwrap(), BasisPoints(250));
        for text in ["", "250", "2.555%", "-1%", "101%", "99999bps"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
