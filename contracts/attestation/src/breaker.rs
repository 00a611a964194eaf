//! Who of an audit class was convicted lately, so that a driver's fault does not convict a class of devices.

use cosmwasm_schema::cw_serde;
use market_math::breaker::{self, Convictions, MONTH_DAYS};
use market_types::{Seconds, UnixTime};

/// Convictions of a day that are remembered one by one; more than these are as unusual as these.
const REMEMBERED: usize = 64;

/// The convictions of one class.
#[cw_serde]
#[derive(Default)]
pub struct Record {
    pub tripped_at: Option<UnixTime>,
    /// Time and operator of the latest, oldest first.
    pub latest: Vec<(UnixTime, u64)>,
    /// Day, counted from 1970, and convictions on it, oldest first; at most a month of days.
    pub days: Vec<(u64, u32)>,
}

impl Record {
    /// One more conviction. Whether it has to wait, and until when.
    pub fn convict(&mut self, operator: u64, now: UnixTime) -> Option<UnixTime> {
        self.forget(now);
        if self.latest.len() >= REMEMBERED {
            self.latest.remove(0);
        }
        self.latest.push((now, operator));
        let today = now.0 / Seconds::DAY.0;
        match self.days.last_mut() {
            Some((day, count)) if *day == today => *count = count.saturating_add(1),
            _ => self.days.push((today, 1)),
        }
        if breaker::trips(self.count(), self.tripped_at, now) {
            self.tripped_at = Some(now);
        }
        self.frozen_until(now)
    }

    /// When convictions go on, if they wait at `now`.
    pub fn frozen_until(&self, now: UnixTime) -> Option<UnixTime> {
        self.tripped_at
            .filter(|at| breaker::holds(Some(*at), now))
            .map(|at| at.plus(breaker::HELD_FOR))
    }

    /// Different operators convicted in the day before `now`.
    pub fn operators(&self, now: UnixTime) -> u32 {
        let mut record = self.clone();
        record.forget(now);
        record.count().operators_today
    }

    fn count(&self) -> Convictions {
        let mut operators: Vec<u64> = self.latest.iter().map(|(_, operator)| *operator).collect();
        operators.sort_unstable();
        operators.dedup();
        Convictions {
            operators_today: operators.len() as u32,
            today: self.latest.len() as u32,
            month: self
                .days
                .iter()
                .fold(0, |sum, (_, count)| sum.saturating_add(*count)),
        }
    }

    fn forget(&mut self, now: UnixTime) {
        self.latest.retain(|(at, _)| now.since(*at) < Seconds::DAY);
        let today = now.0 / Seconds::DAY.0;
        self.days
            .retain(|(day, _)| today.saturating_sub(*day) < MONTH_DAYS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: UnixTime = UnixTime(1_700_000_000);

    #[test]
    fn five_operators_in_a_day_stop_convictions_for_a_day_and_then_not_for_a_week() {
        let mut record = Record::default();
        for operator in 0..4 {
            assert_eq!(record.convict(operator, T), None);
        }
        // The same four again are no fifth.
        assert_eq!(record.convict(0, T), None);
        let until = T.plus(Seconds::DAY);
        assert_eq!(record.convict(9, T), Some(until));
        assert_eq!(record.frozen_until(UnixTime(until.0 - 1)), Some(until));
        assert_eq!(record.frozen_until(until), None);
        for operator in 0..9 {
            assert_eq!(record.convict(operator, until), None);
        }
    }

    #[test]
    fn a_usual_number_does_not_trip() {
        let mut record = Record::default();
        // Four operators a day, four convictions each: 16 a day for a month.
        for day in 0..30 {
            for conviction in 0..16 {
                assert_eq!(record.convict(conviction % 4, UnixTime(T.0 + day * 86_400)), None);
            }
        }
        // The thirty-first day has a fifth operator, and is no worse than the others.
        let today = UnixTime(T.0 + 30 * 86_400);
        for conviction in 0..16 {
            assert_eq!(record.convict(conviction % 5, today), None);
        }
        assert_eq!(record.operators(today), 5);
    }

    #[test]
    fn the_record_stays_small() {
        let mut record = Record::default();
        for conviction in 0..1_000 {
            record.convict(conviction, UnixTime(T.0 + conviction * 4_000));
            assert!(record.latest.len() <= REMEMBERED && record.days.len() as u64 <= MONTH_DAYS);
        }
    }
}
