//! When a public beacon speaks. Round `r` of a drand chain is published at `genesis + (r - 1) * period`
//! (drand's specification, "Randomness rounds"); this market draws on every `every`-th round only.

use market_types::{Seconds, UnixTime};

/// The rounds of one chain. A `period` or `every` of zero counts as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rounds {
    /// Time of round 1.
    pub genesis: UnixTime,
    pub period: Seconds,
    /// Only multiples of this are used.
    pub every: u64,
}

impl Rounds {
    /// When `round` is published; round 0 is never, and counts as round 1.
    pub fn time_of(&self, round: u64) -> UnixTime {
        let periods = round.saturating_sub(1).saturating_mul(self.period());
        self.genesis.plus(Seconds(periods))
    }

    /// The round published last at `now`, used or not; `None` before the first.
    pub fn latest(&self, now: UnixTime) -> Option<u64> {
        let passed = now.0.checked_sub(self.genesis.0)?;
        Some((passed / self.period()).saturating_add(1))
    }

    pub fn is_used(&self, round: u64) -> bool {
        round > 0 && round.is_multiple_of(self.every())
    }

    /// The first used round published at `time` or later.
    pub fn first_used_from(&self, time: UnixTime) -> u64 {
        let passed = time.0.saturating_sub(self.genesis.0);
        let round = passed.div_ceil(self.period()).saturating_add(1);
        round.div_ceil(self.every()).saturating_mul(self.every())
    }

    fn period(&self) -> u64 {
        self.period.0.max(1)
    }

    fn every(&self) -> u64 {
        self.every.max(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// drand's quicknet, of which every 20th round is used: one a minute.
    const QUICKNET: Rounds = Rounds {
        genesis: UnixTime(1_692_803_367),
        period: Seconds(3),
        every: 20,
    };

    #[test]
    fn round_one_is_published_at_genesis() {
        assert_eq!(QUICKNET.time_of(1), QUICKNET.genesis);
        assert_eq!(QUICKNET.time_of(2), UnixTime(1_692_803_370));
        assert_eq!(QUICKNET.latest(UnixTime(1_692_803_366)), None);
        assert_eq!(QUICKNET.latest(UnixTime(1_692_803_369)), Some(1));
        assert_eq!(QUICKNET.latest(UnixTime(1_692_803_370)), Some(2));
    }

    #[test]
    fn the_first_used_round_is_a_multiple() {
        assert_eq!(QUICKNET.first_used_from(UnixTime(0)), 20);
        let twentieth = QUICKNET.time_of(20);
        assert_eq!(QUICKNET.first_used_from(twentieth), 20);
        assert_eq!(QUICKNET.first_used_from(UnixTime(twentieth.0 + 1)), 40);
        assert!(!QUICKNET.is_used(0) && !QUICKNET.is_used(19) && QUICKNET.is_used(40));
    }

    proptest! {
        #[test]
        fn the_first_used_round_is_not_before_its_time_and_none_earlier_would_do(
            genesis in 0..1u64 << 40, period in 1..10_000u64, every in 1..1_000u64, time in 0..1u64 << 41,
        ) {
            let rounds = Rounds { genesis: UnixTime(genesis), period: Seconds(period), every };
            let round = rounds.first_used_from(UnixTime(time));
            prop_assert!(rounds.is_used(round) && rounds.time_of(round).0 >= time);
            prop_assert!(round == every || rounds.time_of(round - every).0 < time);
        }

        #[test]
        fn nothing_overflows(
            genesis in any::<u64>(), period in any::<u64>(), every in any::<u64>(), at in any::<u64>(), round in any::<u64>(),
        ) {
            let rounds = Rounds { genesis: UnixTime(genesis), period: Seconds(period), every };
            rounds.first_used_from(UnixTime(at));
            rounds.latest(UnixTime(at));
            rounds.time_of(round);
        }
    }
}
