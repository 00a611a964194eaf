//! What is remembered of an audit.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::BlockInfo;
use market_math::seats::Stage;
use market_math::verdict::{Finding, Tally, Verdict};
use market_types::attestation::{AuditOutcome, AuditTimes, Deadline, Panel, SeatState};
use market_types::audit::AuditVerdict;
use market_types::{ProviderNo, Seconds, UnixTime};

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub time: UnixTime,
    pub height: u64,
}

impl From<&BlockInfo> for Moment {
    fn from(block: &BlockInfo) -> Self {
        Self {
            time: block.time.into(),
            height: block.height,
        }
    }
}

impl Moment {
    pub fn is_past(self, deadline: Deadline) -> bool {
        self.time >= deadline.time && self.height >= deadline.height
    }
}

/// What the machine needs to know of parameters and terms.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub times: AuditTimes,
    /// For committing, with the unit's own deadline counted in.
    pub commit: Seconds,
    /// Somebody may have planted units: every verdict waits for them to speak.
    pub planters: bool,
}

impl Rules {
    pub fn deadline(&self, now: Moment, span: Seconds) -> Deadline {
        let blocks = span.0 / self.times.block_time.0.max(1);
        Deadline {
            time: now.time.plus(span),
            height: now.height.saturating_add(blocks.max(self.times.min_blocks)),
        }
    }
}

#[cw_serde]
pub struct Audit {
    pub step: Step,
    pub panel: Panel,
    /// An auditor's answer is a result, which the contract compares.
    pub exact: bool,
    /// The provider showed its receipt.
    pub opened: bool,
    /// Every seat ever taken, in order. The number of a seat is its place here.
    pub seats: Vec<Seat>,
    /// The first seat of those who answer now: a pair (and its third), a jury, an appeal.
    pub from: u32,
    /// How many of them there are to be.
    pub want: u32,
    /// Rounds of replacement of this panel.
    pub replacements: u32,
    /// Pairs that could not have the data.
    pub unavailable_pairs: u32,
    /// What the five found.
    pub jury: Option<JuryFinding>,
}

#[cw_serde]
#[derive(Copy)]
pub enum Step {
    /// Waits for the first round after `height`; `tries` of it were looked at.
    Seating {
        height: u64,
        tries: u32,
    },
    Committing {
        until: Deadline,
    },
    Opening {
        until: Deadline,
        asked: UnixTime,
    },
    Revealing {
        until: Deadline,
    },
    Decided {
        outcome: AuditOutcome,
        until: Deadline,
    },
    Frozen {
        until: UnixTime,
    },
    Ended {
        outcome: AuditOutcome,
    },
}

#[cw_serde]
#[derive(Copy)]
pub struct Seat {
    pub provider: ProviderNo,
    /// Of its operator group.
    pub tag: u64,
    pub panel: Panel,
    pub state: SeatState,
}

/// [`Finding`] as it is stored.
#[cw_serde]
#[derive(Copy)]
pub enum JuryFinding {
    Convicted,
    Passed,
    Refunded,
}

impl From<Finding> for JuryFinding {
    fn from(finding: Finding) -> Self {
        match finding {
            Finding::Convicted => Self::Convicted,
            Finding::Passed => Self::Passed,
            Finding::Refunded => Self::Refunded,
        }
    }
}

impl JuryFinding {
    pub const fn outcome(self) -> AuditOutcome {
        match self {
            Self::Convicted => AuditOutcome::Convicted,
            Self::Passed => AuditOutcome::Passed,
            Self::Refunded => AuditOutcome::Undecided,
        }
    }
}

impl Seat {
    pub fn is_live(&self) -> bool {
        self.state != SeatState::Missed
    }

    pub const fn verdict(&self) -> Option<AuditVerdict> {
        match self.state {
            SeatState::Revealed { verdict } => Some(verdict),
            _ => None,
        }
    }

    /// It has committed, and perhaps revealed.
    pub const fn has_answered(&self) -> bool {
        matches!(self.state, SeatState::Committed | SeatState::Revealed { .. })
    }
}

impl Audit {
    /// An audit that begins at `height` with two auditors to be found.
    pub fn new(exact: bool, height: u64) -> Self {
        Self {
            step: Step::Seating { height, tries: 0 },
            panel: Panel::Auditors,
            exact,
            opened: false,
            seats: vec![],
            from: 0,
            want: Stage::Auditors.seats(),
            replacements: 0,
            unavailable_pairs: 0,
            jury: None,
        }
    }

    pub fn is_ended(&self) -> bool {
        matches!(self.step, Step::Ended { .. })
    }

    /// Those who answer now and are not late.
    pub fn bench(&self) -> impl Iterator<Item = &Seat> {
        self.seats
            .iter()
            .skip(self.from as usize)
            .filter(|seat| seat.is_live())
    }

    /// Seats to be filled.
    pub fn vacant(&self) -> u32 {
        self.want.saturating_sub(self.bench().count() as u32)
    }

    pub fn tally(&self) -> Tally {
        Tally::of(self.bench().filter_map(Seat::verdict).map(word))
    }

    /// The verdicts of the five, whatever came after.
    pub fn jury_tally(&self) -> Tally {
        let jurors = self.seats.iter().filter(|seat| seat.panel == Panel::Jury);
        Tally::of(jurors.filter_map(Seat::verdict).map(word))
    }

    /// The seat `provider` has to answer from, if it is one of the bench.
    pub fn seat_of(&self, provider: ProviderNo) -> Option<usize> {
        let from = self.from as usize;
        self.seats
            .iter()
            .enumerate()
            .skip(from)
            .find(|(_, seat)| seat.provider == provider && seat.is_live())
            .map(|(number, _)| number)
    }
}

/// The word of market-math for a verdict.
pub const fn word(verdict: AuditVerdict) -> Verdict {
    match verdict {
        AuditVerdict::Match => Verdict::Match,
        AuditVerdict::Mismatch => Verdict::Mismatch,
        AuditVerdict::Unavailable => Verdict::Unavailable,
    }
}

pub const fn stage(panel: Panel) -> Stage {
    match panel {
        Panel::Auditors => Stage::Auditors,
        Panel::Jury => Stage::Jury,
        Panel::Appeal => Stage::Appeal,
    }
}
