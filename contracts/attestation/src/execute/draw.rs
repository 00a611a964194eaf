use cosmwasm_std::{DepsMut, Response, Storage};
use market_math::draw::Draw;
use market_types::events::BatchDrawn;
use market_types::{BatchNo, Hash32, LeaseId};

use crate::state::{lease_audits, rules, Batch, BATCHES, MARKS, OUTCOMES};
use crate::{beacon, ContractError};

/// Draw the units of a batch that are audited, whoever asks.
///
/// # Errors
/// No such batch, one that ended, is drawn already or is never audited; its round is not there yet.
pub fn draw(deps: DepsMut, lease: LeaseId, batch: BatchNo) -> Result<Response, ContractError> {
    let key = (lease, batch);
    let stored = BATCHES
        .may_load(deps.storage, key)?
        .ok_or(ContractError::NoBatch { lease, batch })?;
    if OUTCOMES.has(deps.storage, key) {
        return Err(ContractError::AlreadyEnded { lease, batch });
    }
    if lease_audits(deps.storage, lease)?.convicted {
        return Err(ContractError::Convicted { lease });
    }
    let mut marks = MARKS.may_load(deps.storage, key)?.unwrap_or_default();
    if marks.drawn.is_some() {
        return Err(ContractError::AlreadyDrawn { lease, batch });
    }
    let drawn =
        drawn_units(deps.storage, lease, batch, &stored)?.ok_or(ContractError::NotAudited { lease })?;
    marks.drawn = Some(drawn);
    MARKS.save(deps.storage, key, &marks)?;
    let units: Vec<String> = units_of(stored.first_unit, drawn)
        .map(|unit| unit.to_string())
        .collect();
    Ok(Response::new().add_event(BatchDrawn {
        lease,
        batch,
        units: units.join(","),
    }))
}

/// What the batch's round draws; `None` when nothing of it ever is.
///
/// # Errors
/// The round is not there yet.
pub fn drawn_units(
    storage: &dyn Storage,
    lease: LeaseId,
    batch: BatchNo,
    stored: &Batch,
) -> Result<Option<u64>, ContractError> {
    if stored.audit_rate.is_zero() {
        return Ok(None);
    }
    let Some(params) = rules(storage)?.beacon else {
        return Ok(None);
    };
    let draw = Draw {
        randomness: beacon::randomness_after(storage, &params, stored.posted_height)?,
        lease,
        batch,
        root: Hash32(stored.root),
        rate: stored.audit_rate,
    };
    Ok(Some(draw.bitmap(stored.first_unit, stored.count)))
}

/// The units whose bits are set.
pub fn units_of(first_unit: u32, bits: u64) -> impl Iterator<Item = u32> {
    (0..64u32)
        .filter(move |index| bits >> index & 1 == 1)
        .map(move |index| first_unit.saturating_add(index))
}
