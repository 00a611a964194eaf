//! When so many are convicted at once that a driver is likelier to blame than they are.

use market_types::{Seconds, UnixTime};

/// Operators of a class convicted within a day, from which the breaker may trip.
pub const LEAST_OPERATORS: u32 = 5;
/// How many times the rate of the month the day must be.
pub const TIMES_THE_RATE: u64 = 3;
/// The month, in days.
pub const MONTH_DAYS: u64 = 30;
/// Convictions of the class wait this long.
pub const HELD_FOR: Seconds = Seconds::DAY;
/// From one trip to the next, at least.
pub const REST: Seconds = Seconds(7 * Seconds::DAY.0);

/// Convictions of one comparison class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Convictions {
    /// Different operators in the last 24 hours.
    pub operators_today: u32,
    /// Convictions in the last 24 hours.
    pub today: u32,
    /// Convictions in the last 30 days, those of the last 24 hours with them.
    pub month: u32,
}

/// Whether convictions are this unusual: at least five operators in a day, and `today * 30 >= 3 * month`.
pub fn unusual(convictions: Convictions) -> bool {
    convictions.operators_today >= LEAST_OPERATORS
        && u64::from(convictions.today) * MONTH_DAYS >= u64::from(convictions.month) * TIMES_THE_RATE
}

/// Whether convictions of a class wait at `now`, given when its breaker last tripped.
pub fn holds(tripped_at: Option<UnixTime>, now: UnixTime) -> bool {
    tripped_at.is_some_and(|at| now.since(at) < HELD_FOR)
}

/// Whether the breaker trips at `now`: it is unusual, and it has not tripped within the last 7 days.
pub fn trips(convictions: Convictions, tripped_at: Option<UnixTime>, now: UnixTime) -> bool {
    tripped_at.is_none_or(|at| now.since(at) >= REST) && unusual(convictions)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(operators_today: u32, today: u32, month: u32) -> Convictions {
        Convictions {
            operators_today,
            today,
            month,
        }
    }

    #[test]
    fn five_operators_at_three_times_the_rate_are_unusual() {
        assert!(unusual(day(5, 5, 5)));
        assert!(unusual(day(5, 5, 50)));
        assert!(!unusual(day(5, 5, 51)));
        assert!(!unusual(day(4, 400, 400)));
        assert!(!unusual(day(0, 0, 0)));
        assert!(unusual(day(u32::MAX, u32::MAX, u32::MAX)));
    }

    #[test]
    fn it_holds_for_a_day_and_rests_for_a_week() {
        let (t, c) = (UnixTime(1_000_000), day(5, 5, 5));
        let after = |seconds| t.plus(Seconds(seconds));
        assert!(!holds(None, t));
        assert!(holds(Some(t), after(0)) && holds(Some(t), after(86_399)));
        assert!(!holds(Some(t), after(86_400)));
        assert!(trips(c, None, t));
        assert!(!trips(c, Some(t), after(7 * 86_400 - 1)));
        assert!(trips(c, Some(t), after(7 * 86_400)));
        assert!(!trips(day(4, 5, 5), None, t));
    }

    proptest! {
        #[test]
        fn a_worse_month_never_makes_a_day_more_unusual(o in any::<u32>(), d in any::<u32>(), m in any::<u32>(), more in any::<u32>()) {
            prop_assert!(unusual(day(o, d, m)) >= unusual(day(o, d, m.saturating_add(more))));
            prop_assert!(unusual(day(o.saturating_add(more), d.saturating_add(more), m)) >= unusual(day(o, d, m)));
        }
    }
}
