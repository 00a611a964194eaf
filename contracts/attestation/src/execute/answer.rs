//! What auditors and jurors say: a commitment first, the answer later.

use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_types::attestation::{Deadline, SeatState};
use market_types::audit::{commitment as committed_to, Answer, AuditId, AuditVerdict};
use market_types::control::Wiring;
use market_types::events::{AnswerCommitted, AnswerRevealed};
use market_types::Hash32;

use crate::audit::Step;
use crate::docket::{step_name, Docket};
use crate::state::{Sitter, RESULTS, SITTERS};
use crate::ContractError;

/// # Errors
/// Not the time for it; not from a seat that has yet to commit.
pub fn commit(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    id: AuditId,
    commitment: Hash32,
) -> Result<Response, ContractError> {
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    let Step::Committing { until } = docket.audit.step else {
        return Err(docket.wrong_step());
    };
    docket.ensure_in_time(until)?;
    let (number, mut sitter) = docket.sitter(&deps)?;
    let seat = docket.audit.seats[number];
    if seat.state != SeatState::Seated {
        let sender = sender.clone();
        return Err(ContractError::AnsweredAlready { audit: id, sender });
    }
    sitter.commitment = Some(commitment.0);
    SITTERS.save(deps.storage, (id.lease, id.unit, number as u32), &sitter)?;
    docket.events.push(
        AnswerCommitted {
            audit: id,
            provider: seat.provider,
        }
        .into(),
    );
    let rules = docket.rules();
    let effects = docket.audit.commit(number, docket.now, &rules);
    docket.apply(&mut deps, effects)?;
    docket.close(deps)
}

/// # Errors
/// Not the time for it; not from a seat that has committed and not revealed; not what was committed to.
pub fn reveal(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    id: AuditId,
    answer: Answer,
    salt: Hash32,
) -> Result<Response, ContractError> {
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    let Step::Revealing { until } = docket.audit.step else {
        return Err(docket.wrong_step());
    };
    docket.ensure_in_time(until)?;
    let (number, sitter) = docket.sitter(&deps)?;
    let seat = docket.audit.seats[number];
    if seat.state != SeatState::Committed {
        let sender = sender.clone();
        return Err(ContractError::AnsweredAlready { audit: id, sender });
    }
    if sitter.commitment != Some(committed_to(id, seat.provider, &answer, &salt).0) {
        return Err(ContractError::WrongReveal { audit: id });
    }
    let result = RESULTS.may_load(deps.storage, id)?;
    let (verdict, score) = match answer {
        Answer::Result { digest } if docket.audit.exact => match result == Some(digest.0) {
            true => (AuditVerdict::Match, 0),
            false => (AuditVerdict::Mismatch, 0),
        },
        Answer::Compared { matches, score } if !docket.audit.exact => match matches {
            true => (AuditVerdict::Match, score),
            false => (AuditVerdict::Mismatch, score),
        },
        Answer::Unavailable {} => (AuditVerdict::Unavailable, 0),
        Answer::Result { .. } | Answer::Compared { .. } => {
            return Err(ContractError::WrongAnswer { audit: id })
        }
    };
    docket.events.push(
        AnswerRevealed {
            audit: id,
            provider: seat.provider,
            verdict: match verdict {
                AuditVerdict::Match => "match",
                AuditVerdict::Mismatch => "mismatch",
                AuditVerdict::Unavailable => "unavailable",
            }
            .into(),
            score,
        }
        .into(),
    );
    let rules = docket.rules();
    let effects = docket.audit.reveal(number, verdict, docket.now, &rules);
    docket.apply(&mut deps, effects)?;
    docket.close(deps)
}

impl Docket<'_> {
    pub(crate) fn wrong_step(&self) -> ContractError {
        ContractError::WrongStep {
            audit: self.id,
            step: step_name(&self.audit.step),
        }
    }

    /// # Errors
    /// `until` has passed: only a crank goes on.
    pub(crate) fn ensure_in_time(&self, until: Deadline) -> Result<(), ContractError> {
        if self.now.is_past(until) {
            return Err(ContractError::TooLate {
                audit: self.id,
                until,
            });
        }
        Ok(())
    }

    /// The seat of those who answer now that the sender speaks for, as its agent when it was seated or as its owner. At most eleven are
    /// looked at.
    ///
    /// # Errors
    /// It has none.
    pub(crate) fn sitter(&self, deps: &DepsMut) -> Result<(usize, Sitter), ContractError> {
        let from = self.audit.from as usize;
        for (number, seat) in self.audit.seats.iter().enumerate().skip(from) {
            if !seat.is_live() {
                continue;
            }
            let sitter = SITTERS.load(deps.storage, (self.id.lease, self.id.unit, number as u32))?;
            if sitter.agent == *self.sender || sitter.owner == *self.sender {
                return Ok((number, sitter));
            }
        }
        Err(ContractError::NotSeated {
            audit: self.id,
            sender: self.sender.clone(),
        })
    }
}
