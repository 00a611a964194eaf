use cosmwasm_std::{Addr, DepsMut, Response, Uint128};
use market_types::control::Wiring;
use market_types::events::AuditsSeeded;

use crate::state::ACCOUNTS;
use crate::{outgoing, ContractError};

/// Send the audit seed of `token` to the escrow's audit pool.
///
/// # Errors
/// None has gathered.
pub fn seed_audits(deps: DepsMut, wiring: &Wiring<Addr>, token: &str) -> Result<Response, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let mut account = ACCOUNTS.may_load(deps.storage, &token)?.unwrap_or_default();
    let amount = std::mem::replace(&mut account.audit_seed, Uint128::zero());
    let Some(message) = outgoing::fund_audits(&token, &wiring.lease_escrow, amount)? else {
        return Err(ContractError::NothingToSeed { token });
    };
    account.seeded = account.seeded.checked_add(amount)?;
    ACCOUNTS.save(deps.storage, &token, &account)?;
    Ok(Response::new()
        .add_event(AuditsSeeded { token, amount })
        .add_message(message))
}
