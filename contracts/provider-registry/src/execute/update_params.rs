use cosmwasm_std::{Addr, Deps, DepsMut, MessageInfo, Response};
use market_control::ensure_governor;
use market_types::attestation;
use market_types::contract::Attestation;
use market_types::control::Wiring;
use market_types::registry::ParamsUpdate;
use market_types::Seconds;

use crate::bounds::{named, updated};
use crate::state::PARAMS;
use crate::ContractError;

/// # Errors
/// The sender is not the governor; else as [`update`].
pub fn from_governor(
    deps: DepsMut,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    change: ParamsUpdate,
) -> Result<Response, ContractError> {
    ensure_governor(deps.storage, &info.sender)?;
    update(deps, wiring, change)
}

/// # Errors
/// A parameter is out of its bounds, or unbonding would be over before work has vested.
pub fn update(deps: DepsMut, wiring: &Wiring<Addr>, change: ParamsUpdate) -> Result<Response, ContractError> {
    let old = PARAMS.load(deps.storage)?;
    let new = updated(deps.api, &old, change)?;
    if new.unbonding_period != old.unbonding_period {
        ensure_longer_than_vesting(deps.as_ref(), wiring, new.unbonding_period)?;
    }
    PARAMS.save(deps.storage, &new)?;
    Ok(Response::new().add_events(market_control::param_changes(&named(&old), &named(&new))))
}

/// Stake that leaves before the work it stood for has vested, or while that may still be judged, could not answer for it.
///
/// # Errors
/// It would leave too early, or the attestation contract does not answer.
pub fn ensure_longer_than_vesting(
    deps: Deps,
    wiring: &Wiring<Addr>,
    unbonding: Seconds,
) -> Result<(), ContractError> {
    let params: attestation::Params =
        Attestation::at(&wiring.attestation).ask(&deps.querier, &attestation::QueryMsg::Params {})?;
    let longest = params.longest();
    if unbonding <= longest {
        return Err(ContractError::UnbondingTooShort { unbonding, longest });
    }
    Ok(())
}
