//! Collected fees go to take-rate-burn; gifts become fees.

use cosmwasm_std::{DepsMut, Env, Response};
use market_control::{sister, solvency, Sister};
use market_types::events::{FeesSwept, Skimmed};
use market_types::take_rate::Hook as FeeHook;

use super::send_out;
use crate::ledger::{Ledger, Pool};
use crate::{sisters, state, ContractError};

/// # Errors
/// No fees were collected.
pub fn sweep_fees(deps: DepsMut, token: String) -> Result<Response, ContractError> {
    let token = sisters::address(deps.as_ref(), &token)?;
    let mut ledger = Ledger::load(deps.storage, &token)?;
    let amount = ledger.totals().fees;
    if amount.is_zero() {
        return Err(ContractError::NothingToSend { token });
    }
    ledger.pay_out(deps.storage, &Pool::Fees, amount)?;
    ledger.save(deps.storage);
    let take_rate_burn = sister(deps.storage, Sister::TakeRateBurn)?;
    let send = send_out(&token, &take_rate_burn, amount, &FeeHook::Fees {})?;
    Ok(Response::new()
        .add_event(FeesSwept { token, amount })
        .add_message(send))
}

/// Whatever a payment token says this contract has beyond what it owes becomes fees.
///
/// # Errors
/// No payment token, or no gift.
pub fn skim(deps: DepsMut, env: Env, token: String) -> Result<Response, ContractError> {
    let token = sisters::address(deps.as_ref(), &token)?;
    state::listing(deps.storage, &token)?;
    let mut ledger = Ledger::load(deps.storage, &token)?;
    let sides = solvency(
        &deps.querier,
        &env.contract.address,
        &token,
        ledger.owed(deps.storage)?,
    )?;
    let amount = sides.held.saturating_sub(sides.owed_total);
    if amount.is_zero() {
        return Err(ContractError::NothingToSend { token });
    }
    ledger.take_in(deps.storage, &Pool::Fees, amount)?;
    ledger.save(deps.storage);
    Ok(Response::new().add_event(Skimmed { token, amount }))
}
