use cosmwasm_std::{Addr, DepsMut, Event, Response};
use market_types::attestation::{ClassParams, ParamsUpdate};
use market_types::contract::Registry;
use market_types::control::Wiring;
use market_types::events::ParamChanged;
use market_types::order::ComparisonClass;
use market_types::registry;

use crate::state::PARAMS;
use crate::{params, ContractError};

/// Batches that are posted keep the terms they were posted under.
///
/// # Errors
/// A bound is broken, a class is named twice, or a vesting time outlives the bond.
pub fn update_params(
    deps: DepsMut,
    wiring: &Wiring<Addr>,
    update: ParamsUpdate,
) -> Result<Response, ContractError> {
    let mut current = PARAMS.load(deps.storage)?;
    let mut events = vec![];
    let entries = update.classes.unwrap_or_default();
    for class in params::CLASSES {
        let count = entries.iter().filter(|entry| entry.class == class).count();
        if count > 1 {
            return Err(ContractError::ClassCount { class, count });
        }
    }
    for new in entries {
        for old in current.classes.iter_mut().filter(|old| old.class == new.class) {
            events.extend(changes(old, &new));
            *old = new.clone();
        }
    }
    params::check(&current)?;
    let bonds: registry::Params<Addr> =
        Registry::at(&wiring.provider_registry).ask(&deps.querier, &registry::QueryMsg::Params {})?;
    params::check_unbonding(&current, bonds.unbonding_period)?;
    PARAMS.save(deps.storage, &current)?;
    Ok(Response::new().add_events(events))
}

fn changes(old: &ClassParams, new: &ClassParams) -> Vec<Event> {
    let class = name(new.class);
    [
        ("vesting", old.vesting.to_string(), new.vesting.to_string()),
        (
            "audit_floor_ppm",
            old.audit_floor_ppm.to_string(),
            new.audit_floor_ppm.to_string(),
        ),
        (
            "audit_cost",
            old.audit_cost.to_string(),
            new.audit_cost.to_string(),
        ),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(param, old, new)| {
        ParamChanged {
            param: format!("classes.{class}.{param}"),
            old,
            new,
        }
        .into()
    })
    .collect()
}

const fn name(class: ComparisonClass) -> &'static str {
    match class {
        ComparisonClass::Exact => "exact",
        ComparisonClass::Image => "image",
        ComparisonClass::Vector => "vector",
        ComparisonClass::Tokens => "tokens",
        ComparisonClass::None => "none",
    }
}
