//! Entry points. They dispatch, and nothing else.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_control as control;
use market_types::order_book::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};

use crate::state::PARAMS;
use crate::{execute, migrate as migrations, params, query as queries, ContractError};

pub const NAME: &str = "crates.io:order-book";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn instantiate(
    deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    control::refuse_coins(&info)?;
    params::check(&msg.params)?;
    PARAMS.save(deps.storage, &msg.params)?;
    control::instantiate(deps, NAME, VERSION, &msg.roles)?;
    Ok(Response::new())
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    control::refuse_coins(&info)?;
    let msg = match msg {
        ExecuteMsg::Control(msg) => return Ok(control::execute(deps, &env, &info, msg)?),
        msg => msg,
    };
    let call = execute::Call {
        now: env.block.time.into(),
        sender: info.sender,
        deps,
    };
    match msg {
        ExecuteMsg::Control(_) => Err(control::ControlError::AlreadyWired {}.into()),
        ExecuteMsg::UpdateParams(update) => {
            control::ensure_wired(call.deps.storage)?;
            control::ensure_governor(call.deps.storage, &call.sender)?;
            params::update(call.deps.storage, update)
        }
        ExecuteMsg::Open(opening) => execute::open(call, opening),
        ExecuteMsg::Bid {
            order,
            price,
            work_bond,
        } => execute::bid(call, order, price, work_bond),
        ExecuteMsg::Award { order } => execute::award(call, order),
        ExecuteMsg::Pick { order, provider } => execute::pick(call, order, &provider),
        ExecuteMsg::Cancel { order } => execute::cancel(call, order),
        ExecuteMsg::Expire { order } => execute::expire(call, order),
        ExecuteMsg::Prune { order, limit } => execute::prune(call, order, limit),
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            control::ensure_wired(deps.storage)?;
            params::update(deps.storage, update)
        }
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    queries::answer(deps, &env, msg)
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    migrations::migrate(deps)
}
