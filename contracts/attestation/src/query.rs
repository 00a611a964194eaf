//! Answers.

use cosmwasm_std::{Deps, Env, Order, StdResult};
use cw_storage_plus::PrimaryKey;
use market_types::attestation::{
    AuditResponse, AuditStep, BatchResponse, BatchStatus, BeaconResponse, BreakerResponse,
    LeaseAuditsResponse, Params, RoundResponse, SeatResponse,
};
use market_types::audit::{AuditClass, AuditId};
use market_types::{BatchNo, Hash32, LeaseId, Page, Paging, ProviderNo};

use crate::audit::{Audit, Step};
use crate::execute::draw::units_of;
use crate::state::{
    lease_audits, load_params, rules, Batch, Beacon, Outcome, AUDITS, BATCHES, BEACONS, BREAKERS, DUTIES,
    MARKS, OUTCOMES, RESULTS, SITTERS, TERMS,
};
use crate::{beacon, ContractError};

pub fn params(deps: Deps) -> Result<Params, ContractError> {
    Ok(load_params(deps.storage)?)
}

pub fn batch(deps: Deps, lease: LeaseId, batch: BatchNo) -> Result<BatchResponse, ContractError> {
    let stored = BATCHES
        .may_load(deps.storage, (lease, batch))?
        .ok_or(ContractError::NoBatch { lease, batch })?;
    Ok(describe(deps, lease, batch, stored)?)
}

pub fn batches(
    deps: Deps,
    lease: LeaseId,
    paging: Paging<BatchNo>,
) -> Result<Page<BatchResponse, BatchNo>, ContractError> {
    let limit = paging.limit();
    let after = paging.start_after.map(|after| after.joined_key());
    let mut entries = BATCHES.under::<_, BatchNo>(deps.storage, lease, after, Order::Ascending);
    let items = entries
        .by_ref()
        .take(limit)
        .map(|entry| {
            let (batch, stored) = entry?;
            describe(deps, lease, batch, stored)
        })
        .collect::<StdResult<Vec<_>>>()?;
    let more = entries.next().is_some();
    Ok(Page {
        next_start_after: items.last().filter(|_| more).map(|last| last.batch),
        items,
    })
}

fn describe(deps: Deps, lease: LeaseId, batch: BatchNo, stored: Batch) -> StdResult<BatchResponse> {
    let marks = MARKS.may_load(deps.storage, (lease, batch))?.unwrap_or_default();
    let status = match OUTCOMES.may_load(deps.storage, (lease, batch))? {
        None if lease_audits(deps.storage, lease)?.convicted => BatchStatus::Convicted,
        None => BatchStatus::Vesting,
        Some(Outcome::Released) => BatchStatus::Released,
        Some(Outcome::Refunded) => BatchStatus::Refunded,
    };
    Ok(BatchResponse {
        lease,
        batch,
        first_unit: stored.first_unit,
        count: stored.count,
        root: Hash32(stored.root),
        agent: stored.agent,
        posted_at: stored.posted_at,
        posted_height: stored.posted_height,
        vests_at: stored.vests_at,
        audit_rate: stored.audit_rate,
        premium: stored.premium,
        status,
        drawn: marks
            .drawn
            .map(|bits| units_of(stored.first_unit, bits).collect()),
        audited: units_of(stored.first_unit, marks.opened).collect(),
        ended: units_of(stored.first_unit, marks.ended).collect(),
        refunded: units_of(stored.first_unit, marks.refunded).collect(),
    })
}

pub fn beacon(deps: Deps, round: u64) -> Result<Option<BeaconResponse>, ContractError> {
    let Some(params) = rules(deps.storage)?.beacon else {
        return Ok(None);
    };
    let found = BEACONS.may_load(deps.storage, (beacon::tag(&params), round))?;
    Ok(found.map(|found| describe_beacon(round, found)))
}

pub fn beacons(deps: Deps, paging: Paging<u64>) -> Result<Page<BeaconResponse, u64>, ContractError> {
    let Some(params) = rules(deps.storage)?.beacon else {
        return Ok(Page {
            items: vec![],
            next_start_after: None,
        });
    };
    let after = paging.start_after.map(|after| after.joined_key());
    let mut entries = BEACONS
        .under::<_, u64>(deps.storage, beacon::tag(&params), after, Order::Descending)
        .map(|entry| entry.map(|(round, found)| describe_beacon(round, found)));
    page(&mut entries, paging.limit(), |beacon| beacon.round)
}

fn describe_beacon(round: u64, found: Beacon) -> BeaconResponse {
    BeaconResponse {
        round,
        randomness: Hash32(found.randomness),
        height: found.height,
        accepted_at: found.accepted_at,
    }
}

pub fn round_after(deps: Deps, env: &Env, height: u64) -> Result<Option<RoundResponse>, ContractError> {
    match rules(deps.storage)?.beacon {
        None => Ok(None),
        Some(params) => Ok(beacon::describe_round(
            deps.storage,
            &params,
            height,
            env.block.time.into(),
        )?),
    }
}

pub fn audit(deps: Deps, audit: AuditId) -> Result<AuditResponse, ContractError> {
    let stored = AUDITS
        .may_load(deps.storage, audit)?
        .ok_or(ContractError::NoAudit { audit })?;
    Ok(describe_audit(deps, audit, stored)?)
}

pub fn audits(
    deps: Deps,
    lease: LeaseId,
    paging: Paging<u32>,
) -> Result<Page<AuditResponse, u32>, ContractError> {
    let after = paging.start_after.map(|after| after.joined_key());
    let mut entries = AUDITS
        .under::<_, u32>(deps.storage, lease, after, Order::Ascending)
        .map(|entry| {
            let (unit, stored) = entry?;
            describe_audit(deps, AuditId { lease, unit }, stored)
        });
    page(&mut entries, paging.limit(), |audit| audit.audit.unit)
}

fn describe_audit(deps: Deps, id: AuditId, audit: Audit) -> StdResult<AuditResponse> {
    let terms = TERMS.load(deps.storage, id)?;
    let panel = audit.panel;
    let step = match audit.step {
        Step::Seating { height, .. } => AuditStep::Seating { panel, height },
        Step::Committing { until } => AuditStep::Committing { panel, until },
        Step::Opening { until, .. } => AuditStep::Opening { until },
        Step::Revealing { until } => AuditStep::Revealing { panel, until },
        Step::Decided { outcome, until } => AuditStep::Decided { outcome, until },
        Step::Frozen { until } => AuditStep::Frozen { until },
        Step::Ended { outcome } => AuditStep::Ended { outcome },
    };
    let seats = (0..)
        .zip(audit.seats)
        .map(|(number, seat): (u32, _)| {
            let sitter = SITTERS.load(deps.storage, (id.lease, id.unit, number))?;
            Ok(SeatResponse {
                panel: seat.panel,
                provider: seat.provider,
                owner: sitter.owner,
                agent: sitter.agent,
                state: seat.state,
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(AuditResponse {
        audit: id,
        batch: terms.batch,
        provider: terms.provider,
        class: terms.class,
        forced: terms.forced.is_some(),
        opened_at: terms.opened_at,
        step,
        fee: terms.fee,
        lock: terms.lock,
        result: RESULTS.may_load(deps.storage, id)?.map(Hash32),
        seats,
    })
}

pub fn duties(
    deps: Deps,
    provider: ProviderNo,
    paging: Paging<AuditId>,
) -> Result<Page<AuditId, AuditId>, ContractError> {
    let after = paging.start_after.map(|after| after.joined_key());
    let mut entries = DUTIES
        .under::<_, AuditId>(deps.storage, provider, after, Order::Ascending)
        .map(|entry| entry.map(|(audit, _)| audit));
    page(&mut entries, paging.limit(), |audit| *audit)
}

pub fn lease(deps: Deps, lease: LeaseId) -> Result<LeaseAuditsResponse, ContractError> {
    let audits = lease_audits(deps.storage, lease)?;
    Ok(LeaseAuditsResponse {
        lease,
        convicted: audits.convicted,
        forced: audits.forced,
    })
}

pub fn breaker(deps: Deps, env: &Env, class: AuditClass) -> Result<BreakerResponse, ContractError> {
    let record = BREAKERS
        .may_load(deps.storage, class.0.as_str())?
        .unwrap_or_default();
    let now = env.block.time.into();
    Ok(BreakerResponse {
        class,
        frozen_until: record.frozen_until(now),
        operators: record.operators(now),
    })
}

fn page<T, C>(
    entries: &mut impl Iterator<Item = StdResult<T>>,
    limit: usize,
    cursor: impl Fn(&T) -> C,
) -> Result<Page<T, C>, ContractError> {
    let items = entries.by_ref().take(limit).collect::<StdResult<Vec<_>>>()?;
    let more = entries.next().is_some();
    Ok(Page {
        next_start_after: items.last().filter(|_| more).map(cursor),
        items,
    })
}
