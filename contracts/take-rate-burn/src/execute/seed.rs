use cosmwasm_std::{Addr, DepsMut, Event, Response, Uint128};
use market_types::control::Wiring;
use market_types::events::{AuditsSeeded, Burned};

use crate::execute::receive::is_payment_token;
use crate::state::{self, ACCOUNTS};
use crate::{outgoing, ContractError};

/// Send the audit seed of `token` to the escrow's audit pool. Network tokens that the escrow does not take, because nothing is paid in
/// them, have no audits to seed: they are burned.
///
/// # Errors
/// None has gathered.
pub fn seed_audits(deps: DepsMut, wiring: &Wiring<Addr>, token: &str) -> Result<Response, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let mut account = state::account(deps.storage, &token)?;
    let amount = std::mem::replace(&mut account.audit_seed, Uint128::zero());
    if amount.is_zero() {
        return Err(ContractError::NothingToSeed { token });
    }
    let without_pool = token == wiring.network_token && !is_payment_token(deps.as_ref(), wiring, &token)?;
    let (event, message): (Event, _) = if without_pool {
        account.burned = account.burned.checked_add(amount)?;
        (Burned { amount }.into(), outgoing::burn(&token, amount)?)
    } else {
        account.seeded = account.seeded.checked_add(amount)?;
        let message = outgoing::fund_audits(&token, &wiring.lease_escrow, amount)?;
        (
            AuditsSeeded {
                token: token.clone(),
                amount,
            }
            .into(),
            message,
        )
    };
    ACCOUNTS.save(deps.storage, &token, &account)?;
    Ok(Response::new().add_event(event).add_messages(message))
}
