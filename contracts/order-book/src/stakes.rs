//! What a bid puts at stake, in the payment token. Rounded up: a stake is never a unit short.

use cosmwasm_std::Uint128;
use market_math::{mul_div, MathError, Rounding};
use market_types::order::{OrderSpec, Pricing, Rail, StreamLength};
use market_types::registry::{BidPrice, Stakes};
use market_types::{Price, Seconds};

use crate::state::Order;

/// The stakes of a lease paid at `price`, with the work bond its bid names.
///
/// A stream's lease bond is `lease_bond_time` of the price, or the whole price of a shorter lease. A task's work bond is at least
/// `work_bond_units` unit prices. Not showing up costs one hour or one unit at the order's maximum.
///
/// # Errors
/// A figure does not fit.
pub fn of(order: &Order, price: Price, work_bond: Uint128) -> Result<Stakes, MathError> {
    let (lease_bond_value, min_work_bond_value) = match &order.spec.rail {
        Rail::Stream { length, .. } => (
            lease_bond_value(price, *length, order.terms.lease_bond_time)?,
            Uint128::zero(),
        ),
        Rail::Task { .. } => {
            let units = Uint128::from(order.terms.work_bond_units);
            (
                Uint128::zero(),
                mul_div(price.0, units, Uint128::one(), Rounding::Up)?,
            )
        }
    };
    Ok(Stakes {
        token: order.token.to_string(),
        lease_bond_value,
        work_bond,
        min_work_bond_value,
        no_show_value: order.spec.max_price.0,
    })
}

fn lease_bond_value(price: Price, length: StreamLength, time: Seconds) -> Result<Uint128, MathError> {
    let of_time = |time: Seconds| mul_div(price.0, time.0.into(), Seconds::HOUR.0.into(), Rounding::Up);
    match length {
        StreamLength::Fixed(duration) => of_time(duration.min(time)),
        StreamLength::OpenEnded { deposit } => Ok(of_time(time)?.min(deposit)),
    }
}

/// The highest price that a bid of `price` could be paid. A bid must be able to stand by it: otherwise a rival could knock
/// the best bidder out by raising what it would be paid, and with it its stakes.
pub fn highest_pay<A>(spec: &OrderSpec<A>, price: Price) -> Price {
    match spec.pricing {
        Pricing::PayAsBid => price,
        Pricing::SecondPrice => spec.max_price,
    }
}

pub fn bid_price<A>(spec: &OrderSpec<A>, price: Price) -> BidPrice {
    match spec.rail {
        Rail::Stream { .. } => BidPrice::PerHour(price),
        Rail::Task { .. } => BidPrice::PerUnit(price),
    }
}
