//! Entry points. They dispatch and do nothing else.

#[cfg(not(feature = "library"))]
use cosmwasm_std::entry_point;
use cosmwasm_std::{to_json_binary, Binary, Deps, DepsMut, Env, MessageInfo, Response};
use market_types::attestation::{
    AuditResponse, BeaconResponse, BreakerResponse, ExecuteMsg, InstantiateMsg, LeaseAuditsResponse, MigrateMsg,
    QueryMsg, RoundResponse, SudoMsg,
};
use market_types::audit::AuditId;
use market_types::control::Solvency;
use market_types::Page;

use crate::execute::{instantiate as create, post_batch, release, update_params};
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
        ExecuteMsg::SubmitBeacon { round, .. } => Err(ContractError::NoBeacon { round }),
        ExecuteMsg::Draw { lease, batch } => Err(ContractError::NoBatch { lease, batch }),
        ExecuteMsg::OpenAudit { audit, .. }
        | ExecuteMsg::ForceAudit { audit, .. }
        | ExecuteMsg::Advance { audit }
        | ExecuteMsg::Open { audit, .. }
        | ExecuteMsg::Commit { audit, .. }
        | ExecuteMsg::Reveal { audit, .. }
        | ExecuteMsg::Appeal { audit } => Err(ContractError::NoAudit { audit }),
        ExecuteMsg::RevealPlanted(reveal) => Err(ContractError::NoAudit { audit: reveal.audit }),
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
        QueryMsg::Beacon { .. } => to_json_binary(&None::<BeaconResponse>),
        QueryMsg::Beacons { .. } => to_json_binary(&Page::<BeaconResponse, u64> { items: vec![], next_start_after: None }),
        QueryMsg::RoundAfter { .. } => to_json_binary(&None::<RoundResponse>),
        QueryMsg::Audit { audit } => return Err(ContractError::NoAudit { audit }),
        QueryMsg::Audits { .. } => to_json_binary(&Page::<AuditResponse, u32> { items: vec![], next_start_after: None }),
        QueryMsg::Duties { .. } => to_json_binary(&Page::<AuditId, AuditId> { items: vec![], next_start_after: None }),
        QueryMsg::LeaseAudits { lease } => to_json_binary(&LeaseAuditsResponse { lease, convicted: false, forced: 0 }),
        QueryMsg::Breaker { class } => to_json_binary(&BreakerResponse { class, frozen_until: None, operators: 0 }),
    };
    Ok(binary?)
}

#[cfg_attr(not(feature = "library"), entry_point)]
pub fn migrate(deps: DepsMut, _env: Env, msg: MigrateMsg) -> Result<Response, ContractError> {
    upgrade::migrate(deps, msg)
}
