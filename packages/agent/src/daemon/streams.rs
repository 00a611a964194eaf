//! Leases paid per second: the shell around [`crate::machine::stream`].
//!
//! The service is a stand-in: it holds the GPUs and answers the gateway's probe. Whatever takes its place starts and
//! stops where `serving` is set.

use market_types::escrow::{LeaseStatus, Progress};
use market_types::order::Rail;
use market_types::{LeaseId, Seconds};

use super::{Daemon, DaemonError};
use crate::fault::{self, Point};
use crate::journal::Service;
use crate::machine::stream::{self, StreamAction, StreamLimits, StreamState, StreamView};
use crate::queue::Intent;

/// Streams in one heartbeat, at most.
const MAX_BEATS: usize = 100;

impl Daemon {
    pub(super) fn step_stream(&mut self, id: LeaseId) -> Result<(), DaemonError> {
        loop {
            let Some((state, view)) = self.stream_view(id) else {
                return Ok(());
            };
            let seen = self.watch.seen();
            match stream::next(state, &view, &self.stream_limits()) {
                StreamAction::Start => self.serve(id)?,
                StreamAction::Stop => {
                    tracing::info!(lease = %id, "service stopped");
                    if let Some(item) = self.leases.get_mut(&id) {
                        item.serving = false;
                    }
                }
                StreamAction::End => return self.end_lease(id),
                StreamAction::SayReady => {
                    self.queue.submit(Intent::Ready { lease: id }, seen);
                    return Ok(());
                }
                StreamAction::Settle => {
                    self.queue.submit(Intent::Settle { lease: id }, seen);
                    return Ok(());
                }
                StreamAction::CloseUnaccepted => {
                    self.queue.submit(Intent::CloseFailed { lease: id }, seen);
                    return Ok(());
                }
                // All streams are in one heartbeat: see `beat`.
                StreamAction::Beat | StreamAction::Wait => {
                    self.settle_now_and_then(id, &view);
                    return Ok(());
                }
            }
        }
    }

    /// One heartbeat for all streams that run, as soon as one is due.
    pub(super) fn beat(&self) {
        let limits = self.stream_limits();
        let mut running = Vec::new();
        let mut due = false;
        for id in self.leases.keys() {
            let Some((state, view)) = self.stream_view(*id) else {
                continue;
            };
            if view.status == LeaseStatus::Active && view.up && state == StreamState::Serving {
                running.push(*id);
                due |= stream::next(state, &view, &limits) == StreamAction::Beat;
            }
        }
        if due && !self.stopping() {
            running.truncate(MAX_BEATS);
            self.queue
                .submit(Intent::Heartbeat { leases: running }, self.watch.seen());
        }
    }

    /// Five sixths of the gap the escrow expects: the rest is for the way to the chain.
    fn stream_limits(&self) -> StreamLimits {
        let expected = self.escrow.heartbeat_interval.0;
        StreamLimits {
            beat_every: Seconds(expected - expected / 6),
        }
    }

    fn stream_view(&self, id: LeaseId) -> Option<(StreamState, StreamView)> {
        let item = self.leases.get(&id)?;
        let (Service::Stream { state }, Rail::Stream { start_timeout, .. }) =
            (&item.record.service, &item.lease.rail)
        else {
            return None;
        };
        let Progress::Stream {
            ready_at,
            active_since,
            last_heartbeat,
            ends_at,
            ..
        } = item.lease.progress
        else {
            return None;
        };
        let view = StreamView {
            now: self.now,
            status: item.lease.status,
            awarded_at: item.lease.awarded_at,
            start_timeout: *start_timeout,
            ready: ready_at.is_some(),
            active_since,
            last_heartbeat,
            ends_at,
            up: item.serving,
        };
        Some((*state, view))
    }

    fn serve(&mut self, id: LeaseId) -> Result<(), DaemonError> {
        let Some(item) = self.leases.get_mut(&id) else {
            return Ok(());
        };
        tracing::info!(lease = %id, "service runs");
        item.serving = true;
        if item.record.service
            == (Service::Stream {
                state: StreamState::Won,
            })
        {
            item.record.service = Service::Stream {
                state: StreamState::Serving,
            };
            self.journal.write(|w| w.lease(id, &item.record))?;
            fault::point(Point::AfterServing);
        }
        Ok(())
    }

    /// Earnings become available when somebody settles.
    fn settle_now_and_then(&mut self, id: LeaseId, view: &StreamView) {
        let every = self.config.work.settle_seconds;
        let Some(item) = self.leases.get_mut(&id) else {
            return;
        };
        if every == 0 || view.status != LeaseStatus::Active || self.now < item.settled_at.plus(Seconds(every))
        {
            return;
        }
        item.settled_at = self.now;
        self.queue.submit(Intent::Settle { lease: id }, self.watch.seen());
    }
}
