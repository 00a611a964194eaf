//! The reverse auction: what bids are ranked by, how far a bid is lowered, what the winner is paid, when the end moves.
//!
//! Lower is better throughout. Prices are whole base units of the payment token.

use cosmwasm_std::Uint128;
use market_types::order::AwardRule;
use market_types::{BasisPoints, Price, Seconds, UnixTime};

use crate::{mul_div, MathError, Rounding};

/// What a bid is ranked by. `reputation` is in basis points and at least 1.
///
/// # Errors
/// The score does not fit, or `reputation` is zero.
pub fn rank(rule: AwardRule, price: Price, reputation: BasisPoints) -> Result<Uint128, MathError> {
    match rule {
        AwardRule::Lowest | AwardRule::TenantPicks => Ok(price.0),
        AwardRule::BestScore => score(price, reputation),
    }
}

/// `ceil(price * 10000 / reputation)`: the price, made dearer by what is missing in trust.
///
/// # Errors
/// The score does not fit, or `reputation` is zero.
pub fn score(price: Price, reputation: BasisPoints) -> Result<Uint128, MathError> {
    mul_div(price.0, whole(), Uint128::from(reputation.0), Rounding::Up)
}

/// The least step by which a bid is lowered: `share` of the maximum price, rounded up, at least 1.
///
/// # Errors
/// `share` is above the whole and the product does not fit.
pub fn min_step(max_price: Price, share: BasisPoints) -> Result<Price, MathError> {
    let step = mul_div(max_price.0, Uint128::from(share.0), whole(), Rounding::Up)?;
    Ok(Price(step.max(Uint128::one())))
}

/// The highest price a bid at `price` may be lowered to. `None`: it cannot be lowered any more, as no bid is zero.
pub fn lowered_limit(price: Price, step: Price) -> Option<Price> {
    price
        .0
        .checked_sub(step.0)
        .ok()
        .filter(|left| !left.is_zero())
        .map(Price)
}

/// The highest price at which a winner of `reputation` would still have been ranked at or before `next_rank`.
///
/// Under `best_score` this is `floor(next_rank * reputation / 10000)`, the inverse of [`score`]; else the next price itself.
///
/// # Errors
/// The price does not fit.
pub fn critical(rule: AwardRule, next_rank: Uint128, reputation: BasisPoints) -> Result<Price, MathError> {
    match rule {
        AwardRule::Lowest | AwardRule::TenantPicks => Ok(Price(next_rank)),
        AwardRule::BestScore => {
            mul_div(next_rank, Uint128::from(reputation.0), whole(), Rounding::Down).map(Price)
        }
    }
}

/// `min(max_price, max(own, critical))`; without a next bid `reserve_price` stands in for the critical price, and without that
/// the winner is paid its own bid.
///
/// Never above `max_price`, never below `own`, given `own <= max_price`.
pub fn second_price(
    max_price: Price,
    own: Price,
    critical: Option<Price>,
    reserve_price: Option<Price>,
) -> Price {
    critical.or(reserve_price).unwrap_or(own).max(own).min(max_price)
}

/// The new end of bidding after a bid became best at `now`, or `None` if the end stays.
///
/// It moves by `extension` when `now` is in the last `extension` seconds before `closes`, at most `max` times.
pub fn extended(now: UnixTime, closes: UnixTime, extension: Seconds, made: u8, max: u8) -> Option<UnixTime> {
    let late = now < closes && closes.since(now) <= extension;
    (late && made < max && extension > Seconds(0)).then(|| closes.plus(extension))
}

fn whole() -> Uint128 {
    Uint128::from(BasisPoints::WHOLE.0)
}

#[cfg(test)]
mod tests {
    use market_types::order::limits::MAX_PRICE;
    use proptest::prelude::*;

    use super::*;

    fn p(price: u128) -> Price {
        Price::new(price)
    }

    #[test]
    fn a_score_rounds_against_the_bidder() {
        assert_eq!(score(p(100), BasisPoints(10_000)), Ok(Uint128::new(100)));
        assert_eq!(score(p(100), BasisPoints(9_999)), Ok(Uint128::new(101)));
        assert_eq!(score(p(100), BasisPoints(1_000)), Ok(Uint128::new(1_000)));
        assert!(score(p(100), BasisPoints(0)).is_err());
        assert!(score(Price(Uint128::MAX), BasisPoints(9_999)).is_err());
    }

    #[test]
    fn the_step_is_rounded_up_and_never_zero() {
        assert_eq!(min_step(p(1_000_000), BasisPoints(10)), Ok(p(1_000)));
        assert_eq!(min_step(p(1_000_001), BasisPoints(10)), Ok(p(1_001)));
        assert_eq!(min_step(p(5), BasisPoints(10)), Ok(p(1)));
        assert_eq!(min_step(p(5), BasisPoints(0)), Ok(p(1)));
    }

    #[test]
    fn a_bid_is_never_lowered_to_zero() {
        assert_eq!(lowered_limit(p(10), p(9)), Some(p(1)));
        assert_eq!(lowered_limit(p(10), p(10)), None);
        assert_eq!(lowered_limit(p(10), p(11)), None);
    }

    #[test]
    fn without_a_next_bid_the_reserve_price_counts_and_without_that_the_own_bid() {
        assert_eq!(second_price(p(100), p(40), Some(p(60)), Some(p(90))), p(60));
        assert_eq!(second_price(p(100), p(40), None, Some(p(90))), p(90));
        assert_eq!(second_price(p(100), p(40), None, Some(p(30))), p(40));
        assert_eq!(second_price(p(100), p(40), None, None), p(40));
    }

    #[test]
    fn the_end_moves_only_in_its_last_seconds_and_only_so_often() {
        let end = |now, made| extended(UnixTime(now), UnixTime(1_000), Seconds(30), made, 10);
        assert_eq!(end(969, 0), None);
        assert_eq!(end(970, 0), Some(UnixTime(1_030)));
        assert_eq!(end(999, 9), Some(UnixTime(1_030)));
        assert_eq!(end(999, 10), None);
        assert_eq!(end(1_000, 0), None);
        assert_eq!(extended(UnixTime(999), UnixTime(1_000), Seconds(0), 0, 10), None);
    }

    fn reputation() -> impl Strategy<Value = BasisPoints> {
        (1_000u16..=10_000).prop_map(BasisPoints)
    }

    /// Prices near 1, anywhere, and near the highest one.
    fn price() -> impl Strategy<Value = u128> {
        prop_oneof![1u128..100, 1..=MAX_PRICE, MAX_PRICE - 100..=MAX_PRICE]
    }

    proptest! {
        #[test]
        fn the_second_price_is_between_the_own_bid_and_the_maximum(
            max in price(), own in price(), critical in proptest::option::of(any::<u128>()),
            reserve in proptest::option::of(any::<u128>())
        ) {
            let own = own.min(max);
            let paid = second_price(p(max), p(own), critical.map(p), reserve.map(p));
            prop_assert!(p(own) <= paid && paid <= p(max));
        }

        #[test]
        fn the_own_bid_never_lowers_the_own_pay(
            max in price(), a in price(), b in price(), critical in price()
        ) {
            // whoever wins with either of two bids below the critical price is paid the same
            let (a, b, critical) = (a.min(max), b.min(max), critical.min(max));
            if a <= critical && b <= critical {
                prop_assert_eq!(
                    second_price(p(max), p(a), Some(p(critical)), None),
                    second_price(p(max), p(b), Some(p(critical)), None)
                );
            }
        }

        #[test]
        fn the_critical_price_is_the_last_that_still_wins(
            own in price(), own_reputation in reputation(), next in price(), next_reputation in reputation()
        ) {
            let next_rank = score(p(next), next_reputation).unwrap();
            let own_rank = score(p(own), own_reputation).unwrap();
            let critical = critical(AwardRule::BestScore, next_rank, own_reputation).unwrap();
            prop_assert!(score(critical, own_reputation).unwrap() <= next_rank);
            prop_assert!(score(Price(critical.0 + Uint128::one()), own_reputation).unwrap() > next_rank);
            prop_assert_eq!(own_rank <= next_rank, p(own) <= critical);
        }

        #[test]
        fn a_lower_price_never_ranks_worse_and_more_trust_never_does(
            a in price(), b in price(), r in reputation(), s in reputation()
        ) {
            let (low, high) = (a.min(b), a.max(b));
            for rule in [AwardRule::Lowest, AwardRule::BestScore, AwardRule::TenantPicks] {
                prop_assert!(rank(rule, p(low), r).unwrap() <= rank(rule, p(high), r).unwrap());
                prop_assert!(rank(rule, p(a), r.max(s)).unwrap() <= rank(rule, p(a), r.min(s)).unwrap());
                prop_assert!(rank(rule, p(a), r).unwrap() >= Uint128::new(a));
            }
        }

        #[test]
        fn lowering_goes_down_by_the_step_or_not_at_all(max in price(), share in 0u16..=1_000, own in price()) {
            let step = min_step(p(max), BasisPoints(share)).unwrap();
            prop_assert!(step >= p(1) && step <= p(max));
            match lowered_limit(p(own), step) {
                Some(limit) => prop_assert!(limit >= p(1) && limit.0 + step.0 == Uint128::new(own)),
                None => prop_assert!(p(own) <= step),
            }
        }

        #[test]
        fn the_end_never_moves_back_and_bidding_ends_after_so_many_moves(
            start in 0u64..1_000_000, window in 1u64..10_000, extension in 0u64..=3_600, max in 0u8..=50,
            steps in proptest::collection::vec(0u64..4_000, 0..120)
        ) {
            let first = UnixTime(start + window);
            let (mut now, mut closes, mut made) = (UnixTime(start), first, 0u8);
            for step in steps {
                now = now.plus(Seconds(step));
                if let Some(moved) = extended(now, closes, Seconds(extension), made, max) {
                    prop_assert!(moved > closes && now < moved);
                    closes = moved;
                    made += 1;
                }
            }
            prop_assert!(made <= max);
            prop_assert!(closes.since(first) == Seconds(extension * u64::from(made)));
        }
    }
}
