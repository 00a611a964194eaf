//! Upgrades. The first version has nothing to carry over.

use cosmwasm_std::{DepsMut, Response};
use market_types::attestation::MigrateMsg;

use crate::contract::{NAME, VERSION};
use crate::ContractError;

/// # Errors
/// The stored contract is another, or not older.
pub fn migrate(deps: DepsMut, _msg: MigrateMsg) -> Result<Response, ContractError> {
    market_control::migrate(deps, NAME, VERSION)?;
    Ok(Response::new())
}
