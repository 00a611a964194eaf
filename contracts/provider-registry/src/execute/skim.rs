use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_types::control::Wiring;
use market_types::events::Skimmed;

use crate::{outgoing, query, ContractError};

/// # Errors
/// The contract holds nothing beyond what it owes, or the token does not answer.
pub fn skim(deps: DepsMut, env: &Env, wiring: &Wiring<Addr>) -> Result<Response, ContractError> {
    let solvency = query::solvency_in(deps.as_ref(), env, &wiring.network_token)?;
    let amount = solvency.held.saturating_sub(solvency.owed_total);
    if amount.is_zero() {
        return Err(ContractError::NothingToSkim {});
    }
    let token = wiring.network_token.clone();
    let payment = outgoing::fees(&token, &wiring.take_rate_burn, amount)?;
    Ok(Response::new()
        .add_event(Skimmed { token, amount })
        .add_message(payment))
}
