//! The tenant stops accrual, and lets it go on.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::{LeaseResumed, LeaseSuspended};
use market_types::LeaseId;

use super::step;
use crate::{sisters, state, ContractError};

/// # Errors
/// Not the tenant; not an active stream; suspended already.
pub fn suspend(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    sisters::ensure_tenant(id, &state::lease(deps.storage, id)?, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| {
        file.suspend(moment)?;
        fx.emit(LeaseSuspended { lease: id });
        Ok(())
    })
}

/// # Errors
/// Not the tenant; not suspended.
pub fn resume(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    sisters::ensure_tenant(id, &state::lease(deps.storage, id)?, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| {
        file.resume(moment)?;
        fx.emit(LeaseResumed { lease: id });
        Ok(())
    })
}
