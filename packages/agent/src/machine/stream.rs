//! A lease paid per second: serve, say so, keep saying so, stop.

use market_types::escrow::LeaseStatus;
use market_types::{Seconds, UnixTime};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreamState {
    Won,
    /// The service was started; after a restart of the agent it has to be started again.
    Serving,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamView {
    pub now: UnixTime,
    pub status: LeaseStatus,
    pub awarded_at: UnixTime,
    pub start_timeout: Seconds,
    pub ready: bool,
    pub active_since: Option<UnixTime>,
    pub last_heartbeat: Option<UnixTime>,
    pub ends_at: Option<UnixTime>,
    /// The service runs and answers.
    pub up: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// Longest gap between two heartbeats that the agent leaves.
    pub beat_every: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamAction {
    Wait,
    Start,
    SayReady,
    Beat,
    /// Its time or money is over: bring it to its end.
    Settle,
    /// The tenant never accepted.
    CloseUnaccepted,
    /// Stop the service and free the GPUs.
    Stop,
    /// Write down that nothing further is done for it.
    End,
}

pub fn next(state: StreamState, view: &StreamView, limits: &StreamLimits) -> StreamAction {
    use StreamAction::*;
    match (state, view.status) {
        (StreamState::Ended, _) => Wait,
        (_, LeaseStatus::Closing | LeaseStatus::Closed) if view.up => Stop,
        (_, LeaseStatus::Closing | LeaseStatus::Closed) => End,
        // Who cannot show the service says nothing: no heartbeat for what does not run.
        (StreamState::Won | StreamState::Serving, _) if !view.up => Start,
        (_, LeaseStatus::Starting) => match view.ready {
            false => SayReady,
            true if view.now >= view.awarded_at.plus(view.start_timeout) => CloseUnaccepted,
            true => Wait,
        },
        (_, LeaseStatus::Active) => {
            let last = view
                .last_heartbeat
                .max(view.active_since)
                .unwrap_or(view.awarded_at);
            match view.ends_at.is_some_and(|end| view.now >= end) {
                true => Settle,
                false if view.now >= last.plus(limits.beat_every) => Beat,
                false => Wait,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: StreamView = StreamView {
        now: UnixTime(1_000),
        status: LeaseStatus::Starting,
        awarded_at: UnixTime(1_000),
        start_timeout: Seconds(600),
        ready: false,
        active_since: None,
        last_heartbeat: None,
        ends_at: None,
        up: true,
    };
    const LIMITS: StreamLimits = StreamLimits {
        beat_every: Seconds(50),
    };
    const ACTIVE: StreamView = StreamView {
        status: LeaseStatus::Active,
        ready: true,
        active_since: Some(UnixTime(1_000)),
        last_heartbeat: Some(UnixTime(1_100)),
        ends_at: Some(UnixTime(2_000)),
        ..VIEW
    };

    #[test]
    fn ready_is_said_only_once_the_service_runs() {
        let down = StreamView { up: false, ..VIEW };
        assert_eq!(next(StreamState::Won, &down, &LIMITS), StreamAction::Start);
        assert_eq!(next(StreamState::Serving, &VIEW, &LIMITS), StreamAction::SayReady);
        let ready = StreamView { ready: true, ..VIEW };
        assert_eq!(next(StreamState::Serving, &ready, &LIMITS), StreamAction::Wait);
    }

    #[test]
    fn heartbeats_keep_their_distance_and_stop_with_the_service() {
        let at = |now, up| StreamView {
            now: UnixTime(now),
            up,
            ..ACTIVE
        };
        assert_eq!(
            next(StreamState::Serving, &at(1_149, true), &LIMITS),
            StreamAction::Wait
        );
        assert_eq!(
            next(StreamState::Serving, &at(1_150, true), &LIMITS),
            StreamAction::Beat
        );
        assert_eq!(
            next(StreamState::Serving, &at(1_150, false), &LIMITS),
            StreamAction::Start
        );
    }

    #[test]
    fn a_stream_whose_time_is_over_is_settled() {
        let at = |now| StreamView {
            now: UnixTime(now),
            last_heartbeat: Some(UnixTime(1_990)),
            ..ACTIVE
        };
        assert_eq!(
            next(StreamState::Serving, &at(1_999), &LIMITS),
            StreamAction::Wait
        );
        assert_eq!(
            next(StreamState::Serving, &at(2_000), &LIMITS),
            StreamAction::Settle
        );
    }

    #[test]
    fn a_tenant_that_never_accepts_is_closed_at_the_start_timeout() {
        let at = |now| StreamView {
            now: UnixTime(now),
            ready: true,
            ..VIEW
        };
        assert_eq!(
            next(StreamState::Serving, &at(1_599), &LIMITS),
            StreamAction::Wait
        );
        assert_eq!(
            next(StreamState::Serving, &at(1_600), &LIMITS),
            StreamAction::CloseUnaccepted
        );
    }

    #[test]
    fn a_lease_that_ended_holds_nothing() {
        for status in [LeaseStatus::Closing, LeaseStatus::Closed] {
            for state in [StreamState::Won, StreamState::Serving] {
                let view = StreamView { status, ..ACTIVE };
                assert_eq!(next(state, &view, &LIMITS), StreamAction::Stop);
                assert_eq!(
                    next(state, &StreamView { up: false, ..view }, &LIMITS),
                    StreamAction::End
                );
            }
            assert_eq!(
                next(StreamState::Ended, &StreamView { status, ..ACTIVE }, &LIMITS),
                StreamAction::Wait
            );
        }
    }
}
