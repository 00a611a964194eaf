//! Money added to a running stream, by anybody.

use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use market_types::events::LeaseToppedUp;
use market_types::LeaseId;

use super::now;
use crate::lease::LeaseFile;
use crate::ledger::{Ledger, Move, Pool};
use crate::params::ensure_amount;
use crate::ContractError;

/// From the sender's available money.
///
/// # Errors
/// The sender has less; no running stream; over.
pub fn top_up(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    id: LeaseId,
    amount: Uint128,
) -> Result<Response, ContractError> {
    ensure_amount(amount)?;
    let was = LeaseFile::load(deps.storage, id)?;
    let mut ledger = Ledger::of(deps.storage, was.order())?;
    let fund = Move {
        from: Pool::Available(info.sender.clone()),
        to: Pool::Remaining,
        amount,
    };
    ledger.shift(deps.storage, &fund)?;
    finish(deps, &env, was, ledger, &info.sender, amount)
}

/// With money that comes with it.
///
/// # Errors
/// The lease is paid in another token; no running stream; over.
pub fn with_money(
    deps: DepsMut,
    env: &Env,
    token: &Addr,
    sender: &Addr,
    id: LeaseId,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let was = LeaseFile::load(deps.storage, id)?;
    if was.order().token != *token {
        return Err(ContractError::WrongToken {
            lease: id,
            expected: was.order().token.clone(),
            token: token.clone(),
        });
    }
    let mut ledger = Ledger::of(deps.storage, was.order())?;
    ledger.take_in(deps.storage, &Pool::Remaining, amount)?;
    finish(deps, env, was, ledger, sender, amount)
}

fn finish(
    deps: DepsMut,
    env: &Env,
    was: LeaseFile,
    ledger: Ledger,
    by: &Addr,
    amount: Uint128,
) -> Result<Response, ContractError> {
    let mut file = was.clone();
    file.top_up(amount, now(env))?;
    file.save(deps.storage, Some(&was))?;
    ledger.save(deps.storage);
    Ok(Response::new().add_event(LeaseToppedUp {
        lease: file.id,
        amount,
        by: by.clone(),
    }))
}
