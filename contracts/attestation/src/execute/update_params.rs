use cosmwasm_std::{Addr, DepsMut, Response};
use market_types::attestation::{ClassParams, Params, ParamsUpdate};
use market_types::contract::Registry;
use market_types::control::Wiring;
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
    let old = PARAMS.load(deps.storage)?;
    let mut current = old.clone();
    let entries = update.classes.unwrap_or_default();
    for class in params::CLASSES {
        let count = entries.iter().filter(|entry| entry.class == class).count();
        if count > 1 {
            return Err(ContractError::ClassCount { class, count });
        }
    }
    for new in entries {
        for entry in current
            .classes
            .iter_mut()
            .filter(|entry| entry.class == new.class)
        {
            *entry = new.clone();
        }
    }
    params::check(&current)?;
    let bonds: registry::Params<Addr> =
        Registry::at(&wiring.provider_registry).ask(&deps.querier, &registry::QueryMsg::Params {})?;
    params::check_unbonding(&current, bonds.unbonding_period)?;
    PARAMS.save(deps.storage, &current)?;
    Ok(Response::new().add_events(market_control::param_changes(&named(&old), &named(&current))))
}

fn named(params: &Params) -> Vec<(String, String)> {
    let of_class = |entry: &ClassParams| {
        let class = name(entry.class);
        [
            ("vesting", entry.vesting.to_string()),
            ("audit_floor_ppm", entry.audit_floor_ppm.to_string()),
            ("audit_cost", entry.audit_cost.to_string()),
        ]
        .map(|(param, value)| (format!("classes.{class}.{param}"), value))
    };
    params.classes.iter().flat_map(of_class).collect()
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
