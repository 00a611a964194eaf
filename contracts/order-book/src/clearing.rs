//! The last awards of each class and token: a ring, so each award writes one small entry.

use cosmwasm_std::{Addr, StdResult, Storage};
use market_types::order_book::ClearingPrice;
use market_types::resources::DeviceClass;

use crate::state::{Clearing, CLEARING, CLEARING_COUNT};

/// Awards remembered per class and token.
pub const KEPT: u8 = 32;

fn slot(number: u64) -> u8 {
    (number % u64::from(KEPT)) as u8
}

/// Awards so far; the count is written with the first one.
fn made(storage: &dyn Storage, class: &DeviceClass, token: &Addr) -> StdResult<u64> {
    Ok(CLEARING_COUNT
        .may_load(storage, (&class.0, token))?
        .unwrap_or_default())
}

pub fn record(
    storage: &mut dyn Storage,
    class: &DeviceClass,
    token: &Addr,
    clearing: &Clearing,
) -> StdResult<()> {
    let made = made(storage, class, token)?;
    CLEARING.save(storage, (&class.0, token, slot(made)), clearing)?;
    CLEARING_COUNT.save(storage, (&class.0, token), &made.saturating_add(1))
}

/// Newest first, at most [`KEPT`].
pub fn latest(storage: &dyn Storage, class: &DeviceClass, token: &Addr) -> StdResult<Vec<ClearingPrice>> {
    let made = made(storage, class, token)?;
    let first = made.saturating_sub(u64::from(KEPT));
    (first..made)
        .rev()
        .map(|number| {
            let clearing = CLEARING.load(storage, (&class.0, token, slot(number)))?;
            Ok(ClearingPrice {
                order: clearing.order,
                price: clearing.price,
                per_hour: clearing.per_hour,
                gpus: clearing.gpus,
                at: clearing.at,
            })
        })
        .collect()
}
