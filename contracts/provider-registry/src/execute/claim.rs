use cosmwasm_std::{Addr, DepsMut, MessageInfo, Response};
use market_types::control::Wiring;
use market_types::events::Claimed;

use crate::outgoing;
use crate::state::{CLAIMABLE, TOTALS};
use crate::ContractError;

/// # Errors
/// The sender has nothing to claim.
pub fn claim(deps: DepsMut, info: &MessageInfo, wiring: &Wiring<Addr>) -> Result<Response, ContractError> {
    let owner = info.sender.clone();
    let amount = CLAIMABLE
        .may_load(deps.storage, &owner)?
        .ok_or_else(|| ContractError::NothingToClaim {
            address: owner.clone(),
        })?;
    let mut totals = TOTALS.load(deps.storage)?;
    totals.claimable = totals.claimable.checked_sub(amount)?;
    CLAIMABLE.remove(deps.storage, &owner);
    TOTALS.save(deps.storage, &totals)?;
    let payment = outgoing::transfer(&wiring.network_token, &owner, amount)?;
    Ok(Response::new()
        .add_event(Claimed { owner, amount })
        .add_message(payment))
}
