//! `cosmos.gov.v1.Query`.

use cosmrs::proto::cosmos::gov::v1::{
    Deposit, Params, Proposal, ProposalStatus, QueryDepositRequest, QueryDepositResponse,
    QueryDepositsRequest, QueryDepositsResponse, QueryParamsResponse, QueryProposalRequest,
    QueryProposalResponse, QueryProposalsRequest, QueryProposalsResponse, QueryTallyResultRequest,
    QueryTallyResultResponse, QueryVoteRequest, QueryVoteResponse, QueryVotesRequest, QueryVotesResponse,
    TallyResult, Vote, WeightedVoteOption,
};
use cosmrs::proto::tendermint::google::protobuf::{Duration, Timestamp};
use cosmrs::Any;
use prost::Message as _;

use super::{decode, page, Answer, QueryFailure};
use crate::app::Application;
use crate::{coins, gov};

pub fn answer(app: &mut Application, method: &str, data: &[u8]) -> Answer {
    Some(match method {
        "Proposal" => decode(data).and_then(|request: QueryProposalRequest| {
            let found = proposal(app, request.proposal_id)?;
            Ok(QueryProposalResponse {
                proposal: Some(proposal_proto(&found)),
            }
            .encode_to_vec())
        }),
        "Proposals" => decode(data).and_then(|request: QueryProposalsRequest| {
            if !request.voter.is_empty() || !request.depositor.is_empty() {
                return Err(QueryFailure::Unsupported("proposals by voter or depositor"));
            }
            let any = ProposalStatus::Unspecified as i32;
            let wanted = |found: &gov::Proposal| {
                request.proposal_status == any || found.status == request.proposal_status
            };
            let found = gov::list(app.store())
                .iter()
                .filter(|found| wanted(found))
                .map(proposal_proto)
                .collect();
            let (proposals, pagination) = page::of(found, request.pagination);
            Ok(QueryProposalsResponse {
                proposals,
                pagination,
            }
            .encode_to_vec())
        }),
        "Vote" => decode(data).and_then(|request: QueryVoteRequest| {
            let votes = gov::votes(app.store(), request.proposal_id);
            let vote = votes
                .iter()
                .find(|vote| vote.voter == request.voter)
                .map(vote_proto);
            match vote {
                Some(vote) => Ok(QueryVoteResponse { vote: Some(vote) }.encode_to_vec()),
                None => Err(QueryFailure::Invalid(format!(
                    "voter: {} not found for proposal: {}",
                    request.voter, request.proposal_id
                ))),
            }
        }),
        "Votes" => decode(data).map(|request: QueryVotesRequest| {
            let found = gov::votes(app.store(), request.proposal_id)
                .iter()
                .map(vote_proto)
                .collect();
            let (votes, pagination) = page::of(found, request.pagination);
            QueryVotesResponse { votes, pagination }.encode_to_vec()
        }),
        "Deposit" => decode(data).and_then(|request: QueryDepositRequest| {
            let deposits = gov::deposits(app.store(), request.proposal_id);
            let deposit = deposits
                .iter()
                .find(|found| found.depositor == request.depositor)
                .map(deposit_proto);
            match deposit {
                Some(deposit) => Ok(QueryDepositResponse {
                    deposit: Some(deposit),
                }
                .encode_to_vec()),
                None => Err(QueryFailure::Invalid(format!(
                    "depositer: {} not found for proposal: {}",
                    request.depositor, request.proposal_id
                ))),
            }
        }),
        "Deposits" => decode(data).map(|request: QueryDepositsRequest| {
            let found = gov::deposits(app.store(), request.proposal_id)
                .iter()
                .map(deposit_proto)
                .collect();
            let (deposits, pagination) = page::of(found, request.pagination);
            QueryDepositsResponse { deposits, pagination }.encode_to_vec()
        }),
        "TallyResult" => decode(data).and_then(|request: QueryTallyResultRequest| {
            let mut found = proposal(app, request.proposal_id)?;
            if found.status == ProposalStatus::VotingPeriod as i32 {
                found.tally = gov::tally(app, found.id);
            }
            Ok(QueryTallyResultResponse {
                tally: Some(tally_proto(&found.tally)),
            }
            .encode_to_vec())
        }),
        "Params" => Ok(params(app)),
        _ => return None,
    })
}

fn proposal(app: &mut Application, id: u64) -> Result<gov::Proposal, QueryFailure> {
    gov::load(app.store(), id).ok_or_else(|| QueryFailure::NotFound(format!("proposal {id} doesn't exist")))
}

fn proposal_proto(found: &gov::Proposal) -> Proposal {
    let any = |(type_url, value): &(String, cosmwasm_std::Binary)| Any {
        type_url: type_url.clone(),
        value: value.to_vec(),
    };
    Proposal {
        id: found.id,
        messages: found.messages.iter().map(any).collect(),
        status: found.status,
        final_tally_result: Some(tally_proto(&found.tally)),
        submit_time: Some(timestamp(found.submitted_ns)),
        deposit_end_time: Some(timestamp(found.deposit_end_ns)),
        total_deposit: coins::to_proto(&found.deposit),
        voting_start_time: found.voting_start_ns.map(timestamp),
        voting_end_time: found.voting_end_ns.map(timestamp),
        metadata: found.metadata.clone(),
        title: found.title.clone(),
        summary: found.summary.clone(),
        proposer: found.proposer.clone(),
        expedited: false,
        failed_reason: found.failed_reason.clone(),
    }
}

fn tally_proto(tally: &gov::Tally) -> TallyResult {
    TallyResult {
        yes_count: tally.yes.to_string(),
        abstain_count: tally.abstain.to_string(),
        no_count: tally.no.to_string(),
        no_with_veto_count: tally.veto.to_string(),
    }
}

fn vote_proto(vote: &gov::Vote) -> Vote {
    let option = WeightedVoteOption {
        option: vote.option,
        weight: "1.000000000000000000".to_owned(),
    };
    Vote {
        proposal_id: vote.proposal,
        voter: vote.voter.clone(),
        options: vec![option],
        metadata: vote.metadata.clone(),
    }
}

fn deposit_proto(deposit: &gov::Deposit) -> Deposit {
    Deposit {
        proposal_id: deposit.proposal,
        depositor: deposit.depositor.clone(),
        amount: coins::to_proto(&deposit.amount),
    }
}

fn params(app: &Application) -> Vec<u8> {
    let params = Params {
        min_deposit: coins::to_proto(&app.gov.min_deposit),
        max_deposit_period: Some(duration(app.gov.deposit_ns)),
        voting_period: Some(duration(app.gov.voting_ns)),
        quorum: "0.334000000000000000".to_owned(),
        threshold: "0.500000000000000000".to_owned(),
        veto_threshold: "0.334000000000000000".to_owned(),
        burn_vote_veto: true,
        ..Params::default()
    };
    QueryParamsResponse {
        params: Some(params),
        ..QueryParamsResponse::default()
    }
    .encode_to_vec()
}

fn split(nanos: u64) -> (i64, i32) {
    let (seconds, rest) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    (
        i64::try_from(seconds).unwrap_or(i64::MAX),
        i32::try_from(rest).unwrap_or(0),
    )
}

fn timestamp(nanos_since_1970: u64) -> Timestamp {
    let (seconds, nanos) = split(nanos_since_1970);
    Timestamp { seconds, nanos }
}

fn duration(total_nanos: u64) -> Duration {
    let (seconds, nanos) = split(total_nanos);
    Duration { seconds, nanos }
}
