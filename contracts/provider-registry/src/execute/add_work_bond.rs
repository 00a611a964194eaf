use cosmwasm_std::{DepsMut, MessageInfo, Response, Uint128};
use market_types::events::WorkBondAdded;
use market_types::LeaseId;

use crate::state::{account, commitment, owned, ACCOUNTS, COMMITMENTS};
use crate::ContractError;

/// # Errors
/// The sender does not own the lease's provider, the lease has no work bond, or the amount is zero or not free.
pub fn add(
    deps: DepsMut,
    info: &MessageInfo,
    lease: LeaseId,
    amount: Uint128,
) -> Result<Response, ContractError> {
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let no = owned(deps.storage, &info.sender)?;
    let mut commitment = commitment(deps.storage, lease)?;
    if commitment.provider != no || commitment.work_bond.is_zero() {
        return Err(ContractError::NoWorkBond { lease, provider: no });
    }
    let mut account = account(deps.storage, no)?;
    let free = account.free();
    if amount > free {
        return Err(ContractError::FreeBondShort { asked: amount, free });
    }
    account.locked = account.locked.checked_add(amount)?;
    commitment.work_bond = commitment.work_bond.checked_add(amount)?;
    ACCOUNTS.save(deps.storage, no, &account)?;
    COMMITMENTS.save(deps.storage, lease, &commitment)?;
    Ok(Response::new().add_event(WorkBondAdded {
        provider: no,
        lease,
        amount,
        work_bond: commitment.work_bond,
    }))
}
