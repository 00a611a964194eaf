//! A stream starts when its agent is ready and its tenant accepts.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::LeaseId;

use super::step;
use crate::{sisters, state, ContractError};

/// # Errors
/// Not the tenant; no starting stream.
pub fn accept(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    sisters::ensure_tenant(id, &state::lease(deps.storage, id)?, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| file.accept(moment, fx))
}

/// # Errors
/// Not the provider; no starting stream; too late.
pub fn ready(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    let lease = state::lease(deps.storage, id)?;
    sisters::ensure_provider(deps.as_ref(), id, &lease, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| file.ready(moment, fx))
}
