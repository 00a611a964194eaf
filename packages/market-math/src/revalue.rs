//! When a moved bond price leaves a lease with too little at stake.

use cosmwasm_std::{Uint128, Uint256};
use market_types::{BasisPoints, Price};

use crate::bond::{bond_for_value, value_of_bond};
use crate::{mul_div, MathError, Rounding};

/// A lease may be valued again once the bond price is this far from the one it was valued at.
pub const LEAST_MOVE: BasisPoints = BasisPoints(3_000);

/// What a lease's stake is worth at today's bond price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revalued {
    /// The price has not moved far enough: what was agreed stands.
    Unmoved,
    /// Worth `value` base units of the payment token, which is enough.
    Enough { value: Uint128 },
    /// Worth less than `least`; `missing` network tokens would make it up. Until then the lease posts no batch, and nobody is slashed.
    Short {
        value: Uint128,
        least: Uint128,
        missing: Uint128,
    },
}

/// Value `bond` network tokens again, which stand for at least `least_units` units of `unit_price`.
///
/// # Errors
/// The price now is zero, or a value does not fit into 128 bits.
pub fn revalue(
    bond: Uint128,
    price_then: Uint128,
    price_now: Uint128,
    unit_price: Price,
    least_units: u32,
) -> Result<Revalued, MathError> {
    if !has_moved(price_then, price_now) {
        return Ok(Revalued::Unmoved);
    }
    let value = value_of_bond(bond, price_now)?;
    let least = mul_div(unit_price.0, least_units.into(), Uint128::one(), Rounding::Down)?;
    if value >= least {
        return Ok(Revalued::Enough { value });
    }
    let missing = bond_for_value(least, price_now)?.saturating_sub(bond);
    Ok(Revalued::Short {
        value,
        least,
        missing,
    })
}

/// `|now - then| * 10000 >= 3000 * then`, either way.
pub fn has_moved(then: Uint128, now: Uint128) -> bool {
    let distance = Uint256::from(now.abs_diff(then)) * Uint256::from(u128::from(BasisPoints::WHOLE.0));
    distance >= Uint256::from(then) * Uint256::from(u128::from(LEAST_MOVE.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    #[test]
    fn thirty_percent_either_way_is_a_move() {
        for (now, moved) in [
            (700, true),
            (701, false),
            (1_299, false),
            (1_300, true),
            (0, true),
        ] {
            assert_eq!(has_moved(n(1_000), n(now)), moved, "to {now}");
        }
        assert!(has_moved(n(1), Uint128::MAX));
        assert!(has_moved(Uint128::MAX, n(0)));
        assert!(!has_moved(Uint128::MAX, Uint128::MAX));
    }

    #[test]
    fn a_stake_below_its_least_names_what_is_missing() {
        // 40 tokens at 1.00 count 20.00; at 0.60 they count 12.00, and 20.00 take 66.666667.
        let at = |price: u128, units| {
            revalue(
                n(40_000_000),
                n(1_000_000),
                n(price),
                Price::new(1_000_000),
                units,
            )
        };
        assert_eq!(at(800_000, 20), Ok(Revalued::Unmoved));
        assert_eq!(
            at(600_000, 20),
            Ok(Revalued::Short {
                value: n(12_000_000),
                least: n(20_000_000),
                missing: n(26_666_667)
            })
        );
        assert_eq!(at(600_000, 12), Ok(Revalued::Enough { value: n(12_000_000) }));
        assert_eq!(at(1_300_000, 20), Ok(Revalued::Enough { value: n(26_000_000) }));
        assert!(at(0, 20).is_err());
    }

    proptest! {
        #[test]
        fn topping_up_what_is_missing_is_enough(
            bond in any::<u64>(), then in 1..u64::MAX, now in 1..u64::MAX, price in any::<u64>(), units in any::<u32>(),
        ) {
            let of = |bond| revalue(bond, n(then.into()), n(now.into()), Price::new(price.into()), units);
            let bond = n(bond.into());
            if let Ok(Revalued::Short { value, least, missing }) = of(bond) {
                prop_assert!(value < least && !missing.is_zero());
                let enough = matches!(of(bond + missing), Ok(Revalued::Enough { .. }));
                prop_assert!(enough);
            }
        }
    }
}
