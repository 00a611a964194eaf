//! The provider gives the agreed notice.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::NoticeGiven;
use market_types::LeaseId;

use super::step;
use crate::{sisters, state, ContractError};

/// # Errors
/// Not the provider; not an active stream; terms without notice; given already.
pub fn give_notice(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
) -> Result<Response, ContractError> {
    let lease = state::lease(deps.storage, id)?;
    sisters::ensure_provider(deps.as_ref(), id, &lease, &info.sender)?;
    step(deps, &env, id, |file, moment, fx| {
        let until = file.give_notice(moment.time)?;
        fx.emit(NoticeGiven { lease: id, until });
        Ok(())
    })
}
