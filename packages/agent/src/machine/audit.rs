//! Audits: what this agent owes as an auditor, what it shows as the audited, and what it moves on when nobody else does.

use market_types::attestation::{AuditResponse, AuditStep, Deadline, Panel, RoundResponse, SeatState};
use market_types::audit::{commitment, Answer, AuditClass};
use market_types::{Hash32, ProviderNo, Seconds, UnixTime};
use serde::{Deserialize, Serialize};

/// Block time and height.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub time: UnixTime,
    pub height: u64,
}

/// An answer is in the journal, with its salt, before its commitment is sent: after a crash the same one is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyRecord {
    pub answer: Answer,
    pub salt: Hash32,
}

/// What is known of an examination that this process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examination {
    Idle,
    Running,
    /// Inputs or results could not be had just now.
    WithoutData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyAction {
    Wait,
    /// Run the unit again and compare.
    Examine,
    /// Write down that the data cannot be had.
    GiveUp,
    Commit(Hash32),
    Reveal(DutyRecord),
    /// There is nothing left to do.
    End,
}

/// What `me` owes in `audit`. `reserve` is left for sending before a deadline.
pub fn duty(
    audit: &AuditResponse,
    me: ProviderNo,
    record: Option<&DutyRecord>,
    examination: Examination,
    now: Moment,
    reserve: Seconds,
) -> DutyAction {
    let Some(seat) = audit.seats.iter().rev().find(|seat| seat.provider == me) else {
        return DutyAction::End;
    };
    if matches!(audit.step, AuditStep::Ended { .. }) {
        return DutyAction::End;
    }
    match (seat.state, record) {
        (SeatState::Missed | SeatState::Revealed { .. }, _) => DutyAction::End,
        (SeatState::Seated, Some(record)) => match audit.step {
            AuditStep::Committing { panel, .. } if panel == seat.panel => {
                DutyAction::Commit(commitment(audit.audit, me, &record.answer, &record.salt))
            }
            _ => DutyAction::Wait,
        },
        (SeatState::Seated, None) => {
            let late = match audit.step {
                AuditStep::Committing { panel, until } if panel == seat.panel => {
                    now.time.plus(reserve) >= until.time
                }
                _ => false,
            };
            match examination {
                Examination::Running => DutyAction::Wait,
                Examination::WithoutData if late => DutyAction::GiveUp,
                _ if may_examine(audit, seat.panel) => DutyAction::Examine,
                _ => DutyAction::Wait,
            }
        }
        (SeatState::Committed, Some(record)) => match audit.step {
            AuditStep::Revealing { panel, .. } if panel == seat.panel => DutyAction::Reveal(*record),
            _ => DutyAction::Wait,
        },
        // Committed by a journal that is lost: nobody knows the salt.
        (SeatState::Committed, None) => DutyAction::End,
    }
}

/// The first auditors of an exact unit answer before they see the provider's result; all others compare with it.
fn may_examine(audit: &AuditResponse, panel: Panel) -> bool {
    let blind = audit.class.0 == AuditClass::EXACT && panel == Panel::Auditors;
    blind || audit.result.is_some()
}

/// What brings a waiting audit or draw on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crank {
    Wait,
    /// Nobody submitted a beacon since: any new round will do.
    Anchor,
    /// This round is published and not on chain.
    Relay {
        round: u64,
    },
    Go,
}

/// What waits for the round after some height waits for this. `round` is the chain's answer to `RoundAfter`.
pub fn wait_for(round: Option<&RoundResponse>, now: Moment) -> Crank {
    match round {
        None => Crank::Anchor,
        Some(round) if round.there => Crank::Go,
        Some(round) if now.time >= round.published_at => Crank::Relay { round: round.round },
        Some(_) => Crank::Wait,
    }
}

/// What moves the audit on now. `round`: the answer to `RoundAfter` of the height that a seating waits for; not asked otherwise.
pub fn crank(step: &AuditStep, round: Option<&RoundResponse>, now: Moment) -> Crank {
    let passed = |until: &Deadline| match now.time >= until.time && now.height >= until.height {
        true => Crank::Go,
        false => Crank::Wait,
    };
    match step {
        AuditStep::Seating { .. } => wait_for(round, now),
        AuditStep::Committing { until, .. }
        | AuditStep::Opening { until }
        | AuditStep::Revealing { until, .. }
        | AuditStep::Decided { until, .. } => passed(until),
        AuditStep::Frozen { until } if now.time >= *until => Crank::Go,
        AuditStep::Frozen { .. } | AuditStep::Ended { .. } => Crank::Wait,
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_std::{Addr, Uint128};
    use market_types::attestation::{AuditOutcome, SeatResponse};
    use market_types::audit::AuditId;
    use market_types::{BatchNo, LeaseId};

    use super::*;

    const ME: ProviderNo = ProviderNo(4);
    const NOW: Moment = Moment {
        time: UnixTime(1_000),
        height: 50,
    };
    const RESERVE: Seconds = Seconds(60);
    const UNTIL: Deadline = Deadline {
        time: UnixTime(2_000),
        height: 100,
    };
    const RECORD: DutyRecord = DutyRecord {
        answer: Answer::Unavailable {},
        salt: Hash32([3; 32]),
    };
    const COMMITTING: AuditStep = AuditStep::Committing {
        panel: Panel::Auditors,
        until: UNTIL,
    };

    fn audit(class: &str, step: AuditStep, panel: Panel, state: SeatState) -> AuditResponse {
        AuditResponse {
            audit: AuditId {
                lease: LeaseId(8),
                unit: 3,
            },
            batch: BatchNo(0),
            provider: ProviderNo(1),
            class: AuditClass(class.into()),
            forced: false,
            opened_at: UnixTime(900),
            step,
            fee: Uint128::new(1),
            lock: Uint128::new(10),
            result: None,
            seats: vec![SeatResponse {
                panel,
                provider: ME,
                owner: Addr::unchecked("owner"),
                agent: Addr::unchecked("agent"),
                state,
            }],
        }
    }

    fn exact(step: AuditStep, state: SeatState) -> AuditResponse {
        audit("exact", step, Panel::Auditors, state)
    }

    fn next(audit: &AuditResponse, record: Option<&DutyRecord>, examination: Examination) -> DutyAction {
        duty(audit, ME, record, examination, NOW, RESERVE)
    }

    #[test]
    fn an_exact_unit_is_examined_before_it_is_opened_and_any_other_after() {
        let waiting = exact(COMMITTING, SeatState::Seated);
        assert_eq!(next(&waiting, None, Examination::Idle), DutyAction::Examine);
        assert_eq!(next(&waiting, None, Examination::Running), DutyAction::Wait);
        let mut image = audit(
            "image/abc",
            AuditStep::Opening { until: UNTIL },
            Panel::Auditors,
            SeatState::Seated,
        );
        assert_eq!(next(&image, None, Examination::Idle), DutyAction::Wait);
        image.result = Some(Hash32([1; 32]));
        assert_eq!(next(&image, None, Examination::Idle), DutyAction::Examine);
    }

    #[test]
    fn an_answer_is_committed_in_its_turn_and_revealed_with_the_salt_of_the_journal() {
        let committed = commitment(
            AuditId {
                lease: LeaseId(8),
                unit: 3,
            },
            ME,
            &RECORD.answer,
            &RECORD.salt,
        );
        let seated = exact(COMMITTING, SeatState::Seated);
        assert_eq!(
            next(&seated, Some(&RECORD), Examination::Idle),
            DutyAction::Commit(committed)
        );
        let opening = exact(AuditStep::Opening { until: UNTIL }, SeatState::Committed);
        assert_eq!(next(&opening, Some(&RECORD), Examination::Idle), DutyAction::Wait);
        let revealing = exact(
            AuditStep::Revealing {
                panel: Panel::Auditors,
                until: UNTIL,
            },
            SeatState::Committed,
        );
        assert_eq!(
            next(&revealing, Some(&RECORD), Examination::Idle),
            DutyAction::Reveal(RECORD)
        );
        assert_eq!(next(&revealing, None, Examination::Idle), DutyAction::End);
    }

    #[test]
    fn data_that_cannot_be_had_is_said_to_be_unavailable_just_before_it_is_too_late() {
        let seated = exact(COMMITTING, SeatState::Seated);
        let at = |time| {
            let now = Moment {
                time: UnixTime(time),
                ..NOW
            };
            duty(&seated, ME, None, Examination::WithoutData, now, RESERVE)
        };
        assert_eq!(at(1_939), DutyAction::Examine);
        assert_eq!(at(1_940), DutyAction::GiveUp);
    }

    #[test]
    fn a_duty_ends_with_its_audit_its_reveal_or_its_seat() {
        let ended = AuditStep::Ended {
            outcome: AuditOutcome::Passed,
        };
        let over = [
            exact(ended, SeatState::Committed),
            exact(COMMITTING, SeatState::Missed),
            AuditResponse {
                seats: vec![],
                ..exact(COMMITTING, SeatState::Seated)
            },
        ];
        for audit in over {
            assert_eq!(next(&audit, Some(&RECORD), Examination::Idle), DutyAction::End);
        }
    }

    #[test]
    fn a_step_is_moved_on_when_its_time_and_its_blocks_have_passed() {
        let at = |time, height| {
            crank(
                &COMMITTING,
                None,
                Moment {
                    time: UnixTime(time),
                    height,
                },
            )
        };
        assert_eq!(at(1_999, 100), Crank::Wait);
        assert_eq!(at(2_000, 99), Crank::Wait);
        assert_eq!(at(2_000, 100), Crank::Go);
    }

    #[test]
    fn what_waits_for_a_round_has_it_relayed_once_it_is_published() {
        let seating = AuditStep::Seating {
            panel: Panel::Jury,
            height: 40,
        };
        let round = |published_at, there| RoundResponse {
            round: 60,
            published_at: UnixTime(published_at),
            there,
            missing: false,
        };
        let with = |round: Option<RoundResponse>| crank(&seating, round.as_ref(), NOW);
        assert_eq!(with(None), Crank::Anchor);
        assert_eq!(with(Some(round(1_001, false))), Crank::Wait);
        assert_eq!(with(Some(round(1_000, false))), Crank::Relay { round: 60 });
        assert_eq!(with(Some(round(1_000, true))), Crank::Go);
    }
}
