use cosmwasm_std::{DepsMut, MessageInfo, Response};
use market_types::events::Reinstated;

use crate::state::{account, active, PARAMS, PROVIDERS};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider, it is not suspended, or its free bond is below the least.
pub fn reinstate(deps: DepsMut, info: &MessageInfo) -> Result<Response, ContractError> {
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    if !provider.suspended {
        return Err(ContractError::NotSuspended { provider: no });
    }
    let asked = PARAMS.load(deps.storage)?.min_bond;
    let free = account(deps.storage, no)?.free();
    if free < asked {
        return Err(ContractError::FreeBondShort { asked, free });
    }
    provider.suspended = false;
    PROVIDERS.save(deps.storage, no, &provider)?;
    Ok(Response::new().add_event(Reinstated { provider: no }))
}
