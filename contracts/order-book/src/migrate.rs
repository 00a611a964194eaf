//! From version to version. There is one so far, so nothing moves.

use cosmwasm_std::{DepsMut, Response};

use crate::contract::{NAME, VERSION};
use crate::ContractError;

/// # Errors
/// The stored contract is another one, or not older.
pub fn migrate(deps: DepsMut) -> Result<Response, ContractError> {
    let from = market_control::migrate(deps, NAME, VERSION)?;
    Ok(Response::new()
        .add_attribute("migrated_from", from)
        .add_attribute("migrated_to", VERSION))
}
