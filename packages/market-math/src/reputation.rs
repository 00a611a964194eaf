//! How far a provider can be trusted, from what it was paid for and what it failed at.
//!
//! The score is the lower end of Wilson's interval for the share of successes ("Probable Inference, the Law of Succession, and
//! Statistical Inference", 1927) at z = 1.64, with weights in place of counts:
//! `(s + z^2/2 - z * sqrt(s*f/n + z^2/4)) / (n + z^2)` with `n = s + f`. Weights are in millionths of an observation. Every
//! rounding is downwards in the score.

use cosmwasm_std::{Isqrt, Uint128, Uint256};
use market_types::{BasisPoints, Seconds};

/// The score of a newcomer, and the lowest there is.
pub const FLOOR: BasisPoints = BasisPoints(1_000);

/// Weight of one observation.
pub const OBSERVATION: Uint128 = Uint128::new(1_000_000);

/// `z^2 = 1.64^2`, in millionths.
const Z_SQUARED: u128 = 2_689_600;

/// Wilson's lower bound in basis points, at least [`FLOOR`].
pub fn score(success: Uint128, failure: Uint128) -> BasisPoints {
    let wide = |n: u128| Uint256::from(n);
    let total = Uint256::from(success) + Uint256::from(failure);
    if total.is_zero() {
        return FLOOR;
    }
    let half = wide(Z_SQUARED / 2);
    // At most the smaller of the two weights, so its product with z^2 stays far below 256 bits.
    let spread = divided_up(success.full_mul(failure), total);
    let radicand = spread * wide(Z_SQUARED) + half * half;
    let root = radicand.isqrt();
    let root = if root * root < radicand {
        root + Uint256::one()
    } else {
        root
    };
    let lower = (Uint256::from(success) + half).saturating_sub(root);
    let share = lower * wide(BasisPoints::WHOLE.0.into()) / (total + wide(Z_SQUARED));
    let points = Uint128::try_from(share).map_or(u128::MAX, |share| share.u128());
    BasisPoints(u16::try_from(points).unwrap_or(BasisPoints::WHOLE.0)).clamp(FLOOR, BasisPoints::WHOLE)
}

fn divided_up(a: Uint256, divisor: Uint256) -> Uint256 {
    let down = a / divisor;
    if down * divisor < a {
        down + Uint256::one()
    } else {
        down
    }
}

/// Whole half-lives in `elapsed`; zero for a half-life of zero.
pub fn halvings(elapsed: Seconds, half_life: Seconds) -> u64 {
    elapsed.0.checked_div(half_life.0).unwrap_or(0)
}

/// `weight` after `halvings` half-lives, rounded down. Halving in one step or in many gives the same.
pub fn decayed(weight: Uint128, halvings: u64) -> Uint128 {
    match u32::try_from(halvings) {
        Ok(shift) if shift < 128 => weight >> shift,
        _ => Uint128::zero(),
    }
}

/// The weight of `amount` when `unit` is one observation: `floor(amount * 10^6 / unit)`, or the largest weight there is.
/// Nothing for a unit of zero.
pub fn weight(amount: Uint128, unit: Uint128) -> Uint128 {
    if unit.is_zero() {
        return Uint128::zero();
    }
    Uint128::try_from(amount.full_mul(OBSERVATION) / Uint256::from(unit)).unwrap_or(Uint128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    fn obs(success: u128, failure: u128) -> u16 {
        score(n(success * 1_000_000), n(failure * 1_000_000)).0
    }

    #[test]
    fn scores_are_those_of_the_formula() {
        assert_eq!(obs(0, 0), 1_000);
        assert_eq!(obs(1, 0), 2_710);
        assert_eq!(obs(10, 0), 7_880);
        assert_eq!(obs(100, 0), 9_738);
        assert_eq!(obs(0, 100), 1_000);
        // s = 90, f = 10: (90 + 1.3448 - 1.64 * sqrt(9 + 0.6724)) / 102.6896
        assert_eq!(obs(90, 10), 8_398);
        assert_eq!(obs(1_000_000, 0), 9_999);
    }

    #[test]
    fn the_extremes_of_the_type_have_a_score() {
        assert_eq!(score(Uint128::MAX, n(0)), BasisPoints(9_999));
        assert_eq!(score(n(0), Uint128::MAX), FLOOR);
        assert_eq!(score(Uint128::MAX, Uint128::MAX), BasisPoints(4_999));
        assert_eq!(score(n(1), n(0)), FLOOR);
    }

    #[test]
    fn a_weight_is_gone_after_128_halvings() {
        assert_eq!(decayed(Uint128::MAX, 127), n(1));
        assert_eq!(decayed(Uint128::MAX, 128), n(0));
        assert_eq!(decayed(Uint128::MAX, u64::MAX), n(0));
        assert_eq!(halvings(Seconds(199), Seconds(100)), 1);
        assert_eq!(halvings(Seconds(200), Seconds(100)), 2);
        assert_eq!(halvings(Seconds(200), Seconds(0)), 0);
    }

    #[test]
    fn a_weight_is_in_millionths_of_the_unit_and_never_wraps() {
        assert_eq!(weight(n(5), n(2)), n(2_500_000));
        assert_eq!(weight(Uint128::MAX, n(1)), Uint128::MAX);
        assert_eq!(weight(n(5), n(0)), n(0));
    }

    proptest! {
        #[test]
        fn the_score_follows_the_formula_to_a_point(s in 0..1u64 << 44, f in 0..1u64 << 44) {
            let (obs_s, obs_f) = (s as f64 / 1e6, f as f64 / 1e6);
            let total = obs_s + obs_f;
            prop_assume!(total > 0.0);
            let z2 = 1.64f64 * 1.64;
            let lower = (obs_s + z2 / 2.0 - 1.64 * (obs_s * obs_f / total + z2 / 4.0).sqrt()) / (total + z2);
            let expected = (lower * 1e4).max(1_000.0);
            let got = f64::from(score(n(s.into()), n(f.into())).0);
            prop_assert!(got <= expected + 0.01 && got >= expected - 1.01, "{got} for {expected}");
        }

        #[test]
        fn success_never_lowers_and_failure_never_raises(
            s in any::<u128>(), f in any::<u128>(), more in any::<u128>(),
        ) {
            let base = score(n(s), n(f));
            prop_assert!(score(n(s).saturating_add(n(more)), n(f)) >= base);
            prop_assert!(score(n(s), n(f).saturating_add(n(more))) <= base);
        }

        #[test]
        fn decay_does_not_depend_on_how_often_it_is_applied(w in any::<u128>(), a in 0..200u64, b in 0..200u64) {
            prop_assert_eq!(decayed(decayed(n(w), a), b), decayed(n(w), a + b));
        }

        #[test]
        fn splitting_a_fee_never_weighs_more(a in any::<u64>(), b in any::<u64>(), unit in 1..u64::MAX) {
            let w = |amount: u128| weight(n(amount), n(unit.into()));
            prop_assert!(w(a.into()) + w(b.into()) <= w(u128::from(a) + u128::from(b)));
        }
    }
}
