use cosmwasm_std::{Addr, DepsMut, Env, Response, Uint128};
use market_types::control::Wiring;
use market_types::events::{Burned, FeesCollected};

use crate::outgoing;
use crate::state::{self, ACCOUNTS, CONFIG};
use crate::ContractError;

/// Split `amount` by the shares. Network tokens for burning are burned now, payment tokens wait for a lot.
///
/// # Errors
/// A sum does not fit.
pub fn collect(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    token: &Addr,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let shares = CONFIG.load(deps.storage)?.shares;
    let mut account = state::account(deps.storage, token)?;
    let network_token = *token == wiring.network_token;
    let burn = account.collect(amount, &shares, env.block.time.into(), network_token)?;
    ACCOUNTS.save(deps.storage, token, &account)?;

    let mut response = Response::new().add_event(FeesCollected {
        token: token.clone(),
        amount,
    });
    if let Some(msg) = outgoing::burn(&wiring.network_token, burn)? {
        response = response.add_event(Burned { amount: burn }).add_message(msg);
    }
    Ok(response)
}
