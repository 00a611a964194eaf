//! Who is paid, who is at fault, once a verdict is final.

use market_math::verdict::{auditor_at_fault, juror_at_fault, Finding};
use market_types::attestation::{AuditOutcome, Panel, SeatState};
use market_types::audit::AuditVerdict;

use super::record::{word, Audit, Seat};

/// How a seat ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeatEnding {
    pub seat: usize,
    /// It loses what it locked.
    pub at_fault: bool,
    pub paid: Paid,
}

/// Who pays a seat its fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paid {
    Nothing,
    /// What is set aside.
    Fee,
    /// Those at fault, a tenth of what one of them locked.
    ByFault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Of every seat that was not late.
    pub endings: Vec<SeatEnding>,
    /// Seats that share in a slashed work bond.
    pub reporters: Vec<usize>,
}

/// The endings of all seats under `outcome`. `forced`: the tenant paid for the auditors and has its money back on conviction, when they
/// share in the bond instead.
///
/// Fees go to who found what the outcome says; who could not have the data is paid only when that is the outcome. Without a verdict (not
/// opened, ended by another conviction) who had committed is paid.
pub fn settle(audit: &Audit, outcome: AuditOutcome, forced: bool) -> Settlement {
    let finding = finding(audit, outcome);
    let at_fault = |seat: &Seat| is_at_fault(audit, seat, outcome, finding);
    let somebody_at_fault = audit
        .seats
        .iter()
        .any(|seat| seat.panel == Panel::Auditors && at_fault(seat));
    let endings = audit
        .seats
        .iter()
        .enumerate()
        .filter(|(_, seat)| seat.is_live())
        .map(|(number, seat)| {
            let at_fault = at_fault(seat);
            let paid = if at_fault || !is_paid(seat, outcome) {
                Paid::Nothing
            } else if seat.panel == Panel::Jury && somebody_at_fault && outcome == AuditOutcome::Passed {
                Paid::ByFault
            } else if forced && outcome == AuditOutcome::Convicted && seat.panel == Panel::Auditors {
                Paid::Nothing
            } else {
                Paid::Fee
            };
            SeatEnding {
                seat: number,
                at_fault,
                paid,
            }
        })
        .collect();
    let reporters = match outcome {
        AuditOutcome::Convicted => numbers(audit, |seat| seat.verdict() == Some(AuditVerdict::Mismatch)),
        _ => vec![],
    };
    Settlement { endings, reporters }
}

fn numbers(audit: &Audit, is: impl Fn(&Seat) -> bool) -> Vec<usize> {
    let seats = audit.seats.iter().enumerate();
    seats
        .filter(|(_, seat)| is(seat))
        .map(|(number, _)| number)
        .collect()
}

/// What a jury or an appeal found at last; `None` when there was none, or it does not count.
fn finding(audit: &Audit, outcome: AuditOutcome) -> Option<Finding> {
    audit.jury?;
    match outcome {
        AuditOutcome::Convicted => Some(Finding::Convicted),
        AuditOutcome::Passed => Some(Finding::Passed),
        AuditOutcome::Undecided => Some(Finding::Refunded),
        _ => None,
    }
}

fn is_at_fault(audit: &Audit, seat: &Seat, outcome: AuditOutcome, finding: Option<Finding>) -> bool {
    let Some(verdict) = seat.verdict() else {
        return false;
    };
    if outcome == AuditOutcome::Planted {
        return verdict == AuditVerdict::Match;
    }
    let Some(finding) = finding else {
        return false;
    };
    match seat.panel {
        Panel::Auditors => auditor_at_fault(word(verdict), finding),
        Panel::Jury => juror_at_fault(word(verdict), audit.jury_tally(), finding),
        Panel::Appeal => false,
    }
}

fn is_paid(seat: &Seat, outcome: AuditOutcome) -> bool {
    use AuditVerdict::{Match, Mismatch, Unavailable};
    match seat.state {
        SeatState::Revealed { verdict } => match outcome {
            AuditOutcome::Passed => verdict == Match,
            AuditOutcome::Convicted | AuditOutcome::Planted => verdict == Mismatch,
            AuditOutcome::Unavailable => verdict == Unavailable,
            AuditOutcome::Unaudited | AuditOutcome::Undecided => verdict != Unavailable,
            AuditOutcome::NotOpened | AuditOutcome::Moot => true,
        },
        SeatState::Committed => matches!(outcome, AuditOutcome::NotOpened | AuditOutcome::Moot),
        SeatState::Seated | SeatState::Missed => false,
    }
}
