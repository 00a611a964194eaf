//! A lease is settled, closed by a side, or closed by anybody because it failed.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::LeaseId;

use super::step;
use crate::lease::Work;
use crate::{sisters, state, ContractError};

/// Bring a lease's money up to now. Does nothing to a lease that has ended.
///
/// # Errors
/// The lease is unknown.
pub fn settle(deps: DepsMut, env: Env, id: LeaseId) -> Result<Response, ContractError> {
    step(deps, &env, id, |file, moment, fx| match file.work {
        Work::Stream(_) => file.settle_stream(moment, fx),
        Work::Task(_) => file.settle_task(moment.time, fx),
    })
}

/// # Errors
/// Neither tenant nor provider; the lease has ended.
pub fn close(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    let side = sisters::side(deps.as_ref(), id, &state::lease(deps.storage, id)?, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| file.close(side, moment, fx))
}

/// # Errors
/// Nothing has failed; the lease has ended.
pub fn close_failed(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
) -> Result<Response, ContractError> {
    step(deps, &env, id, |file, moment, fx| {
        file.close_failed(&info.sender, moment, fx)
    })
}
