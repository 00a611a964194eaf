use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chain_client::SigningKey;
use jobs::executor::{ExecutorError, Exit, Grant, Handle, Prepared, UnitOutcome, UnitResult};
use jobs::receipt::MarketTag;
use jobs::{AttemptId, Digest, Executor, Manifest, Store};
use market_types::{LeaseId, ProviderNo, UnixTime};
use tokio::sync::{watch, Notify};

use super::sign::{sign_unit, SignError};
use crate::fault::{self, Point};
use crate::journal::{Attempt, Journal, JournalError, LeaseRecord, Service, UnitRecord};
use crate::machine::task::{self, paid_for, Stage, TaskLimits, TaskState, TaskView, Work};

/// What the runner and the daemon both count.
#[derive(Clone, Debug)]
pub struct TaskHandle {
    state: Arc<Mutex<TaskState>>,
    failed: Arc<Mutex<Option<String>>>,
}

impl TaskHandle {
    pub fn new(state: TaskState, failed: Option<String>) -> Self {
        Self {
            state: Arc::new(Mutex::new(state)),
            failed: Arc::new(Mutex::new(failed)),
        }
    }

    /// Why the job was given up or refused.
    pub fn failed(&self) -> Option<String> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_failed(&self, reason: String) {
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    pub fn get(&self) -> TaskState {
        *self.lock()
    }

    pub fn change(&self, change: impl FnOnce(&mut TaskState)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, TaskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One task lease at work.
pub struct Runner {
    pub market: MarketTag,
    pub lease: LeaseId,
    pub provider: ProviderNo,
    pub record: LeaseRecord,
    pub task: TaskHandle,
    /// What the chain shows, again and again.
    pub view: watch::Receiver<TaskView>,
    pub limits: TaskLimits,
    pub grant: Grant,
    pub grace: Duration,
    pub executor: Arc<dyn Executor>,
    pub journal: Arc<Journal>,
    pub store: Store,
    pub key: SigningKey,
    /// Told when something is done.
    pub wake: Arc<Notify>,
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Executor(#[from] ExecutorError),
    #[error(transparent)]
    Store(#[from] jobs::store::StoreError),
    #[error(transparent)]
    Sign(#[from] SignError),
    #[error("the record of lease {0} is not of a task")]
    NoTask(LeaseId),
    #[error("unit {1} of lease {0} has no result in the journal")]
    NoResult(LeaseId, u32),
}

/// A job that was checked, and the manifest it comes from.
struct Ready {
    manifest: Manifest,
    prepared: Prepared,
}

impl Runner {
    /// Works until the lease needs nothing more or the agent goes down.
    pub async fn run(mut self) {
        let mut ready = None;
        loop {
            let view = *self.view.borrow_and_update();
            let step = match task::work(&self.task.get(), &view, &self.limits) {
                Work::Wait if view.stopping || view.status == market_types::escrow::LeaseStatus::Closed => {
                    return
                }
                Work::Wait | Work::GiveUp => Ok(false),
                Work::Prepare => self.prepare(&mut ready).await,
                work => match &ready {
                    // After a restart the job is checked again, whatever the journal says.
                    None => self.prepare(&mut ready).await,
                    Some(ready) => match work {
                        Work::Run(range) => self.attempt(ready, range).await,
                        Work::Sign { unit } => self.sign(ready, unit).map(|()| true),
                        Work::Wait | Work::GiveUp | Work::Prepare => Ok(false),
                    },
                },
            };
            let progressed = step.unwrap_or_else(|error| {
                tracing::error!(lease = %self.lease, %error, "a step of the work failed");
                false
            });
            self.wake.notify_one();
            // Without progress only news from the chain or the store can change the answer.
            if !progressed && self.view.changed().await.is_err() {
                return;
            }
        }
    }

    /// Checks manifest and inputs. False if something is missing.
    async fn prepare(&mut self, ready: &mut Option<Ready>) -> Result<bool, RunError> {
        let digest = Digest::from(self.record.manifest);
        if !self.store.has(&digest) {
            return Ok(false);
        }
        let checked = match Manifest::for_order(&self.store.read(&digest)?, &digest) {
            Ok(manifest) => match self.executor.assess(&manifest, &self.grant) {
                Ok(plan) => self
                    .executor
                    .prepare(&plan, &self.store)
                    .await
                    .map(|p| (manifest, p)),
                Err(refusal) => Err(refusal.into()),
            },
            Err(error) => Err(error.into()),
        };
        match checked {
            Ok((manifest, prepared)) => {
                *ready = Some(Ready { manifest, prepared });
                if self.task.get().stage == Stage::Won {
                    self.note(|stage, _| *stage = Stage::Prepared)?;
                    self.task.change(|state| state.stage = Stage::Prepared);
                    fault::point(Point::AfterPrepared);
                }
                Ok(true)
            }
            Err(ExecutorError::Missing(digest)) => {
                tracing::warn!(lease = %self.lease, %digest, "an input is missing");
                Ok(false)
            }
            Err(error @ (ExecutorError::Refused(_) | ExecutorError::Manifest(_))) => {
                self.give_up(error.to_string())?;
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Runs units as one attempt, taking each result as it comes. One that was begun before a crash goes on.
    async fn attempt(&mut self, ready: &Ready, range: jobs::executor::UnitRange) -> Result<bool, RunError> {
        let attempt = match self.attempt_of_record()? {
            (Some(attempt), _) => attempt,
            (None, made) => Attempt {
                number: made.saturating_add(1),
                units: range,
            },
        };
        self.note_attempt(Some(attempt))?;
        fault::point(Point::BeforeRun);
        let id = AttemptId::new(self.lease.0, attempt.units.first, attempt.number);
        let mut exit = Exit::Completed;
        if attempt.units.contains(self.task.get().exited) {
            tracing::info!(lease = %self.lease, attempt = %id, units = %attempt.units, "running");
            let handle = self.executor.start(&ready.prepared, &id, attempt.units).await;
            fault::point(Point::AfterRunning);
            exit = match handle {
                Ok(handle) => self.collect(ready, &handle).await?,
                Err(error) => Exit::Failed {
                    unit: None,
                    reason: error.to_string(),
                },
            };
        }
        let failed = match &exit {
            Exit::Completed | Exit::Stopped => None,
            exit => Some(describe(exit)),
        };
        if let Some(reason) = failed {
            tracing::warn!(lease = %self.lease, attempt = %id, reason, "an attempt failed");
            let failures = self.task.get().failures.saturating_add(1);
            self.count_failures(failures)?;
            if failures >= self.limits.attempts {
                self.give_up(reason)?;
            }
        }
        self.executor.destroy(&id).await?;
        self.note_attempt(None)?;
        Ok(true)
    }

    /// Waits for the attempt's units, one after another.
    async fn collect(&mut self, ready: &Ready, handle: &Handle) -> Result<Exit, RunError> {
        let mut stopped = false;
        let executor = Arc::clone(&self.executor);
        loop {
            let unit = self.task.get().exited;
            if !handle.units.contains(unit) {
                return Ok(Exit::Completed);
            }
            let outcome = tokio::select! {
                outcome = executor.wait_unit(handle, unit) => outcome?,
                changed = self.view.changed(), if !stopped => {
                    let view = *self.view.borrow_and_update();
                    let unpaid = paid_for(&self.task.get(), &view) <= unit;
                    if view.stopping || unpaid || changed.is_err() {
                        tracing::info!(lease = %self.lease, unit, unpaid, "stopping after this unit");
                        stopped = true;
                        let grace = if unpaid { Duration::ZERO } else { self.grace };
                        executor.stop(handle, grace).await?;
                    }
                    continue;
                }
            };
            match outcome {
                UnitOutcome::Finished(result) => {
                    self.keep(&result)?;
                    self.sign(ready, unit)?;
                    self.wake.notify_one();
                }
                UnitOutcome::NotRun(Exit::Completed) => {
                    return Ok(Exit::Failed {
                        unit: Some(unit),
                        reason: "it was left out".to_owned(),
                    })
                }
                UnitOutcome::NotRun(exit) => return Ok(exit),
            }
        }
    }

    /// The result goes into the store, then into the journal.
    fn keep(&mut self, result: &UnitResult) -> Result<(), RunError> {
        self.store.put_file(&result.result, &result.path, result.bytes)?;
        fault::point(Point::BeforeExited);
        let record = UnitRecord {
            result: result.result,
            bytes: result.bytes,
            finished_at: UnixTime(result.finished_at),
            elapsed_micros: result.elapsed_micros,
            receipt: None,
        };
        self.journal.write(|w| {
            w.object(self.lease, &result.result, result.bytes)?;
            w.unit(self.lease, result.unit, &record)
        })?;
        self.task
            .change(|state| state.exited = result.unit.saturating_add(1));
        fault::point(Point::AfterExited);
        metrics::counter!("leasebook_units_total").increment(1);
        metrics::counter!("leasebook_unit_busy_microseconds_total").increment(result.elapsed_micros);
        if self.task.get().failures > 0 {
            self.count_failures(0)?;
        }
        Ok(())
    }

    fn sign(&self, ready: &Ready, unit: u32) -> Result<(), RunError> {
        let record = self
            .journal
            .unit(self.lease, unit)?
            .ok_or(RunError::NoResult(self.lease, unit))?;
        let signed = sign_unit(
            record,
            self.market,
            self.lease,
            unit,
            self.provider,
            &ready.manifest,
            &self.key,
        )?;
        self.journal.write(|w| w.unit(self.lease, unit, &signed))?;
        let now = self.view.borrow().now;
        self.task.change(|state| {
            state.signed = unit.saturating_add(1);
            state.oldest_unsealed.get_or_insert(now);
        });
        fault::point(Point::AfterSigned);
        Ok(())
    }

    /// People have to look; the tenant is told why. A job refused before it began counts as one without inputs.
    fn give_up(&mut self, reason: String) -> Result<(), RunError> {
        tracing::error!(lease = %self.lease, reason, "this job is given up");
        self.note(|_, failed| *failed = Some(reason.clone()))?;
        self.task.set_failed(reason);
        self.count_failures(self.limits.attempts)
    }

    fn attempt_of_record(&self) -> Result<(Option<Attempt>, u32), RunError> {
        match &self.record.service {
            Service::Task {
                attempt,
                attempts_made,
                ..
            } => Ok((*attempt, *attempts_made)),
            Service::Stream { .. } => Err(RunError::NoTask(self.lease)),
        }
    }

    fn note_attempt(&mut self, running: Option<Attempt>) -> Result<(), RunError> {
        if let Service::Task {
            attempt,
            attempts_made,
            ..
        } = &mut self.record.service
        {
            *attempt = running;
            *attempts_made = running.map_or(*attempts_made, |running| running.number);
        }
        self.save()
    }

    fn count_failures(&mut self, count: u32) -> Result<(), RunError> {
        if let Service::Task { failures, .. } = &mut self.record.service {
            *failures = count;
        }
        self.task.change(|state| state.failures = count);
        self.save()
    }

    fn note(&mut self, change: impl FnOnce(&mut Stage, &mut Option<String>)) -> Result<(), RunError> {
        if let Service::Task { stage, failed, .. } = &mut self.record.service {
            change(stage, failed);
        }
        self.save()
    }

    fn save(&self) -> Result<(), RunError> {
        Ok(self.journal.write(|w| w.lease(self.lease, &self.record))?)
    }
}

fn describe(exit: &Exit) -> String {
    match exit {
        Exit::Completed => "it ended".to_owned(),
        Exit::Stopped => "it was stopped".to_owned(),
        Exit::DeadlineExceeded { unit, deadline } => {
            format!("unit {unit} took longer than {} s", deadline.as_secs())
        }
        Exit::Failed {
            unit: Some(unit),
            reason,
        } => format!("unit {unit} failed: {reason}"),
        Exit::Failed { unit: None, reason } => reason.clone(),
        Exit::Lost => "its process is gone".to_owned(),
    }
}
