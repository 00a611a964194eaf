//! Governance, x/gov v1: who executes what passes, and how a proposal stands.

use cosmrs::proto::{
    cosmos::gov::v1::{
        Proposal as ProtoProposal, ProposalStatus as ProtoStatus, QueryParamsRequest, QueryParamsResponse,
        QueryProposalRequest, QueryProposalResponse, VoteOption as ProtoVote,
    },
    Timestamp as ProtoTimestamp,
};
use cosmrs::Any;
use cosmwasm_std::{Coin, Timestamp, Uint128};

use crate::{
    address::{self, AddressError},
    chain::{Chain, QueryError},
};

const PROPOSAL: &str = "/cosmos.gov.v1.Query/Proposal";
const PARAMS: &str = "/cosmos.gov.v1.Query/Params";

/// Address of the gov module account, the sender of messages that passed.
pub fn account(prefix: &str) -> Result<String, AddressError> {
    address::of_module(prefix, "gov")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoteOption {
    Yes,
    Abstain,
    No,
    NoWithVeto,
}

impl VoteOption {
    pub(crate) fn code(self) -> i32 {
        let option = match self {
            Self::Yes => ProtoVote::Yes,
            Self::Abstain => ProtoVote::Abstain,
            Self::No => ProtoVote::No,
            Self::NoWithVeto => ProtoVote::NoWithVeto,
        };
        option.into()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposalStatus {
    DepositPeriod,
    VotingPeriod,
    /// Its messages were executed.
    Passed,
    Rejected,
    /// It passed, but its messages could not be executed; none of them had an effect.
    Failed {
        reason: String,
    },
}

impl ProposalStatus {
    /// True if it cannot change any more.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::DepositPeriod | Self::VotingPeriod)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub id: u64,
    pub title: String,
    pub summary: String,
    pub proposer: String,
    pub messages: Vec<Any>,
    pub status: ProposalStatus,
    /// Filled when voting has ended. Units: staked tokens.
    pub tally: Option<Tally>,
    pub deposit_end: Option<Timestamp>,
    pub voting_end: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub yes: Uint128,
    pub abstain: Uint128,
    pub no: Uint128,
    pub no_with_veto: Uint128,
}

/// What a proposal has to bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GovParams {
    pub min_deposit: Vec<Coin>,
    pub voting_period_seconds: u64,
}

impl Chain {
    /// Address of the gov module account on this chain.
    pub fn gov_account(&self) -> Result<String, AddressError> {
        account(self.prefix())
    }

    /// `None` for an id that was never used, or whose deposit ran out.
    pub async fn proposal(&self, id: u64) -> Result<Option<Proposal>, QueryError> {
        let request = QueryProposalRequest { proposal_id: id };
        let answer: Option<QueryProposalResponse> = self.find(PROPOSAL, &request).await?;
        answer.and_then(|answer| answer.proposal).map(read).transpose()
    }

    pub async fn gov_params(&self) -> Result<GovParams, QueryError> {
        // The SDK answers with all parameters whichever group is asked for.
        let request = QueryParamsRequest {
            params_type: "voting".to_owned(),
        };
        let answer: QueryParamsResponse = self.query(PARAMS, &request).await?;
        let params = answer
            .params
            .ok_or_else(|| shape(PARAMS, "an answer without parameters"))?;
        let period = params
            .voting_period
            .ok_or_else(|| shape(PARAMS, "no voting period"))?;
        let min_deposit = params.min_deposit.into_iter().map(|coin| {
            let amount = coin
                .amount
                .parse()
                .map_err(|_| shape(PARAMS, "a deposit that is no amount"))?;
            Ok(Coin {
                denom: coin.denom,
                amount,
            })
        });
        Ok(GovParams {
            min_deposit: min_deposit.collect::<Result<_, QueryError>>()?,
            voting_period_seconds: period
                .seconds
                .try_into()
                .map_err(|_| shape(PARAMS, "a negative period"))?,
        })
    }
}

fn read(proposal: ProtoProposal) -> Result<Proposal, QueryError> {
    let status = match ProtoStatus::try_from(proposal.status) {
        Ok(ProtoStatus::DepositPeriod) => ProposalStatus::DepositPeriod,
        Ok(ProtoStatus::VotingPeriod) => ProposalStatus::VotingPeriod,
        Ok(ProtoStatus::Passed) => ProposalStatus::Passed,
        Ok(ProtoStatus::Rejected) => ProposalStatus::Rejected,
        Ok(ProtoStatus::Failed) => ProposalStatus::Failed {
            reason: proposal.failed_reason,
        },
        Ok(ProtoStatus::Unspecified) | Err(_) => return Err(shape(PROPOSAL, "an unknown status")),
    };
    let votes = |text: &str| {
        text.parse()
            .map_err(|_| shape(PROPOSAL, "a tally that is no amount"))
    };
    let tally = match proposal.final_tally_result {
        Some(tally) if status.is_final() => Some(Tally {
            yes: votes(&tally.yes_count)?,
            abstain: votes(&tally.abstain_count)?,
            no: votes(&tally.no_count)?,
            no_with_veto: votes(&tally.no_with_veto_count)?,
        }),
        _ => None,
    };
    Ok(Proposal {
        id: proposal.id,
        title: proposal.title,
        summary: proposal.summary,
        proposer: proposal.proposer,
        messages: proposal.messages,
        status,
        tally,
        deposit_end: proposal.deposit_end_time.map(time).transpose()?,
        voting_end: proposal.voting_end_time.map(time).transpose()?,
    })
}

fn time(time: ProtoTimestamp) -> Result<Timestamp, QueryError> {
    let before_epoch = || shape(PROPOSAL, "a time before 1970 or after 2554");
    let seconds = u64::try_from(time.seconds).map_err(|_| before_epoch())?;
    let nanos = u64::try_from(time.nanos).map_err(|_| before_epoch())?;
    let nanos = seconds
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanos));
    nanos.map(Timestamp::from_nanos).ok_or_else(before_epoch)
}

fn shape(path: &str, cause: &str) -> QueryError {
    QueryError::Shape {
        path: path.to_owned(),
        cause: cause.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_proposal_says_why() {
        let proposal = ProtoProposal {
            id: 4,
            status: ProtoStatus::Failed.into(),
            failed_reason: "message 0 failed: unauthorized".into(),
            ..ProtoProposal::default()
        };
        let read = read(proposal).unwrap();
        assert_eq!(
            read.status,
            ProposalStatus::Failed {
                reason: "message 0 failed: unauthorized".into()
            }
        );
        assert!(read.status.is_final());
    }

    #[test]
    fn times_outside_64_bits_of_nanoseconds_are_refused() {
        for (seconds, nanos) in [(-1, 0), (i64::MAX, 0), (0, -1)] {
            assert!(time(ProtoTimestamp { seconds, nanos }).is_err());
        }
    }
}
