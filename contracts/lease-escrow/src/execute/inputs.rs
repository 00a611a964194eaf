//! A task's inputs: the agent says that they are missing, the tenant that they are there.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::escrow::LeaseStatus;
use market_types::events::{InputsDelivered, LeaseWaiting};
use market_types::LeaseId;

use super::step;
use crate::{sisters, state, ContractError};

/// # Errors
/// Not the provider; no running task; a batch was posted; waiting already.
pub fn waiting(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    let lease = state::lease(deps.storage, id)?;
    sisters::ensure_provider(deps.as_ref(), id, &lease, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| {
        let task = file.task()?;
        file.ensure(LeaseStatus::Active)?;
        // Who has shown work had its inputs. It could otherwise leave for the tenant's reason whenever the tenant sleeps.
        if task.attested > 0 {
            let attested = task.attested;
            return Err(ContractError::InputsUsed { lease: id, attested });
        }
        if task.waiting_since.is_some() {
            return Err(ContractError::AlreadySaid { lease: id });
        }
        file.task_mut()?.waiting_since = Some(moment.time);
        fx.emit(LeaseWaiting { lease: id });
        Ok(())
    })
}

/// # Errors
/// Not the tenant; the agent is not waiting.
pub fn inputs_delivered(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
) -> Result<Response, ContractError> {
    sisters::ensure_tenant(id, &state::lease(deps.storage, id)?, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| {
        file.task()?;
        file.ensure(LeaseStatus::Active)?;
        let task = file.task_mut()?;
        if task.waiting_since.take().is_none() {
            return Err(ContractError::NotWaiting { lease: id });
        }
        task.delivered_at.get_or_insert(moment.time);
        fx.emit(InputsDelivered { lease: id });
        Ok(())
    })
}
