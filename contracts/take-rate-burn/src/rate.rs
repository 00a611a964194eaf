//! A take rate and the change that waits. A rate moves one step at a time, and everybody sees it coming.

use cosmwasm_schema::cw_serde;
use market_types::take_rate::ScheduledRate;
use market_types::{BasisPoints, Seconds, UnixTime};

use crate::ContractError;

#[cw_serde]
pub struct Schedule {
    rate: BasisPoints,
    next: Option<ScheduledRate>,
}

impl Schedule {
    pub fn new(rate: BasisPoints) -> Self {
        Self { rate, next: None }
    }

    /// The rate in force; a change counts from its second on.
    pub fn at(&self, now: UnixTime) -> BasisPoints {
        match &self.next {
            Some(next) if next.from <= now => next.rate,
            _ => self.rate,
        }
    }

    /// The change that still waits.
    pub fn next(&self, now: UnixTime) -> Option<ScheduledRate> {
        self.next.clone().filter(|next| now < next.from)
    }

    /// This schedule with `rate` in force `delay` from now, in place of a change that waits. The step is measured from the rate in
    /// force, so that several changes within one delay move it no further than one. The rate in force itself takes a waiting change back.
    ///
    /// # Errors
    /// More than a step from the rate in force.
    pub fn change(
        &self,
        rate: BasisPoints,
        now: UnixTime,
        delay: Seconds,
        step: BasisPoints,
    ) -> Result<Self, ContractError> {
        let from = self.at(now);
        if rate.0.abs_diff(from.0) > step.0 {
            return Err(ContractError::RateStep { from, to: rate, step });
        }
        let next = (rate != from).then(|| ScheduledRate {
            rate,
            from: now.plus(delay),
        });
        Ok(Self { rate: from, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime(1_000);
    const DELAY: Seconds = Seconds(100);
    const STEP: BasisPoints = BasisPoints(50);

    fn rate() -> Schedule {
        Schedule::new(BasisPoints(200))
    }

    #[test]
    fn a_change_counts_from_the_second_its_delay_ends() {
        let changed = rate().change(BasisPoints(250), NOW, DELAY, STEP).unwrap();
        assert_eq!(changed.at(UnixTime(1_099)), BasisPoints(200));
        assert_eq!(changed.at(UnixTime(1_100)), BasisPoints(250));
        assert_eq!(changed.at(UnixTime(1_101)), BasisPoints(250));
        assert!(changed.next(UnixTime(1_099)).is_some());
        assert_eq!(changed.next(UnixTime(1_100)), None);
    }

    #[test]
    fn a_change_is_one_step_at_most_in_either_direction() {
        assert!(rate().change(BasisPoints(150), NOW, DELAY, STEP).is_ok());
        for to in [149, 251] {
            assert_eq!(
                rate().change(BasisPoints(to), NOW, DELAY, STEP),
                Err(ContractError::RateStep {
                    from: BasisPoints(200),
                    to: BasisPoints(to),
                    step: STEP
                })
            );
        }
    }

    #[test]
    fn changes_within_one_delay_do_not_add_up() {
        let changed = rate().change(BasisPoints(250), NOW, DELAY, STEP).unwrap();
        assert!(changed
            .change(BasisPoints(300), UnixTime(1_099), DELAY, STEP)
            .is_err());
        let again = changed
            .change(BasisPoints(300), UnixTime(1_100), DELAY, STEP)
            .unwrap();
        assert_eq!(again.at(UnixTime(1_199)), BasisPoints(250));
        assert_eq!(again.at(UnixTime(1_200)), BasisPoints(300));
    }

    #[test]
    fn a_new_change_takes_the_place_of_the_one_that_waits() {
        let changed = rate().change(BasisPoints(250), NOW, DELAY, STEP).unwrap();
        let other = changed
            .change(BasisPoints(160), UnixTime(1_050), DELAY, STEP)
            .unwrap();
        assert_eq!(other.at(UnixTime(1_149)), BasisPoints(200));
        assert_eq!(other.at(UnixTime(1_150)), BasisPoints(160));
    }

    #[test]
    fn naming_the_rate_in_force_takes_a_waiting_change_back() {
        let changed = rate().change(BasisPoints(250), NOW, DELAY, STEP).unwrap();
        assert_eq!(changed.change(BasisPoints(200), NOW, DELAY, STEP), Ok(rate()));
    }
}
