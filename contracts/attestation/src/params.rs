//! What parameters may be. One check for instantiation, updates and sudo.

use market_types::attestation::{ClassParams, Params};
use market_types::order::ComparisonClass;
use market_types::{BasisPoints, Seconds};

use crate::ContractError;

pub const CLASSES: [ComparisonClass; 5] = [
    ComparisonClass::Exact,
    ComparisonClass::Image,
    ComparisonClass::Vector,
    ComparisonClass::Tokens,
    ComparisonClass::None,
];
pub const MAX_VESTING: Seconds = Seconds(7 * Seconds::DAY.0);
/// A quarter. Two auditors at the whole price, a quarter of the time, cost half the price; a premium takes no more.
pub const MAX_AUDIT_FLOOR_PPM: u32 = 250_000;

/// # Errors
/// A class is missing or named twice, or a value is out of bounds. Class `none` cannot be audited: its rate and cost are zero.
pub fn check(params: &Params) -> Result<(), ContractError> {
    for class in CLASSES {
        let count = params.classes.iter().filter(|entry| entry.class == class).count();
        if count != 1 {
            return Err(ContractError::ClassCount { class, count });
        }
    }
    for entry in &params.classes {
        let audited = entry.class != ComparisonClass::None;
        let bounds = [
            ("vesting", entry.vesting.0, MAX_VESTING.0),
            (
                "audit_floor_ppm",
                entry.audit_floor_ppm.into(),
                if audited { MAX_AUDIT_FLOOR_PPM.into() } else { 0 },
            ),
            (
                "audit_cost",
                entry.audit_cost.0.into(),
                if audited { BasisPoints::WHOLE.0.into() } else { 0 },
            ),
        ];
        for (param, value, max) in bounds {
            if value > max {
                return Err(ContractError::OutOfBounds {
                    param,
                    class: entry.class,
                    value,
                    max,
                });
            }
        }
    }
    Ok(())
}

/// Slashable stake must outlive every batch it stands for.
///
/// # Errors
/// A vesting time is not shorter than `unbonding`.
pub fn check_unbonding(params: &Params, unbonding: Seconds) -> Result<(), ContractError> {
    match params.classes.iter().map(|entry| entry.vesting).max() {
        Some(vesting) if vesting >= unbonding => Err(ContractError::OutlivesBond { vesting, unbonding }),
        _ => Ok(()),
    }
}

/// The parameters of `class`.
///
/// # Errors
/// It has none, which [`check`] rules out.
pub fn of_class(params: &Params, class: ComparisonClass) -> Result<&ClassParams, ContractError> {
    params
        .classes
        .iter()
        .find(|entry| entry.class == class)
        .ok_or(ContractError::ClassCount { class, count: 0 })
}
