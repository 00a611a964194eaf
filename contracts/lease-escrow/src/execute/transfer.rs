//! A lease goes to another tenant, with all that remains in it.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::LeaseTransferred;
use market_types::LeaseId;

use crate::lease::{LeaseFile, Work};
use crate::{sisters, state, ContractError};

/// The session key of the order does not go along: the new tenant acknowledges by its account.
///
/// # Errors
/// Not the tenant; the lease has ended; to oneself or to this contract.
pub fn transfer(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    to: String,
) -> Result<Response, ContractError> {
    let was = LeaseFile::load(deps.storage, id)?;
    sisters::ensure_tenant(id, &was.lease, &info.sender)?;
    was.ensure_running()?;
    let to = sisters::address(deps.as_ref(), &to)?;
    if to == env.contract.address {
        return Err(ContractError::OwnAccount {});
    }
    if to == was.lease.tenant {
        return Err(ContractError::AlreadySaid { lease: id });
    }
    let mut file = was.clone();
    file.lease.tenant = to.clone();
    if let Work::Stream(stream) = &mut file.work {
        stream.proposal = None;
    }
    state::reindex_tenant(deps.storage, id, &was.lease.tenant, &to)?;
    file.save(deps.storage, Some(&was))?;
    Ok(Response::new().add_event(LeaseTransferred {
        lease: id,
        from: info.sender,
        to,
    }))
}
