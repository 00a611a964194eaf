use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::ProviderRetired;

use crate::audits;
use crate::state::{account, active, PROVIDERS};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider, or a lease still holds something of it, or it has an open seat.
pub fn retire(deps: DepsMut, env: &Env, info: &MessageInfo) -> Result<Response, ContractError> {
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    let account = account(deps.storage, no)?;
    if account.commitments > 0 {
        let commitments = account.commitments;
        return Err(ContractError::StillCommitted { commitments });
    }
    if account.duties > 0 {
        let duties = account.duties;
        return Err(ContractError::OpenDuties { provider: no, duties });
    }
    audits::leave_all(deps.storage, no, &provider.group)?;
    provider.retired = true;
    provider.shrunk_at = Some(env.block.time.into());
    PROVIDERS.save(deps.storage, no, &provider)?;
    Ok(Response::new().add_event(ProviderRetired { provider: no }))
}
