//! What auditors and jurors say, and what follows from it: from counts to outcomes.
//!
//! Whoever audits runs the unit again and says match, mismatch, or unavailable when the provider did not let it be compared. Two auditors look first;
//! what they do not settle goes to five jurors, and an appeal to eleven.
//!
//! `Unavailable` never helps a provider: jurors it gave nothing to count against it as those do who found something else. Otherwise a
//! cheat that is before a jury would serve nobody, or half of them, and get off.

/// One auditor's or juror's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Match,
    Mismatch,
    /// Inputs or results were not to be had.
    Unavailable,
}

/// Verdicts, counted. Seats that stayed empty or silent are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub matches: u32,
    pub mismatches: u32,
    pub unavailable: u32,
}

impl Tally {
    pub fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        verdicts.into_iter().fold(Self::default(), |tally, verdict| {
            let mut tally = tally;
            let count = match verdict {
                Verdict::Match => &mut tally.matches,
                Verdict::Mismatch => &mut tally.mismatches,
                Verdict::Unavailable => &mut tally.unavailable,
            };
            *count = count.saturating_add(1);
            tally
        })
    }

    pub fn seats(self) -> u32 {
        self.matches.saturating_add(self.against())
    }

    /// Verdicts that are not a match.
    pub fn against(self) -> u32 {
        self.mismatches.saturating_add(self.unavailable)
    }
}

/// What a pair of auditors, or a pair and a third, leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// Fewer than two could be seated, and none of them accuses: the unit vests and is no evidence.
    Unaudited,
    Passed,
    /// Nothing was to be had: another pair is drawn.
    NewPair,
    /// Nothing was to be had twice: as bad as a missed opening.
    Withheld,
    /// One could compare, one could not: a third is drawn, nobody is at fault.
    Third,
    Jury,
}

/// The outcome of the auditors' stage. `unavailable_pairs`: pairs before this one to whom all was unavailable.
pub fn pair(tally: Tally, unavailable_pairs: u32) -> Pair {
    let Tally {
        matches,
        mismatches,
        unavailable,
    } = tally;
    match (matches, mismatches, unavailable) {
        // Whoever keeps the other seat empty must not silence an accusation.
        (0, 1, 0) => Pair::Jury,
        _ if tally.seats() < 2 => Pair::Unaudited,
        (0, 0, 2) if unavailable_pairs == 0 => Pair::NewPair,
        (0, 0, 2) => Pair::Withheld,
        (1, 0, 1) => Pair::Third,
        (2.., 0, 0) | (2, 0, 1) => Pair::Passed,
        _ => Pair::Jury,
    }
}

/// What a jury finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    Convicted,
    /// Whoever said mismatch among the auditors is at fault.
    Passed,
    /// The unit is refunded, nobody is at fault: divided, or too few jurors.
    Refunded,
}

/// Jurors of the first jury.
pub const JURORS: u32 = 5;
/// Jurors of an appeal.
pub const APPEAL_JURORS: u32 = 11;

/// Five jurors: four who found no match convict, four matches pass. Fewer than five refund.
pub fn jury(tally: Tally) -> Finding {
    match tally.seats() {
        ..JURORS => Finding::Refunded,
        _ => finding(tally, 4, 1),
    }
}

/// Eleven jurors: eight who found no match convict, eight matches pass. `None` for fewer than eleven: what the five found stands.
///
/// Not nine: with a fifth of the weight against them, honest jurors are nine of eleven in 62 of 100 appeals and eight in 84, while friends of an
/// accuser are eight in 1 of 5,000.
pub fn appeal(tally: Tally) -> Option<Finding> {
    match tally.seats() {
        ..APPEAL_JURORS => None,
        _ => Some(finding(tally, 8, 3)),
    }
}

fn finding(tally: Tally, convict: u32, pass: u32) -> Finding {
    if tally.against() >= convict {
        Finding::Convicted
    } else if tally.against() <= pass {
        Finding::Passed
    } else {
        Finding::Refunded
    }
}

/// Whether an auditor of this verdict is at fault after the final finding: it accused a unit that passed, or passed one that convicted.
pub fn auditor_at_fault(verdict: Verdict, finding: Finding) -> bool {
    matches!(
        (verdict, finding),
        (Verdict::Mismatch, Finding::Passed) | (Verdict::Match, Finding::Convicted)
    )
}

/// Whether a juror of this verdict is at fault: it alone of a full jury of five contradicted the four others, and the final finding
/// contradicts it as well.
///
/// Without it a juror earns its fee by saying what most juries say.
pub fn juror_at_fault(verdict: Verdict, jury: Tally, finding: Finding) -> bool {
    let alone = match verdict {
        Verdict::Match => jury.matches == 1 && jury.mismatches.saturating_add(1) >= JURORS,
        Verdict::Mismatch => jury.mismatches == 1 && jury.matches.saturating_add(1) >= JURORS,
        Verdict::Unavailable => false,
    };
    alone && auditor_at_fault(verdict, finding)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tally(matches: u32, mismatches: u32, unavailable: u32) -> Tally {
        Tally {
            matches,
            mismatches,
            unavailable,
        }
    }

    #[test]
    fn verdicts_are_counted_by_kind() {
        use Verdict::{Match, Mismatch, Unavailable};
        let counted = Tally::of([Match, Mismatch, Match, Unavailable, Match, Mismatch]);
        assert_eq!(counted, tally(3, 2, 1));
        assert_eq!((counted.seats(), counted.against()), (6, 3));
        assert_eq!(
            tally(u32::MAX, u32::MAX, u32::MAX).seats(),
            u32::MAX,
            "the extremes saturate"
        );
    }

    #[test]
    fn every_pair_has_its_outcome() {
        let cases = [
            ((0, 0, 0), 0, Pair::Unaudited),
            ((1, 0, 0), 0, Pair::Unaudited),
            ((0, 1, 0), 0, Pair::Jury),
            ((0, 0, 1), 1, Pair::Unaudited),
            ((2, 0, 0), 0, Pair::Passed),
            ((2, 0, 0), 1, Pair::Passed),
            ((0, 0, 2), 0, Pair::NewPair),
            ((0, 0, 2), 1, Pair::Withheld),
            ((0, 0, 2), u32::MAX, Pair::Withheld),
            ((1, 0, 1), 0, Pair::Third),
            ((1, 0, 1), 1, Pair::Third),
            ((1, 1, 0), 0, Pair::Jury),
            ((0, 2, 0), 0, Pair::Jury),
            ((0, 1, 1), 0, Pair::Jury),
            ((0, 1, 1), 1, Pair::Jury),
        ];
        for ((a, b, c), before, outcome) in cases {
            assert_eq!(
                pair(tally(a, b, c), before),
                outcome,
                "{a} {b} {c} after {before}"
            );
        }
    }

    #[test]
    fn a_third_auditor_passes_the_unit_or_sends_it_to_a_jury() {
        assert_eq!(pair(tally(2, 0, 1), 0), Pair::Passed);
        assert_eq!(pair(tally(1, 1, 1), 0), Pair::Jury);
        assert_eq!(pair(tally(1, 0, 2), 0), Pair::Jury);
    }

    #[test]
    fn four_of_five_decide_and_two_or_three_refund() {
        let cases = [
            (0, Finding::Passed),
            (1, Finding::Passed),
            (2, Finding::Refunded),
            (3, Finding::Refunded),
            (4, Finding::Convicted),
            (5, Finding::Convicted),
        ];
        for (mismatches, outcome) in cases {
            assert_eq!(jury(tally(5 - mismatches, mismatches, 0)), outcome);
        }
        assert_eq!(jury(tally(0, 4, 0)), Finding::Refunded);
        assert_eq!(jury(tally(4, 0, 0)), Finding::Refunded);
        assert_eq!(jury(Tally::default()), Finding::Refunded);
    }

    #[test]
    fn eight_of_eleven_decide_an_appeal_and_fewer_jurors_leave_the_first_finding() {
        for mismatches in 0..=11 {
            let outcome = match mismatches {
                0..=3 => Finding::Passed,
                4..=7 => Finding::Refunded,
                _ => Finding::Convicted,
            };
            assert_eq!(appeal(tally(11 - mismatches, mismatches, 0)), Some(outcome));
        }
        assert_eq!(appeal(tally(0, 10, 0)), None);
    }

    #[test]
    fn a_provider_that_serves_few_or_none_of_a_jury_is_convicted_like_one_that_serves_it_all() {
        assert_eq!(jury(tally(0, 0, 5)), Finding::Convicted);
        assert_eq!(jury(tally(1, 0, 4)), Finding::Convicted);
        assert_eq!(jury(tally(1, 2, 2)), Finding::Convicted);
        assert_eq!(jury(tally(0, 4, 1)), Finding::Convicted);
        assert_eq!(jury(tally(3, 0, 2)), Finding::Refunded);
        assert_eq!(jury(tally(4, 0, 1)), Finding::Passed);
        assert_eq!(appeal(tally(2, 5, 4)), Some(Finding::Convicted));
    }

    #[test]
    fn an_auditor_that_contradicts_the_finding_is_at_fault() {
        use Verdict::{Match, Mismatch, Unavailable};
        assert!(auditor_at_fault(Mismatch, Finding::Passed));
        assert!(auditor_at_fault(Match, Finding::Convicted));
        for verdict in [Match, Mismatch, Unavailable] {
            assert!(!auditor_at_fault(verdict, Finding::Refunded));
        }
        assert!(!auditor_at_fault(Unavailable, Finding::Passed));
        assert!(!auditor_at_fault(Unavailable, Finding::Convicted));
    }

    #[test]
    fn only_a_juror_alone_against_four_is_at_fault_and_not_when_an_appeal_agrees_with_it() {
        use Finding::{Convicted, Passed, Refunded};
        use Verdict::{Match, Mismatch, Unavailable};
        assert!(juror_at_fault(Match, tally(1, 4, 0), Convicted));
        assert!(juror_at_fault(Mismatch, tally(4, 1, 0), Passed));
        assert!(!juror_at_fault(Match, tally(1, 4, 0), Passed));
        assert!(!juror_at_fault(Mismatch, tally(4, 1, 0), Refunded));
        assert!(!juror_at_fault(Match, tally(4, 1, 0), Passed));
        assert!(!juror_at_fault(Match, tally(2, 3, 0), Convicted));
        assert!(!juror_at_fault(Match, tally(1, 3, 1), Convicted));
        assert!(!juror_at_fault(Unavailable, tally(4, 0, 1), Passed));
    }

    proptest! {
        #[test]
        fn one_more_mismatch_never_helps_the_accused(a in 0..12u32, b in 0..12u32, c in 0..12u32) {
            let harm = |finding| match finding {
                Finding::Passed => 0,
                Finding::Refunded => 1,
                Finding::Convicted => 2,
            };
            prop_assume!(a > 0 && a + b + c >= JURORS);
            prop_assert!(harm(jury(tally(a - 1, b + 1, c))) >= harm(jury(tally(a, b, c))));
            prop_assert!(harm(jury(tally(a - 1, b, c + 1))) >= harm(jury(tally(a, b, c))));
        }
    }
}
