//! What a lease costs at most.

use cosmwasm_std::Uint128;
use market_math::accrual::cost;
use market_math::Rounding;
use market_types::order::{Rail, StreamLength};
use market_types::Price;

use super::task::price_of;
use crate::ContractError;

/// What one lease at `price` is funded with.
///
/// # Errors
/// The sum does not fit.
pub fn funding(rail: &Rail, price: Price) -> Result<Uint128, ContractError> {
    match rail {
        Rail::Stream { length, .. } => match length {
            StreamLength::Fixed(duration) => Ok(cost(price, *duration, Rounding::Up)?),
            StreamLength::OpenEnded { deposit } => Ok(*deposit),
        },
        Rail::Task { units, .. } => price_of(price, *units),
    }
}
