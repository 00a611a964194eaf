//! Audits: this agent's seats in others', and others' seats in its own.

use std::collections::BTreeMap;

use cosmwasm_std::HexBinary;
use jobs::receipt::{Opening, Tree};
use market_types::attestation::{
    AuditResponse, AuditStep, BatchResponse, BatchStatus, RoundResponse, SeatState,
};
use market_types::audit::{Answer, AuditId};
use market_types::{BatchNo, Hash32, LeaseId, Seconds, UnixTime};
use tokio::task::JoinHandle;

use super::{Daemon, DaemonError};
use crate::machine::audit::{crank, duty, wait_for, Crank, DutyAction, DutyRecord, Examination, Moment};
use crate::queue::{Intent, Key};
use crate::work::{ExamineError, Examiner, Relay};

/// Before data that could not be had is asked for again.
const RETRY: Seconds = Seconds(5);

/// What the daemon knows of audits.
pub(super) struct Audits {
    items: BTreeMap<AuditId, AuditItem>,
    /// Answers to `RoundAfter`, until a beacon comes.
    rounds: BTreeMap<u64, Option<RoundResponse>>,
    relay: Option<Relay>,
    /// Kept free before a deadline.
    reserve: Seconds,
}

impl Audits {
    pub fn new(relay: Option<Relay>, reserve: Seconds) -> Self {
        Self {
            items: BTreeMap::new(),
            rounds: BTreeMap::new(),
            relay,
            reserve,
        }
    }
}

struct AuditItem {
    seen: AuditResponse,
    record: Option<DutyRecord>,
    examining: Option<JoinHandle<Result<Answer, ExamineError>>>,
    without_data: bool,
    retry_at: UnixTime,
}

/// What is still to be drawn and opened of a batch that vests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BatchAudits {
    batch: BatchNo,
    posted_height: u64,
    drawn: bool,
    unopened: Vec<u32>,
    running: Vec<u32>,
}

impl BatchAudits {
    /// `None`: nothing of it is audited, or it has come to its end.
    pub(super) fn of(batch: &BatchResponse) -> Option<Self> {
        if batch.status != BatchStatus::Vesting || batch.audit_rate.is_zero() {
            return None;
        }
        let of_drawn = batch.drawn.iter().flatten();
        let unopened = of_drawn.filter(|unit| !batch.audited.contains(unit));
        let running = batch.audited.iter().filter(|unit| !batch.ended.contains(unit));
        Some(Self {
            batch: batch.batch,
            posted_height: batch.posted_height,
            drawn: batch.drawn.is_some(),
            unopened: unopened.copied().collect(),
            running: running.copied().collect(),
        })
    }
}

impl Daemon {
    /// A beacon came: what waited for one has to be asked again.
    pub(super) fn forget_rounds(&mut self) {
        self.audits.rounds.clear();
    }

    /// Seats of this provider, from the chain.
    pub(super) async fn find_duties(&mut self) -> Result<(), DaemonError> {
        for audit in self.market.duties(self.me.no).await? {
            self.see_audit(audit).await?;
        }
        Ok(())
    }

    /// Audits of `lease` as they are now, known and newly opened ones.
    pub(super) async fn see_audits_of(&mut self, lease: LeaseId) -> Result<(), DaemonError> {
        let known = self.audits.items.keys().filter(|audit| audit.lease == lease);
        let mut audits: Vec<_> = known.copied().collect();
        if let Some(item) = self.leases.get(&lease) {
            let running = item.audits.iter().flat_map(|batch| &batch.running);
            audits.extend(running.map(|unit| AuditId { lease, unit: *unit }));
        }
        audits.sort_unstable();
        audits.dedup();
        for audit in audits {
            self.see_audit(audit).await?;
        }
        Ok(())
    }

    async fn see_audit(&mut self, audit: AuditId) -> Result<(), DaemonError> {
        let seen = self.market.audit(audit).await?;
        match self.audits.items.get_mut(&audit) {
            Some(item) => item.seen = seen,
            None => {
                let item = AuditItem {
                    seen,
                    record: self.journal.duty(audit)?,
                    examining: None,
                    without_data: false,
                    retry_at: UnixTime(0),
                };
                self.audits.items.insert(audit, item);
            }
        }
        Ok(())
    }

    /// Who may read what of `lease` because of its audits: agents, and results that are opened.
    pub(super) fn auditors_of(&self, lease: LeaseId) -> (Vec<String>, Vec<Hash32>) {
        let of_lease = AuditId { lease, unit: 0 }..=AuditId {
            lease,
            unit: u32::MAX,
        };
        let (mut agents, mut opened) = (Vec::new(), Vec::new());
        for (_, item) in self.audits.items.range(of_lease) {
            let seats = item.seen.seats.iter();
            let seated = seats.filter(|seat| !matches!(seat.state, SeatState::Missed));
            agents.extend(seated.map(|seat| seat.agent.to_string()));
            opened.extend(item.seen.result);
        }
        (agents, opened)
    }

    pub(super) async fn step_audits(&mut self) -> Result<(), DaemonError> {
        let now = Moment {
            time: self.now,
            height: self.watch.seen(),
        };
        self.take_beacon().await;
        self.step_draws(now).await?;
        for audit in self.audits.items.keys().copied().collect::<Vec<_>>() {
            self.step_duty(audit, now).await?;
            self.step_audit(audit, now).await?;
        }
        Ok(())
    }

    /// Draws own batches, and opens the audits of what was drawn.
    async fn step_draws(&mut self, now: Moment) -> Result<(), DaemonError> {
        let all = self.leases.iter();
        let batches: Vec<_> = all
            .flat_map(|(lease, item)| item.audits.iter().map(|batch| (*lease, batch.clone())))
            .collect();
        for (lease, batch) in batches {
            if !batch.drawn {
                let round = self.round_after(batch.posted_height).await?;
                let crank = wait_for(round.as_ref(), now);
                if self.follow(crank, now) {
                    let batch = batch.batch;
                    self.queue.submit(Intent::Draw { lease, batch }, now.height);
                }
            }
            for unit in batch.unopened {
                let audit = AuditId { lease, unit };
                let batch = batch.batch;
                self.queue.submit(Intent::OpenAudit { audit, batch }, now.height);
            }
        }
        Ok(())
    }

    /// What this agent owes as an auditor.
    async fn step_duty(&mut self, audit: AuditId, now: Moment) -> Result<(), DaemonError> {
        self.take_answer(audit).await?;
        let Some(item) = self.audits.items.get_mut(&audit) else {
            return Ok(());
        };
        let examination = match (&item.examining, item.without_data) {
            (Some(_), _) => Examination::Running,
            (None, true) => Examination::WithoutData,
            (None, false) => Examination::Idle,
        };
        let (me, reserve) = (self.me.no, self.audits.reserve);
        match duty(&item.seen, me, item.record.as_ref(), examination, now, reserve) {
            DutyAction::Wait | DutyAction::End => {}
            DutyAction::Examine if now.time < item.retry_at => {}
            DutyAction::Examine => self.examine(audit),
            DutyAction::GiveUp => self.answer(audit, Answer::Unavailable {})?,
            DutyAction::Commit(commitment) => {
                self.queue
                    .submit(Intent::Commit { audit, commitment }, now.height);
            }
            DutyAction::Reveal(DutyRecord { answer, salt }) => {
                let intent = Intent::Reveal { audit, answer, salt };
                self.queue.submit(intent, now.height);
            }
        }
        Ok(())
    }

    /// What this agent shows as the audited, and what it moves on.
    async fn step_audit(&mut self, audit: AuditId, now: Moment) -> Result<(), DaemonError> {
        let Some(item) = self.audits.items.get(&audit) else {
            return Ok(());
        };
        let (step, mine) = (item.seen.step, item.seen.provider == self.me.no);
        if let AuditStep::Ended { outcome } = step {
            tracing::info!(%audit, ?outcome, mine, "audit ended");
            self.journal.write(|w| w.forget_duty(audit))?;
            self.audits.items.remove(&audit);
            return Ok(());
        }
        if mine && matches!(step, AuditStep::Opening { .. }) && item.seen.result.is_none() {
            match self.opening(audit)? {
                Some(opening) => self.queue.submit(Intent::Open { audit, opening }, now.height),
                None => tracing::error!(%audit, "the receipt of an audited unit is not in the journal"),
            }
        }
        let round = match step {
            AuditStep::Seating { height, .. } => self.round_after(height).await?,
            _ => None,
        };
        if self.follow(crank(&step, round.as_ref(), now), now) {
            self.queue.submit(Intent::Advance { audit }, now.height);
        }
        Ok(())
    }

    /// True if the way is free; otherwise the round that is waited for is fetched.
    fn follow(&mut self, crank: Crank, now: Moment) -> bool {
        let Some(relay) = &mut self.audits.relay else {
            return crank == Crank::Go;
        };
        let wanted = match crank {
            Crank::Wait => None,
            Crank::Go => return true,
            Crank::Relay { round } => Some(round),
            Crank::Anchor => relay.newest(now.time),
        };
        let undecided = |round: &u64| self.queue.is_undecided(Key::Beacon(*round), now.height);
        if let Some(round) = wanted.filter(|round| !undecided(round)) {
            relay.want(round);
        }
        false
    }

    async fn take_beacon(&mut self) {
        let Some(relay) = &mut self.audits.relay else {
            return;
        };
        if let Some((round, signature)) = relay.take().await {
            let signature = HexBinary::from(&signature.0);
            let intent = Intent::Beacon { round, signature };
            self.queue.submit(intent, self.watch.seen());
        }
    }

    async fn round_after(&mut self, height: u64) -> Result<Option<RoundResponse>, DaemonError> {
        if let Some(known) = self.audits.rounds.get(&height) {
            return Ok(*known);
        }
        let round = self.market.round_after(height).await?;
        self.audits.rounds.insert(height, round);
        Ok(round)
    }

    fn examine(&mut self, audit: AuditId) {
        let (Some(executor), Some(capabilities)) = (&self.executor, &self.capabilities) else {
            tracing::error!(%audit, "seated in an audit, but nothing here can run a unit");
            return;
        };
        let Some(item) = self.audits.items.get_mut(&audit) else {
            return;
        };
        tracing::info!(%audit, "examining");
        let examiner = Examiner {
            market: self.market.clone(),
            audit: item.seen.clone(),
            executor: executor.clone(),
            capabilities: capabilities.clone(),
            key: self.key.clone(),
            scratch: self
                .config
                .provider
                .data
                .join(format!("audit-{}-{}", audit.lease, audit.unit)),
            max_object: self.config.gateway.max_object_mib << 20,
        };
        let wake = self.wake.clone();
        item.examining = Some(tokio::spawn(async move {
            let answer = examiner.examine().await;
            wake.notify_one();
            answer
        }));
    }

    /// What an examination has found.
    async fn take_answer(&mut self, audit: AuditId) -> Result<(), DaemonError> {
        let Some(item) = self.audits.items.get_mut(&audit) else {
            return Ok(());
        };
        let Some(examining) = item.examining.take_if(|task| task.is_finished()) else {
            return Ok(());
        };
        match examining.await {
            Ok(Ok(answer)) => self.answer(audit, answer),
            Ok(Err(error)) => {
                tracing::warn!(%audit, %error, "examining failed");
                item.without_data = error.is_data();
                item.retry_at = self.now.plus(RETRY);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%audit, %error, "examining ended badly");
                item.retry_at = self.now.plus(RETRY);
                Ok(())
            }
        }
    }

    /// Decides once and for all: the answer and its salt are in the journal before anybody hears of them.
    fn answer(&mut self, audit: AuditId, answer: Answer) -> Result<(), DaemonError> {
        let salt = Hash32(rand::random());
        let record = DutyRecord { answer, salt };
        self.journal.write(|w| w.duty(audit, &record))?;
        if let Some(item) = self.audits.items.get_mut(&audit) {
            item.record = Some(record);
        }
        tracing::info!(%audit, ?answer, "answered");
        Ok(())
    }

    /// The signed receipt of a unit, with its way to the root that was posted.
    fn opening(&self, audit: AuditId) -> Result<Option<Opening>, DaemonError> {
        let AuditId { lease, unit } = audit;
        let batches = self.journal.batches(lease)?;
        let within = |first: u32, count: u32| unit.checked_sub(first).filter(|index| *index < count);
        let Some((batch, index)) = batches
            .iter()
            .find_map(|batch| Some((batch, within(batch.sealed.first, batch.sealed.count)?)))
        else {
            return Ok(None);
        };
        let units = self
            .journal
            .units(lease, batch.sealed.first, batch.sealed.count as usize)?;
        let receipts: Vec<_> = units.iter().filter_map(|(_, unit)| unit.receipt).collect();
        let leaves: Vec<_> = receipts.iter().map(|stored| stored.0.receipt.leaf()).collect();
        if leaves.len() != batch.sealed.count as usize {
            return Ok(None);
        }
        let tree = Tree::of_batch(&leaves, batch.blind)?;
        match receipts.get(index as usize) {
            Some(stored) => Ok(Some(stored.0.open(&tree, index)?)),
            None => Ok(None),
        }
    }
}
