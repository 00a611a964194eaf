use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use jobs::{Digest, Executor, Store};
use market_types::escrow::{LeaseMoney, LeaseStatus};
use market_types::{CloseReason, Hash32, LeaseId, Price, UnixTime};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::limits::Limits;
use crate::journal::Journal;

/// What the gateway is about. The daemon keeps `tenancies` and `unready` up to date.
pub struct Gateway {
    pub settings: Settings,
    pub journal: Arc<Journal>,
    pub store: Store,
    pub executor: Option<Arc<dyn Executor>>,
    pub metrics: PrometheusHandle,
    /// Told when an object came in.
    pub arrivals: Arc<Notify>,
    pub(super) limits: Mutex<Limits>,
    pub(super) start: Instant,
    tenancies: RwLock<BTreeMap<LeaseId, Tenancy>>,
    unready: RwLock<Option<String>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub chain_id: String,
    pub prefix: String,
    pub owner: String,
    /// Where bodies are written before they are verified.
    pub incoming: PathBuf,
    pub max_object: u64,
    pub max_lease: u64,
    pub requests_per_minute: u32,
}

/// A lease as its tenant may see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tenancy {
    pub tenant: String,
    pub session_key: Option<Vec<u8>>,
    /// Agents seated in audits of this lease: they may read what they need to run its units again.
    pub auditors: Vec<String>,
    /// Results that audits have opened: auditors may read these, and no other, so that no answer can be copied.
    pub opened: Vec<Hash32>,
    pub manifest: Hash32,
    /// A stream's service runs.
    pub serving: bool,
    /// Takes objects.
    pub open: bool,
    pub progress: Progress,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub lease: LeaseId,
    pub status: LeaseStatus,
    pub close_reason: Option<CloseReason>,
    pub manifest: Hash32,
    pub price: Price,
    pub money: LeaseMoney,
    /// Block time of the figures.
    pub as_of: UnixTime,
    pub task: Option<TaskProgress>,
    pub serving: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskProgress {
    pub units: u32,
    /// Manifest and inputs are here and verified.
    pub prepared: bool,
    /// Digests that must be put before anything runs.
    pub missing: Vec<Digest>,
    pub finished: u32,
    pub signed: u32,
    pub sealed: u32,
    pub attested: u32,
    pub vested: u32,
    /// Why the agent gave up.
    pub failed: Option<String>,
}

/// A finished unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitLine {
    pub unit: u32,
    pub result: Digest,
    pub bytes: u64,
    pub finished_at: UnixTime,
    pub elapsed_micros: u64,
    /// The receipt's 120 bytes and its 64 bytes of signature, in hexadecimal.
    pub receipt: Option<String>,
}

/// What a batch's root needs besides its receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchLine {
    pub first_unit: u32,
    pub blind: Hash32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitPage {
    pub units: Vec<UnitLine>,
    /// Batches that begin in this page.
    pub batches: Vec<BatchLine>,
    /// Where the next page begins, if there may be one.
    pub next: Option<u32>,
}

impl Gateway {
    pub fn new(
        settings: Settings,
        journal: Arc<Journal>,
        store: Store,
        executor: Option<Arc<dyn Executor>>,
        metrics: PrometheusHandle,
        arrivals: Arc<Notify>,
    ) -> Self {
        Self {
            limits: Mutex::new(Limits::new(settings.requests_per_minute)),
            settings,
            journal,
            store,
            executor,
            metrics,
            arrivals,
            start: Instant::now(),
            tenancies: RwLock::default(),
            unready: RwLock::new(Some("starting".to_owned())),
        }
    }

    pub fn put_tenancy(&self, lease: LeaseId, tenancy: Tenancy) {
        self.tenancies_mut().insert(lease, tenancy);
    }

    /// Keeps only the leases that `keep` names.
    pub fn retain(&self, keep: impl Fn(LeaseId) -> bool) {
        self.tenancies_mut().retain(|lease, _| keep(*lease));
    }

    pub fn tenancy(&self, lease: LeaseId) -> Option<Tenancy> {
        self.tenancies().get(&lease).cloned()
    }

    /// `None`: ready.
    pub fn set_unready(&self, reason: Option<String>) {
        *self.unready.write().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    pub fn unready(&self) -> Option<String> {
        self.unready
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tenancies(&self) -> RwLockReadGuard<'_, BTreeMap<LeaseId, Tenancy>> {
        self.tenancies.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn tenancies_mut(&self) -> RwLockWriteGuard<'_, BTreeMap<LeaseId, Tenancy>> {
        self.tenancies.write().unwrap_or_else(PoisonError::into_inner)
    }
}
