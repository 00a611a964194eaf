//! The last awards of each class and token. Each award writes one small entry, and nothing counts them: an order is awarded once, so
//! its number tells awards of one second apart.

use cosmwasm_std::{Addr, Order as Direction, StdResult, Storage};
use market_types::order_book::ClearingPrice;
use market_types::resources::DeviceClass;
use market_types::{OrderId, UnixTime};

use crate::state::{Clearing, CLEARING};

/// Awards told per class and token.
pub const TOLD: usize = 32;

fn place(at: UnixTime, order: OrderId) -> u128 {
    u128::from(at.0) << 64 | u128::from(order.0)
}

pub fn record(
    storage: &mut dyn Storage,
    class: &DeviceClass,
    token: &Addr,
    at: UnixTime,
    order: OrderId,
    clearing: &Clearing,
) -> StdResult<()> {
    CLEARING.save(storage, (&class.0, token, place(at, order)), clearing)
}

/// Newest first, at most [`TOLD`].
pub fn latest(storage: &dyn Storage, class: &DeviceClass, token: &Addr) -> StdResult<Vec<ClearingPrice>> {
    CLEARING
        .under::<_, u128>(storage, (class.0.as_str(), token), None, Direction::Descending)
        .take(TOLD)
        .map(|entry| {
            let (place, clearing) = entry?;
            Ok(ClearingPrice {
                order: OrderId(place as u64),
                price: clearing.price,
                per_hour: clearing.per_hour,
                gpus: clearing.gpus,
                at: UnixTime((place >> 64) as u64),
            })
        })
        .collect()
}
