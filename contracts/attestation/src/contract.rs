//! Entry points. They dispatch and do nothing else.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_control::{ensure_wired, wiring};
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
    market_control::refuse_coins(&info)?;
    let sender = &info.sender;
    match msg {
        ExecuteMsg::Control(msg) => Ok(market_control::execute(deps, &env, &info, msg)?),
        // The daily messages read no more of the wiring than they need.
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
            post_batch::post_batch(deps, &env, sender, batch)
        }
        ExecuteMsg::Release { lease, batch } => release::release(deps, &env, lease, batch),
        ExecuteMsg::SubmitBeacon { round, signature } => {
            ensure_wired(deps.storage)?;
            submit_beacon::submit_beacon(deps, &env, round, &signature)
        }
        ExecuteMsg::Draw { lease, batch } => {
            ensure_wired(deps.storage)?;
            draw::draw(deps, lease, batch)
        }
        ExecuteMsg::UpdateParams(update) => {
            let wiring = wiring(deps.storage)?;
            market_control::ensure_governor(deps.storage, sender)?;
            update_params::update_params(deps, &wiring, update)
        }
        ExecuteMsg::OpenAudit { audit, batch } => {
            let wiring = wiring(deps.storage)?;
            open_audit::open_audit(deps, &env, &wiring, audit, batch)
        }
        ExecuteMsg::ForceAudit { audit, batch } => {
            let wiring = wiring(deps.storage)?;
            open_audit::force_audit(deps, &env, &wiring, sender, audit, batch)
        }
        ExecuteMsg::Advance { audit } => {
            let wiring = wiring(deps.storage)?;
            advance::advance(deps, &env, &wiring, sender, audit)
        }
        ExecuteMsg::Open { audit, opening } => {
            let wiring = wiring(deps.storage)?;
            open::open(deps, &env, &wiring, sender, audit, &opening)
        }
        ExecuteMsg::Commit { audit, commitment } => {
            let wiring = wiring(deps.storage)?;
            say::commit(deps, &env, &wiring, sender, audit, commitment)
        }
        ExecuteMsg::Reveal { audit, answer, salt } => {
            let wiring = wiring(deps.storage)?;
            say::reveal(deps, &env, &wiring, sender, audit, answer, salt)
        }
        ExecuteMsg::Appeal { audit } => {
            let wiring = wiring(deps.storage)?;
            appeal::appeal(deps, &env, &wiring, sender, audit)
        }
        ExecuteMsg::RevealPlanted(reveal) => {
            let wiring = wiring(deps.storage)?;
            reveal_planted::reveal_planted(deps, &env, &wiring, sender, &reveal)
        }
    }
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn sudo(deps: DepsMut, env: Env, msg: SudoMsg) -> Result<Response, ContractError> {
    match msg {
        SudoMsg::Control(msg) => Ok(market_control::sudo(deps, &env, msg)?),
        SudoMsg::UpdateParams(update) => {
            let wiring = wiring(deps.storage)?;
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
