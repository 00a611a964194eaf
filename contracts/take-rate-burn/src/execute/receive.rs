//! The only way in for tokens.

use cosmwasm_std::{from_json, Addr, Deps, DepsMut, Env, Response};
use cw20::Cw20ReceiveMsg;
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow;
use market_types::take_rate::Hook;

use crate::execute::{fees, take};
use crate::state::ACCOUNTS;
use crate::ContractError;

/// `token` is the caller; the sender inside is who sent the tokens.
///
/// # Errors
/// The caller is no listed token, or nothing was sent; see the hooks.
pub fn receive(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    token: Addr,
    msg: Cw20ReceiveMsg,
) -> Result<Response, ContractError> {
    ensure_listed(deps.as_ref(), wiring, &token)?;
    let from = deps.api.addr_validate(&msg.sender)?;
    if msg.amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    match from_json(&msg.msg)? {
        Hook::Fees {} => fees::collect(deps, env, wiring, &token, msg.amount),
        Hook::Take { token: lot, min_out } => {
            if token != wiring.network_token {
                return Err(ContractError::NotNetworkToken {
                    token,
                    network_token: wiring.network_token.clone(),
                });
            }
            take::take(deps, env, &token, &from, &lot, msg.amount, min_out)
        }
    }
}

/// The network token, or a payment token of the escrow. A foreign token could claim any sender and fill the accounts, so the caller is
/// checked and not whom it names. A token that is delisted stays known: its fees still come.
///
/// # Errors
/// Neither.
pub fn ensure_listed(deps: Deps, wiring: &Wiring<Addr>, token: &Addr) -> Result<(), ContractError> {
    let known = *token == wiring.network_token || ACCOUNTS.has(deps.storage, token);
    if known || is_payment_token(deps, wiring, token)? {
        return Ok(());
    }
    Err(ContractError::NotListed { token: token.clone() })
}

/// Does the escrow take `token`, or did it once?
///
/// # Errors
/// The escrow does not answer.
pub fn is_payment_token(deps: Deps, wiring: &Wiring<Addr>, token: &Addr) -> Result<bool, ContractError> {
    let escrow: escrow::Params<Addr> =
        Escrow::at(&wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Params {})?;
    Ok(escrow.tokens.iter().any(|listed| listed.token == *token))
}
