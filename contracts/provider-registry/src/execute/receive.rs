//! The only way network tokens come in as bond.

use cosmwasm_std::{from_json, Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use cw20::Cw20ReceiveMsg;
use market_control::{ensure_entry_open, ensure_sender};
use market_types::control::Wiring;
use market_types::events::Bonded;
use market_types::registry::Hook;

use crate::state::{account, active, ACCOUNTS, TOTALS};
use crate::ContractError;

/// # Errors
/// The sender is not the network token, the hook is malformed, or it is refused.
pub fn receive(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    hook: Cw20ReceiveMsg,
) -> Result<Response, ContractError> {
    ensure_sender(&info.sender, &wiring.network_token, "network token")?;
    let sender = deps.api.addr_validate(&hook.sender)?;
    match from_json(&hook.msg)? {
        Hook::Bond { provider } => {
            let owner = provider.map_or(Ok(sender), |owner| deps.api.addr_validate(&owner))?;
            bond(deps, env, &owner, hook.amount)
        }
    }
}

fn bond(deps: DepsMut, env: &Env, owner: &Addr, amount: Uint128) -> Result<Response, ContractError> {
    ensure_entry_open(deps.storage, env.block.time.into())?;
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let (no, _) = active(deps.storage, owner)?;
    let mut account = account(deps.storage, no)?;
    let mut totals = TOTALS.load(deps.storage)?;
    account.bonded = account.bonded.checked_add(amount)?;
    totals.bonded = totals.bonded.checked_add(amount)?;
    ACCOUNTS.save(deps.storage, no, &account)?;
    TOTALS.save(deps.storage, &totals)?;
    Ok(Response::new().add_event(Bonded {
        provider: no,
        amount,
        bonded: account.bonded,
    }))
}
