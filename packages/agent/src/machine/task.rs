//! A lease paid per unit: prepare, run, sign, seal batches, end.
//!
//! Units are run, signed and sealed in order, so three counters say what is done: units `0..sealed` are in batches,
//! `0..signed` have receipts, `0..exited` have results.

use jobs::executor::UnitRange;
use market_types::escrow::LeaseStatus;
use market_types::{Seconds, UnixTime};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Won,
    /// Manifest and inputs are here and verified.
    Prepared,
    /// Nothing further is done for it.
    Ended,
}

/// What the journal says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskState {
    pub stage: Stage,
    pub units: u32,
    pub exited: u32,
    pub signed: u32,
    pub sealed: u32,
    /// Attempts that failed at the unit that is next.
    pub failures: u32,
    /// When the oldest receipt that is in no batch was made.
    pub oldest_unsealed: Option<UnixTime>,
}

/// What the chain and the store show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskView {
    pub now: UnixTime,
    pub status: LeaseStatus,
    pub attested: u32,
    /// Units for which money is there and which may still be attested.
    pub may_attest: u32,
    pub held_is_zero: bool,
    pub awarded_at: UnixTime,
    pub start_timeout: Seconds,
    pub waiting_since: Option<UnixTime>,
    /// Manifest and inputs are in the store.
    pub inputs: bool,
    /// The agent is going down.
    pub stopping: bool,
}

/// Limits of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskLimits {
    pub attempts: u32,
    pub batch_units: u32,
    pub batch_time: Seconds,
    pub waiting_after: Seconds,
}

/// What computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    Wait,
    Prepare,
    Run(UnitRange),
    Sign {
        unit: u32,
    },
    /// A unit failed too often; people have to look.
    GiveUp,
}

/// What concerns the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duty {
    Nothing,
    /// Say on chain that inputs are missing.
    SayWaiting,
    /// Inputs never came: close.
    CloseUnserved,
    Seal {
        first: u32,
        count: u32,
    },
    Settle,
    End,
}

/// Units below this are paid for if they are attested in time.
pub fn paid_for(state: &TaskState, view: &TaskView) -> u32 {
    match view.status {
        LeaseStatus::Closed => view.attested,
        _ => view.attested.saturating_add(view.may_attest).min(state.units),
    }
}

pub fn work(state: &TaskState, view: &TaskView, limits: &TaskLimits) -> Work {
    if state.stage == Stage::Ended {
        return Work::Wait;
    }
    if state.signed < state.exited {
        return Work::Sign { unit: state.signed };
    }
    let last = paid_for(state, view);
    if view.stopping || state.exited >= last {
        return Work::Wait;
    }
    match state.stage {
        Stage::Won if view.inputs => Work::Prepare,
        Stage::Prepared if state.failures >= limits.attempts => Work::GiveUp,
        Stage::Prepared => Work::Run(UnitRange {
            first: state.exited,
            count: last - state.exited,
        }),
        Stage::Won | Stage::Ended => Work::Wait,
    }
}

pub fn duty(state: &TaskState, view: &TaskView, limits: &TaskLimits) -> Duty {
    if state.stage == Stage::Ended {
        return Duty::Nothing;
    }
    if view.status == LeaseStatus::Closed {
        return Duty::End;
    }
    if let Some((first, count)) = seal(state, view, limits) {
        return Duty::Seal { first, count };
    }
    if view.status == LeaseStatus::Closing {
        return match view.held_is_zero && view.may_attest == 0 {
            true => Duty::Settle,
            false => Duty::Nothing,
        };
    }
    if state.stage == Stage::Won && !view.inputs {
        return match view.waiting_since {
            None if view.now >= view.awarded_at.plus(limits.waiting_after) => Duty::SayWaiting,
            Some(since) if view.now >= since.max(view.awarded_at).plus(view.start_timeout) => {
                Duty::CloseUnserved
            }
            _ => Duty::Nothing,
        };
    }
    Duty::Nothing
}

/// The next batch, once it is full, old, or the last that can follow.
fn seal(state: &TaskState, view: &TaskView, limits: &TaskLimits) -> Option<(u32, u32)> {
    let last = paid_for(state, view);
    let ready = state.signed.min(last).saturating_sub(state.sealed);
    let old = state
        .oldest_unsealed
        .is_some_and(|made| view.now >= made.plus(limits.batch_time));
    let due = old || view.stopping || view.status == LeaseStatus::Closing || state.signed >= last;
    match ready {
        0 => None,
        full if full >= limits.batch_units => Some((state.sealed, limits.batch_units)),
        part if due => Some((state.sealed, part)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STATE: TaskState = TaskState {
        stage: Stage::Prepared,
        units: 48,
        exited: 0,
        signed: 0,
        sealed: 0,
        failures: 0,
        oldest_unsealed: None,
    };
    const VIEW: TaskView = TaskView {
        now: UnixTime(1_000),
        status: LeaseStatus::Active,
        attested: 0,
        may_attest: 48,
        held_is_zero: true,
        awarded_at: UnixTime(1_000),
        start_timeout: Seconds(600),
        waiting_since: None,
        inputs: true,
        stopping: false,
    };
    const LIMITS: TaskLimits = TaskLimits {
        attempts: 3,
        batch_units: 8,
        batch_time: Seconds(60),
        waiting_after: Seconds(30),
    };

    fn run(first: u32, count: u32) -> Work {
        Work::Run(UnitRange { first, count })
    }

    #[test]
    fn nothing_runs_before_the_inputs_are_verified() {
        let won = TaskState {
            stage: Stage::Won,
            ..STATE
        };
        assert_eq!(
            work(
                &won,
                &TaskView {
                    inputs: false,
                    ..VIEW
                },
                &LIMITS
            ),
            Work::Wait
        );
        assert_eq!(work(&won, &VIEW, &LIMITS), Work::Prepare);
        assert_eq!(work(&STATE, &VIEW, &LIMITS), run(0, 48));
    }

    #[test]
    fn a_result_is_signed_before_the_next_unit_runs() {
        let state = TaskState {
            exited: 5,
            signed: 4,
            ..STATE
        };
        assert_eq!(work(&state, &VIEW, &LIMITS), Work::Sign { unit: 4 });
    }

    #[test]
    fn no_unit_runs_for_which_no_money_is_held() {
        let state = TaskState {
            exited: 10,
            signed: 10,
            ..STATE
        };
        let view = TaskView {
            attested: 8,
            may_attest: 3,
            ..VIEW
        };
        assert_eq!(work(&state, &view, &LIMITS), run(10, 1));
        assert_eq!(
            work(
                &state,
                &TaskView {
                    may_attest: 2,
                    ..view
                },
                &LIMITS
            ),
            Work::Wait
        );
        let closed = TaskView {
            status: LeaseStatus::Closed,
            ..view
        };
        assert_eq!(work(&state, &closed, &LIMITS), Work::Wait);
    }

    #[test]
    fn a_unit_that_fails_too_often_is_given_up() {
        assert_eq!(
            work(&TaskState { failures: 3, ..STATE }, &VIEW, &LIMITS),
            Work::GiveUp
        );
    }

    #[test]
    fn missing_inputs_are_said_and_in_the_end_the_lease_is_closed() {
        let won = TaskState {
            stage: Stage::Won,
            ..STATE
        };
        let view = |now, waiting_since: Option<u64>| TaskView {
            now: UnixTime(now),
            waiting_since: waiting_since.map(UnixTime),
            inputs: false,
            ..VIEW
        };
        assert_eq!(duty(&won, &view(1_029, None), &LIMITS), Duty::Nothing);
        assert_eq!(duty(&won, &view(1_030, None), &LIMITS), Duty::SayWaiting);
        assert_eq!(duty(&won, &view(1_633, Some(1_034)), &LIMITS), Duty::Nothing);
        assert_eq!(
            duty(&won, &view(1_634, Some(1_034)), &LIMITS),
            Duty::CloseUnserved
        );
    }

    #[test]
    fn a_batch_is_sealed_when_full_old_or_last() {
        let state = TaskState {
            exited: 9,
            signed: 9,
            sealed: 1,
            oldest_unsealed: Some(UnixTime(990)),
            ..STATE
        };
        assert_eq!(duty(&state, &VIEW, &LIMITS), Duty::Seal { first: 1, count: 8 });
        let part = TaskState { signed: 5, ..state };
        assert_eq!(duty(&part, &VIEW, &LIMITS), Duty::Nothing);
        let late = TaskView {
            now: UnixTime(1_050),
            ..VIEW
        };
        assert_eq!(duty(&part, &late, &LIMITS), Duty::Seal { first: 1, count: 4 });
        let last = TaskState {
            exited: 48,
            signed: 48,
            sealed: 45,
            ..state
        };
        assert_eq!(duty(&last, &VIEW, &LIMITS), Duty::Seal { first: 45, count: 3 });
        let closing = TaskView {
            status: LeaseStatus::Closing,
            may_attest: 2,
            ..VIEW
        };
        assert_eq!(duty(&part, &closing, &LIMITS), Duty::Seal { first: 1, count: 1 });
    }

    #[test]
    fn a_closing_lease_with_nothing_held_is_settled_and_a_closed_one_is_left() {
        let view = TaskView {
            status: LeaseStatus::Closing,
            may_attest: 0,
            ..VIEW
        };
        assert_eq!(duty(&STATE, &view, &LIMITS), Duty::Settle);
        assert_eq!(
            duty(
                &STATE,
                &TaskView {
                    held_is_zero: false,
                    ..view
                },
                &LIMITS
            ),
            Duty::Nothing
        );
        assert_eq!(
            duty(
                &STATE,
                &TaskView {
                    status: LeaseStatus::Closed,
                    ..view
                },
                &LIMITS
            ),
            Duty::End
        );
    }

    proptest! {
        /// A run against a chain that closes at a random moment, with crashes that lose everything not in the journal.
        #[test]
        fn every_unit_is_sealed_once_in_order_and_only_when_paid_for(
            units in 1..200u32, batch_units in 1..64u32, close_at in 0..400u32, overlap in 0..4u32,
            crashes in proptest::collection::vec(any::<bool>(), 800),
        ) {
            let mut state = TaskState { stage: Stage::Won, units, ..STATE };
            let mut view = TaskView { may_attest: units, ..VIEW };
            let limits = TaskLimits { batch_units, ..LIMITS };
            let mut posted = 0;
            for (step, crash) in crashes.iter().enumerate() {
                view.now = UnixTime(1_000 + step as u64);
                if step as u32 == close_at && view.may_attest > 0 {
                    view.status = LeaseStatus::Closing;
                    view.may_attest = view.may_attest.min(overlap);
                }
                match work(&state, &view, &limits) {
                    Work::Prepare => state.stage = Stage::Prepared,
                    Work::Run(range) => {
                        prop_assert_eq!(range.first, state.exited);
                        prop_assert!(range.first + range.count <= view.attested + view.may_attest);
                        // A crash between the run and the journal runs the unit again.
                        if !crash { state.exited += 1 }
                    }
                    Work::Sign { unit } => {
                        prop_assert_eq!(unit, state.signed);
                        prop_assert!(unit < state.exited);
                        state.signed += 1;
                        state.oldest_unsealed.get_or_insert(view.now);
                    }
                    Work::Wait | Work::GiveUp => {}
                }
                if let Duty::Seal { first, count } = duty(&state, &view, &limits) {
                    prop_assert_eq!(first, posted);
                    prop_assert!(count >= 1 && count <= batch_units && first + count <= state.signed);
                    prop_assert!(count <= view.may_attest);
                    state.sealed += count;
                    state.oldest_unsealed = (state.signed > state.sealed).then_some(view.now);
                    posted += count;
                    view.attested += count;
                    view.may_attest -= count;
                }
            }
            if close_at == 400 { prop_assert_eq!(posted, units) }
        }
    }
}
