use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_types::attestation::AuditOutcome;
use market_types::audit::AuditId;
use market_types::control::Wiring;

use crate::audit::Step;
use crate::docket::{step_name, Docket};
use crate::state::{lease_audits, MARKS};
use crate::ContractError;

/// Take an audit one step on, whoever asks: fill seats, end a silence, finish.
///
/// # Errors
/// It waits for something else than a crank: a beacon, an answer, a deadline.
pub fn advance(
    mut deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    sender: &Addr,
    id: AuditId,
) -> Result<Response, ContractError> {
    let mut docket = Docket::load(deps.storage, env, wiring, sender, id)?;
    if let Some(outcome) = is_over(&deps, &docket)? {
        docket.finish(&mut deps, outcome)?;
        return docket.close(deps);
    }
    if let Step::Seating { height, tries } = docket.audit.step {
        docket.seat(&mut deps, height, tries)?;
        return docket.close(deps);
    }
    let rules = docket.rules();
    let effects = docket
        .audit
        .crank(docket.now, &rules)
        .ok_or(ContractError::NothingToDo {
            audit: id,
            step: step_name(&docket.audit.step),
        })?;
    docket.apply(&mut deps, effects)?;
    docket.close(deps)
}

/// Whether nobody needs the verdict any more: the lease was convicted, or a planter spoke after this audit was decided.
fn is_over(deps: &DepsMut, docket: &Docket) -> Result<Option<AuditOutcome>, ContractError> {
    if lease_audits(deps.storage, docket.id.lease)?.convicted {
        return Ok(Some(AuditOutcome::Moot));
    }
    if !matches!(docket.audit.step, Step::Decided { .. } | Step::Frozen { .. }) {
        return Ok(None);
    }
    let key = (docket.id.lease, docket.terms.batch);
    let marks = MARKS.may_load(deps.storage, key)?.unwrap_or_default();
    let bit = crate::finish::bit(deps.storage, docket.id.lease, docket.terms.batch, docket.id.unit)?;
    Ok((marks.planted & bit != 0).then_some(AuditOutcome::Planted))
}
