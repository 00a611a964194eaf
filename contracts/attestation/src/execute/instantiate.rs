use cosmwasm_std::{DepsMut, MessageInfo, Response};
use market_types::attestation::InstantiateMsg;

use crate::contract::{NAME, VERSION};
use crate::state::save_params;
use crate::{params, ContractError};

/// # Errors
/// Coins are attached, an address is wrong, or a parameter is out of bounds.
pub fn instantiate(
    mut deps: DepsMut,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(info)?;
    market_control::instantiate(deps.branch(), NAME, VERSION, &msg.roles)?;
    params::check(deps.api, &msg.params)?;
    save_params(deps.storage, &msg.params)?;
    Ok(Response::new())
}
