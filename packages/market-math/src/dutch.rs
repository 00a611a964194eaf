//! The Dutch auction that sells collected fees for network tokens.
//!
//! Prices are network tokens for [`PRICE_UNIT`] base units of the sold token, both in base units. A price halves every hour and
//! falls in a straight line within the hour: after `h` hours and `s` seconds it is `(start >> h) * (7200 - s) / 7200`.
//! All of it rounds against the buyer, whose remainder is burned like the rest.

use cosmwasm_std::{Uint128, Uint256};
use market_types::Seconds;

use crate::{mul_div, MathError, Rounding};

/// Base units of the sold token that a price is for.
pub const PRICE_UNIT: Uint128 = Uint128::new(1_000_000);

/// Least and most the last price can be. Below, a price could fall to zero before its floor is passed.
pub const MIN_LAST: Uint128 = Uint128::new(128);
pub const MAX_LAST: Uint128 = Uint128::new(10u128.pow(30));

/// A lot starts at this many times the last price.
const START_FACTOR: u128 = 8;
/// A lot's floor is its start, halved this often.
const FLOOR_HALVINGS: u32 = 10;
/// The last price moves at most by this factor a lot.
const MAX_MOVE: u128 = 4;
const HOUR: u64 = Seconds::HOUR.0;
/// A take is at least this part of the lot as opened: a twentieth.
const LEAST_TAKE: u32 = 20;

/// Start of a lot after `last`, between [`MIN_LAST`] and [`MAX_LAST`].
pub fn start_price(last: Uint128) -> Uint128 {
    Uint128::new(last.clamp(MIN_LAST, MAX_LAST).u128() * START_FACTOR)
}

/// Where the lot that follows an unsold one starts: eight times the floor of that one.
pub fn restart_price(start: Uint128) -> Uint128 {
    start_price(floor_price(start))
}

/// Below this price nothing is sold: a 1024th of the start.
pub fn floor_price(start: Uint128) -> Uint128 {
    start >> FLOOR_HALVINGS
}

/// Price after `elapsed`, rounded up.
pub fn price_after(start: Uint128, elapsed: Seconds) -> Uint128 {
    let halvings = u32::try_from(elapsed.0 / HOUR).unwrap_or(u32::MAX);
    let of_the_hour = Uint128::new(start.u128().checked_shr(halvings).unwrap_or(0));
    let left = Uint128::from(2 * HOUR - elapsed.0 % HOUR);
    // The quotient is at most `of_the_hour`.
    mul_div(of_the_hour, left, Uint128::from(2 * HOUR), Rounding::Up).unwrap_or(of_the_hour)
}

/// The price fell below the floor: nobody can buy any more.
pub fn is_expired(start: Uint128, elapsed: Seconds) -> bool {
    price_after(start, elapsed) < floor_price(start)
}

/// Network tokens for `amount` at `price`, rounded up.
///
/// # Errors
/// The cost does not fit.
pub fn cost(amount: Uint128, price: Uint128) -> Result<Uint128, MathError> {
    mul_div(amount, price, PRICE_UNIT, Rounding::Up)
}

/// What a payment buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// Base units of the sold token.
    pub out: Uint128,
    /// Network tokens they cost, at most what was offered.
    pub cost: Uint128,
}

/// As much of `left` as `pay` network tokens buy at `price`.
///
/// # Errors
/// The price is zero.
pub fn purchase(pay: Uint128, left: Uint128, price: Uint128) -> Result<Purchase, MathError> {
    if price.is_zero() {
        return Err(MathError::DivisionByZero {
            a: pay,
            b: PRICE_UNIT,
        });
    }
    let affordable = pay.full_mul(PRICE_UNIT) / Uint256::from(price);
    // What is more than `left` need not fit.
    let out = Uint128::try_from(affordable.min(Uint256::from(left))).unwrap_or(left);
    Ok(Purchase {
        out,
        cost: cost(out, price)?,
    })
}

/// Least that may be taken of a lot: a twentieth of it as opened, rounded up, or all that is left.
pub fn least_take(opened: Uint128, left: Uint128) -> Uint128 {
    Uint128::new(opened.u128().div_ceil(u128::from(LEAST_TAKE))).min(left)
}

/// The last price after a lot of `opened` of which `sold` brought `brought` network tokens: their volume-weighted price if at
/// least half was sold, rounded down, at most fourfold or a fourth of `last`; otherwise `last`.
pub fn last_price(last: Uint128, opened: Uint128, sold: Uint128, brought: Uint128) -> Uint128 {
    if sold.is_zero() || sold < opened - sold.min(opened) {
        return last;
    }
    let weighted = brought.full_mul(PRICE_UNIT) / Uint256::from(sold);
    let most = Uint128::new(last.u128().saturating_mul(MAX_MOVE)).min(MAX_LAST);
    let least = Uint128::new(last.u128() / MAX_MOVE).max(MIN_LAST).min(most);
    // What is more than `most` need not fit.
    Uint128::try_from(weighted.min(Uint256::from(most)))
        .unwrap_or(most)
        .max(least)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    fn price(start: u128, elapsed: u64) -> u128 {
        price_after(n(start), Seconds(elapsed)).u128()
    }

    #[test]
    fn the_price_halves_every_hour() {
        assert_eq!(price(1 << 20, 0), 1 << 20);
        for hour in 0..30 {
            assert_eq!(price(1 << 20, hour * 3_600), (1 << 20) >> hour);
        }
        assert_eq!(price(u128::MAX, u64::MAX), 0);
        assert_eq!(price(u128::MAX, 200 * 3_600), 0);
    }

    #[test]
    fn within_the_hour_it_falls_in_a_straight_line_and_rounds_up() {
        assert_eq!(price(7_200, 1), 7_199);
        assert_eq!(price(7_200, 1_800), 5_400);
        assert_eq!(price(7_200, 3_599), 3_601);
        assert_eq!(price(1_000, 1), 1_000);
        assert_eq!(price(1_000, 8), 999);
    }

    #[test]
    fn a_lot_can_be_bought_for_ten_hours_and_not_a_second_longer() {
        let start = start_price(n(10_000_000));
        assert_eq!(price_after(start, Seconds(36_000)), floor_price(start));
        assert!(!is_expired(start, Seconds(36_000)));
        assert!(is_expired(start, Seconds(36_001)));
    }

    #[test]
    fn even_the_cheapest_lot_has_a_price_above_zero_while_it_can_be_bought() {
        let start = start_price(n(0));
        assert_eq!((start, floor_price(start)), (n(1_024), n(1)));
        assert!(is_expired(start, Seconds(11 * 3_600)));
        assert_eq!(restart_price(start), start);
    }

    #[test]
    fn an_unsold_lot_restarts_from_eight_times_its_floor() {
        let start = start_price(n(1_280_000));
        assert_eq!(restart_price(start), n(8 * 8 * 1_280_000 / 1_024));
    }

    #[test]
    fn a_payment_buys_what_it_can_and_costs_no_more() {
        // 3 network tokens a unit
        let price = n(3_000_000);
        let bought = |pay, left| purchase(n(pay), n(left), price).map(|p| (p.out.u128(), p.cost.u128()));
        assert_eq!(bought(10, 100), Ok((3, 9)));
        assert_eq!(bought(2, 100), Ok((0, 0)));
        assert_eq!(bought(1_000, 100), Ok((100, 300)));
        assert_eq!(bought(u128::MAX, 100), Ok((100, 300)));
        assert!(purchase(n(1), n(1), n(0)).is_err());
    }

    #[test]
    fn a_take_is_a_twentieth_of_the_lot_or_all_the_rest() {
        assert_eq!(least_take(n(100), n(100)), n(5));
        assert_eq!(least_take(n(101), n(100)), n(6));
        assert_eq!(least_take(n(100), n(4)), n(4));
        assert_eq!(least_take(n(1), n(1)), n(1));
    }

    #[test]
    fn the_last_price_follows_a_lot_of_which_half_was_sold() {
        let last = |sold, brought| last_price(n(1_000_000), n(1_000), n(sold), n(brought)).u128();
        assert_eq!(last(499, 998), 1_000_000);
        assert_eq!(last(500, 1_000), 2_000_000);
        assert_eq!(last(1_000, 1_000), 1_000_000);
        assert_eq!(last(0, 0), 1_000_000);
        // at most fourfold
        assert_eq!(last(1_000, 4_001), 4_000_000);
        assert_eq!(last(1_000, 249), 250_000);
        assert_eq!(last(1_000, u128::MAX), 4_000_000);
    }

    #[test]
    fn the_last_price_stays_within_its_bounds() {
        assert_eq!(last_price(MIN_LAST, n(1), n(1), n(0)), MIN_LAST);
        assert_eq!(last_price(MAX_LAST, n(1), n(1), Uint128::MAX), MAX_LAST);
    }

    fn start() -> impl Strategy<Value = u128> {
        prop_oneof![1_024..1_000_000_000u128, 1_024..=8 * MAX_LAST.u128()]
    }

    proptest! {
        #[test]
        fn the_price_never_rises(start in start(), at in 0..60_000u64, later in 0..60_000u64) {
            prop_assert!(price(start, at + later) <= price(start, at));
        }

        #[test]
        fn the_price_does_not_jump_from_hour_to_hour(start in start(), hour in 1..12u64) {
            // One second before the hour the price is 3601/3600 of the next hour's, but for rounding.
            let before = price(start, hour * 3_600 - 1);
            let after = price(start, hour * 3_600);
            prop_assert!(before - after <= after / 3_600 + 2, "{} then {}", before, after);
        }

        #[test]
        fn a_buyer_never_pays_less_than_the_price(
            start in start(), at in 0..36_000u64, pay in any::<u128>(), left in any::<u64>()
        ) {
            let price = price_after(n(start), Seconds(at));
            let bought = purchase(n(pay), n(left.into()), price).unwrap();
            prop_assert!(bought.cost.u128() <= pay);
            prop_assert!(bought.out.u128() <= u128::from(left));
            prop_assert!(bought.cost.full_mul(PRICE_UNIT) >= bought.out.full_mul(price));
            // and the price is not below the exact one
            let exact = Uint256::from(start >> (at / 3_600)) * Uint256::from(7_200 - at % 3_600);
            prop_assert!(Uint256::from(price) * Uint256::from(7_200u64) >= exact);
        }

        #[test]
        fn one_unit_more_would_cost_more_than_was_paid(
            price in 1..1_000_000_000_000u128, pay in any::<u64>(), left in any::<u64>()
        ) {
            let bought = purchase(n(pay.into()), n(left.into()), n(price)).unwrap();
            prop_assert!(
                bought.out == n(left.into()) || cost(bought.out + n(1), n(price)).unwrap() > n(pay.into())
            );
        }

        #[test]
        fn splitting_a_take_is_never_cheaper(
            price in any::<u64>(), first in any::<u32>(), second in any::<u32>()
        ) {
            let cost = |amount: u64| cost(n(amount.into()), n(price.into())).unwrap();
            prop_assert!(cost(first.into()) + cost(second.into()) >= cost(u64::from(first) + u64::from(second)));
        }

        #[test]
        fn the_last_price_moves_at_most_fourfold(
            last in MIN_LAST.u128()..=MAX_LAST.u128(), opened in 1..u128::MAX, part in 0..=100u128, brought in any::<u128>()
        ) {
            let sold = opened / 100 * part;
            let next = last_price(n(last), n(opened), n(sold), n(brought)).u128();
            prop_assert!(next <= last.saturating_mul(4) && next >= last / 4);
            prop_assert!((MIN_LAST..=MAX_LAST).contains(&n(next)));
        }
    }
}
