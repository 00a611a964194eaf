//! What a bond is worth. Stake is valued at half the bond price, so it may lose half its worth before it is short.

use cosmwasm_std::Uint128;
use market_types::BasisPoints;

use crate::{mul_div, MathError, Rounding};

/// Base units of the network token that a bond price is quoted for.
pub const PRICE_BASE: Uint128 = Uint128::new(1_000_000);

const TWICE_PRICE_BASE: Uint128 = Uint128::new(2_000_000);

/// What `amount` network tokens are worth as a stake, in base units of the payment token: `floor(amount * price / 10^6 / 2)`.
///
/// # Errors
/// The value does not fit into 128 bits.
pub fn value_of_bond(amount: Uint128, price: Uint128) -> Result<Uint128, MathError> {
    mul_div(amount, price, TWICE_PRICE_BASE, Rounding::Down)
}

/// The least bond, in network tokens, whose stake value is at least `value`: `ceil(value * 2 * 10^6 / price)`.
///
/// # Errors
/// The price is zero, or the bond does not fit into 128 bits.
pub fn bond_for_value(value: Uint128, price: Uint128) -> Result<Uint128, MathError> {
    mul_div(value, TWICE_PRICE_BASE, price, Rounding::Up)
}

/// What `value` of a payment token costs in network tokens at the full price: `floor(value * 10^6 / price)`.
///
/// # Errors
/// The price is zero, or the result does not fit into 128 bits.
pub fn network_tokens_worth(value: Uint128, price: Uint128) -> Result<Uint128, MathError> {
    mul_div(value, PRICE_BASE, price, Rounding::Down)
}

/// The furthest a price may be moved from `anchor`, down and up: `floor(anchor * daily_move / 10000)` either way.
///
/// # Errors
/// The upper end does not fit into 128 bits, or `daily_move` is more than the whole.
pub fn price_band(anchor: Uint128, daily_move: BasisPoints) -> Result<(Uint128, Uint128), MathError> {
    let step = mul_div(
        anchor,
        daily_move.0.into(),
        BasisPoints::WHOLE.0.into(),
        Rounding::Down,
    )?;
    let low = anchor
        .checked_sub(step)
        .map_err(|_| MathError::Underflow { a: anchor, b: step })?;
    let high = anchor
        .checked_add(step)
        .map_err(|_| MathError::SumOverflow { a: anchor, b: step })?;
    Ok((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    #[test]
    fn stake_counts_at_half_its_price() {
        // 10 tokens of 6 decimals at 2.50 of a token of 6 decimals.
        assert_eq!(value_of_bond(n(10_000_000), n(2_500_000)), Ok(n(12_500_000)));
        assert_eq!(bond_for_value(n(12_500_000), n(2_500_000)), Ok(n(10_000_000)));
        assert_eq!(bond_for_value(n(0), n(2_500_000)), Ok(n(0)));
        assert_eq!(network_tokens_worth(n(25), n(2_500_000)), Ok(n(10)));
    }

    #[test]
    fn a_band_is_the_daily_move_either_way() {
        assert_eq!(price_band(n(1_000), BasisPoints(1_000)), Ok((n(900), n(1_100))));
        assert_eq!(price_band(n(9), BasisPoints(1_000)), Ok((n(9), n(9))));
        assert_eq!(price_band(n(9), BasisPoints(0)), Ok((n(9), n(9))));
        let step = n(Uint128::MAX.u128() / 10);
        assert_eq!(
            price_band(Uint128::MAX, BasisPoints(1_000)),
            Err(MathError::SumOverflow {
                a: Uint128::MAX,
                b: step
            })
        );
    }

    #[test]
    fn nothing_is_valued_at_a_price_of_zero() {
        assert!(bond_for_value(n(1), n(0)).is_err());
        assert!(network_tokens_worth(n(1), n(0)).is_err());
        assert_eq!(value_of_bond(Uint128::MAX, n(0)), Ok(n(0)));
    }

    proptest! {
        #[test]
        fn the_bond_for_a_value_is_worth_it_and_one_less_is_not(value in any::<u128>(), price in 1..u128::MAX) {
            if let Ok(bond) = bond_for_value(n(value), n(price)) {
                if let Ok(worth) = value_of_bond(bond, n(price)) {
                    prop_assert!(worth >= n(value));
                }
                if !bond.is_zero() {
                    prop_assert!(value_of_bond(bond - n(1), n(price)).unwrap() < n(value));
                }
            }
        }

        #[test]
        fn a_stake_split_in_two_is_never_worth_more(a in any::<u64>(), b in any::<u64>(), price in any::<u64>()) {
            let worth = |amount: u128| value_of_bond(n(amount), n(price.into())).unwrap();
            prop_assert!(worth(a.into()) + worth(b.into()) <= worth(u128::from(a) + u128::from(b)));
        }

        #[test]
        fn bonds_for_split_values_are_never_less(a in any::<u64>(), b in any::<u64>(), price in 1..u64::MAX) {
            let bond = |value: u128| bond_for_value(n(value), n(price.into())).unwrap();
            prop_assert!(bond(a.into()) + bond(b.into()) >= bond(u128::from(a) + u128::from(b)));
        }
    }
}
