//! Entry points. They dispatch and do nothing else.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::attestation::{ExecuteMsg, InstantiateMsg, MigrateMsg, QueryMsg, SudoMsg};
use market_types::control::Solvency;

use crate::execute::{
    advance, answer as say, appeal, draw, instantiate as create, open, open_audit, post_batch, release,
    reveal_planted, submit_beacon, update_params,
};
use crate::{migrate as upgrade, query as answer, ContractError};

pub const NAME: &str = "crates.io:attestation";
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
            update_params::update_params(deps, &wiring, update)
        }
        ExecuteMsg::PostBatch {
            lease,
            first_unit,
            count,
            root,
        } => {
            let batch = post_batch::NewBatch {
                lease,
                first_unit,
                count,
                root,
            };
            post_batch::post_batch(deps, &env, &wiring, &info.sender, batch)
        }
        ExecuteMsg::Release { lease, batch } => release::release(deps, &env, &wiring, lease, batch),
        ExecuteMsg::SubmitBeacon { round, signature } => {
            submit_beacon::submit_beacon(deps, &env, round, &signature)
        }
        ExecuteMsg::Draw { lease, batch } => draw::draw(deps, lease, batch),
        ExecuteMsg::OpenAudit { audit, batch } => open_audit::open_audit(deps, &env, &wiring, audit, batch),
        ExecuteMsg::ForceAudit { audit, batch } => {
            open_audit::force_audit(deps, &env, &wiring, &info.sender, audit, batch)
        }
        ExecuteMsg::Advance { audit } => advance::advance(deps, &env, &wiring, &info.sender, audit),
        ExecuteMsg::Open { audit, opening } => open::open(deps, &env, &wiring, &info.sender, audit, &opening),
        ExecuteMsg::Commit { audit, commitment } => {
            say::commit(deps, &env, &wiring, &info.sender, audit, commitment)
        }
        ExecuteMsg::Reveal { audit, answer, salt } => {
            say::reveal(deps, &env, &wiring, &info.sender, audit, answer, salt)
        }
        ExecuteMsg::Appeal { audit } => appeal::appeal(deps, &env, &wiring, &info.sender, audit),
        ExecuteMsg::RevealPlanted(reveal) => {
            reveal_planted::reveal_planted(deps, &env, &wiring, &info.sender, &reveal)
        }
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(market_control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            let wiring = market_control::wiring(deps.storage)?;
            update_params::update_params(deps, &wiring, update)
        }
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn query(deps: Deps, env: Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let binary = match msg {
        QueryMsg::Control {} => to_json_binary(&market_control::query(deps, &env)?),
        QueryMsg::Params {} => to_json_binary(&answer::params(deps)?),
        QueryMsg::Solvency {} => to_json_binary::<Vec<Solvency>>(&vec![]),
        QueryMsg::Batch { lease, batch } => to_json_binary(&answer::batch(deps, lease, batch)?),
        QueryMsg::Batches { lease, paging } => to_json_binary(&answer::batches(deps, lease, paging)?),
        QueryMsg::Beacon { round } => to_json_binary(&answer::beacon(deps, round)?),
        QueryMsg::Beacons { paging } => to_json_binary(&answer::beacons(deps, paging)?),
        QueryMsg::RoundAfter { height } => to_json_binary(&answer::round_after(deps, &env, height)?),
        QueryMsg::Audit { audit } => to_json_binary(&answer::audit(deps, audit)?),
        QueryMsg::Audits { lease, paging } => to_json_binary(&answer::audits(deps, lease, paging)?),
        QueryMsg::Duties { provider, paging } => to_json_binary(&answer::duties(deps, provider, paging)?),
        QueryMsg::LeaseAudits { lease } => to_json_binary(&answer::lease(deps, lease)?),
        QueryMsg::Breaker { class } => to_json_binary(&answer::breaker(deps, &env, class)?),
    };
    Ok(binary?)
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    upgrade::migrate(deps, msg)
}
