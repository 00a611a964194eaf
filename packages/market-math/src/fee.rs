//! The network's take from what a lease has paid so far.

use cosmwasm_std::Uint128;
use market_types::BasisPoints;

use crate::{mul_div, MathError, Rounding};

/// `floor(gross * rate / 10000)`: the provider keeps the remainder. Taken over the lease's whole life, so paying in
/// many parts costs exactly what paying at once costs.
///
/// # Errors
/// A rate above the whole, when the fee does not fit.
pub fn fee(gross: Uint128, rate: BasisPoints) -> Result<Uint128, MathError> {
    mul_div(
        gross,
        Uint128::from(rate.0),
        Uint128::from(BasisPoints::WHOLE.0),
        Rounding::Down,
    )
}

/// How `gross` divides. The parts sum to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    pub fee: Uint128,
    /// To the audit pool.
    pub premium: Uint128,
    /// To the provider.
    pub income: Uint128,
}

/// `income = gross - fee - premium`.
///
/// # Errors
/// Fee and premium together exceed `gross`.
pub fn split(gross: Uint128, rate: BasisPoints, premium: Uint128) -> Result<Split, MathError> {
    let fee = fee(gross, rate)?;
    let taken = fee
        .checked_add(premium)
        .map_err(|_| MathError::SumOverflow { a: fee, b: premium })?;
    let income = gross
        .checked_sub(taken)
        .map_err(|_| MathError::Underflow { a: gross, b: taken })?;
    Ok(Split { fee, premium, income })
}

/// The premium a payment of `paid` on top of `gross` can bear: what was asked, at most what the fee leaves.
///
/// # Errors
/// The new gross does not fit.
pub fn bearable_premium(
    gross: Uint128,
    paid: Uint128,
    rate: BasisPoints,
    asked: Uint128,
) -> Result<Uint128, MathError> {
    let after = gross
        .checked_add(paid)
        .map_err(|_| MathError::SumOverflow { a: gross, b: paid })?;
    let taken = fee(after, rate)?.saturating_sub(fee(gross, rate)?);
    Ok(asked.min(paid.saturating_sub(taken)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    #[test]
    fn the_fee_is_rounded_down_and_none_is_taken_at_zero() {
        assert_eq!(fee(n(9_999), BasisPoints(1)), Ok(n(0)));
        assert_eq!(fee(n(10_000), BasisPoints(1)), Ok(n(1)));
        assert_eq!(fee(n(50), BasisPoints(0)), Ok(n(0)));
        assert_eq!(fee(Uint128::MAX, BasisPoints::WHOLE), Ok(Uint128::MAX));
    }

    #[test]
    fn fee_and_premium_above_gross_are_refused() {
        assert_eq!(
            split(n(100), BasisPoints(5_000), n(51)),
            Err(MathError::Underflow { a: n(100), b: n(101) })
        );
        assert_eq!(
            split(n(100), BasisPoints(5_000), n(50)),
            Ok(Split {
                fee: n(50),
                premium: n(50),
                income: n(0)
            })
        );
    }

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole(gross: u128, rate in 0..=10_000u16, premium: u128) {
            let rate = BasisPoints(rate);
            let premium = bearable_premium(n(0), n(gross), rate, n(premium)).unwrap();
            let s = split(n(gross), rate, premium).unwrap();
            prop_assert_eq!(s.fee + s.premium + s.income, n(gross));
        }

        #[test]
        fn two_leases_never_pay_more_than_one_and_save_at_most_a_unit(a: u64, b: u64, rate in 0..=10_000u16) {
            let rate = BasisPoints(rate);
            let apart = fee(n(a.into()), rate).unwrap() + fee(n(b.into()), rate).unwrap();
            let together = fee(n(u128::from(a) + u128::from(b)), rate).unwrap();
            prop_assert!(apart <= together && together - apart <= n(1));
        }

        #[test]
        fn the_fee_grows_with_gross_and_rate(a: u128, b: u128, r in 0..=10_000u16, s in 0..=10_000u16) {
            let f = |g, r| fee(n(g), BasisPoints(r)).unwrap();
            prop_assert!(f(a.min(b), r) <= f(a.max(b), r));
            prop_assert!(f(a, r.min(s)) <= f(a, r.max(s)));
            prop_assert!(f(a, r) <= n(a));
        }

        #[test]
        fn income_never_falls_when_more_is_paid(gross: u64, paid: u64, rate in 0..=10_000u16, asked: u128) {
            let rate = BasisPoints(rate);
            let (gross, paid) = (n(gross.into()), n(paid.into()));
            let more = bearable_premium(gross, paid, rate, n(asked)).unwrap();
            let before = split(gross, rate, n(0)).unwrap().income;
            prop_assert!(split(gross + paid, rate, more).unwrap().income >= before);
        }
    }
}
