use cosmwasm_std::{Addr, DepsMut, Response, Uint128};
use market_types::events::InsurancePaid;

use crate::state::{self, ACCOUNTS, CONFIG};
use crate::{outgoing, ContractError};

/// Pay `amount` of the insurance share to who may take it, the sender.
///
/// # Errors
/// Another sender, zero, or more than there is.
pub fn take_insurance(
    deps: DepsMut,
    sender: &Addr,
    token: &str,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let to = CONFIG.load(deps.storage)?.shares.insurance_to;
    market_control::ensure_sender(sender, &to, "keeper of the insurance share")?;
    let token = deps.api.addr_validate(token)?;
    let mut account = state::account(deps.storage, &token)?;
    if amount > account.insurance {
        return Err(ContractError::InsuranceShort {
            asked: amount,
            has: account.insurance,
        });
    }
    let Some(message) = outgoing::pay(&token, &to, amount)? else {
        return Err(ContractError::ZeroAmount {});
    };
    account.insurance = account.insurance.checked_sub(amount)?;
    account.insured = account.insured.checked_add(amount)?;
    ACCOUNTS.save(deps.storage, &token, &account)?;
    Ok(Response::new()
        .add_event(InsurancePaid { token, to, amount })
        .add_message(message))
}
