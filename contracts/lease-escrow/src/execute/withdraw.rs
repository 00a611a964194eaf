//! The only way out, and always to the owner.

use cosmwasm_std::{DepsMut, MessageInfo, Response, Uint128};
use market_types::events::Withdrawn;

use super::transfer_out;
use crate::ledger::{available, Ledger, Pool};
use crate::params::ensure_amount;
use crate::{sisters, ContractError};

/// # Errors
/// Nothing is available, or less than asked.
pub fn withdraw(
    deps: DepsMut,
    info: MessageInfo,
    token: String,
    amount: Option<Uint128>,
) -> Result<Response, ContractError> {
    let token = sisters::address(deps.as_ref(), &token)?;
    let owner = info.sender;
    let mut ledger = Ledger::load(deps.storage, &token)?;
    let amount = match amount {
        Some(amount) => amount,
        None => available(deps.storage, &owner, ledger.token_no())?,
    };
    ensure_amount(amount)?;
    ledger.pay_out(deps.storage, &Pool::Available(owner.clone()), amount)?;
    ledger.save(deps.storage);
    let pay = transfer_out(&token, &owner, amount)?;
    Ok(Response::new()
        .add_event(Withdrawn { owner, token, amount })
        .add_message(pay))
}
