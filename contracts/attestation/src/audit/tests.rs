//! The machine alone: every path ends, whoever is silent, and pays and blames whom it should.

use market_types::attestation::{AuditOutcome, AuditTimes, Panel, SeatState};
use market_types::audit::AuditVerdict;
use market_types::{ProviderNo, Seconds, UnixTime};
use proptest::prelude::*;

use super::*;
use AuditVerdict::{Match, Mismatch, Unavailable};

const START: Moment = Moment {
    time: UnixTime(1_700_000_000),
    height: 100,
};

fn rules(planters: bool) -> Rules {
    Rules {
        times: AuditTimes::default(),
        commit: Seconds(1_800),
        planters,
    }
}

/// An audit, its clock, and what it asked for.
struct Trial {
    audit: Audit,
    now: Moment,
    rules: Rules,
    next: u32,
    fees: u32,
    late: Vec<(usize, bool)>,
    outcome: Option<AuditOutcome>,
}

impl Trial {
    fn new(exact: bool) -> Self {
        Self {
            audit: Audit::new(exact, START.height),
            now: START,
            rules: rules(false),
            next: 0,
            fees: 2,
            late: vec![],
            outcome: None,
        }
    }

    fn done(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Fund { fees } => self.fees += fees,
                Effect::Late { seat, committed } => self.late.push((seat, committed)),
                Effect::Final { outcome } => {
                    assert_eq!(self.outcome, None, "a verdict is final once");
                    self.outcome = Some(outcome);
                }
            }
        }
    }

    fn seat(&mut self, found: u32, exhausted: bool) {
        let found = found.min(self.audit.vacant());
        let seats = (self.next..self.next + found)
            .map(|no| Seat {
                provider: ProviderNo(no),
                tag: no.into(),
                panel: self.audit.panel,
                state: SeatState::Seated,
            })
            .collect();
        self.next += found;
        let effects = self.audit.fill(seats, 64, exhausted, self.now, &self.rules);
        self.done(effects);
    }

    fn seat_all(&mut self) {
        self.seat(u32::MAX, false);
    }

    fn bench(&self, state: SeatState) -> Vec<usize> {
        let seats = self.audit.seats.iter().enumerate();
        seats
            .skip(self.audit.from as usize)
            .filter(|(_, seat)| seat.state == state)
            .map(|(number, _)| number)
            .collect()
    }

    fn commit_all(&mut self) {
        for number in self.bench(SeatState::Seated) {
            let effects = self.audit.commit(number, self.now, &self.rules);
            self.done(effects);
        }
    }

    fn open(&mut self) {
        let effects = self.audit.open(self.now, &self.rules);
        self.done(effects);
    }

    fn reveal(&mut self, verdicts: &[AuditVerdict]) {
        for (number, verdict) in self.bench(SeatState::Committed).into_iter().zip(verdicts) {
            let effects = self.audit.reveal(number, *verdict, self.now, &self.rules);
            self.done(effects);
        }
    }

    fn wait(&mut self, seconds: u64) {
        self.now.time = self.now.time.plus(Seconds(seconds));
        self.now.height += seconds;
    }

    fn crank(&mut self) -> bool {
        match self.audit.crank(self.now, &self.rules) {
            Some(effects) => {
                self.done(effects);
                true
            }
            None => false,
        }
    }

    /// A whole panel: seated, committed, opened if need be, revealed.
    fn hear(&mut self, verdicts: &[AuditVerdict]) {
        self.seat_all();
        if matches!(self.audit.step, Step::Opening { .. }) {
            self.open();
        }
        self.commit_all();
        if matches!(self.audit.step, Step::Opening { .. }) {
            self.open();
        }
        self.reveal(verdicts);
        // Whoever has to be paid next is called by a crank.
        if self.bench(SeatState::Committed).is_empty() && matches!(self.audit.step, Step::Revealing { .. }) {
            assert!(self.crank());
        }
    }

    fn heard(exact: bool, panels: &[&[AuditVerdict]]) -> Self {
        let mut trial = Self::new(exact);
        for verdicts in panels {
            trial.hear(verdicts);
        }
        trial
    }

    fn settled(&self) -> Settlement {
        settle(&self.audit, self.outcome.unwrap(), false)
    }

    fn at_fault(&self) -> Vec<usize> {
        let endings = self.settled().endings;
        endings
            .iter()
            .filter(|ending| ending.at_fault)
            .map(|ending| ending.seat)
            .collect()
    }

    fn paid(&self, paid: Paid) -> Vec<usize> {
        let endings = self.settled().endings;
        endings
            .iter()
            .filter(|ending| ending.paid == paid)
            .map(|ending| ending.seat)
            .collect()
    }

    fn expire(&mut self) {
        self.wait(100_000);
        assert!(self.crank());
    }
}

#[test]
fn exact_auditors_commit_before_the_provider_opens_others_after() {
    let mut exact = Trial::new(true);
    exact.seat_all();
    assert!(matches!(exact.audit.step, Step::Committing { .. }));
    exact.commit_all();
    assert!(matches!(exact.audit.step, Step::Opening { .. }));
    exact.open();
    assert!(matches!(exact.audit.step, Step::Revealing { .. }));

    let mut image = Trial::new(false);
    image.seat_all();
    assert!(matches!(image.audit.step, Step::Opening { .. }));
    image.open();
    assert!(matches!(image.audit.step, Step::Committing { .. }));
    image.commit_all();
    assert!(matches!(image.audit.step, Step::Revealing { .. }));
}

#[test]
fn two_matches_pass_and_are_paid() {
    for exact in [true, false] {
        let trial = Trial::heard(exact, &[&[Match, Match]]);
        assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
        assert_eq!(trial.paid(Paid::Fee), [0, 1]);
        assert_eq!((trial.fees, trial.at_fault()), (2, vec![]));
    }
}

#[test]
fn a_mismatch_calls_five_jurors_of_whom_four_convict() {
    let mut trial = Trial::heard(true, &[&[Match, Mismatch]]);
    assert_eq!((trial.audit.panel, trial.fees), (Panel::Jury, 7));
    trial.hear(&[Mismatch, Mismatch, Match, Mismatch, Mismatch]);
    assert_eq!(trial.outcome, None, "it can be appealed");
    trial.expire();
    assert_eq!(trial.outcome, Some(AuditOutcome::Convicted));
    // The auditor that found it good, and the juror that stood alone.
    assert_eq!(trial.at_fault(), [0, 4]);
    assert_eq!(trial.paid(Paid::Fee), [1, 2, 3, 5, 6]);
    assert_eq!(trial.settled().reporters, [1, 2, 3, 5, 6]);
}

#[test]
fn an_accuser_whom_the_jury_contradicts_is_at_fault_and_pays_the_jury() {
    let mut trial = Trial::heard(true, &[&[Match, Mismatch], &[Match; 5]]);
    trial.expire();
    assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
    assert_eq!(trial.at_fault(), [1]);
    assert_eq!(trial.paid(Paid::Fee), [0]);
    assert_eq!(trial.paid(Paid::ByFault), [2, 3, 4, 5, 6]);
}

#[test]
fn a_divided_jury_refunds_and_blames_nobody() {
    let trial = Trial::heard(
        true,
        &[&[Match, Mismatch], &[Match, Match, Mismatch, Mismatch, Mismatch]],
    );
    assert_eq!(trial.outcome, Some(AuditOutcome::Undecided));
    assert_eq!(trial.at_fault(), [0usize; 0]);
    assert_eq!(trial.paid(Paid::Fee), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_appeal_of_eleven_overturns_five_and_is_final() {
    let mut trial = Trial::heard(true, &[&[Match, Mismatch], &[Mismatch; 5]]);
    assert!(trial.audit.is_appealable());
    let effects = trial.audit.appeal(trial.now);
    trial.done(effects);
    assert_eq!(trial.fees, 2 + 5 + 11);
    trial.hear(&[Match; 11]);
    assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
    assert!(!trial.audit.is_appealable());
    assert_eq!(trial.at_fault(), [1]);
}

#[test]
fn two_pairs_that_could_not_have_the_data_are_a_missed_opening() {
    let mut trial = Trial::heard(true, &[&[Unavailable, Unavailable]]);
    assert_eq!((trial.outcome, trial.fees), (None, 4));
    trial.hear(&[Unavailable, Unavailable]);
    assert_eq!(trial.outcome, Some(AuditOutcome::Unavailable));
    assert_eq!(trial.paid(Paid::Fee), [0, 1, 2, 3]);
}

#[test]
fn one_that_could_not_have_it_brings_a_third_auditor_and_is_not_paid() {
    let mut trial = Trial::heard(true, &[&[Match, Unavailable]]);
    assert_eq!((trial.outcome, trial.audit.vacant(), trial.fees), (None, 1, 3));
    trial.hear(&[Match]);
    assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
    assert_eq!(trial.paid(Paid::Fee), [0, 2]);
}

#[test]
fn a_third_who_cannot_be_found_leaves_the_unit_unaudited() {
    let mut trial = Trial::heard(true, &[&[Match, Unavailable]]);
    trial.seat(0, true);
    assert_eq!(trial.outcome, Some(AuditOutcome::Unaudited));
}

#[test]
fn without_auditors_a_unit_is_unaudited_and_with_one_it_can_still_be_accused() {
    let mut nobody = Trial::new(true);
    nobody.seat(0, true);
    assert_eq!(nobody.outcome, Some(AuditOutcome::Unaudited));

    for (verdict, outcome) in [(Match, Some(AuditOutcome::Unaudited)), (Mismatch, None)] {
        let mut lone = Trial::new(true);
        lone.seat(1, true);
        lone.commit_all();
        lone.open();
        lone.reveal(&[verdict]);
        assert_eq!(lone.outcome, outcome);
    }
}

#[test]
fn a_jury_of_four_refunds_without_fault_and_an_appeal_of_ten_changes_nothing() {
    let mut trial = Trial::heard(true, &[&[Mismatch, Mismatch]]);
    trial.seat(4, true);
    assert_eq!(trial.outcome, Some(AuditOutcome::Undecided));

    let mut trial = Trial::heard(true, &[&[Mismatch, Mismatch], &[Mismatch; 5]]);
    let effects = trial.audit.appeal(trial.now);
    trial.done(effects);
    trial.seat(10, true);
    assert_eq!(trial.outcome, Some(AuditOutcome::Convicted));
}

#[test]
fn a_provider_that_does_not_open_in_time_and_blocks_misses_its_opening() {
    let mut trial = Trial::new(true);
    trial.seat_all();
    trial.commit_all();
    trial.now.time = trial.now.time.plus(Seconds(1_800));
    assert!(!trial.crank(), "the chain stood still");
    trial.now.height += 180;
    assert!(trial.crank());
    assert_eq!(trial.outcome, Some(AuditOutcome::NotOpened));
    assert_eq!(trial.paid(Paid::Fee), [0, 1], "they have done the work");
}

#[test]
fn the_late_are_replaced_twice_and_then_done_without() {
    let mut trial = Trial::new(true);
    for round in 0..3 {
        trial.seat_all();
        assert_eq!(trial.audit.replacements, round);
        trial.expire();
    }
    assert_eq!(trial.outcome, Some(AuditOutcome::Unaudited));
    assert_eq!(trial.late.len(), 6);
    assert!(trial.late.iter().all(|(_, committed)| !committed));
}

#[test]
fn who_commits_and_does_not_reveal_is_late_with_its_answer() {
    let mut trial = Trial::new(true);
    trial.seat_all();
    trial.commit_all();
    trial.open();
    trial.reveal(&[Match]);
    trial.expire();
    assert_eq!(trial.late, [(1, true)]);
    // Its place is filled again, and only the newcomer answers.
    trial.hear(&[Match]);
    assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
    assert_eq!(trial.paid(Paid::Fee), [0, 2]);
}

#[test]
fn every_verdict_waits_for_planters_and_a_planted_match_is_at_fault() {
    let mut trial = Trial::new(true);
    trial.rules = rules(true);
    trial.hear(&[Match, Match]);
    assert_eq!(trial.outcome, None);
    let settlement = settle(&trial.audit, AuditOutcome::Planted, false);
    assert!(settlement
        .endings
        .iter()
        .all(|ending| ending.at_fault && ending.paid == Paid::Nothing));
    trial.expire();
    assert_eq!(trial.outcome, Some(AuditOutcome::Passed));
}

#[test]
fn a_forced_audit_that_convicts_pays_auditors_from_the_bond_alone() {
    let mut trial = Trial::heard(true, &[&[Mismatch, Mismatch], &[Mismatch; 5]]);
    trial.expire();
    let settlement = settle(&trial.audit, AuditOutcome::Convicted, true);
    let fees: Vec<usize> = settlement
        .endings
        .iter()
        .filter(|ending| ending.paid == Paid::Fee)
        .map(|ending| ending.seat)
        .collect();
    assert_eq!(fees, [2, 3, 4, 5, 6]);
    assert_eq!(settlement.reporters.len(), 7);
}

fn verdict() -> impl Strategy<Value = AuditVerdict> {
    prop_oneof![Just(Match), Just(Mismatch), Just(Unavailable)]
}

/// A move of somebody, if it is possible.
fn play(trial: &mut Trial, choice: u8, verdict: AuditVerdict, pick: usize) {
    let pick_of = |numbers: &[usize]| numbers.get(pick % numbers.len().max(1)).copied();
    match (choice % 6, trial.audit.step) {
        (0 | 1, Step::Seating { .. }) => trial.seat(pick as u32 % 12, choice.is_multiple_of(2)),
        (2, Step::Committing { .. }) => {
            if let Some(number) = pick_of(&trial.bench(SeatState::Seated)) {
                let effects = trial.audit.commit(number, trial.now, &trial.rules);
                trial.done(effects);
            }
        }
        (3, Step::Opening { .. }) => trial.open(),
        (4, Step::Revealing { .. }) => {
            if let Some(number) = pick_of(&trial.bench(SeatState::Committed)) {
                let effects = trial.audit.reveal(number, verdict, trial.now, &trial.rules);
                trial.done(effects);
            }
        }
        (4, Step::Decided { .. }) if trial.audit.is_appealable() => {
            let effects = trial.audit.appeal(trial.now);
            trial.done(effects);
        }
        (5, _) => {
            trial.wait(pick as u64 % 5_000);
            trial.crank();
        }
        _ => {}
    }
}

#[test]
fn who_reveals_needs_no_money_to_be_there_for_those_who_come_next() {
    let mut trial = Trial::new(true);
    trial.seat_all();
    trial.commit_all();
    trial.open();
    trial.reveal(&[Match, Mismatch]);
    assert_eq!((trial.fees, trial.audit.panel), (2, Panel::Auditors));
    assert!(trial.crank(), "at once");
    assert_eq!((trial.fees, trial.audit.panel), (7, Panel::Jury));
    assert!(trial.late.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Invariant 7 of the protocol: from every state that can be reached, cranks alone bring an audit to its end, whether seats are
    /// found and stay silent or are not found at all.
    #[test]
    fn cranks_alone_end_an_audit_from_every_state(
        exact in any::<bool>(), planters in any::<bool>(), found in any::<bool>(),
        moves in prop::collection::vec((any::<u8>(), verdict(), any::<usize>()), 0..120),
    ) {
        let mut trial = Trial::new(exact);
        trial.rules = rules(planters);
        for (choice, verdict, pick) in moves {
            if trial.outcome.is_some() {
                break;
            }
            play(&mut trial, choice, verdict, pick);
        }
        for _ in 0..40 {
            if trial.outcome.is_some() {
                break;
            }
            if matches!(trial.audit.step, Step::Seating { .. }) {
                trial.seat(if found { u32::MAX } else { 0 }, true);
            } else {
                trial.wait(1_000_000);
                prop_assert!(trial.crank(), "{:?}", trial.audit.step);
            }
        }
        prop_assert!(trial.outcome.is_some(), "{:?}", trial.audit);
        prop_assert!(trial.fees <= 2 + 2 + 1 + 5 + 11);
        prop_assert!(trial.audit.seats.len() <= 3 * (2 + 2 + 1 + 5 + 11));
    }

    /// Nobody is paid twice, paid and blamed, or paid for a seat it was late in; what is paid was set aside.
    #[test]
    fn a_settlement_pays_no_more_than_was_set_aside(
        exact in any::<bool>(), planters in any::<bool>(), forced in any::<bool>(), end in 0..4u8,
        moves in prop::collection::vec((any::<u8>(), verdict(), any::<usize>()), 0..160),
    ) {
        let mut trial = Trial::new(exact);
        trial.rules = rules(planters);
        for (choice, verdict, pick) in moves {
            if trial.outcome.is_some() {
                break;
            }
            play(&mut trial, choice, verdict, pick);
        }
        let outcome = match (end, trial.outcome) {
            (0, _) | (_, None) => AuditOutcome::Moot,
            (1, _) => AuditOutcome::Planted,
            (_, Some(outcome)) => outcome,
        };
        let settlement = settle(&trial.audit, outcome, forced);
        let fees = settlement.endings.iter().filter(|ending| ending.paid == Paid::Fee).count();
        prop_assert!(fees as u32 <= trial.fees);
        for ending in &settlement.endings {
            prop_assert!(!ending.at_fault || ending.paid == Paid::Nothing);
            prop_assert!(trial.audit.seats[ending.seat].is_live());
        }
        let mut seats: Vec<usize> = settlement.endings.iter().map(|ending| ending.seat).collect();
        seats.dedup();
        prop_assert_eq!(seats.len(), settlement.endings.len());
    }

    #[test]
    fn an_honest_provider_among_honest_auditors_passes_whoever_is_late(late in any::<u32>()) {
        let mut trial = Trial::new(true);
        let mut late = late;
        while trial.outcome.is_none() {
            trial.seat_all();
            for number in trial.bench(SeatState::Seated) {
                if late & 1 == 0 {
                    let effects = trial.audit.commit(number, trial.now, &trial.rules);
                    trial.done(effects);
                }
                late >>= 1;
            }
            if matches!(trial.audit.step, Step::Opening { .. }) {
                trial.open();
            }
            trial.reveal(&[Match; 2]);
            if trial.outcome.is_none() {
                trial.expire();
                if matches!(trial.audit.step, Step::Opening { .. }) {
                    trial.open();
                    trial.reveal(&[Match; 2]);
                }
            }
        }
        prop_assert!(matches!(trial.outcome, Some(AuditOutcome::Passed | AuditOutcome::Unaudited)));
        prop_assert!(trial.at_fault().is_empty());
    }
}
