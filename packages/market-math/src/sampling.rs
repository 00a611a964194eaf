//! How often a unit is audited, and what its provider pays for that.
//!
//! A cheat gains the price `P` of a unit it did not do. If audited, which happens with probability `p`, it loses its
//! stake: the work bond `S` and what is held of that lease, of which at most `3S` counts. Audits convict at least 95 % of what they look
//! at; the rate makes the expected loss three times the gain: `0.95 * p * (S + min(U, 3S)) >= 3 * P`.

use cosmwasm_std::{Uint128, Uint256};
use market_types::{BasisPoints, Price};

use crate::{mul_div, MathError, Rounding};

/// The audit rate 1, as a 64-bit fraction: every unit is drawn.
pub const CERTAIN: Uint128 = Uint128::new(1 << 64);

/// The whole, in millionths.
pub const MILLION: u32 = 1_000_000;

const GAIN_FACTOR: u128 = 300;
const CONVICTED_PERCENT: u128 = 95;
/// Held earnings count up to this many work bonds.
const HELD_CAP: u64 = 3;

/// Probability that a unit is audited, in 2^-64, at most [`CERTAIN`]:
/// `min(2^64, ceil(2^64 * 300 * P / (95 * (S + min(U, 3S)))))`, not below `floor_ppm` millionths.
///
/// `stake` (S) and `held` (U) are in base units of the token of `unit_price` (P). Nothing at stake means that every unit is
/// drawn. A floor above one million counts as one million.
pub fn audit_rate(unit_price: Price, stake: Uint128, held: Uint128, floor_ppm: u32) -> Uint128 {
    let stake = Uint256::from(stake);
    let counted = Uint256::from(held).min(stake * Uint256::from(HELD_CAP));
    let at_stake = Uint256::from(CONVICTED_PERCENT) * (stake + counted);
    if at_stake.is_zero() {
        return CERTAIN;
    }
    let gain = CERTAIN.full_mul(GAIN_FACTOR) * Uint256::from(unit_price.0);
    let rate = ceil_div(gain, at_stake).min(Uint256::from(CERTAIN));
    let floor = ceil_div(
        CERTAIN.full_mul(u128::from(floor_ppm.min(MILLION))),
        Uint256::from(u128::from(MILLION)),
    );
    // Both are at most 2^64.
    rate.max(floor).try_into().unwrap_or(CERTAIN)
}

/// What a unit pays into the audit pool: `ceil(2 * p * a * P)`, two auditors at the share `a` of its price, as often as
/// it is drawn. At most half the price, rounded down: together with a take rate, which is at most half as well, it never takes
/// more than the price.
///
/// # Errors
/// None that a rate up to [`CERTAIN`] and a share up to the whole can cause.
pub fn premium_per_unit(
    rate: Uint128,
    audit_cost: BasisPoints,
    unit_price: Price,
) -> Result<Uint128, MathError> {
    let share = mul_div(
        rate,
        Uint128::new(2 * u128::from(audit_cost.0)),
        Uint128::one(),
        Rounding::Down,
    )?;
    let whole = mul_div(
        CERTAIN,
        Uint128::new(u128::from(BasisPoints::WHOLE.0)),
        Uint128::one(),
        Rounding::Down,
    )?;
    let half = Uint128::new(unit_price.0.u128() / 2);
    if share >= whole {
        return Ok(half);
    }
    Ok(mul_div(unit_price.0, share, whole, Rounding::Up)?.min(half))
}

/// [`premium_per_unit`] for `units` units.
///
/// # Errors
/// The sum does not fit.
pub fn premium(
    units: u32,
    rate: Uint128,
    audit_cost: BasisPoints,
    unit_price: Price,
) -> Result<Uint128, MathError> {
    let each = premium_per_unit(rate, audit_cost, unit_price)?;
    mul_div(each, Uint128::from(units), Uint128::one(), Rounding::Down)
}

fn ceil_div(a: Uint256, b: Uint256) -> Uint256 {
    let down = a / b;
    if (a % b).is_zero() {
        down
    } else {
        down + Uint256::one()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO_TO_64: u128 = 1 << 64;

    fn rate(price: u128, stake: u128, held: u128, floor: u32) -> u128 {
        audit_rate(Price::new(price), Uint128::new(stake), Uint128::new(held), floor).u128()
    }

    #[test]
    fn the_least_bond_means_that_about_one_unit_in_six_is_audited() {
        // 300 / (95 * 20) = 15.79 %
        let rate = rate(1_000, 20_000, 0, 0);
        assert_eq!(rate, (TWO_TO_64 * 300).div_ceil(95 * 20));
    }

    #[test]
    fn held_earnings_count_up_to_three_bonds() {
        assert_eq!(rate(1_000, 20_000, 60_000, 0), rate(1_000, 20_000, u128::MAX, 0));
        assert!(rate(1_000, 20_000, 59_999, 0) > rate(1_000, 20_000, 60_000, 0));
        assert_eq!(
            rate(1_000, 20_000, 60_000, 0),
            (TWO_TO_64 * 300).div_ceil(95 * 80)
        );
    }

    #[test]
    fn nothing_at_stake_means_that_every_unit_is_audited() {
        assert_eq!(rate(1, 0, 1_000_000, 0), TWO_TO_64);
        assert_eq!(rate(0, 0, 0, 0), TWO_TO_64);
    }

    #[test]
    fn the_rate_never_falls_below_the_floor_of_the_class() {
        assert_eq!(rate(1, u128::MAX, 0, 5_000), (TWO_TO_64 * 5).div_ceil(1_000));
        assert_eq!(rate(0, 1, 0, MILLION), TWO_TO_64);
        assert_eq!(rate(0, 1, 0, u32::MAX), TWO_TO_64);
        assert_eq!(rate(0, 1, 0, 0), 0);
    }

    #[test]
    fn the_extremes_fit() {
        assert_eq!(rate(u128::MAX, 1, u128::MAX, MILLION), TWO_TO_64);
        assert_eq!(
            rate(u128::MAX / 20, u128::MAX, u128::MAX, 0),
            (TWO_TO_64 * 300 / 20).div_ceil(95 * 2)
        );
        let premium = premium_per_unit(CERTAIN, BasisPoints(u16::MAX), Price(Uint128::MAX)).unwrap();
        assert_eq!(premium, Uint128::new(u128::MAX / 2));
    }

    #[test]
    fn a_premium_is_two_audits_as_often_as_they_happen() {
        // 2 * 10 % * 1 * 1000
        let tenth = Uint128::new(TWO_TO_64 / 10);
        let of = |rate, cost, price| {
            premium_per_unit(rate, BasisPoints(cost), Price::new(price))
                .unwrap()
                .u128()
        };
        assert_eq!(of(tenth, 10_000, 1_000), 200);
        assert_eq!(of(tenth, 1_000, 1_000), 20);
        assert_eq!(of(tenth, 0, 1_000), 0);
        assert_eq!(of(Uint128::zero(), 10_000, 1_000), 0);
        // rounded up, at most half
        assert_eq!(of(Uint128::one(), 1, 1_000), 1);
        assert_eq!(of(Uint128::one(), 1, 1), 0);
        assert_eq!(of(CERTAIN, 10_000, 1_001), 500);
    }

    #[test]
    fn the_premium_of_a_batch_is_that_of_its_units() {
        let price = Price::new(999);
        let rate = Uint128::new(TWO_TO_64 / 7);
        let each = premium_per_unit(rate, BasisPoints(333), price).unwrap();
        assert_eq!(
            premium(64, rate, BasisPoints(333), price),
            Ok(each * Uint128::new(64))
        );
        assert!(premium(64, CERTAIN, BasisPoints(10_000), Price(Uint128::MAX)).is_err());
    }

    fn amount() -> impl Strategy<Value = u128> {
        prop_oneof![any::<u128>(), 0..1_000_000u128, any::<u64>().prop_map(u128::from)]
    }

    proptest! {
        #[test]
        fn more_at_stake_never_means_more_audits(
            price in amount(), stake in amount(), held in amount(), more in amount(), floor in 0..=MILLION
        ) {
            let now = rate(price, stake, held, floor);
            prop_assert!(rate(price, stake.saturating_add(more), held, floor) <= now);
            prop_assert!(rate(price, stake, held.saturating_add(more), floor) <= now);
        }

        #[test]
        fn a_dearer_unit_is_never_audited_less(
            price in amount(), stake in amount(), held in amount(), more in amount(), floor in 0..=MILLION
        ) {
            prop_assert!(rate(price.saturating_add(more), stake, held, floor) >= rate(price, stake, held, floor));
        }

        #[test]
        fn the_rate_is_between_its_floor_and_certainty(
            price in amount(), stake in amount(), held in amount(), floor in 0..=MILLION
        ) {
            let rate = rate(price, stake, held, floor);
            prop_assert!(rate <= TWO_TO_64);
            prop_assert!(rate >= (TWO_TO_64 * u128::from(floor)).div_ceil(u128::from(MILLION)));
        }

        #[test]
        fn cheating_costs_three_times_its_gain(price in 1..1_000_000_000u128, bonds in 4..1_000u128, held in amount()) {
            let stake = price * bonds;
            let rate = Uint256::from(rate(price, stake, held, 0));
            let lost = Uint256::from(stake + held.min(3 * stake));
            let expected_loss = rate * lost * Uint256::from(95u128);
            prop_assert!(expected_loss >= Uint256::from(price) * Uint256::from(300u128) * Uint256::from(TWO_TO_64));
        }

        #[test]
        fn a_premium_never_exceeds_half_the_price_and_never_rounds_down_otherwise(
            rate in 0..=TWO_TO_64, cost in 0..=10_000u16, price in amount()
        ) {
            let premium =
                premium_per_unit(Uint128::new(rate), BasisPoints(cost), Price::new(price)).unwrap().u128();
            prop_assert!(premium <= price / 2);
            let paid = Uint256::from(premium) * Uint256::from(TWO_TO_64 * 10_000);
            let due = Uint256::from(price) * Uint256::from(2 * rate * u128::from(cost));
            prop_assert!(premium == price / 2 || paid >= due);
        }
    }
}
