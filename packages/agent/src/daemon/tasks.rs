//! Leases paid per unit: the shell around [`crate::machine::task::duty`] and [`crate::machine::batch`].

use std::time::Duration;

use jobs::executor::Grant;
use jobs::receipt::{MarketTag, Tree};
use jobs::{Digest, Manifest};
use market_types::escrow::{LeaseStatus, Progress};
use market_types::order::Rail;
use market_types::{Hash32, LeaseId, Seconds};
use tokio::sync::watch;

use super::{Daemon, DaemonError};
use crate::fault::{self, Point};
use crate::journal::BatchRecord;
use crate::machine::batch::{self, BatchAction, BatchState, BatchView, Dropped, Sealed};
use crate::machine::task::{self, Duty, Stage, TaskLimits, TaskView};
use crate::queue::{Intent, Key};
use crate::work::Runner;

impl Daemon {
    pub(super) fn step_task(&mut self, id: LeaseId) -> Result<(), DaemonError> {
        let Some(view) = self.task_view(id)? else {
            return Ok(());
        };
        self.run_task(id, view)?;
        self.step_batches(id, &view)?;
        let Some(item) = self.leases.get(&id) else {
            return Ok(());
        };
        let Some(task) = &item.task else { return Ok(()) };
        let seen = self.watch.seen();
        match task::duty(&task.handle.get(), &view, &self.task_limits()) {
            Duty::Nothing => {}
            Duty::SayWaiting => self.queue.submit(Intent::Waiting { lease: id }, seen),
            Duty::CloseUnserved => self.queue.submit(Intent::Close { lease: id }, seen),
            Duty::Settle => self.queue.submit(Intent::Settle { lease: id }, seen),
            Duty::Seal { first, count } => {
                self.seal(id, first, count)?;
                self.step_batches(id, &view)?;
            }
            Duty::End => {
                // The runner ends by itself once it sees that the lease is closed.
                let open = item.batches.values().any(|batch| !batch.state.is_final());
                if item.is_at_rest() && !open {
                    self.end_lease(id)?;
                }
            }
        }
        Ok(())
    }

    fn task_limits(&self) -> TaskLimits {
        let work = &self.config.work;
        TaskLimits {
            attempts: work.attempts,
            batch_units: work.batch_units,
            batch_time: Seconds(work.batch_seconds),
            waiting_after: Seconds(work.waiting_after_seconds),
        }
    }

    fn task_view(&self, id: LeaseId) -> Result<Option<TaskView>, DaemonError> {
        let Some(item) = self.leases.get(&id) else {
            return Ok(None);
        };
        let (
            Rail::Task { start_timeout, .. },
            Progress::Task {
                attested,
                waiting_since,
                ..
            },
            Some(task),
        ) = (&item.lease.rail, &item.lease.progress, &item.task)
        else {
            return Ok(None);
        };
        let inputs = match task.handle.get().stage {
            Stage::Won => task.handle.failed().is_none() && self.missing(id, item.lease.manifest)?.is_empty(),
            Stage::Prepared | Stage::Ended => true,
        };
        Ok(Some(TaskView {
            now: self.now,
            status: item.lease.status,
            attested: *attested,
            may_attest: item.may_attest,
            held_is_zero: item.lease.money.held.is_zero(),
            awarded_at: item.lease.awarded_at,
            start_timeout: *start_timeout,
            waiting_since: *waiting_since,
            inputs,
            stopping: self.stopping(),
        }))
    }

    /// Digests of the job that this lease's tenant has not put yet: the manifest first, then what it names.
    pub(super) fn missing(&self, id: LeaseId, manifest: Hash32) -> Result<Vec<Digest>, DaemonError> {
        let manifest = Digest::from(manifest);
        if self.journal.object(id, &manifest)?.is_none() || !self.store.has(&manifest) {
            return Ok(vec![manifest]);
        }
        let Ok(named) = Manifest::for_order(&self.store.read(&manifest)?, &manifest) else {
            return Ok(vec![manifest]);
        };
        let mut missing = Vec::new();
        for content in named.contents() {
            if self.journal.object(id, &content.digest)?.is_none() || !self.store.has(&content.digest) {
                missing.push(content.digest);
            }
        }
        Ok(missing)
    }

    /// Shows the view to the lease's runner, which is started if there is work.
    fn run_task(&mut self, id: LeaseId, view: TaskView) -> Result<(), DaemonError> {
        let limits = self.task_limits();
        let grace = Duration::from_secs(self.config.work.grace_seconds);
        let Some(item) = self.leases.get_mut(&id) else {
            return Ok(());
        };
        let Some(task) = &mut item.task else { return Ok(()) };
        if let Some((sender, running)) = &task.running {
            if !running.is_finished() {
                sender.send_replace(view);
                return Ok(());
            }
            task.running = None;
        }
        let idle = matches!(
            task::work(&task.handle.get(), &view, &limits),
            task::Work::Wait | task::Work::GiveUp
        );
        let (Some(executor), Some(capabilities)) = (&self.executor, &self.capabilities) else {
            return Ok(());
        };
        if idle || view.stopping {
            return Ok(());
        }
        let record = self.journal.lease(id)?.unwrap_or_else(|| item.record.clone());
        let (sender, receiver) = watch::channel(view);
        let runner = Runner {
            market: MarketTag::of(self.market.deployment()),
            lease: id,
            provider: self.me.no,
            record,
            task: task.handle.clone(),
            view: receiver,
            limits,
            grant: Grant {
                class: item.lease.class.clone(),
                resources: item.lease.resources.clone(),
                capabilities: capabilities.clone(),
            },
            grace,
            executor: executor.clone(),
            journal: self.journal.clone(),
            store: self.store.clone(),
            key: self.key.clone(),
            wake: self.wake.clone(),
        };
        task.running = Some((sender, tokio::spawn(runner.run())));
        Ok(())
    }

    /// Fixes a batch of signed receipts.
    fn seal(&mut self, id: LeaseId, first: u32, count: u32) -> Result<(), DaemonError> {
        let units = self.journal.units(id, first, count as usize)?;
        let leaves: Vec<_> = units
            .iter()
            .filter_map(|(_, unit)| Some(unit.receipt?.0.receipt.leaf()))
            .collect();
        if leaves.len() != count as usize {
            tracing::error!(lease = %id, first, count, found = leaves.len(), "receipts are missing");
            return Ok(());
        }
        let blind = Hash32(rand::random());
        let sealed = Sealed {
            first,
            count,
            root: Tree::of_batch(&leaves, blind)?.root(),
        };
        let record = BatchRecord {
            sealed,
            blind,
            state: BatchState::Signed,
        };
        self.journal.write(|w| w.batch(id, &record))?;
        fault::point(Point::AfterSealed);
        let now = self.now;
        if let Some(item) = self.leases.get_mut(&id) {
            item.batches.insert(first, record);
            if let Some(task) = &item.task {
                task.handle.change(|state| {
                    state.sealed = first.saturating_add(count);
                    state.oldest_unsealed = (state.signed > state.sealed).then_some(now);
                });
            }
        }
        Ok(())
    }

    fn step_batches(&mut self, id: LeaseId, view: &TaskView) -> Result<(), DaemonError> {
        let Some(item) = self.leases.get(&id) else {
            return Ok(());
        };
        let open = item.batches.values().filter(|batch| !batch.state.is_final());
        for first in open.map(|batch| batch.sealed.first).collect::<Vec<_>>() {
            while self.step_batch(id, first, view)? {}
        }
        Ok(())
    }

    /// True if the batch's state changed.
    fn step_batch(&mut self, id: LeaseId, first: u32, view: &TaskView) -> Result<bool, DaemonError> {
        let seen = self.watch.seen();
        let Some(item) = self.leases.get_mut(&id) else {
            return Ok(false);
        };
        let Some(record) = item.batches.get_mut(&first) else {
            return Ok(false);
        };
        let batch_view = BatchView {
            now: view.now,
            on_chain: item.on_chain.get(&first).copied(),
            attested: view.attested,
            may_attest: view.may_attest,
            pending: self.queue.is_undecided(Key::Post(id, first), seen),
            closed: view.status == LeaseStatus::Closed,
        };
        match batch::next(&record.sealed, &record.state, &batch_view) {
            BatchAction::Wait => Ok(false),
            BatchAction::Post => {
                self.queue.submit(
                    Intent::Post {
                        lease: id,
                        batch: record.sealed,
                    },
                    seen,
                );
                Ok(false)
            }
            BatchAction::Release { batch } => {
                self.queue.submit(Intent::Release { lease: id, batch }, seen);
                Ok(false)
            }
            BatchAction::Become(state) => {
                record.state = state;
                self.journal.write(|w| w.batch(id, record))?;
                match state {
                    BatchState::Confirmed { .. } => fault::point(Point::AfterConfirmed),
                    BatchState::Vested { .. } => fault::point(Point::AfterVested),
                    BatchState::Released { .. } => fault::point(Point::AfterReleased),
                    BatchState::Dropped(Dropped::Foreign) => {
                        tracing::error!(lease = %id, first, "the chain has another root for these units: who else has this agent's key?");
                    }
                    BatchState::Dropped(why) => tracing::warn!(lease = %id, first, ?why, "batch dropped"),
                    BatchState::Signed | BatchState::Broadcast => {}
                }
                Ok(true)
            }
            BatchAction::Reseal => {
                let later: Vec<_> = item.batches.range(first..).map(|(first, _)| *first).collect();
                self.journal
                    .write(|w| later.iter().try_for_each(|first| w.forget_batch(id, *first)))?;
                item.batches.retain(|f, _| *f < first);
                if let Some(task) = &item.task {
                    task.handle.change(|state| state.sealed = first);
                }
                Ok(false)
            }
        }
    }
}
