//! The transitions. Each changes the audit and says what has to happen outside; whether the sender may, the caller has checked.

use market_math::seats::Stage;
use market_math::verdict::{self, Pair};
use market_types::attestation::{AuditOutcome, Deadline, Panel, SeatState};
use market_types::audit::AuditVerdict;
use market_types::UnixTime;

use super::record::{stage, Audit, JuryFinding, Moment, Rules, Seat, Step};

/// Rounds in which the late of one panel are replaced: no seat more than twice.
pub const MAX_REPLACEMENTS: u32 = 2;

/// What a transition asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Set so many fees aside.
    Fund { fees: u32 },
    /// These seats are late: with their answers, or with revealing them.
    Late { seat: usize, committed: bool },
    /// The verdict is final.
    Final { outcome: AuditOutcome },
}

impl Audit {
    /// Seats were looked for with the tries up to `tries`; `exhausted`: nobody else can be found.
    pub fn fill(
        &mut self,
        found: Vec<Seat>,
        tries: u32,
        exhausted: bool,
        now: Moment,
        rules: &Rules,
    ) -> Vec<Effect> {
        let Step::Seating { height, .. } = self.step else {
            return vec![];
        };
        self.seats.extend(found);
        if self.vacant() > 0 && !exhausted {
            self.step = Step::Seating { height, tries };
            return vec![];
        }
        self.go_on(now, rules)
    }

    /// A commitment of seat `number` came in.
    pub fn commit(&mut self, number: usize, now: Moment, rules: &Rules) -> Vec<Effect> {
        self.set(number, SeatState::Committed);
        if self.bench().all(Seat::has_answered) {
            return self.go_on(now, rules);
        }
        vec![]
    }

    /// The provider showed its receipt.
    pub fn open(&mut self, now: Moment, rules: &Rules) -> Vec<Effect> {
        self.opened = true;
        self.go_on(now, rules)
    }

    /// Seat `number` revealed its answer. If that calls somebody who has to be paid, only a crank goes on: a pool that is short must not
    /// keep who reveals from revealing.
    pub fn reveal(
        &mut self,
        number: usize,
        verdict: AuditVerdict,
        now: Moment,
        rules: &Rules,
    ) -> Vec<Effect> {
        self.set(number, SeatState::Revealed { verdict });
        if !self.bench().all(|seat| seat.verdict().is_some()) {
            return vec![];
        }
        let mut concluded = self.clone();
        let effects = concluded.conclude(now, rules);
        if effects.iter().any(|effect| matches!(effect, Effect::Fund { .. })) {
            let until = Deadline {
                time: now.time,
                height: now.height,
            };
            self.step = Step::Revealing { until };
            return vec![];
        }
        *self = concluded;
        effects
    }

    /// Eleven others are to judge.
    pub fn appeal(&mut self, now: Moment) -> Vec<Effect> {
        self.seat_anew(Panel::Appeal, now)
    }

    /// End a silence, if it is over at `now`; `None` when nothing is to be done.
    pub fn crank(&mut self, now: Moment, rules: &Rules) -> Option<Vec<Effect>> {
        match self.step {
            Step::Committing { until } if now.is_past(until) => Some(self.replace_late(now, rules)),
            Step::Revealing { until } if now.is_past(until) => Some(self.replace_late(now, rules)),
            Step::Opening { until, .. } if now.is_past(until) => Some(vec![Effect::Final {
                outcome: AuditOutcome::NotOpened,
            }]),
            Step::Decided { outcome, until } if now.is_past(until) => Some(vec![Effect::Final { outcome }]),
            Step::Frozen { until } if now.time >= until => Some(vec![Effect::Final {
                outcome: AuditOutcome::Convicted,
            }]),
            _ => None,
        }
    }

    /// A conviction that waits.
    pub fn freeze(&mut self, until: UnixTime) {
        self.step = Step::Frozen { until };
    }

    pub fn end(&mut self, outcome: AuditOutcome) {
        self.step = Step::Ended { outcome };
    }

    fn set(&mut self, number: usize, state: SeatState) {
        if let Some(seat) = self.seats.get_mut(number) {
            seat.state = state;
        }
    }

    /// From full seats, full commitments, or an opening, to what comes next.
    fn go_on(&mut self, now: Moment, rules: &Rules) -> Vec<Effect> {
        if self.is_too_small() || self.bench().all(|seat| seat.verdict().is_some()) {
            return self.conclude(now, rules);
        }
        let committed = self.bench().all(Seat::has_answered);
        let open_first = !self.exact;
        self.step = if !self.opened && (committed || open_first) {
            Step::Opening {
                until: rules.deadline(now, rules.times.open),
                asked: now.time,
            }
        } else if committed {
            Step::Revealing {
                until: rules.deadline(now, rules.times.reveal),
            }
        } else {
            Step::Committing {
                until: rules.deadline(now, rules.commit),
            }
        };
        vec![]
    }

    /// Whether those on the bench cannot come to a verdict, whatever they say. A lone auditor can: it may accuse.
    fn is_too_small(&self) -> bool {
        let present = self.bench().count() as u32;
        match self.panel {
            Panel::Auditors => present == 0 || self.has_third() && present < self.want,
            Panel::Jury | Panel::Appeal => present < self.want,
        }
    }

    fn has_third(&self) -> bool {
        self.panel == Panel::Auditors && self.want > Stage::Auditors.seats()
    }

    fn replace_late(&mut self, now: Moment, rules: &Rules) -> Vec<Effect> {
        let revealing = matches!(self.step, Step::Revealing { .. });
        let from = self.from as usize;
        let mut effects = vec![];
        for (number, seat) in self.seats.iter_mut().enumerate().skip(from) {
            let late = match seat.state {
                SeatState::Seated => true,
                SeatState::Committed => revealing,
                SeatState::Revealed { .. } | SeatState::Missed => false,
            };
            if late {
                effects.push(Effect::Late {
                    seat: number,
                    committed: seat.state == SeatState::Committed,
                });
                seat.state = SeatState::Missed;
            }
        }
        if self.replacements < MAX_REPLACEMENTS && !effects.is_empty() {
            self.replacements += 1;
            self.step = Step::Seating {
                height: now.height,
                tries: 0,
            };
            return effects;
        }
        effects.extend(self.go_on(now, rules));
        effects
    }

    /// Everybody who will answer has.
    fn conclude(&mut self, now: Moment, rules: &Rules) -> Vec<Effect> {
        match self.panel {
            Panel::Auditors => self.conclude_auditors(now, rules),
            Panel::Jury => {
                let finding = JuryFinding::from(verdict::jury(self.tally()));
                self.jury = Some(finding);
                self.decide(finding.outcome(), now, rules)
            }
            Panel::Appeal => {
                let heard = verdict::appeal(self.tally()).map(JuryFinding::from);
                let outcome = heard.or(self.jury).map(JuryFinding::outcome);
                self.decide(outcome.unwrap_or(AuditOutcome::Undecided), now, rules)
            }
        }
    }

    fn conclude_auditors(&mut self, now: Moment, rules: &Rules) -> Vec<Effect> {
        let pair = if self.is_too_small() {
            // Also when a third cannot be found.
            Pair::Unaudited
        } else {
            verdict::pair(self.tally(), self.unavailable_pairs)
        };
        match pair {
            Pair::Unaudited => self.decide(AuditOutcome::Unaudited, now, rules),
            Pair::Passed => self.decide(AuditOutcome::Passed, now, rules),
            Pair::Withheld => self.decide(AuditOutcome::Unavailable, now, rules),
            Pair::NewPair => {
                self.unavailable_pairs += 1;
                self.seat_anew(Panel::Auditors, now)
            }
            Pair::Third => {
                self.want = Stage::Auditors.seats() + 1;
                self.replacements = 0;
                self.step = Step::Seating {
                    height: now.height,
                    tries: 0,
                };
                vec![Effect::Fund { fees: 1 }]
            }
            Pair::Jury => self.seat_anew(Panel::Jury, now),
        }
    }

    fn seat_anew(&mut self, panel: Panel, now: Moment) -> Vec<Effect> {
        self.panel = panel;
        self.from = self.seats.len() as u32;
        self.want = stage(panel).seats();
        self.replacements = 0;
        self.step = Step::Seating {
            height: now.height,
            tries: 0,
        };
        vec![Effect::Fund { fees: self.want }]
    }

    /// A verdict. It waits while it can be appealed, or a planter may speak.
    fn decide(&mut self, outcome: AuditOutcome, now: Moment, rules: &Rules) -> Vec<Effect> {
        let until = rules.deadline(now, rules.times.appeal);
        self.step = Step::Decided { outcome, until };
        if self.is_appealable() || rules.planters {
            return vec![];
        }
        vec![Effect::Final { outcome }]
    }

    /// Five judged, and somebody's bond is at stake.
    pub fn is_appealable(&self) -> bool {
        let Step::Decided { outcome, .. } = self.step else {
            return false;
        };
        let at_stake = matches!(outcome, AuditOutcome::Convicted | AuditOutcome::Passed);
        self.panel == Panel::Jury && at_stake
    }

    /// Whether the seat said what the jury found wrong: it may appeal.
    pub fn is_accuser(&self, number: usize) -> bool {
        self.seats.get(number).is_some_and(|seat| {
            seat.panel == Panel::Auditors && seat.verdict() == Some(AuditVerdict::Mismatch)
        })
    }
}
