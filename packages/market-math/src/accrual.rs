//! What a stream earns: credited seconds times the price, over the lease's whole life.
//!
//! Nothing is rounded per settlement. `gross` is a function of the seconds credited so far, so settling ten times or
//! once gives the same figure.

use cosmwasm_std::{Uint128, Uint256};
use market_types::{BasisPoints, Price, Seconds, UnixTime};

use crate::{mul_div, MathError, Rounding};

const HOUR: Uint128 = Uint128::new(Seconds::HOUR.0 as u128);

/// Where the present price began to count: what was earned and credited before it. All zero until a price is amended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PriceBase {
    pub gross: Uint128,
    pub credited: Seconds,
}

/// `price * span / 3600`, in base units.
///
/// # Errors
/// The cost does not fit.
pub fn cost(price: Price, span: Seconds, rounding: Rounding) -> Result<Uint128, MathError> {
    mul_div(price.0, Uint128::from(span.0), HOUR, rounding)
}

/// What `credited` seconds have earned: `min(funds, base.gross + floor(price * (credited - base.credited) / 3600))`.
///
/// `funds` is all the lease can ever pay: what it has paid and what remains. The remainder of the division stays with
/// the tenant until the next whole unit. Never fails: what does not fit into 128 bits is above `funds`.
pub fn gross(base: PriceBase, price: Price, credited: Seconds, funds: Uint128) -> Uint128 {
    let span = credited.0.saturating_sub(base.credited.0);
    let earned = price.0.full_mul(Uint128::from(span)) / Uint256::from(HOUR);
    let earned = earned.saturating_add(Uint256::from(base.gross));
    Uint128::try_from(earned).map_or(funds, |earned| earned.min(funds))
}

/// The fewest credited seconds at which [`gross`] reaches `funds`: `base.credited + ceil((funds - base.gross) * 3600 / price)`.
///
/// `None`: never, because the price is zero or the time cannot be counted.
pub fn affordable(base: PriceBase, price: Price, funds: Uint128) -> Option<Seconds> {
    let left = funds.saturating_sub(base.gross);
    let span = mul_div(left, HOUR, price.0, Rounding::Up).ok()?;
    let span = u64::try_from(span.u128()).ok()?;
    base.credited.0.checked_add(span).map(Seconds)
}

/// Whole seconds that `amount` buys at `price`: `floor(amount * 3600 / price)`; `None` when the price is zero or the
/// time cannot be counted.
pub fn seconds_for(amount: Uint128, price: Price) -> Option<Seconds> {
    let span = mul_div(amount, HOUR, price.0, Rounding::Down).ok()?;
    u64::try_from(span.u128()).ok().map(Seconds)
}

/// Seconds credited by a heartbeat at `now`: the part of `(last, now]` up to `cutoff`, if it is at most `window`.
/// `None`: the gap was too long and credits nothing.
///
/// Time after the cutoff is no part of the gap: nothing was asked for in it, so what came before counts however late the
/// next word is, as it does when the time in between is cut out.
pub fn credit(last: UnixTime, now: UnixTime, cutoff: UnixTime, window: Seconds) -> Option<Seconds> {
    let span = now.min(cutoff).since(last);
    (span <= window).then_some(span)
}

/// Terms under which silence costs a lease bond. `interval < window`, `unpaid <= max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutageTerms {
    /// Gap an agent is expected to keep.
    pub interval: Seconds,
    /// Longest gap that is credited.
    pub window: Seconds,
    /// Outages up to this are only unpaid.
    pub unpaid: Seconds,
    /// Outages up to this cost `share` of the bond, longer ones all of it.
    pub max: Seconds,
    pub share: BasisPoints,
}

/// How long the stream was out: what a gap beyond the window exceeds the expected interval by.
///
/// `free` seconds of the gap (announced maintenance) do not count; `None`: what is left is no outage.
pub fn outage(gap: Seconds, free: Seconds, terms: &OutageTerms) -> Option<Seconds> {
    let gap = gap.0.saturating_sub(free.0);
    (gap > terms.window.0).then(|| Seconds(gap.saturating_sub(terms.interval.0)))
}

/// Part of the lease bond an outage costs. A forgiven one costs nothing while it is no longer than `max`.
pub fn penalty_share(outage: Seconds, forgiven: bool, terms: &OutageTerms) -> BasisPoints {
    match outage {
        o if o <= terms.unpaid => BasisPoints(0),
        o if o > terms.max => BasisPoints::WHOLE,
        _ if forgiven => BasisPoints(0),
        _ => terms.share,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NO_BASE: PriceBase = PriceBase {
        gross: Uint128::zero(),
        credited: Seconds(0),
    };
    const TERMS: OutageTerms = OutageTerms {
        interval: Seconds(60),
        window: Seconds(120),
        unpaid: Seconds(900),
        max: Seconds(7_200),
        share: BasisPoints(500),
    };

    fn price(n: u128) -> Price {
        Price::new(n)
    }

    #[test]
    fn an_hour_earns_the_price_and_a_second_its_floor() {
        let funds = Uint128::MAX;
        assert_eq!(
            gross(NO_BASE, price(7_199), Seconds(3_600), funds),
            Uint128::new(7_199)
        );
        assert_eq!(gross(NO_BASE, price(7_199), Seconds(1), funds), Uint128::new(1));
        assert_eq!(gross(NO_BASE, price(3_599), Seconds(1), funds), Uint128::zero());
    }

    #[test]
    fn products_beyond_128_bits_are_capped_by_the_funds() {
        let funds = Uint128::MAX;
        assert_eq!(
            gross(NO_BASE, Price(Uint128::MAX), Seconds(u64::MAX), funds),
            funds
        );
        assert_eq!(gross(NO_BASE, Price(Uint128::MAX), Seconds(3_600), funds), funds);
        assert_eq!(
            gross(NO_BASE, Price(Uint128::MAX), Seconds(0), funds),
            Uint128::zero()
        );
    }

    #[test]
    fn a_free_lease_never_runs_out() {
        assert_eq!(affordable(NO_BASE, price(0), Uint128::new(5)), None);
        assert_eq!(affordable(NO_BASE, price(1), Uint128::MAX), None);
        assert_eq!(seconds_for(Uint128::new(5), price(0)), None);
    }

    #[test]
    fn a_gap_of_exactly_the_window_is_credited_and_one_more_second_is_not() {
        let at = UnixTime;
        let (last, cutoff, window) = (at(1_000), at(u64::MAX), Seconds(120));
        assert_eq!(credit(last, at(1_120), cutoff, window), Some(Seconds(120)));
        assert_eq!(credit(last, at(1_121), cutoff, window), None);
        assert_eq!(credit(last, at(1_060), at(1_030), window), Some(Seconds(30)));
        assert_eq!(credit(last, at(1_060), at(900), window), Some(Seconds(0)));
        assert_eq!(credit(last, at(9_000), at(1_120), window), Some(Seconds(120)));
        assert_eq!(credit(last, at(9_000), at(1_121), window), None);
    }

    #[test]
    fn outages_cost_nothing_then_a_share_then_all() {
        let out = |gap, free| outage(Seconds(gap), Seconds(free), &TERMS);
        assert_eq!(out(120, 0), None);
        assert_eq!(out(121, 0), Some(Seconds(61)));
        assert_eq!(out(121, 1), None);
        let share = |length, forgiven| penalty_share(Seconds(length), forgiven, &TERMS).0;
        assert_eq!(
            (share(900, false), share(901, false), share(901, true)),
            (0, 500, 0)
        );
        assert_eq!(
            (share(7_200, false), share(7_201, false), share(7_201, true)),
            (500, 10_000, 10_000)
        );
    }

    fn any_u128() -> impl Strategy<Value = u128> {
        prop_oneof![
            any::<u128>(),
            any::<u64>().prop_map(u128::from),
            0..10_000u128,
            Just(u128::MAX)
        ]
    }

    fn any_span() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), 0..100_000_000u64, 0..100u64, Just(u64::MAX)]
    }

    proptest! {
        #[test]
        fn gross_never_exceeds_the_funds_and_never_falls(
            p in any_u128(), a in any_span(), b in any_span(), funds in any_u128(), base in any_u128(), at in any_span(),
        ) {
            let base = PriceBase { gross: Uint128::new(base.min(funds)), credited: Seconds(at) };
            let at = |s: u64| gross(base, price(p), Seconds(s), Uint128::new(funds));
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(at(a) <= at(b));
            prop_assert!(at(b) <= Uint128::new(funds));
            prop_assert!(at(a) >= base.gross);
        }

        #[test]
        fn money_ends_at_the_first_second_that_spends_it_all(p in 1..u128::MAX, funds in any_u128()) {
            let funds = Uint128::new(funds);
            if let Some(end) = affordable(NO_BASE, price(p), funds) {
                prop_assert_eq!(gross(NO_BASE, price(p), end, funds), funds);
                if end.0 > 0 {
                    prop_assert!(gross(NO_BASE, price(p), Seconds(end.0 - 1), funds) < funds);
                }
            }
        }

        #[test]
        fn the_money_of_a_fixed_stream_covers_its_duration(p in any_u128(), span in any_span()) {
            if let Ok(funded) = cost(price(p), Seconds(span), Rounding::Up) {
                let earned = gross(NO_BASE, price(p), Seconds(span), funded);
                prop_assert!(funded.u128() - earned.u128() <= 1);
                if let Some(end) = affordable(NO_BASE, price(p), funded) {
                    prop_assert!(end.0 >= span);
                }
            }
        }

        #[test]
        fn topping_up_in_parts_never_buys_more_than_at_once(p in 1..u128::MAX, a in any::<u64>(), b in any::<u64>()) {
            let buys = |n: u128| seconds_for(Uint128::new(n), price(p)).map(|s| u128::from(s.0));
            if let Some(whole) = buys(u128::from(a) + u128::from(b)) {
                let parts = buys(u128::from(a)).unwrap() + buys(u128::from(b)).unwrap();
                prop_assert!(parts <= whole && whole - parts <= 1);
            }
        }

        #[test]
        fn bought_time_is_always_paid_for(p in 1..u128::MAX, span in 0..1_000_000_000u64, extra in any_u128()) {
            let Ok(funded) = cost(price(p), Seconds(span), Rounding::Up) else { return Ok(()) };
            let (Ok(funds), Some(more)) =
                (funded.checked_add(Uint128::new(extra)), seconds_for(Uint128::new(extra), price(p))) else { return Ok(()) };
            let Some(total) = span.checked_add(more.0) else { return Ok(()) };
            if let Ok(needed) = cost(price(p), Seconds(total), Rounding::Down) {
                prop_assert!(needed <= funds);
            }
        }

        #[test]
        fn beats_in_between_credit_the_same_seconds_as_one(
            last in 0..1_000_000u64, a in 0..120u64, b in 0..120u64, cutoff in 0..1_000_300u64,
        ) {
            let (mid, now) = (last + a.min(b), last + a.max(b));
            let c = |from, to| credit(UnixTime(from), UnixTime(to), UnixTime(cutoff), Seconds(120)).unwrap().0;
            prop_assert_eq!(c(last, mid) + c(mid, now), c(last, now));
        }

        #[test]
        fn longer_outages_never_cost_less(a in any_span(), b in any_span(), forgiven: bool) {
            let share = |s| penalty_share(Seconds(s), forgiven, &TERMS);
            prop_assert!(share(a.min(b)) <= share(a.max(b)));
        }
    }
}
