//! The bounds of the parameters, the same for instantiation, `UpdateParams` and `sudo`.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, Api, Uint128};
use market_types::registry::{Params, ParamsUpdate};
use market_types::BasisPoints;

use crate::ContractError;

const DAY: u128 = 86_400;
pub const MAX_LAST_RESORT: usize = 16;
pub const MAX_KEEPERS: usize = 4;
pub const MAX_AUDITORS: usize = 16;
pub const MAX_DAILY_MOVE: BasisPoints = BasisPoints(5_000);
/// Bound of amounts of the network token: more than any supply, and small enough for every product to stay checked.
pub const MAX_AMOUNT: u128 = 10u128.pow(30);

/// # Errors
/// `value` is not between `min` and `max`.
pub fn within(what: &'static str, value: u128, min: u128, max: u128) -> Result<(), ContractError> {
    if value < min || value > max {
        return Err(ContractError::OutOfBounds {
            what,
            value: Uint128::new(value),
            min: Uint128::new(min),
            max: Uint128::new(max),
        });
    }
    Ok(())
}

/// # Errors
/// `count` is not between `min` and `max`.
pub fn count(what: &'static str, count: usize, min: usize, max: usize) -> Result<(), ContractError> {
    if count < min || count > max {
        return Err(ContractError::Count {
            what,
            count,
            min,
            max,
        });
    }
    Ok(())
}

/// # Errors
/// One of `values` is there twice.
pub fn unique<'a, T: Ord + ToString + 'a>(
    what: &'static str,
    values: impl IntoIterator<Item = &'a T>,
) -> Result<(), ContractError> {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(ContractError::Duplicate {
                what,
                value: value.to_string(),
            });
        }
    }
    Ok(())
}

/// # Errors
/// A list that is too long or has an address twice or an invalid one, or a figure out of its bounds.
pub fn check(api: &dyn Api, params: Params<String>) -> Result<Params<Addr>, ContractError> {
    within(
        "unbonding_period",
        params.unbonding_period.0.into(),
        DAY,
        90 * DAY,
    )?;
    within("min_bond", params.min_bond.u128(), 0, MAX_AMOUNT)?;
    within(
        "bond_price_daily_move",
        params.bond_price_daily_move.0.into(),
        0,
        MAX_DAILY_MOVE.0.into(),
    )?;
    within(
        "bond_price_max_age",
        params.bond_price_max_age.0.into(),
        3_600,
        30 * DAY,
    )?;
    within("audit_bond_unit", params.audit_bond_unit.u128(), 1, MAX_AMOUNT)?;
    within("evidence_unit", params.evidence_unit.u128(), 1, MAX_AMOUNT)?;
    within(
        "evidence_half_life",
        params.evidence_half_life.0.into(),
        7 * DAY,
        730 * DAY,
    )?;
    Ok(Params {
        unbonding_period: params.unbonding_period,
        min_bond: params.min_bond,
        price_keepers: addresses(api, "price_keepers", &params.price_keepers, MAX_KEEPERS)?,
        bond_price_daily_move: params.bond_price_daily_move,
        bond_price_max_age: params.bond_price_max_age,
        attribute_auditors: addresses(
            api,
            "attribute_auditors",
            &params.attribute_auditors,
            MAX_AUDITORS,
        )?,
        evidence_unit: params.evidence_unit,
        evidence_half_life: params.evidence_half_life,
        audit_bond_unit: params.audit_bond_unit,
        last_resort: addresses(api, "last_resort", &params.last_resort, MAX_LAST_RESORT)?,
    })
}

fn addresses(
    api: &dyn Api,
    what: &'static str,
    list: &[String],
    max: usize,
) -> Result<Vec<Addr>, ContractError> {
    count(what, list.len(), 0, max)?;
    let checked = list
        .iter()
        .map(|address| api.addr_validate(address))
        .collect::<Result<Vec<_>, _>>()?;
    unique(what, &checked)?;
    Ok(checked)
}

/// `params` with the fields of `update` in place.
///
/// # Errors
/// As [`check`].
pub fn updated(
    api: &dyn Api,
    params: &Params<Addr>,
    update: ParamsUpdate,
) -> Result<Params<Addr>, ContractError> {
    let strings = |addrs: &[Addr]| addrs.iter().map(Addr::to_string).collect();
    check(
        api,
        Params {
            unbonding_period: update.unbonding_period.unwrap_or(params.unbonding_period),
            min_bond: update.min_bond.unwrap_or(params.min_bond),
            price_keepers: update
                .price_keepers
                .unwrap_or_else(|| strings(&params.price_keepers)),
            bond_price_daily_move: update
                .bond_price_daily_move
                .unwrap_or(params.bond_price_daily_move),
            bond_price_max_age: update.bond_price_max_age.unwrap_or(params.bond_price_max_age),
            attribute_auditors: update
                .attribute_auditors
                .unwrap_or_else(|| strings(&params.attribute_auditors)),
            evidence_unit: update.evidence_unit.unwrap_or(params.evidence_unit),
            evidence_half_life: update.evidence_half_life.unwrap_or(params.evidence_half_life),
            audit_bond_unit: update.audit_bond_unit.unwrap_or(params.audit_bond_unit),
            last_resort: update.last_resort.unwrap_or_else(|| strings(&params.last_resort)),
        },
    )
}

/// Every parameter by its name.
pub fn named(params: &Params<Addr>) -> [(String, String); 10] {
    let joined = |addrs: &[Addr]| addrs.iter().map(Addr::as_str).collect::<Vec<_>>().join(",");
    [
        ("unbonding_period", params.unbonding_period.to_string()),
        ("min_bond", params.min_bond.to_string()),
        ("price_keepers", joined(&params.price_keepers)),
        ("bond_price_daily_move", params.bond_price_daily_move.to_string()),
        ("bond_price_max_age", params.bond_price_max_age.to_string()),
        ("attribute_auditors", joined(&params.attribute_auditors)),
        ("evidence_unit", params.evidence_unit.to_string()),
        ("evidence_half_life", params.evidence_half_life.to_string()),
        ("audit_bond_unit", params.audit_bond_unit.to_string()),
        ("last_resort", joined(&params.last_resort)),
    ]
    .map(|(name, value)| (name.into(), value))
}
