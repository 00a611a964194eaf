//! Moving to a newer version of this contract. No earlier version has another layout, so there is nothing to rewrite yet.

use cosmwasm_std::{DepsMut, Env, Response};
use market_types::registry::MigrateMsg;

use crate::contract::{NAME, VERSION};
use crate::ContractError;

/// # Errors
/// The stored contract is another one or not older than this code.
#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    market_control::migrate(deps, NAME, VERSION)?;
    Ok(Response::new())
}
