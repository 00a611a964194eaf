//! Entry points. They only dispatch.

use cosmwasm_std::{Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::escrow::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};

use crate::{execute as actions, params, query as answers, ContractError};

pub const NAME: &str = "crates.io:lease-escrow";
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn instantiate(
    mut deps: DepsMut,
    _env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(&info)?;
    market_control::instantiate(deps.branch(), NAME, VERSION, &msg.roles)?;
    params::init(deps.storage, deps.api, msg.params)?;
    Ok(Response::new())
}

#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn execute(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: ExecuteMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(&info)?;
    if let ExecuteMsg::Control(msg) = msg {
        return Ok(market_control::execute(deps, &env, &info, msg)?);
    }
    market_control::ensure_wired(deps.storage)?;
    match msg {
        ExecuteMsg::Control(msg) => Ok(market_control::execute(deps, &env, &info, msg)?),
        ExecuteMsg::UpdateParams(update) => {
            market_control::ensure_governor(deps.storage, &info.sender)?;
            params::update(deps.storage, deps.api, update)
        }
        ExecuteMsg::Receive(msg) => actions::receive(deps, env, info, msg),
        ExecuteMsg::PlaceOrder { token, spec } => actions::place_order(deps, env, info, token, spec),
        ExecuteMsg::TopUp { lease, amount } => actions::top_up(deps, env, info, lease, amount),
        ExecuteMsg::Withdraw { token, amount } => actions::withdraw(deps, info, token, amount),
        ExecuteMsg::Accept { lease } => actions::accept(deps, env, info, lease),
        ExecuteMsg::Suspend { lease } => actions::suspend(deps, env, info, lease),
        ExecuteMsg::Resume { lease } => actions::resume(deps, env, info, lease),
        ExecuteMsg::InputsDelivered { lease } => actions::inputs_delivered(deps, env, info, lease),
        ExecuteMsg::Transfer { lease, to } => actions::transfer(deps, env, info, lease, to),
        ExecuteMsg::Ready { lease } => actions::ready(deps, env, info, lease),
        ExecuteMsg::Waiting { lease } => actions::waiting(deps, env, info, lease),
        ExecuteMsg::Heartbeat { leases } => actions::heartbeat(deps, env, info, leases),
        ExecuteMsg::GiveNotice { lease } => actions::give_notice(deps, env, info, lease),
        ExecuteMsg::Close { lease } => actions::close(deps, env, info, lease),
        ExecuteMsg::Amend { lease, amendment } => actions::amend(deps, env, info, lease, amendment),
        ExecuteMsg::Acknowledge {
            lease,
            acknowledgement,
        } => actions::acknowledge(deps, env, info, lease, acknowledgement),
        ExecuteMsg::Settle { lease } => actions::settle(deps, env, lease),
        ExecuteMsg::CloseFailed { lease } => actions::close_failed(deps, env, info, lease),
        ExecuteMsg::Revalue { lease } => actions::revalue(deps, env, lease),
        ExecuteMsg::SweepFees { token } => actions::sweep_fees(deps, token),
        ExecuteMsg::Skim { token } => actions::skim(deps, env, token),
        ExecuteMsg::OpenLease(award) => actions::open_lease(deps, env, info, award),
        ExecuteMsg::FreeReservation { order } => actions::free_reservation(deps, info, order),
        ExecuteMsg::Hold { lease, units } => actions::hold(deps, env, info, lease, units),
        ExecuteMsg::Vest {
            lease,
            units,
            premium,
        } => actions::vest(deps, env, info, lease, units, premium),
        ExecuteMsg::Refund { lease, units } => actions::refund(deps, env, info, lease, units),
        ExecuteMsg::SetAside { audit, amount, payer } => actions::set_aside(deps, info, audit, amount, payer),
        ExecuteMsg::PayAudit { audit, payments } => actions::pay_audit(deps, info, audit, payments),
        ExecuteMsg::Convict { lease } => actions::convict(deps, env, info, lease),
    }
}

#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(market_control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            market_control::ensure_wired(deps.storage)?;
            params::update(deps.storage, deps.api, update)
        }
    }
}

#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    answers::query(deps, env, msg)
}

#[cfg_attr(not(feature = "library"), cosmwasm_std::entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, _msg: MigrateMsg) -> Result<Response, ContractError> {
    crate::migrate::migrate(deps)
}
