use cosmwasm_std::{DepsMut, MessageInfo, Response};
use market_types::events::AgentLimited;
use market_types::registry::AgentLimits;

use crate::profile::checked_limits;
use crate::state::{active, LIMITS};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider, or the limits are malformed.
pub fn set(deps: DepsMut, info: &MessageInfo, limits: AgentLimits) -> Result<Response, ContractError> {
    let (no, _) = active(deps.storage, &info.sender)?;
    LIMITS.save(deps.storage, no, &checked_limits(deps.api, limits)?)?;
    Ok(Response::new().add_event(AgentLimited { provider: no }))
}
