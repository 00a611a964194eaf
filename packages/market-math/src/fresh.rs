//! How much of what a lease holds will still be held when an audit of now has been answered.
//!
//! Held earnings lower the audit rate because a conviction takes them. What vests before the auditors have spoken is no such stake: a provider
//! could post good work, wait until it is about to vest, post bad work at the low rate, and be paid for the good work before anybody
//! has looked. So only what was posted within the last three quarters of the vesting time counts, to the quarter.

use cosmwasm_std::Uint128;
use market_types::{Seconds, UnixTime};

use crate::MathError;

/// Quarters that count: this one and the two before.
const QUARTERS: usize = 3;

/// What a lease posted in the last quarters of its vesting time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fresh {
    /// Number of the quarter that `posted` begins with, counted from 1970.
    pub quarter: u64,
    /// Price of the units posted in it and in the two before, latest first.
    pub posted: [Uint128; QUARTERS],
}

impl Fresh {
    /// The record at `now`. A vesting time below four seconds counts as four.
    pub fn at(self, now: UnixTime, vesting: Seconds) -> Self {
        let quarter = now.0 / (vesting.0 / 4).max(1);
        let passed = quarter.saturating_sub(self.quarter);
        let mut posted = [Uint128::zero(); QUARTERS];
        for (old, amount) in self.posted.into_iter().enumerate() {
            let place = usize::try_from(passed)
                .ok()
                .and_then(|passed| passed.checked_add(old));
            if let Some(slot) = place.and_then(|place| posted.get_mut(place)) {
                *slot = amount;
            }
        }
        Self {
            quarter: quarter.max(self.quarter),
            posted,
        }
    }

    /// The record with a batch of price `amount` posted at `now`.
    ///
    /// # Errors
    /// A sum does not fit.
    pub fn with(self, amount: Uint128, now: UnixTime, vesting: Seconds) -> Result<Self, MathError> {
        let mut record = self.at(now, vesting);
        let latest = record.posted[0];
        record.posted[0] = latest
            .checked_add(amount)
            .map_err(|_| MathError::SumOverflow { a: latest, b: amount })?;
        Ok(record)
    }

    /// What counts at `now` of `held`: never more than is held, and only what was posted within three quarters of `vesting`.
    pub fn counted(self, held: Uint128, now: UnixTime, vesting: Seconds) -> Uint128 {
        self.at(now, vesting)
            .posted
            .into_iter()
            .fold(Uint128::zero(), Uint128::saturating_add)
            .min(held)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: Seconds = Seconds::DAY;
    const HOUR: u64 = 3_600;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    fn at(hours: u64) -> UnixTime {
        UnixTime(1_000 * 86_400 + hours * HOUR)
    }

    #[test]
    fn what_is_three_quarters_old_no_longer_counts() {
        let record = Fresh::default().with(n(60), at(0), DAY).unwrap();
        let counted = |hours| record.counted(n(100), at(hours), DAY);
        assert_eq!(
            [counted(0), counted(17), counted(18), counted(1_000)],
            [n(60), n(60), n(0), n(0)]
        );
    }

    #[test]
    fn each_quarter_leaves_by_itself() {
        let mut record = Fresh::default();
        for (hours, amount) in [(0, 1), (5, 10), (6, 100), (12, 1_000)] {
            record = record.with(n(amount), at(hours), DAY).unwrap();
        }
        let counted = |hours| record.counted(n(u128::MAX), at(hours), DAY).u128();
        assert_eq!(
            [counted(12), counted(18), counted(24), counted(30)],
            [1_111, 1_100, 1_000, 0]
        );
    }

    #[test]
    fn never_more_counts_than_is_held() {
        let record = Fresh::default().with(n(60), at(0), DAY).unwrap();
        assert_eq!(record.counted(n(59), at(1), DAY), n(59));
    }

    #[test]
    fn extremes_neither_wrap_nor_divide_by_zero() {
        let full = Fresh::default().with(Uint128::MAX, at(0), DAY).unwrap();
        assert!(full.with(n(1), at(0), DAY).is_err());
        let later = full.with(Uint128::MAX, at(6), DAY).unwrap();
        assert_eq!(later.counted(Uint128::MAX, at(6), DAY), Uint128::MAX);
        assert_eq!(full.counted(n(1), UnixTime(u64::MAX), Seconds(0)), n(0));
        assert_eq!(full.counted(n(1), UnixTime(0), Seconds(u64::MAX)), n(1));
    }

    proptest! {
        #[test]
        fn all_that_counts_is_held_for_a_quarter_of_the_vesting_time_yet(
            posts in prop::collection::vec((0..100_000u64, 0..1_000u128), 0..40), vesting in 4..200_000u64, wait in 0..300_000u64,
        ) {
            let vesting = Seconds(vesting);
            let (mut record, mut now, mut batches) = (Fresh::default(), at(0), vec![]);
            for (pause, amount) in posts {
                now = now.plus(Seconds(pause));
                record = record.with(n(amount), now, vesting).unwrap();
                batches.push((now, amount));
            }
            now = now.plus(Seconds(wait));
            let counted = record.counted(Uint128::MAX, now, vesting).u128();
            let younger = |age: u64| batches.iter().filter(|(at, _)| now.since(*at).0 < age).map(|(_, amount)| amount).sum::<u128>();
            prop_assert!(counted <= younger((vesting.0 / 4) * 3));
            prop_assert!(counted >= younger((vesting.0 / 4) * 2));
        }
    }
}
