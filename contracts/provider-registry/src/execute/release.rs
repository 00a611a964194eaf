use cosmwasm_std::{Addr, DepsMut, MessageInfo, OverflowError, OverflowOperation, Response};
use market_control::ensure_sender;
use market_types::control::Wiring;
use market_types::events::Released;
use market_types::registry::ReleasePart;
use market_types::LeaseId;

use crate::state::{account, commitment, remove_commitment, save_used, used, ACCOUNTS, COMMITMENTS};
use crate::{machines, ContractError};

/// # Errors
/// The sender is not the lease escrow, the lease has no commitment, or its capacity is to be released twice.
pub fn release(
    deps: DepsMut,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    lease: LeaseId,
    part: ReleasePart,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.lease_escrow, "lease escrow")?;
    let mut commitment = commitment(deps.storage, lease)?;
    let no = commitment.provider;
    let bonds = part == ReleasePart::Bonds;
    let capacity = !commitment.capacity_released;
    if !capacity && !bonds {
        return Err(ContractError::CapacityReleased { lease });
    }
    if capacity {
        let left = machines::give_back(&used(deps.storage, no, &commitment.class)?, &commitment.resources)?;
        save_used(deps.storage, no, &commitment.class, &left)?;
        commitment.capacity_released = true;
    }
    if bonds {
        let mut account = account(deps.storage, no)?;
        account.locked = account.locked.checked_sub(commitment.locks()?)?;
        account.commitments = account
            .commitments
            .checked_sub(1)
            .ok_or(OverflowError::new(OverflowOperation::Sub))?;
        ACCOUNTS.save(deps.storage, no, &account)?;
        remove_commitment(deps.storage, lease, no);
    } else {
        COMMITMENTS.save(deps.storage, lease, &commitment)?;
    }
    Ok(Response::new().add_event(Released {
        provider: no,
        lease,
        capacity,
        bonds,
    }))
}
