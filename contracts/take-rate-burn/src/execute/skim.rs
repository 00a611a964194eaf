use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use market_types::control::Wiring;
use market_types::events::Skimmed;

use crate::execute::fees;
use crate::execute::receive::ensure_listed;
use crate::state::{self, LOTS};
use crate::ContractError;

/// What was sent without a hook belongs to nobody: it becomes fees.
///
/// # Errors
/// No listed token, or no gift.
pub fn skim(deps: DepsMut, env: &Env, wiring: &Wiring<Addr>, token: &str) -> Result<Response, ContractError> {
    let token = deps.api.addr_validate(token)?;
    ensure_listed(deps.as_ref(), wiring, &token)?;
    let in_lot = LOTS
        .may_load(deps.storage, &token)?
        .map_or_else(Uint128::zero, |lot| lot.left);
    let owed = state::account(deps.storage, &token)?.owed(in_lot);
    let solvency = market_control::solvency(&deps.querier, &env.contract.address, &token, owed)?;
    let gift = solvency.held.saturating_sub(solvency.owed_total);
    if gift.is_zero() {
        return Err(ContractError::NothingToSkim {
            held: solvency.held,
            owed: solvency.owed_total,
        });
    }
    let response = fees::collect(deps, env, wiring, &token, gift)?;
    Ok(response.add_event(Skimmed { token, amount: gift }))
}
