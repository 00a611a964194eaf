//! Migrations: the control plane checks name and version; a version that changes stored records adds its step here.

use cosmwasm_std::{DepsMut, Response};

use crate::contract::{NAME, VERSION};
use crate::ContractError;

/// # Errors
/// Another contract, or not a newer version.
pub fn migrate(deps: DepsMut) -> Result<Response, ContractError> {
    market_control::migrate(deps, NAME, VERSION)?;
    Ok(Response::new())
}
