use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_control::ControlError;
use market_types::attestation::AuditOutcome;
use market_types::audit::AuditId;
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow::{self, WorkResponse};
use market_types::events::Appealed;

use crate::audit::Step;
use crate::docket::Docket;
use crate::state::SITTERS;
use crate::ContractError;

/// Have eleven others judge what five found.
///
/// # Errors
/// Not the time for it; nobody's bond is at stake; not from whose it is.
pub fn appeal(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    id: AuditId,
) -> Result<Response, ContractError> {
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    let Step::Decided { outcome, until } = docket.audit.step else {
        return Err(docket.wrong_step());
    };
    docket.ensure_in_time(until)?;
    if !docket.audit.is_appealable() {
        return Err(ContractError::NotAppealable { audit: id });
    }
    let is_theirs = if outcome == AuditOutcome::Convicted {
        let lease = id.lease;
        let work: WorkResponse =
            Escrow::at(&wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
        *sender == work.agent || *sender == work.owner
    } else {
        is_accuser(&deps, &docket)?
    };
    if !is_theirs {
        return Err(ContractError::Control(ControlError::Unauthorized {
            sender: sender.clone(),
            role: "party whose bond is at stake",
        }));
    }
    docket.events.push(
        Appealed {
            audit: id,
            by: sender.clone(),
        }
        .into(),
    );
    let effects = docket.audit.appeal(docket.now);
    docket.apply(&mut deps, effects)?;
    docket.close(deps)
}

fn is_accuser(deps: &DepsMut, docket: &Docket) -> Result<bool, ContractError> {
    let accusers = (0..docket.audit.seats.len()).filter(|number| docket.audit.is_accuser(*number));
    for number in accusers {
        let key = (docket.id.lease, docket.id.unit, number as u32);
        let sitter = SITTERS.load(deps.storage, key)?;
        if sitter.agent == *docket.sender || sitter.owner == *docket.sender {
            return Ok(true);
        }
    }
    Ok(false)
}
