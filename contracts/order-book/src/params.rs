//! Bounds and changes of the parameters.

use cosmwasm_std::{Response, Storage};
use market_types::order_book::{Params, ParamsUpdate};
use market_types::Seconds;

use crate::state::PARAMS;
use crate::ContractError;

const WEEK: u64 = 7 * Seconds::DAY.0;

/// # Errors
/// A parameter is out of its bounds.
pub fn check(params: &Params) -> Result<(), ContractError> {
    let bounded = |param, value: u64, min: u64, max: u64| {
        if value < min || value > max {
            return Err(ContractError::ParamBounds {
                param,
                value,
                min,
                max,
            });
        }
        Ok(())
    };
    bounded("bids_kept", params.bids_kept.into(), 1, 50)?;
    bounded("min_step", params.min_step.0.into(), 0, 1_000)?;
    bounded("extension", params.extension.0, 0, Seconds::HOUR.0)?;
    bounded("max_extensions", params.max_extensions.into(), 0, 50)?;
    bounded("min_window", params.min_window.0, 10, WEEK)?;
    bounded("max_window", params.max_window.0, params.min_window.0, WEEK)?;
    bounded(
        "max_award_within",
        params.max_award_within.0,
        60,
        30 * Seconds::DAY.0,
    )
}

/// Change what `update` names. Open orders keep the terms they were opened with.
///
/// # Errors
/// A parameter would be out of its bounds.
pub fn update(storage: &mut dyn Storage, update: ParamsUpdate) -> Result<Response, ContractError> {
    let old = PARAMS.load(storage)?;
    let mut new = old.clone();
    macro_rules! take {
        ($($param:ident),*) => { $(if let Some(value) = update.$param { new.$param = value; })* };
    }
    take!(
        bids_kept,
        min_step,
        extension,
        max_extensions,
        min_window,
        max_window,
        max_award_within
    );
    check(&new)?;
    PARAMS.save(storage, &new)?;
    Ok(Response::new().add_events(market_control::param_changes(&named(&old), &named(&new))))
}

fn named(params: &Params) -> [(String, String); 7] {
    [
        ("bids_kept", params.bids_kept.to_string()),
        ("min_step", params.min_step.to_string()),
        ("extension", params.extension.to_string()),
        ("max_extensions", params.max_extensions.to_string()),
        ("min_window", params.min_window.to_string()),
        ("max_window", params.max_window.to_string()),
        ("max_award_within", params.max_award_within.to_string()),
    ]
    .map(|(name, value)| (name.into(), value))
}
