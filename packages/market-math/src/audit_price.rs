//! What audits cost: the fee of an auditor, and the price of an audit that a tenant forces.

use cosmwasm_std::Uint128;
use market_types::{BasisPoints, Price};

use crate::{mul_div, MathError, Rounding};

/// What one auditor earns: `floor(a * P)`. What premiums brought in above that stays in the pool.
///
/// # Errors
/// `audit_cost` is more than the whole and the product does not fit.
pub fn auditor_fee(unit_price: Price, audit_cost: BasisPoints) -> Result<Uint128, MathError> {
    mul_div(
        unit_price.0,
        audit_cost.0.into(),
        BasisPoints::WHOLE.0.into(),
        Rounding::Down,
    )
}

/// What a forced audit costs its tenant before it begins: `ceil(2 * a * P)` and the provider's fee for opening. Never less than what is paid out.
///
/// # Errors
/// The sum does not fit.
pub fn forced_audit_price(
    unit_price: Price,
    audit_cost: BasisPoints,
    opening_fee: Uint128,
) -> Result<Uint128, MathError> {
    let audits = mul_div(
        unit_price.0,
        (2 * u128::from(audit_cost.0)).into(),
        BasisPoints::WHOLE.0.into(),
        Rounding::Up,
    )?;
    audits
        .checked_add(opening_fee)
        .map_err(|_| MathError::SumOverflow {
            a: audits,
            b: opening_fee,
        })
}

/// Audits a tenant may force on a lease of `units` units: `ceil(5 % of units) + 1`.
pub fn forced_audits_cap(units: u32) -> u32 {
    units.div_ceil(20).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WHOLE: BasisPoints = BasisPoints::WHOLE;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    #[test]
    fn an_auditor_earns_the_share_of_its_class() {
        assert_eq!(auditor_fee(Price::new(999), WHOLE), Ok(n(999)));
        assert_eq!(auditor_fee(Price::new(999), BasisPoints(1_000)), Ok(n(99)));
        assert_eq!(auditor_fee(Price::new(9), BasisPoints(1_000)), Ok(n(0)));
        assert_eq!(auditor_fee(Price(Uint128::MAX), WHOLE), Ok(Uint128::MAX));
        assert!(auditor_fee(Price(Uint128::MAX), BasisPoints(10_001)).is_err());
    }

    #[test]
    fn a_forced_audit_pays_two_auditors_and_the_opening() {
        assert_eq!(forced_audit_price(Price::new(999), WHOLE, n(5)), Ok(n(2_003)));
        assert_eq!(
            forced_audit_price(Price::new(999), BasisPoints(1_000), n(5)),
            Ok(n(205))
        );
        assert_eq!(forced_audit_price(Price::new(0), WHOLE, n(5)), Ok(n(5)));
        assert!(forced_audit_price(Price(Uint128::MAX), WHOLE, n(0)).is_err());
        let half = Price::new(u128::MAX / 2);
        assert_eq!(forced_audit_price(half, WHOLE, n(1)), Ok(Uint128::MAX));
        assert!(forced_audit_price(half, WHOLE, n(2)).is_err());
    }

    #[test]
    fn one_in_twenty_units_and_one_more_may_be_forced() {
        for (units, cap) in [
            (0, 1),
            (1, 2),
            (20, 2),
            (21, 3),
            (400, 21),
            (u32::MAX, 214_748_366),
        ] {
            assert_eq!(forced_audits_cap(units), cap, "{units} units");
        }
    }

    proptest! {
        #[test]
        fn what_a_forced_audit_costs_covers_what_it_pays(price in 0..u128::MAX / 4, cost in 0..=10_000u16, opening in any::<u64>()) {
            let opening = n(opening.into());
            let paid = forced_audit_price(Price::new(price), BasisPoints(cost), opening).unwrap();
            let fee = auditor_fee(Price::new(price), BasisPoints(cost)).unwrap();
            prop_assert!(paid >= fee + fee + opening);
            prop_assert!(paid <= fee + fee + opening + n(2));
        }
    }
}
