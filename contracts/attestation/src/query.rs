//! Answers.

use cosmwasm_std::{Deps, Order, StdResult};
use cw_storage_plus::PrimaryKey;
use market_types::attestation::{BatchResponse, BatchStatus, Params};
use market_types::{BatchNo, Hash32, LeaseId, Page, Paging};

use crate::state::{Batch, Outcome, BATCHES, OUTCOMES, PARAMS};
use crate::ContractError;

pub fn params(deps: Deps) -> Result<Params, ContractError> {
    Ok(PARAMS.load(deps.storage)?)
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
    let status = match OUTCOMES.may_load(deps.storage, (lease, batch))? {
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
        drawn: None,
        audited: vec![],
        ended: vec![],
        refunded: vec![],
    })
}
