//! Auditors and jurors that do not do the work they are paid for.
//!
//! A seat pays one auditor fee and costs the work. Whoever is at fault gets no fee and loses `fault_fees` of them. A share `planted` of all audits
//! looks at units that the governor's planters made bad, which shows who never looked.

use market_math::verdict::{auditor_at_fault, juror_at_fault, jury, pair, Finding, Pair, Tally, Verdict};
use rand::Rng;

use crate::stats::{Estimate, Mean};
use crate::terms::Terms;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Habit {
    /// Match, without looking. With results that are opened before auditors commit, nothing stops it but planted units.
    Agree,
    /// Mismatch, without looking.
    Accuse,
    /// In class `exact` auditors commit first, so agreeing takes the provider's answer: it is copied from those who leak theirs, and the work is done for the
    /// others. Planters leak as well.
    Copy,
    /// As a juror: match, without looking, where half of all juries sit over bad units.
    JurorAgrees,
    /// As a juror: mismatch, without looking.
    JurorAccuses,
}

/// Share of providers that leak their answers.
const LEAKED: f64 = 0.5;
/// Share of juries that sit over a bad unit.
const BAD_JURIES: f64 = 0.5;

/// Gain per hundred seats in auditor fees against honest work, when `laziness` of the seats are played by habit.
pub fn measure(habit: Habit, laziness: f64, terms: &Terms, seats: u64, rng: &mut impl Rng) -> Estimate {
    let mut mean = Mean::default();
    for _ in 0..(seats / 100).max(2) {
        let mut gain = 0.0;
        for _ in 0..100 {
            if rng.gen_bool(laziness) {
                gain += one(habit, terms, rng);
            }
        }
        mean.add(gain);
    }
    mean.estimate()
}

fn one(habit: Habit, terms: &Terms, rng: &mut impl Rng) -> f64 {
    let at_fault = match habit {
        Habit::Agree => sits_with_honest(Verdict::Match, terms, rng),
        Habit::Accuse => sits_with_honest(Verdict::Mismatch, terms, rng),
        Habit::Copy if !rng.gen_bool(LEAKED) => return 0.0,
        Habit::Copy => sits_with_honest(Verdict::Match, terms, rng),
        Habit::JurorAgrees => judges_with_honest(Verdict::Match, rng),
        Habit::JurorAccuses => judges_with_honest(Verdict::Mismatch, rng),
    };
    let lost = 1.0 + f64::from(terms.fault_fees);
    terms.cost - if at_fault { lost } else { 0.0 }
}

/// Whether an auditor that says `verdict` beside an honest one turns out at fault.
fn sits_with_honest(verdict: Verdict, terms: &Terms, rng: &mut impl Rng) -> bool {
    let planted = rng.gen_bool(terms.planted);
    let truth = if planted {
        Verdict::Mismatch
    } else {
        Verdict::Match
    };
    if planted {
        // Revealed after the verdicts, whatever they were.
        return verdict == Verdict::Match;
    }
    match pair(Tally::of([verdict, truth]), 0) {
        Pair::Jury => auditor_at_fault(verdict, jury(Tally::of([truth; 5]))),
        _ => false,
    }
}

fn judges_with_honest(verdict: Verdict, rng: &mut impl Rng) -> bool {
    let truth = match rng.gen_bool(BAD_JURIES) {
        true => Verdict::Mismatch,
        false => Verdict::Match,
    };
    let tally = Tally::of([verdict, truth, truth, truth, truth]);
    let finding: Finding = jury(tally);
    juror_at_fault(verdict, tally, finding)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    const ALL: [Habit; 5] = [
        Habit::Agree,
        Habit::Accuse,
        Habit::Copy,
        Habit::JurorAgrees,
        Habit::JurorAccuses,
    ];

    #[test]
    fn no_habit_gains_at_the_defaults() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for habit in ALL {
            let gain = measure(habit, 1.0, &Terms::default(), 200_000, &mut rng);
            assert!(gain.high < 0.0, "{habit:?} {gain:?}");
        }
    }

    #[test]
    fn ten_fees_are_too_few_to_keep_auditors_looking() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let terms = Terms {
            fault_fees: 10,
            ..Terms::default()
        };
        // 0.9 saved, 11 lost in one of twenty.
        let gain = measure(Habit::Agree, 1.0, &terms, 200_000, &mut rng);
        assert!(gain.low > 30.0 && gain.high < 40.0, "{gain:?}");
    }
}
