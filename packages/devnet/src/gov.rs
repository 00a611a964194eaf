//! Governance: x/gov v1 proposals, deposits and votes, and what happens to them at the end of a block.
//!
//! The configured validators vote with equal power. Quorum, threshold and veto are the SDK's defaults.

mod tally;

use cosmrs::proto::cosmos::gov::v1::{
    MsgSubmitProposal, MsgSubmitProposalResponse, ProposalStatus, VoteOption,
};
use cosmrs::Any;
use cosmwasm_std::{BankMsg, Binary, Coin, Event, Storage};
use prost::Message as _;
use serde::{Deserialize, Serialize};

use crate::app::{Application, Ended};
use crate::config::Config;
use crate::message::Message;
use crate::refusal::Refusal;
use crate::{auth, coins, gas, state};

pub use tally::Tally;
use tally::{count, judge, Verdict};

#[derive(Clone, Debug)]
pub enum GovMsg {
    Submit {
        messages: Vec<Any>,
        deposit: Vec<Coin>,
        title: String,
        summary: String,
        metadata: String,
    },
    Deposit {
        proposal: u64,
        amount: Vec<Coin>,
    },
    Vote {
        proposal: u64,
        option: i32,
        metadata: String,
    },
}

/// Periods in nanoseconds and the deposit, fixed for the life of the process.
#[derive(Clone, Debug)]
pub struct Rules {
    pub voting_ns: u64,
    pub deposit_ns: u64,
    pub min_deposit: Vec<Coin>,
    pub validators: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Proposal {
    pub id: u64,
    /// Type and encoded value of each message.
    pub messages: Vec<(String, Binary)>,
    pub status: i32,
    pub tally: Tally,
    pub submitted_ns: u64,
    pub deposit_end_ns: u64,
    pub deposit: Vec<Coin>,
    pub voting_start_ns: Option<u64>,
    pub voting_end_ns: Option<u64>,
    pub metadata: String,
    pub title: String,
    pub summary: String,
    pub proposer: String,
    pub failed_reason: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deposit {
    pub proposal: u64,
    pub depositor: String,
    pub amount: Vec<Coin>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vote {
    pub proposal: u64,
    pub voter: String,
    pub option: i32,
    pub metadata: String,
}

pub struct Done {
    pub events: Vec<Event>,
    pub value: Vec<u8>,
}

impl Rules {
    pub fn of(config: &Config) -> Self {
        let nanos = |period: std::time::Duration| u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        Self {
            voting_ns: nanos(config.voting_period),
            deposit_ns: nanos(config.deposit_period),
            min_deposit: config.min_deposit.clone(),
            validators: config.validators.clone(),
        }
    }
}

impl GovMsg {
    pub fn submit(msg: MsgSubmitProposal) -> Result<Self, Refusal> {
        if msg.expedited {
            return Err(Refusal::Unsupported("expedited proposals".to_owned()));
        }
        if msg.title.is_empty() || msg.summary.is_empty() {
            return Err(Refusal::Invalid(
                "proposal title and summary cannot be empty".to_owned(),
            ));
        }
        let deposit = coins::from_proto(&msg.initial_deposit)?;
        let (messages, metadata) = (msg.messages, msg.metadata);
        Ok(Self::Submit {
            messages,
            deposit,
            title: msg.title,
            summary: msg.summary,
            metadata,
        })
    }
}

/// Runs one governance message of `signer` in the current block.
pub fn run(app: &mut Application, signer: &str, msg: &GovMsg) -> Result<Done, Refusal> {
    match msg {
        GovMsg::Submit {
            messages,
            deposit,
            title,
            summary,
            metadata,
        } => {
            let mut inner = Vec::with_capacity(messages.len());
            for any in messages {
                inner.push(proposable(any)?);
            }
            if inner.is_empty() {
                return Err(Refusal::NoProposalMessages("no messages proposed"));
            }
            let now = app.modules.block_info().time.nanos();
            let id = state::load::<u64>(app.store(), NEXT_ID).unwrap_or(1);
            let names: Vec<&str> = inner.iter().map(|message| message.type_url.as_str()).collect();
            let events = vec![Event::new("submit_proposal")
                .add_attribute("proposal_id", id.to_string())
                .add_attribute("proposal_proposer", signer)
                .add_attribute("proposal_messages", format!(",{}", names.join(",")))];
            let proposal = Proposal {
                id,
                messages: messages
                    .iter()
                    .map(|any| (any.type_url.clone(), any.value.clone().into()))
                    .collect(),
                status: ProposalStatus::DepositPeriod as i32,
                tally: Tally::default(),
                submitted_ns: now,
                deposit_end_ns: now.saturating_add(app.gov.deposit_ns),
                deposit: Vec::new(),
                voting_start_ns: None,
                voting_end_ns: None,
                metadata: metadata.clone(),
                title: title.clone(),
                summary: summary.clone(),
                proposer: signer.to_owned(),
                failed_reason: String::new(),
            };
            state::save(app.store(), NEXT_ID, &id.saturating_add(1));
            save(app.store(), &proposal);
            let mut done = Done {
                events,
                value: MsgSubmitProposalResponse { proposal_id: id }.encode_to_vec(),
            };
            if !deposit.is_empty() {
                done.events.extend(deposit_on(app, signer, id, deposit)?);
            }
            Ok(done)
        }
        GovMsg::Deposit { proposal, amount } => {
            if amount.is_empty() {
                return Err(Refusal::Coins(String::new()));
            }
            Ok(Done {
                events: deposit_on(app, signer, *proposal, amount)?,
                value: Vec::new(),
            })
        }
        GovMsg::Vote {
            proposal,
            option,
            metadata,
        } => {
            let voting = load(app.store(), *proposal)
                .filter(|found| found.status == ProposalStatus::VotingPeriod as i32)
                .ok_or(Refusal::InactiveProposal(*proposal))?;
            if !matches!(VoteOption::try_from(*option), Ok(known) if known != VoteOption::Unspecified) {
                return Err(Refusal::VoteOption(*option));
            }
            let vote = Vote {
                proposal: voting.id,
                voter: signer.to_owned(),
                option: *option,
                metadata: metadata.clone(),
            };
            state::save(app.store(), &record(VOTE, voting.id, signer), &vote);
            let text = format!("[{{\"option\":{option},\"weight\":\"1.000000000000000000\"}}]");
            let event = Event::new("proposal_vote")
                .add_attribute("voter", signer)
                .add_attribute("option", text)
                .add_attribute("proposal_id", voting.id.to_string());
            Ok(Done {
                events: vec![event],
                value: Vec::new(),
            })
        }
    }
}

/// Only what the governance account itself may send, and never a proposal inside a proposal.
fn proposable(any: &Any) -> Result<Message, Refusal> {
    let message = Message::decode(any).map_err(|refusal| match refusal {
        Refusal::Unknown(_) => Refusal::UnroutableProposal(any.type_url.clone()),
        other => Refusal::ProposalMessage(other.to_string()),
    })?;
    if message.signer != auth::module_address(auth::GOV) {
        return Err(Refusal::ProposalSigner(message.signer));
    }
    Ok(message)
}

fn deposit_on(
    app: &mut Application,
    depositor: &str,
    id: u64,
    amount: &[Coin],
) -> Result<Vec<Event>, Refusal> {
    let open = [
        ProposalStatus::DepositPeriod as i32,
        ProposalStatus::VotingPeriod as i32,
    ];
    let mut proposal = load(app.store(), id)
        .filter(|found| open.contains(&found.status))
        .ok_or(Refusal::InactiveProposal(id))?;
    let least = app.gov.min_deposit.clone();
    if amount
        .iter()
        .any(|coin| !least.iter().any(|accepted| accepted.denom == coin.denom))
    {
        let accepted = least
            .iter()
            .map(|coin| coin.denom.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        return Err(Refusal::DepositDenom {
            got: coins::text(amount),
            accepted,
        });
    }
    let send = BankMsg::Send {
        to_address: auth::module_address(auth::GOV),
        amount: amount.to_vec(),
    };
    let mut events = app
        .execute(depositor, send.into())
        .map_err(|error| bank_refusal(&error))?
        .events;
    proposal.deposit = coins::add(&proposal.deposit, amount);
    let mut event = Event::new("proposal_deposit")
        .add_attribute("depositor", depositor)
        .add_attribute("amount", coins::text(amount))
        .add_attribute("proposal_id", id.to_string());
    if proposal.voting_start_ns.is_none() && coins::covers(&proposal.deposit, &least) {
        let now = app.modules.block_info().time.nanos();
        proposal.status = ProposalStatus::VotingPeriod as i32;
        proposal.voting_start_ns = Some(now);
        proposal.voting_end_ns = Some(now.saturating_add(app.gov.voting_ns));
        event = event.add_attribute("voting_period_start", id.to_string());
    }
    events.push(event);
    let key = record(DEPOSIT, id, depositor);
    let before: Option<Deposit> = state::load(app.store(), &key);
    let amount = coins::add(&before.map(|deposit| deposit.amount).unwrap_or_default(), amount);
    state::save(
        app.store(),
        &key,
        &Deposit {
            proposal: id,
            depositor: depositor.to_owned(),
            amount,
        },
    );
    save(app.store(), &proposal);
    Ok(events)
}

/// Ends the periods that are over: drops proposals short of their deposit, tallies the others, sends what passed.
pub fn end_block(app: &mut Application) -> Vec<Event> {
    let now = app.modules.block_info().time.nanos();
    let mut events = Vec::new();
    for mut proposal in list(app.store()) {
        let id = proposal.id.to_string();
        if proposal.status == ProposalStatus::DepositPeriod as i32 && proposal.deposit_end_ns <= now {
            events.extend(settle_deposits(app, proposal.id, true));
            app.store().remove(&record(PROPOSAL, proposal.id, ""));
            events.push(
                Event::new("inactive_proposal")
                    .add_attribute("proposal_id", id)
                    .add_attribute("proposal_result", "proposal_dropped"),
            );
        } else if proposal.status == ProposalStatus::VotingPeriod as i32
            && proposal.voting_end_ns.is_some_and(|end| end <= now)
        {
            let verdict = verdict(app, &mut proposal);
            events.extend(settle_deposits(app, proposal.id, verdict != Verdict::Vetoed));
            let (status, result) = match verdict {
                Verdict::Vetoed | Verdict::Rejected => (ProposalStatus::Rejected, "proposal_rejected"),
                Verdict::Passed => match enact(app, &proposal) {
                    Ok(enacted) => {
                        events.extend(enacted);
                        (ProposalStatus::Passed, "proposal_passed")
                    }
                    Err(reason) => {
                        proposal.failed_reason = reason;
                        (ProposalStatus::Failed, "proposal_failed")
                    }
                },
            };
            proposal.status = status as i32;
            save(app.store(), &proposal);
            events.push(
                Event::new("active_proposal")
                    .add_attribute("proposal_id", id)
                    .add_attribute("proposal_result", result),
            );
        }
    }
    events
        .into_iter()
        .map(|event| event.add_attribute("mode", "EndBlock"))
        .collect()
}

fn verdict(app: &mut Application, proposal: &mut Proposal) -> Verdict {
    proposal.tally = tally(app, proposal.id);
    let power = u64::try_from(app.gov.validators.len()).unwrap_or(u64::MAX);
    let (verdict, reason) = judge(&proposal.tally, power);
    proposal.failed_reason = reason.to_owned();
    verdict
}

/// The votes of validators so far.
pub fn tally(app: &mut Application, id: u64) -> Tally {
    let votes = votes(app.store(), id);
    let counted = votes
        .iter()
        .filter(|vote| app.gov.validators.contains(&vote.voter))
        .map(|vote| vote.option);
    count(&counted.collect::<Vec<_>>())
}

/// All messages or none.
fn enact(app: &mut Application, proposal: &Proposal) -> Result<Vec<Event>, String> {
    app.store().begin();
    app.meter.start(gas::MAX_PER_TRANSACTION);
    let ended = app.guarded(|app| {
        let mut events = Vec::new();
        for (index, (type_url, value)) in proposal.messages.iter().enumerate() {
            let any = Any {
                type_url: type_url.clone(),
                value: value.to_vec(),
            };
            let ran = Message::decode(&any).and_then(|message| message.run(app));
            let outcome = ran.map_err(|refusal| format!("proposal message {index} failed: {refusal}"))?;
            events.extend(outcome.events);
        }
        Ok(events)
    });
    app.meter.stop();
    let result = match ended {
        Ended::With(result) => result,
        Ended::OutOfGas => Err("out of gas".to_owned()),
        Ended::Panicked(text) => Err(format!("contract panicked: {text}")),
    };
    match &result {
        Ok(_) => app.store().commit(),
        Err(_) => app.store().rollback(),
    }
    result
}

fn settle_deposits(app: &mut Application, id: u64, give_back: bool) -> Vec<Event> {
    let gov = auth::module_address(auth::GOV);
    let mut events = Vec::new();
    for deposit in deposits(app.store(), id) {
        let amount = deposit.amount;
        let msg = if give_back {
            BankMsg::Send {
                to_address: deposit.depositor.clone(),
                amount,
            }
        } else {
            BankMsg::Burn { amount }
        };
        match app.execute(&gov, msg.into()) {
            Ok(done) => events.extend(done.events),
            Err(error) => tracing::error!("deposit of {} on proposal {id} stays: {error}", deposit.depositor),
        }
        app.store().remove(&record(DEPOSIT, id, &deposit.depositor));
    }
    events
}

fn bank_refusal(error: &cw_multi_test::error::AnyError) -> Refusal {
    Refusal::inside(error).unwrap_or_else(|| Refusal::Invalid(error.root_cause().to_string()))
}

const NEXT_ID: &[u8] = b"gov/next";
const PROPOSAL: &str = "gov/proposal";
const DEPOSIT: &str = "gov/deposit";
const VOTE: &str = "gov/vote";

/// Zero-padded, so that key order is number order.
fn record(kind: &str, id: u64, of: &str) -> Vec<u8> {
    format!("{kind}/{id:020}/{of}").into_bytes()
}

fn save(storage: &mut dyn Storage, proposal: &Proposal) {
    state::save(storage, &record(PROPOSAL, proposal.id, ""), proposal);
}

pub fn load(storage: &dyn Storage, id: u64) -> Option<Proposal> {
    state::load(storage, &record(PROPOSAL, id, ""))
}

pub fn list(storage: &dyn Storage) -> Vec<Proposal> {
    state::list(storage, format!("{PROPOSAL}/").as_bytes())
}

pub fn votes(storage: &dyn Storage, id: u64) -> Vec<Vote> {
    state::list(storage, &record(VOTE, id, ""))
}

pub fn deposits(storage: &dyn Storage, id: u64) -> Vec<Deposit> {
    state::list(storage, &record(DEPOSIT, id, ""))
}
