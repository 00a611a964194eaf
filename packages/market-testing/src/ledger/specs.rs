//! What an order may ask.

use market_types::order::{limits, AwardRule, OrderSpec, Pricing, Rail, StreamLength};
use market_types::order_book::Params;
use market_types::Seconds;
use order_book::SpecError;

/// The rules of an order that are broken here now and then.
pub(super) fn check_spec(spec: &OrderSpec<String>, params: &Params) -> Result<(), SpecError> {
    let bounded = |field, value: u128, min: u128, max: u128| match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(SpecError::OutOfBounds {
            field,
            value,
            min,
            max,
        }),
    };
    let seconds =
        |field, value: Seconds, min: u64, max: u64| bounded(field, value.0.into(), min.into(), max.into());
    let max_price = spec.max_price.0;
    bounded("max_price", max_price.u128(), 1, limits::MAX_PRICE)?;
    seconds("window", spec.window, params.min_window.0, params.max_window.0)?;
    seconds("award_within", spec.award_within, 10, params.max_award_within.0)?;
    if spec.members != 1 {
        return Err(SpecError::Members {
            members: spec.members,
        });
    }
    if spec.pricing == Pricing::SecondPrice && spec.award == AwardRule::TenantPicks {
        return Err(SpecError::SecondPriceOfPick {});
    }
    if let Some(reserve_price) = spec.reserve_price {
        if spec.pricing == Pricing::PayAsBid {
            return Err(SpecError::ReserveWithoutSecondPrice {});
        }
        if reserve_price.0 > max_price {
            return Err(SpecError::ReserveAboveMaximum {
                reserve_price: reserve_price.0,
                max_price,
            });
        }
    }
    match &spec.rail {
        Rail::Stream { length, .. } => match length {
            StreamLength::Fixed(duration) => seconds("duration", *duration, 1, 366 * 86_400),
            StreamLength::OpenEnded { .. } => Ok(()),
        },
        Rail::Task { units, .. } => bounded("units", (*units).into(), 1, limits::UNITS.into()),
    }
}
