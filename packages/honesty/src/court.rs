//! One audit from its opening to its end: auditors, jury, appeal, with the contract's own draws and rules.

use std::collections::BTreeSet;

use market_math::seats::{Stage, MAX_TRIES};
use market_math::verdict::{
    appeal, auditor_at_fault, juror_at_fault, jury, pair, Finding, Pair, Tally, Verdict,
};
use market_types::{Hash32, Seconds};
use rand::Rng;

use crate::panel::{seat, Side, Table};
use crate::terms::{Missed, Terms};

/// Time to open, and to come back after a missed opening.
const OPENING: Seconds = Seconds(30 * 60);
const SECOND_CHANCE: Seconds = Seconds::DAY;
/// In which an appeal may be asked for.
const APPEAL_WINDOW: Seconds = Seconds::HOUR;

/// What the provider does once it sees who sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// Opens and serves everybody.
    Serve,
    /// Opens only for a pair of friends.
    KeepShut,
    /// Opens, and gives data to friends only.
    Starve,
    /// Gives data to friends only while auditors look, and to everybody before a jury.
    StarveAuditors,
}

/// How friends vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ploy {
    /// Match, wherever that can help and not only mark the friend: a pair of friends, at least two jurors, an appeal, data that the others
    /// did not get.
    Shield,
    /// Mismatch, whatever it is.
    Accuse,
}

/// What is before the court.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub good: bool,
    pub defence: Defence,
    pub ploy: Ploy,
    /// The provider appeals whatever is not a pass.
    pub appeals: bool,
    /// Missed openings of this provider in the last 30 days.
    pub missed_before: u32,
    /// Probability that an honest auditor calls a good unit a mismatch.
    pub false_alarm: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Passed,
    Unaudited,
    Refunded,
    /// Refunded and fined.
    Missed,
    Convicted,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ruling {
    pub outcome: Outcome,
    pub missed: bool,
    /// From the draw to the first accusation or missed opening.
    pub contested_after: Option<Seconds>,
    pub took: Seconds,
    /// Friends among the auditors, and friends among the jurors who are paid, for what they said was found.
    pub friend_auditors: u32,
    pub friend_jurors: u32,
    /// Appeals that the provider paid for, because they did not help it.
    pub lost_appeals: u32,
    pub friend_faults: u32,
    pub honest_faults: u32,
    /// Who said mismatch of a unit that convicted.
    pub reporters: u32,
    pub friend_reporters: u32,
}

/// The seats of one stage and what they said.
struct Panel {
    sides: Vec<Side>,
    votes: Vec<Verdict>,
}

impl Panel {
    fn tally(&self) -> Tally {
        Tally::of(self.votes.iter().copied())
    }

    fn both(&self) -> impl Iterator<Item = (Side, Verdict)> + '_ {
        self.sides.iter().copied().zip(self.votes.iter().copied())
    }

    fn friends(&self) -> u32 {
        self.sides.iter().filter(|side| **side == Side::Friend).count() as u32
    }
}

struct Hearing<'a, R> {
    terms: &'a Terms,
    table: &'a Table,
    case: Case,
    audit: u64,
    excluded: BTreeSet<u32>,
    rng: &'a mut R,
}

impl<R: Rng> Hearing<'_, R> {
    fn seat(&mut self, stage: Stage, seats: usize) -> Vec<Side> {
        // Every stage waits for a later round.
        let randomness = Hash32(self.rng.gen());
        let seated = seat(
            self.table,
            &randomness,
            self.audit,
            (stage, 0..MAX_TRIES),
            seats,
            &mut self.excluded,
        );
        seated
            .places
            .iter()
            .map(|place| self.table.entries[*place as usize].side)
            .collect()
    }

    fn vote(&mut self, side: Side, served: bool, hopeless: bool) -> Verdict {
        let mismatch = match (side, self.case.ploy) {
            (Side::Friend, Ploy::Shield) if hopeless && !self.case.good => return Verdict::Mismatch,
            (Side::Friend, Ploy::Shield) => return Verdict::Match,
            (Side::Friend, Ploy::Accuse) => return Verdict::Mismatch,
            _ if !served => return Verdict::Unavailable,
            _ if self.case.good => self.case.false_alarm,
            _ => self.terms.power,
        };
        match self.rng.gen_bool(mismatch) {
            true => Verdict::Mismatch,
            false => Verdict::Match,
        }
    }

    fn panel(&mut self, stage: Stage, seats: usize) -> Panel {
        let sides = self.seat(stage, seats);
        let served = !matches!(
            (self.case.defence, stage),
            (Defence::Starve, _) | (Defence::StarveAuditors, Stage::Auditors)
        );
        let friends = sides.iter().filter(|side| **side == Side::Friend).count();
        let hopeless = match stage {
            Stage::Auditors => served && friends < seats,
            Stage::Jury => friends < 2,
            Stage::Appeal => false,
        };
        let votes = sides
            .iter()
            .map(|side| self.vote(*side, served, hopeless))
            .collect();
        Panel { sides, votes }
    }
}

/// Hear `case`. `audit` is its number; the seats' randomness comes from `rng`.
pub fn hear(terms: &Terms, table: &Table, case: Case, audit: u64, rng: &mut impl Rng) -> Ruling {
    let mut hearing = Hearing {
        terms,
        table,
        case,
        audit,
        excluded: BTreeSet::new(),
        rng,
    };
    let mut ruling = Ruling {
        outcome: Outcome::Passed,
        missed: false,
        contested_after: None,
        took: terms.auditors_stage(),
        friend_auditors: 0,
        friend_jurors: 0,
        lost_appeals: 0,
        friend_faults: 0,
        honest_faults: 0,
        reporters: 0,
        friend_reporters: 0,
    };
    let mut heard = vec![];
    let mut unavailable_pairs = 0;
    loop {
        let mut auditors = hearing.panel(Stage::Auditors, 2);
        ruling.friend_auditors += auditors.friends();
        let friendly = auditors.friends() == 2;
        if case.defence == Defence::KeepShut && !friendly {
            return kept_shut(terms, case, ruling);
        }
        let mut outcome = pair(auditors.tally(), unavailable_pairs);
        if outcome == Pair::Third {
            let third = hearing.panel(Stage::Auditors, 1);
            ruling.friend_auditors += third.friends();
            auditors.sides.extend(third.sides);
            auditors.votes.extend(third.votes);
            ruling.took = add(ruling.took, terms.panel_stage());
            outcome = pair(auditors.tally(), unavailable_pairs);
        }
        let ended = match outcome {
            Pair::Passed => Some(Outcome::Passed),
            // A third that nobody could be seated for.
            Pair::Unaudited | Pair::Third => Some(Outcome::Unaudited),
            Pair::NewPair => {
                unavailable_pairs += 1;
                ruling.took = add(ruling.took, terms.panel_stage());
                continue;
            }
            Pair::Withheld => {
                ruling.contested_after = Some(ruling.took);
                ruling.missed = true;
                match (terms.missed, case.missed_before) {
                    (Missed::Fined, 0) => Some(Outcome::Missed),
                    (Missed::Fined, _) => Some(Outcome::Convicted),
                    // A day later a jury looks.
                    (Missed::MustStillOpen, _) => {
                        ruling.took = add(ruling.took, SECOND_CHANCE);
                        None
                    }
                }
            }
            Pair::Jury => None,
        };
        heard.push(auditors);
        match ended {
            Some(outcome) => {
                ruling.outcome = outcome;
                return ruling;
            }
            None => break,
        }
    }
    ruling.contested_after = ruling.contested_after.or(Some(ruling.took));
    judge(&mut hearing, &mut ruling, &heard);
    ruling
}

/// It does not open for this pair: fined once, and convicted a day later or the second time.
fn kept_shut(terms: &Terms, case: Case, ruling: Ruling) -> Ruling {
    let (outcome, took) = match (terms.missed, case.missed_before) {
        (Missed::Fined, 0) => (Outcome::Missed, OPENING),
        (Missed::MustStillOpen, 0) => (Outcome::Convicted, add(OPENING, SECOND_CHANCE)),
        _ => (Outcome::Convicted, OPENING),
    };
    Ruling {
        outcome,
        missed: true,
        contested_after: Some(OPENING),
        took,
        ..ruling
    }
}

fn judge<R: Rng>(hearing: &mut Hearing<'_, R>, ruling: &mut Ruling, auditors: &[Panel]) {
    let stage = hearing.terms.panel_stage();
    let jurors = hearing.panel(Stage::Jury, 5);
    ruling.took = add(ruling.took, stage);
    let mut finding = jury(jurors.tally());
    let mut heard_again = None;
    if hearing.case.appeals && finding != Finding::Passed {
        let eleven = hearing.panel(Stage::Appeal, 11);
        ruling.took = add(ruling.took, add(APPEAL_WINDOW, stage));
        finding = appeal(eleven.tally()).unwrap_or(finding);
        heard_again = Some(eleven);
    }
    ruling.outcome = match finding {
        Finding::Convicted => Outcome::Convicted,
        Finding::Passed => Outcome::Passed,
        Finding::Refunded => Outcome::Refunded,
    };
    let paid = |(side, verdict): &(Side, Verdict)| {
        let right = match finding {
            Finding::Convicted => *verdict == Verdict::Mismatch,
            Finding::Passed => *verdict == Verdict::Match,
            Finding::Refunded => *verdict != Verdict::Unavailable,
        };
        right && *side == Side::Friend
    };
    let judges = [&jurors].into_iter().chain(&heard_again);
    ruling.friend_jurors = judges.flat_map(Panel::both).filter(paid).count() as u32;
    ruling.lost_appeals = u32::from(heard_again.is_some() && finding == Finding::Convicted);
    let mut at_fault = |side| match side {
        Side::Friend => ruling.friend_faults += 1,
        Side::Honest => ruling.honest_faults += 1,
    };
    for (side, verdict) in auditors.iter().flat_map(Panel::both) {
        if auditor_at_fault(verdict, finding) {
            at_fault(side);
        }
    }
    for (side, verdict) in jurors.both() {
        if juror_at_fault(verdict, jurors.tally(), finding) {
            at_fault(side);
        }
    }
    if finding == Finding::Convicted {
        let all = auditors.iter().chain([&jurors]).chain(&heard_again);
        for (side, verdict) in all.flat_map(Panel::both) {
            if verdict == Verdict::Mismatch {
                ruling.reporters += 1;
                ruling.friend_reporters += u32::from(side == Side::Friend);
            }
        }
    }
}

fn add(a: Seconds, b: Seconds) -> Seconds {
    Seconds(a.0.saturating_add(b.0))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn case(good: bool, defence: Defence) -> Case {
        Case {
            good,
            defence,
            ploy: Ploy::Shield,
            appeals: true,
            missed_before: 0,
            false_alarm: 0.0,
        }
    }

    fn outcomes(friends: f64, case: Case, terms: &Terms) -> impl Iterator<Item = Ruling> {
        let terms = *terms;
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let table = Table::random(64, friends, &mut rng);
        (0..400).map(move |audit| hear(&terms, &table, case, audit, &mut rng))
    }

    #[test]
    fn honest_auditors_convict_every_bad_unit_and_pass_every_good_one() {
        let terms = Terms::default();
        for ruling in outcomes(0.0, case(false, Defence::Serve), &terms) {
            assert_eq!(ruling.outcome, Outcome::Convicted);
            assert_eq!((ruling.reporters, ruling.honest_faults), (18, 0));
            assert_eq!(ruling.contested_after, Some(terms.auditors_stage()));
        }
        for ruling in outcomes(0.0, case(true, Defence::Serve), &terms) {
            assert_eq!(ruling.outcome, Outcome::Passed);
            assert_eq!(ruling.contested_after, None);
        }
    }

    #[test]
    fn withholding_from_honest_auditors_ends_in_conviction_where_the_opening_must_be_made_up() {
        for defence in [Defence::KeepShut, Defence::Starve, Defence::StarveAuditors] {
            for ruling in outcomes(0.0, case(false, defence), &Terms::default()) {
                assert_eq!((ruling.outcome, ruling.missed), (Outcome::Convicted, true));
                assert!(ruling.took.0 > Seconds::DAY.0);
            }
        }
    }

    #[test]
    fn where_it_is_only_fined_the_second_one_convicts() {
        let terms = Terms::first_draft();
        let first = case(false, Defence::KeepShut);
        assert!(outcomes(0.0, first, &terms).all(|ruling| ruling.outcome == Outcome::Missed));
        let second = Case {
            missed_before: 1,
            ..first
        };
        assert!(outcomes(0.0, second, &terms).all(|ruling| ruling.outcome == Outcome::Convicted));
    }

    #[test]
    fn friends_who_accuse_a_good_unit_are_at_fault_before_an_honest_jury() {
        let accused = Case {
            ploy: Ploy::Accuse,
            ..case(true, Defence::Serve)
        };
        let (mut faults, mut convicted) = (0, 0);
        for ruling in outcomes(0.2, accused, &Terms::default()) {
            faults += ruling.friend_faults;
            convicted += u32::from(ruling.outcome == Outcome::Convicted);
            assert_eq!(ruling.honest_faults, 0);
        }
        assert!(faults > 50, "{faults}");
        assert_eq!(convicted, 0);
    }
}
