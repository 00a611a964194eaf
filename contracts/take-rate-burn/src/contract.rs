//! Entry points. They dispatch and do nothing else.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::take_rate::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};

use crate::execute::{instantiate as create, insurance, kick, receive, restart, seed, skim, update_params};
use crate::{migrate as upgrade, query as answer, ContractError};

pub const NAME: &str = "crates.io:take-rate-burn";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    create::instantiate(deps, &info, msg)
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    if let ExecuteMsg::Control(msg) = msg {
        return Ok(market_control::execute(deps, &env, &info, msg)?);
    }
    market_control::refuse_coins(&info)?;
    let wiring = market_control::wiring(deps.storage)?;
    match msg {
        ExecuteMsg::Control(msg) => Ok(market_control::execute(deps, &env, &info, msg)?),
        ExecuteMsg::UpdateParams(update) => {
            market_control::ensure_governor(deps.storage, &info.sender)?;
            update_params::update_params(deps, &env, &wiring, update)
        }
        ExecuteMsg::Receive(msg) => receive::receive(deps, &env, &wiring, info.sender, msg),
        ExecuteMsg::Kick { token } => kick::kick(deps, &env, &token),
        ExecuteMsg::Restart { token } => restart::restart(deps, &env, &token),
        ExecuteMsg::SeedAudits { token } => seed::seed_audits(deps, &wiring, &token),
        ExecuteMsg::TakeInsurance { token, amount } => {
            insurance::take_insurance(deps, &info.sender, &token, amount)
        }
        ExecuteMsg::Skim { token } => skim::skim(deps, &env, &wiring, &token),
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(market_control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            let wiring = market_control::wiring(deps.storage)?;
            update_params::update_params(deps, &env, &wiring, update)
        }
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let binary = match msg {
        QueryMsg::Control {} => to_json_binary(&market_control::query(deps, &env)?),
        QueryMsg::Params {} => to_json_binary(&answer::params(deps, &env)?),
        QueryMsg::Solvency {} => to_json_binary(&answer::solvency(deps, &env)?),
        QueryMsg::Rate { token } => to_json_binary(&answer::rate(deps, &env, &token)?),
        QueryMsg::Totals { token } => to_json_binary(&answer::totals(deps, &token)?),
        QueryMsg::AllTotals { paging } => to_json_binary(&answer::all_totals(deps, paging)?),
        QueryMsg::Lot { token } => to_json_binary(&answer::lot(deps, &env, &token)?),
        QueryMsg::Quote { token, pay } => to_json_binary(&answer::quote(deps, &env, &token, pay)?),
    };
    Ok(binary?)
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    upgrade::migrate(deps, msg)
}
