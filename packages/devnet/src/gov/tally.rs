//! Counting votes and judging the count.

use cosmrs::proto::cosmos::gov::v1::VoteOption;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub yes: u64,
    pub abstain: u64,
    pub no: u64,
    pub veto: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Passed,
    Rejected,
    Vetoed,
}

/// How often each option was chosen.
pub fn count(options: &[i32]) -> Tally {
    let of = |option: VoteOption| {
        u64::try_from(options.iter().filter(|cast| **cast == option as i32).count()).unwrap_or(u64::MAX)
    };
    Tally {
        yes: of(VoteOption::Yes),
        abstain: of(VoteOption::Abstain),
        no: of(VoteOption::No),
        veto: of(VoteOption::NoWithVeto),
    }
}

/// SDK defaults: quorum 33.4 % of all power, veto above 33.4 % of what voted, more than half of the rest says yes.
pub fn judge(tally: &Tally, power: u64) -> (Verdict, &'static str) {
    let Tally {
        yes,
        abstain,
        no,
        veto,
    } = *tally;
    let wide = u128::from;
    let voted = wide(yes)
        .saturating_add(wide(abstain))
        .saturating_add(wide(no))
        .saturating_add(wide(veto));
    let deciding = voted.saturating_sub(wide(abstain));
    if power == 0 || voted.saturating_mul(1_000) < wide(power).saturating_mul(334) {
        (Verdict::Rejected, "proposal did not reach quorum")
    } else if deciding == 0 {
        (Verdict::Rejected, "proposal has only abstentions")
    } else if wide(veto).saturating_mul(1_000) > voted.saturating_mul(334) {
        (Verdict::Vetoed, "proposal was vetoed")
    } else if wide(yes).saturating_mul(2) > deciding {
        (Verdict::Passed, "")
    } else {
        (Verdict::Rejected, "proposal did not get enough votes to pass")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(yes: u64, abstain: u64, no: u64, veto: u64) -> Tally {
        Tally {
            yes,
            abstain,
            no,
            veto,
        }
    }

    #[test]
    fn a_proposal_passes_on_quorum_and_a_majority_of_those_who_did_not_abstain() {
        for (case, power, verdict) in [
            (tally(0, 0, 0, 0), 3, Verdict::Rejected),
            (tally(1, 0, 0, 0), 0, Verdict::Rejected),
            (tally(1, 0, 0, 0), 3, Verdict::Rejected),
            (tally(1, 0, 0, 0), 2, Verdict::Passed),
            (tally(1, 0, 1, 0), 2, Verdict::Rejected),
            (tally(2, 0, 1, 0), 3, Verdict::Passed),
            (tally(1, 2, 0, 0), 3, Verdict::Passed),
            (tally(0, 3, 0, 0), 3, Verdict::Rejected),
            (tally(2, 0, 0, 1), 3, Verdict::Passed),
            (tally(1, 0, 0, 1), 2, Verdict::Vetoed),
        ] {
            assert_eq!(judge(&case, power).0, verdict, "{case:?} of {power}");
        }
    }
}
