//! Bids of ended orders are deleted by whoever cares, a few at a time.

use cosmwasm_std::{Response, StdResult};
use market_control as control;
use market_types::events::BidsPruned;
use market_types::OrderId;

use super::Call;
use crate::state::{ENDED, LIVE};
use crate::{bids, ContractError};

const MAX: u32 = 50;

/// # Errors
/// `limit` is out of bounds, the order is open, or it has no bids left.
pub fn prune(call: Call, order: OrderId, limit: u32) -> Result<Response, ContractError> {
    control::ensure_wired(call.deps.storage)?;
    if limit == 0 || limit > MAX {
        return Err(ContractError::PruneLimit { limit, max: MAX });
    }
    if LIVE.has(call.deps.storage, order) {
        return Err(ContractError::OrderOpen { order });
    }
    let mut ended = ENDED
        .may_load(call.deps.storage, order)?
        .ok_or(ContractError::OrderUnknown { order })?;
    let doomed = bids::best_first(call.deps.storage, order)
        .take(limit as usize)
        .collect::<StdResult<Vec<_>>>()?;
    if doomed.is_empty() {
        return Err(ContractError::NothingToPrune { order });
    }
    for bid in &doomed {
        bids::remove(call.deps.storage, order, bid);
    }
    let count = doomed.len() as u32;
    ended.last.bids = ended.last.bids.saturating_sub(count);
    ENDED.save(call.deps.storage, order, &ended)?;
    Ok(Response::new().add_event(BidsPruned { order, count }))
}
