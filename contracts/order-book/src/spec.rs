//! What may be ordered.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, Api, StdError, Uint128};
use market_math::{mul_div, Rounding};
use market_types::order::limits::{self, MAX_PRICE};
use market_types::order::{
    AwardRule, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, Signatures, StreamLength,
};
use market_types::order_book::Params;
use market_types::resources::Attribute;
use market_types::{BasisPoints, Seconds};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum SpecError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error("{field} is {value}; it must be between {min} and {max}")]
    OutOfBounds {
        field: &'static str,
        value: u128,
        min: u128,
        max: u128,
    },
    #[error("{field} has {count} entries; it must have between {min} and {max}")]
    Count {
        field: &'static str,
        count: usize,
        min: usize,
        max: usize,
    },
    #[error("{field} names {entry} twice")]
    Duplicate { field: &'static str, entry: String },
    #[error("{provider} is both allowed and denied")]
    AllowedAndDenied { provider: Addr },
    #[error("signatures are demanded under no attribute")]
    NothingToSign {},
    #[error("reserve price {reserve_price} is above the maximum {max_price}")]
    ReserveAboveMaximum {
        reserve_price: Uint128,
        max_price: Uint128,
    },
    #[error("a reserve price means nothing on an order that pays as bid")]
    ReserveWithoutSecondPrice {},
    #[error("an order whose tenant picks pays as bid, not the second price")]
    SecondPriceOfPick {},
    #[error("progress timeout {progress_timeout} is below twice the unit deadline {unit_deadline}")]
    ProgressTimeoutShort {
        progress_timeout: Seconds,
        unit_deadline: Seconds,
    },
    #[error("start fee {start_fee} is above the price of all units {all_units}")]
    StartFeeHigh { start_fee: Uint128, all_units: Uint128 },
    #[error(
        "a session key is a compressed secp256k1 key of 33 bytes, not {len} bytes beginning with {first:?}"
    )]
    SessionKey { len: usize, first: Option<u8> },
    #[error("orders of {members} members are not taken; 1 is")]
    Members { members: u8 },
    #[error("ordering again after a provider's failure is not offered")]
    Reorder {},
}

/// The order with its addresses checked.
///
/// # Errors
/// A field is out of its bounds, a list names something twice, fields contradict each other, or something is asked that
/// this version does not offer.
pub fn check(spec: OrderSpec<String>, params: &Params, api: &dyn Api) -> Result<OrderSpec<Addr>, SpecError> {
    bounded("max_price", spec.max_price.0.u128(), 1, MAX_PRICE)?;
    seconds("window", spec.window, params.min_window, params.max_window)?;
    seconds(
        "award_within",
        spec.award_within,
        limits::MIN_TIMEOUT,
        params.max_award_within,
    )?;
    if spec.members != 1 {
        return Err(SpecError::Members {
            members: spec.members,
        });
    }
    if spec.on_provider_failure == OnProviderFailure::Reorder {
        return Err(SpecError::Reorder {});
    }
    pricing(&spec)?;
    rail(&spec)?;
    if let Some(key) = &spec.session_key {
        let first = key.first().copied();
        if key.len() != limits::SESSION_KEY || !matches!(first, Some(2 | 3)) {
            return Err(SpecError::SessionKey {
                len: key.len(),
                first,
            });
        }
    }
    Ok(OrderSpec {
        needs: needs(spec.needs, api)?,
        rail: spec.rail,
        max_price: spec.max_price,
        reserve_price: spec.reserve_price,
        comparison: spec.comparison,
        window: spec.window,
        award_within: spec.award_within,
        award: spec.award,
        pricing: spec.pricing,
        members: spec.members,
        on_provider_failure: spec.on_provider_failure,
        interruptible: spec.interruptible,
        manifest: spec.manifest,
        session_key: spec.session_key,
        thin_audit: spec.thin_audit,
    })
}

fn pricing(spec: &OrderSpec<String>) -> Result<(), SpecError> {
    if spec.pricing == Pricing::SecondPrice && spec.award == AwardRule::TenantPicks {
        return Err(SpecError::SecondPriceOfPick {});
    }
    let Some(reserve_price) = spec.reserve_price else {
        return Ok(());
    };
    if spec.pricing == Pricing::PayAsBid {
        return Err(SpecError::ReserveWithoutSecondPrice {});
    }
    if reserve_price > spec.max_price {
        return Err(SpecError::ReserveAboveMaximum {
            reserve_price: reserve_price.0,
            max_price: spec.max_price.0,
        });
    }
    Ok(())
}

fn rail(spec: &OrderSpec<String>) -> Result<(), SpecError> {
    match &spec.rail {
        Rail::Stream {
            length,
            ack_every,
            start_timeout,
            notice,
        } => {
            match length {
                StreamLength::Fixed(duration) => {
                    seconds("duration", *duration, Seconds(1), limits::DURATION)?;
                }
                StreamLength::OpenEnded { deposit } => {
                    bounded("deposit", deposit.u128(), 1, u128::MAX)?;
                }
            }
            if let Some(ack_every) = ack_every {
                seconds("ack_every", *ack_every, limits::MIN_ACK_EVERY, limits::TIMEOUT)?;
            }
            seconds(
                "start_timeout",
                *start_timeout,
                limits::MIN_TIMEOUT,
                limits::TIMEOUT,
            )?;
            seconds("notice", *notice, Seconds(0), limits::TIMEOUT)
        }
        Rail::Task {
            units,
            unit_deadline,
            start_timeout,
            progress_timeout,
            start_fee,
        } => {
            bounded("units", (*units).into(), 1, limits::UNITS.into())?;
            seconds("unit_deadline", *unit_deadline, Seconds(1), limits::UNIT_DEADLINE)?;
            seconds(
                "start_timeout",
                *start_timeout,
                limits::MIN_TIMEOUT,
                limits::TIMEOUT,
            )?;
            seconds(
                "progress_timeout",
                *progress_timeout,
                limits::MIN_TIMEOUT,
                limits::TIMEOUT,
            )?;
            if progress_timeout.0 < unit_deadline.0 * 2 {
                return Err(SpecError::ProgressTimeoutShort {
                    progress_timeout: *progress_timeout,
                    unit_deadline: *unit_deadline,
                });
            }
            // both factors are bounded above, so the product fits
            let all_units = mul_div(spec.max_price.0, (*units).into(), Uint128::one(), Rounding::Down)
                .unwrap_or(Uint128::MAX);
            match start_fee {
                Some(start_fee) if *start_fee > all_units => Err(SpecError::StartFeeHigh {
                    start_fee: *start_fee,
                    all_units,
                }),
                _ => Ok(()),
            }
        }
    }
}

fn needs(needs: Requirements<String>, api: &dyn Api) -> Result<Requirements<Addr>, SpecError> {
    bounded("gpus", needs.resources.gpus.into(), 1, limits::GPUS.into())?;
    bounded(
        "min_reputation",
        needs.min_reputation.0.into(),
        0,
        BasisPoints::WHOLE.0.into(),
    )?;

    counted("classes", needs.classes.len(), 1, limits::CLASSES)?;
    needs.classes.iter().try_for_each(|class| class.check())?;
    distinct("classes", needs.classes.iter().map(|class| &class.0))?;

    counted("attributes", needs.attributes.len(), 0, Attribute::MAX_COUNT)?;
    needs.attributes.iter().try_for_each(Attribute::check)?;
    distinct(
        "attributes",
        needs.attributes.iter().map(|attribute| &attribute.key),
    )?;

    let addresses = |field, list: Vec<String>, min, max| -> Result<Vec<Addr>, SpecError> {
        counted(field, list.len(), min, max)?;
        let checked = list
            .iter()
            .map(|address| api.addr_validate(address))
            .collect::<Result<Vec<_>, _>>()?;
        distinct(field, checked.iter())?;
        Ok(checked)
    };
    let signatures = match needs.signatures {
        None => None,
        Some(_) if needs.attributes.is_empty() => return Err(SpecError::NothingToSign {}),
        Some(Signatures::AllOf(auditors)) => Some(Signatures::AllOf(addresses(
            "signatures",
            auditors,
            1,
            limits::SIGNERS,
        )?)),
        Some(Signatures::AnyOf(auditors)) => Some(Signatures::AnyOf(addresses(
            "signatures",
            auditors,
            1,
            limits::SIGNERS,
        )?)),
    };
    let allow = addresses("allow", needs.allow, 0, limits::ALLOW)?;
    let deny = addresses("deny", needs.deny, 0, limits::DENY)?;
    if let Some(provider) = allow.iter().find(|provider| deny.contains(provider)) {
        return Err(SpecError::AllowedAndDenied {
            provider: provider.clone(),
        });
    }
    Ok(Requirements {
        resources: needs.resources,
        classes: needs.classes,
        attributes: needs.attributes,
        signatures,
        allow,
        deny,
        min_reputation: needs.min_reputation,
    })
}

fn bounded(field: &'static str, value: u128, min: u128, max: u128) -> Result<(), SpecError> {
    if value < min || value > max {
        return Err(SpecError::OutOfBounds {
            field,
            value,
            min,
            max,
        });
    }
    Ok(())
}

fn seconds(field: &'static str, value: Seconds, min: Seconds, max: Seconds) -> Result<(), SpecError> {
    bounded(field, value.0.into(), min.0.into(), max.0.into())
}

fn counted(field: &'static str, count: usize, min: usize, max: usize) -> Result<(), SpecError> {
    if count < min || count > max {
        return Err(SpecError::Count {
            field,
            count,
            min,
            max,
        });
    }
    Ok(())
}

fn distinct<T: Ord + ToString>(
    field: &'static str,
    mut entries: impl Iterator<Item = T>,
) -> Result<(), SpecError> {
    let mut seen = BTreeSet::new();
    match entries.find_map(|entry| {
        let text = entry.to_string();
        (!seen.insert(entry)).then_some(text)
    }) {
        Some(entry) => Err(SpecError::Duplicate { field, entry }),
        None => Ok(()),
    }
}
