//! Leases: what is known of each, and whose turn it is.

use std::collections::BTreeMap;

use market_types::escrow::{LeaseResponse, LeaseStatus, Progress as ChainProgress};
use market_types::order::Rail;
use market_types::{BatchNo, LeaseId, UnixTime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::audits::BatchAudits;
use super::{Daemon, DaemonError};
use crate::gateway::{Progress, TaskProgress, Tenancy};
use crate::journal::{BatchRecord, Journal, JournalError, LeaseRecord, Service};
use crate::machine::batch::OnChain;
use crate::machine::stream::StreamState;
use crate::machine::task::{Stage, TaskState, TaskView};
use crate::work::TaskHandle;

pub(super) struct LeaseItem {
    pub record: LeaseRecord,
    pub lease: LeaseResponse,
    pub may_attest: u32,
    /// Batches on chain by their first unit.
    pub on_chain: BTreeMap<u32, OnChain>,
    /// Batches of the journal by their first unit.
    pub batches: BTreeMap<u32, BatchRecord>,
    /// Batches that vest and are drawn from.
    pub audits: Vec<BatchAudits>,
    pub task: Option<TaskItem>,
    /// A stream's service runs.
    pub serving: bool,
    /// When this agent last settled it, or took it up.
    pub settled_at: UnixTime,
    /// What the gateway was last told.
    told: Option<Tenancy>,
}

pub(super) struct TaskItem {
    pub handle: TaskHandle,
    pub running: Option<(watch::Sender<TaskView>, JoinHandle<()>)>,
}

impl LeaseRecord {
    /// A lease that was just won.
    pub(super) fn won(
        seen: &LeaseResponse,
        session_key: Option<cosmwasm_std::Binary>,
        attempts_made: u32,
    ) -> Self {
        let service = match seen.rail {
            Rail::Task { units, .. } => Service::Task {
                stage: Stage::Won,
                units,
                attempt: None,
                attempts_made,
                failures: 0,
                failed: None,
            },
            Rail::Stream { .. } => Service::Stream {
                state: StreamState::Won,
            },
        };
        Self {
            manifest: seen.manifest,
            session_key,
            service,
            ended_at: None,
        }
    }

    /// One that is not served any more.
    pub(super) fn ended(seen: &LeaseResponse) -> Self {
        let mut record = Self::won(seen, None, 0);
        record.end();
        record
    }

    pub(super) fn end(&mut self) {
        match &mut self.service {
            Service::Task { stage, attempt, .. } => {
                *stage = Stage::Ended;
                *attempt = None;
            }
            Service::Stream { state } => *state = StreamState::Ended,
        }
    }
}

impl LeaseItem {
    /// From the journal, at start; from the record just made, otherwise.
    pub(super) fn load(
        journal: &Journal,
        record: LeaseRecord,
        lease: LeaseResponse,
        may_attest: u32,
        on_chain: Vec<(u32, OnChain)>,
        now: UnixTime,
    ) -> Result<Self, JournalError> {
        let id = lease.lease;
        let batches: BTreeMap<_, _> = journal
            .batches(id)?
            .into_iter()
            .map(|batch| (batch.sealed.first, batch))
            .collect();
        let task = match &record.service {
            Service::Task {
                stage,
                units,
                failures,
                failed,
                ..
            } => {
                let mut state = TaskState {
                    stage: *stage,
                    units: *units,
                    exited: 0,
                    signed: 0,
                    sealed: sealed_in(&batches),
                    failures: *failures,
                    oldest_unsealed: None,
                };
                count_units(journal, id, &mut state)?;
                state.oldest_unsealed = (state.signed > state.sealed).then_some(now);
                Some(TaskItem {
                    handle: TaskHandle::new(state, failed.clone()),
                    running: None,
                })
            }
            Service::Stream { .. } => None,
        };
        let mut item = Self {
            record,
            lease,
            may_attest,
            on_chain: BTreeMap::new(),
            batches,
            audits: Vec::new(),
            task,
            serving: false,
            settled_at: now,
            told: None,
        };
        item.on_chain.extend(on_chain);
        Ok(item)
    }

    pub(super) fn see(&mut self, lease: LeaseResponse, may_attest: u32, on_chain: Vec<(u32, OnChain)>) {
        self.lease = lease;
        self.may_attest = may_attest;
        self.on_chain.extend(on_chain);
    }

    /// See [`Daemon::forget_what_was`].
    pub(super) fn set_back(&mut self) {
        self.on_chain.clear();
        for batch in self.batches.values_mut() {
            batch.state = batch.state.set_back();
        }
        self.record.service.set_back();
        self.record.ended_at = None;
        self.serving = false;
        if let Some(task) = &self.task {
            task.handle.change(|state| {
                if state.stage == Stage::Ended {
                    state.stage = Stage::Won;
                }
            });
        }
    }

    /// It still holds GPUs or money.
    pub(super) fn is_live(&self) -> bool {
        !self.record.service.is_ended()
    }

    /// Nothing runs for it in this process.
    pub(super) fn is_at_rest(&self) -> bool {
        let running = self.task.as_ref().and_then(|task| task.running.as_ref());
        running.is_none_or(|(_, task)| task.is_finished())
    }
}

/// Units in batches of the journal: they follow one another.
fn sealed_in(batches: &BTreeMap<u32, BatchRecord>) -> u32 {
    batches
        .values()
        .next_back()
        .map_or(0, |last| last.sealed.first.saturating_add(last.sealed.count))
}

/// Units `0..sealed` are done; those after it are counted.
fn count_units(journal: &Journal, lease: LeaseId, state: &mut TaskState) -> Result<(), JournalError> {
    (state.exited, state.signed) = (state.sealed, state.sealed);
    for (unit, record) in journal.units(lease, state.sealed, usize::MAX)? {
        if unit != state.exited {
            break;
        }
        state.exited = unit.saturating_add(1);
        if record.receipt.is_some() && state.signed == unit {
            state.signed = unit.saturating_add(1);
        }
    }
    Ok(())
}

impl Daemon {
    pub(super) fn step_leases(&mut self) -> Result<(), DaemonError> {
        let ids: Vec<_> = self.leases.keys().copied().collect();
        for id in &ids {
            let Some(item) = self.leases.get(id) else { continue };
            match item.record.service {
                _ if !item.is_live() => {}
                Service::Task { .. } => self.step_task(*id)?,
                Service::Stream { .. } => self.step_stream(*id)?,
            }
            self.tell(*id)?;
        }
        self.beat();
        Ok(())
    }

    /// Writes down that nothing further is done for a lease.
    pub(super) fn end_lease(&mut self, id: LeaseId) -> Result<(), DaemonError> {
        let Some(item) = self.leases.get_mut(&id) else {
            return Ok(());
        };
        item.record.end();
        item.record.ended_at = Some(self.now);
        if let Some(task) = &item.task {
            task.handle.change(|state| state.stage = Stage::Ended);
        }
        self.journal.write(|w| {
            w.lease(id, &item.record)?;
            w.forget_order(id.order())
        })?;
        self.orders.remove(&id.order());
        self.inventory.free(id.order());
        self.dirty.provider = true;
        tracing::info!(lease = %id, reason = ?item.lease.close_reason, income = %item.lease.money.income, "lease ended");
        Ok(())
    }

    /// The last batch before which all are final: older ones need not be asked again.
    pub(super) fn settled_before(&self, lease: LeaseId) -> Option<BatchNo> {
        use crate::machine::batch::BatchState::Released;
        let item = self.leases.get(&lease)?;
        let done = item.batches.values().map_while(|record| match record.state {
            Released { batch } => Some(batch),
            _ => None,
        });
        done.last()
    }

    /// Shows the lease to the gateway.
    fn tell(&mut self, id: LeaseId) -> Result<(), DaemonError> {
        let over = self.leases.get(&id).filter(|item| !item.is_live());
        let told = over.and_then(|item| item.told.as_ref().map(|told| (told, item)));
        if told.is_some_and(|(told, item)| !told.open && told.progress.money == item.lease.money) {
            return Ok(());
        }
        let task = self.task_progress(id)?;
        let (auditors, opened) = self.auditors_of(id);
        let Some(item) = self.leases.get_mut(&id) else {
            return Ok(());
        };
        let lease = &item.lease;
        let progress = Progress {
            lease: id,
            status: lease.status,
            close_reason: lease.close_reason,
            manifest: lease.manifest,
            price: lease.price,
            money: lease.money.clone(),
            as_of: self.now,
            task,
            serving: item.serving,
        };
        let tenancy = Tenancy {
            tenant: lease.tenant.to_string(),
            session_key: item.record.session_key.as_ref().map(|key| key.to_vec()),
            auditors,
            opened,
            manifest: lease.manifest,
            serving: item.serving,
            open: !matches!(lease.status, LeaseStatus::Closed) && !item.record.service.is_ended(),
            progress,
        };
        if item.told.as_ref() != Some(&tenancy) {
            self.gateway.put_tenancy(id, tenancy.clone());
            item.told = Some(tenancy);
        }
        Ok(())
    }

    fn task_progress(&self, id: LeaseId) -> Result<Option<TaskProgress>, DaemonError> {
        let Some(item) = self.leases.get(&id) else {
            return Ok(None);
        };
        let (
            Some(task),
            ChainProgress::Task {
                units,
                attested,
                vested,
                ..
            },
        ) = (&item.task, &item.lease.progress)
        else {
            return Ok(None);
        };
        let state = task.handle.get();
        let missing = match state.stage {
            Stage::Won => self.missing(id, item.lease.manifest)?,
            Stage::Prepared | Stage::Ended => Vec::new(),
        };
        Ok(Some(TaskProgress {
            units: *units,
            prepared: state.stage != Stage::Won,
            missing,
            finished: state.exited,
            signed: state.signed,
            sealed: state.sealed,
            attested: *attested,
            vested: *vested,
            failed: task.handle.failed(),
        }))
    }
}
