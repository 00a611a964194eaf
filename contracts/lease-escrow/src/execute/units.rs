//! What the attestation contract says of a task's units.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Uint128};
use market_types::LeaseId;

use super::step;
use crate::{sisters, ContractError};

/// # Errors
/// Not from the attestation contract; more units than may be attested.
pub fn hold(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    units: u32,
) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    step(deps, &env, id, |file, moment, fx| {
        file.hold(units, moment.time, fx)
    })
}

/// # Errors
/// Not from the attestation contract; fewer units are held.
pub fn vest(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    units: u32,
    premium: Uint128,
) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    step(deps, &env, id, |file, _, fx| file.vest(units, premium, fx))
}

/// # Errors
/// Not from the attestation contract; fewer units are held.
pub fn refund(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    units: u32,
) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    step(deps, &env, id, |file, _, fx| file.refund(units, fx))
}

/// # Errors
/// Not from the attestation contract, no task, or a lease that is closed already.
pub fn convict(deps: DepsMut, env: Env, info: MessageInfo, id: LeaseId) -> Result<Response, ContractError> {
    sisters::ensure_attestation(deps.as_ref(), &info)?;
    step(deps, &env, id, |file, moment, fx| file.convict(moment.time, fx))
}
