//! What parameters may be. One check for instantiation, updates and sudo.

use cosmwasm_std::Api;
use market_types::attestation::{AuditTimes, ClassParams, Params, MAX_BATCH};
use market_types::order::ComparisonClass;
use market_types::{BasisPoints, Seconds};

use crate::beacon::check_key;
use crate::ContractError;

pub const CLASSES: [ComparisonClass; 5] = [
    ComparisonClass::Exact,
    ComparisonClass::Image,
    ComparisonClass::Vector,
    ComparisonClass::Tokens,
    ComparisonClass::None,
];
pub const MAX_VESTING: Seconds = Seconds(7 * Seconds::DAY.0);
/// Least time for a step of an audit.
pub const MIN_STEP: Seconds = Seconds(10);
/// A quarter. Two auditors at the whole price, a quarter of the time, cost half the price; a premium takes no more.
pub const MAX_AUDIT_FLOOR_PPM: u32 = 250_000;

/// # Errors
/// A class is missing or named twice, or a value is out of bounds. Class `none` cannot be audited: its rate and cost are zero.
pub fn check(api: &dyn Api, params: &Params) -> Result<(), ContractError> {
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
    if let Some(beacon) = &params.beacon {
        check_key(api, &beacon.public_key)?;
        within("beacon.period", beacon.period.0, 1, Seconds::HOUR.0)?;
        within("beacon.every", beacon.every, 1, 10_000)?;
        within("beacon.margin", beacon.margin.0, 0, Seconds::HOUR.0)?;
    }
    if let Some(planters) = &params.planters {
        within("planters.count", planters.count.into(), 1, MAX_BATCH.into())?;
    }
    within(
        "opening_fee",
        params.opening_fee.0.into(),
        0,
        BasisPoints::WHOLE.0.into(),
    )?;
    check_times(&params.times)
}

fn check_times(times: &AuditTimes) -> Result<(), ContractError> {
    let day = Seconds::DAY.0;
    for (param, value) in [
        ("times.open", times.open),
        ("times.commit", times.commit),
        ("times.reveal", times.reveal),
        ("times.appeal", times.appeal),
    ] {
        within(param, value.0, MIN_STEP.0, day)?;
    }
    within("times.commit_max", times.commit_max.0, times.commit.0, 7 * day)?;
    within("times.min_blocks", times.min_blocks, 0, 10_000)?;
    within("times.block_time", times.block_time.0, 1, 600)
}

fn within(param: &'static str, value: u64, min: u64, max: u64) -> Result<(), ContractError> {
    if value < min || value > max {
        return Err(ContractError::ParamBounds {
            param,
            value,
            min,
            max,
        });
    }
    Ok(())
}

/// Slashable stake must outlive every batch it stands for.
///
/// # Errors
/// The longest vesting time, and the longest audit if there are audits, are together not shorter than `unbonding`.
pub fn check_unbonding(params: &Params, unbonding: Seconds) -> Result<(), ContractError> {
    let longest = params.longest();
    if longest >= unbonding {
        return Err(ContractError::OutlivesBond { longest, unbonding });
    }
    Ok(())
}

/// The parameters of `class`.
///
/// # Errors
/// It has none, which [`check`] rules out.
pub fn of_class(classes: &[ClassParams], class: ComparisonClass) -> Result<&ClassParams, ContractError> {
    classes
        .iter()
        .find(|entry| entry.class == class)
        .ok_or(ContractError::ClassCount { class, count: 0 })
}
