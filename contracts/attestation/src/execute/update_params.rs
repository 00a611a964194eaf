use cosmwasm_std::{Addr, DepsMut, Response};
use market_types::attestation::{ClassParams, Params, ParamsUpdate};
use market_types::contract::Registry;
use market_types::control::Wiring;
use market_types::order::ComparisonClass;
use market_types::registry;

use crate::state::{load_params, save_params};
use crate::{params, ContractError};

/// Batches that are posted keep the terms they were posted under, and open audits theirs; steps of an audit take the times in force when
/// they begin.
///
/// # Errors
/// A bound is broken, a class is named twice, or a vesting time outlives the bond.
pub fn update_params(
    deps: DepsMut,
    wiring: &Wiring<Addr>,
    update: ParamsUpdate,
) -> Result<Response, ContractError> {
    let old = load_params(deps.storage)?;
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
    current.beacon = update.beacon.or(current.beacon);
    current.times = update.times.unwrap_or(current.times);
    current.opening_fee = update.opening_fee.unwrap_or(current.opening_fee);
    current.tip = update.tip.unwrap_or(current.tip);
    current.planters = update.planters.or(current.planters);
    params::check(deps.api, &current)?;
    let bonds: registry::Params<Addr> =
        Registry::at(&wiring.provider_registry).ask(&deps.querier, &registry::QueryMsg::Params {})?;
    params::check_unbonding(&current, bonds.unbonding_period)?;
    save_params(deps.storage, &current)?;
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
    let beacon = params.beacon.as_ref();
    let times = params.times;
    let text = |value: Option<String>| value.unwrap_or_else(|| "none".into());
    let others = [
        (
            "beacon.public_key",
            text(beacon.map(|beacon| beacon.public_key.to_string())),
        ),
        (
            "beacon.genesis",
            text(beacon.map(|beacon| beacon.genesis.to_string())),
        ),
        (
            "beacon.period",
            text(beacon.map(|beacon| beacon.period.to_string())),
        ),
        (
            "beacon.every",
            text(beacon.map(|beacon| beacon.every.to_string())),
        ),
        (
            "beacon.margin",
            text(beacon.map(|beacon| beacon.margin.to_string())),
        ),
        ("times.open", times.open.to_string()),
        ("times.commit", times.commit.to_string()),
        ("times.commit_max", times.commit_max.to_string()),
        ("times.reveal", times.reveal.to_string()),
        ("times.appeal", times.appeal.to_string()),
        ("times.min_blocks", times.min_blocks.to_string()),
        ("times.block_time", times.block_time.to_string()),
        ("opening_fee", params.opening_fee.to_string()),
        ("tip", params.tip.to_string()),
        (
            "planters",
            text(params.planters.map(|planters| planters.root.to_string())),
        ),
    ];
    let others = others.map(|(param, value)| (param.to_string(), value));
    params.classes.iter().flat_map(of_class).chain(others).collect()
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
