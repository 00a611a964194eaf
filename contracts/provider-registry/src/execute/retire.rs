use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::ProviderRetired;

use crate::state::{account, active, PROVIDERS};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider, or a lease still holds something of it.
pub fn retire(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    let commitments = account(deps.storage, no)?.commitments;
    if commitments > 0 {
        return Err(ContractError::StillCommitted { commitments });
    }
    provider.retired = true;
    provider.shrunk_at = Some(env.block.time.into());
    PROVIDERS.save(deps.storage, no, &provider)?;
    Ok(Response::new().add_event(ProviderRetired { provider: no }))
}
