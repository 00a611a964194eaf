//! The one place where money comes in. The caller is the token, the person is the sender it names.

use cosmwasm_std::{from_json, Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use cw20::Cw20ReceiveMsg;
use market_control::ensure_entry_open;
use market_types::escrow::Hook;
use market_types::events::{AuditsFunded, Deposited};

use super::{now, place_order, top_up};
use crate::ledger::{Ledger, Pool};
use crate::params::{ensure_amount, ensure_listed};
use crate::{sisters, state, ContractError};

/// # Errors
/// The caller is no payment token, the amount is zero, or the hook is refused.
pub fn receive(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: Cw20ReceiveMsg,
) -> Result<Response, ContractError> {
    let token = info.sender;
    // A delisted token still keeps what runs in it alive: top-ups and audits. Orders and deposits ask for a listed one.
    state::listing(deps.storage, &token)?;
    ensure_amount(msg.amount)?;
    let sender = sisters::address(deps.as_ref(), &msg.sender)?;
    match from_json(&msg.msg)? {
        Hook::Deposit { owner } => {
            let owner = match owner {
                Some(owner) => sisters::address(deps.as_ref(), &owner)?,
                None => sender,
            };
            deposit(deps, &env, &token, &owner, msg.amount)
        }
        Hook::PlaceOrder(spec) => place_order::with_money(deps, &env, &token, &sender, msg.amount, *spec),
        Hook::TopUp { lease } => top_up::with_money(deps, &env, &token, &sender, lease, msg.amount),
        Hook::FundAudits {} => fund_audits(deps, &token, msg.amount),
    }
}

fn deposit(
    deps: DepsMut,
    env: &Env,
    token: &Addr,
    owner: &Addr,
    amount: Uint128,
) -> Result<Response, ContractError> {
    ensure_entry_open(deps.storage, now(env))?;
    ensure_listed(deps.storage, token)?;
    if *owner == env.contract.address {
        return Err(ContractError::OwnAccount {});
    }
    let mut ledger = Ledger::load(deps.storage, token)?;
    ledger.take_in(deps.storage, &Pool::Available(owner.clone()), amount)?;
    ledger.save(deps.storage);
    Ok(Response::new().add_event(Deposited {
        owner: owner.clone(),
        token: token.clone(),
        amount,
    }))
}

fn fund_audits(deps: DepsMut, token: &Addr, amount: Uint128) -> Result<Response, ContractError> {
    let mut ledger = Ledger::load(deps.storage, token)?;
    ledger.take_in(deps.storage, &Pool::Audits, amount)?;
    ledger.save(deps.storage);
    Ok(Response::new().add_event(AuditsFunded {
        token: token.clone(),
        amount,
    }))
}
