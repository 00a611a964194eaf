//! The bond price: who may set it to what, and what a stake is worth at it.

use cosmwasm_std::{Addr, Uint128};
use market_math::bond::{bond_for_value, price_band, value_of_bond, PRICE_BASE};
use market_types::{BasisPoints, Seconds, UnixTime};

use crate::state::BondPrice;
use crate::ContractError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setter {
    Governor,
    Keeper,
}

impl BondPrice {
    /// The network token as a payment token is worth itself, always.
    pub fn of_itself(now: UnixTime) -> Self {
        Self {
            price: PRICE_BASE,
            updated_at: now,
            anchor: PRICE_BASE,
            anchor_at: now,
        }
    }

    pub fn age(&self, now: UnixTime) -> Seconds {
        now.since(self.updated_at)
    }

    /// The bond whose stake value is `value`; the largest amount there is when it does not fit, which nobody can cover.
    pub fn bond(&self, value: Uint128) -> Uint128 {
        bond_for_value(value, self.price).unwrap_or(Uint128::MAX)
    }

    /// The stake value of a bond; the largest amount there is when it does not fit.
    pub fn value(&self, bond: Uint128) -> Uint128 {
        value_of_bond(bond, self.price).unwrap_or(Uint128::MAX)
    }
}

/// The bond price after `by` set it to `price`; the rule is at [`market_types::registry::ExecuteMsg::SetBondPrice`].
///
/// # Errors
/// A price of zero, a keeper's first price, or a keeper's step too far.
pub fn set(
    old: Option<BondPrice>,
    token: &Addr,
    price: Uint128,
    by: Setter,
    daily_move: BasisPoints,
    now: UnixTime,
) -> Result<BondPrice, ContractError> {
    if price.is_zero() {
        return Err(ContractError::PriceZero {});
    }
    if by == Setter::Governor {
        return Ok(BondPrice {
            price,
            updated_at: now,
            anchor: price,
            anchor_at: now,
        });
    }
    let old = old.ok_or_else(|| ContractError::FirstPrice { token: token.clone() })?;
    let (anchor, anchor_at) = if now < old.anchor_at.plus(Seconds::DAY) {
        (old.anchor, old.anchor_at)
    } else {
        (old.price, now)
    };
    let (low, high) = price_band(anchor, daily_move)?;
    if price < low || price > high {
        let until = anchor_at.plus(Seconds::DAY);
        return Err(ContractError::PriceStep {
            price,
            low,
            high,
            until,
        });
    }
    Ok(BondPrice {
        price,
        updated_at: now,
        anchor,
        anchor_at,
    })
}
