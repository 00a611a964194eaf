use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::control::ControlMsg;

use super::update_params::ensure_longer_than_vesting;
use crate::state::PARAMS;
use crate::ContractError;

/// Control, with the rule across contracts that no instantiation could check: who the attestation contract is is known from the wiring
/// on. It has its parameters before, and no update can break the rule afterwards.
///
/// # Errors
/// As [`market_control::execute`]; at the wiring, unbonding that would be over before work has vested.
pub fn control(
    mut deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    msg: ControlMsg,
) -> Result<Response, ContractError> {
    let wires = matches!(msg, ControlMsg::Wire(_));
    let response = market_control::execute(deps.branch(), env, info, msg)?;
    if wires {
        let wiring = market_control::wiring(deps.storage)?;
        let unbonding = PARAMS.load(deps.storage)?.unbonding_period;
        ensure_longer_than_vesting(deps.as_ref(), &wiring, unbonding)?;
    }
    Ok(response)
}
