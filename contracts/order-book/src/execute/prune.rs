//! Bids of ended orders are deleted by whoever cares, a few at a time.

use cosmwasm_std::{Response, StdResult};
use market_types::events::BidsPruned;
use market_types::order_book::OrderStatus;
use market_types::OrderId;

use super::{load, Call};
use crate::state::{Live, LIVE};
use crate::{bids, ContractError};

const MAX: u32 = 50;

/// # Errors
/// `limit` is out of bounds, the order is open, or it has no bids left.
pub fn prune(call: Call, order: OrderId, limit: u32) -> Result<Response, ContractError> {
    if limit == 0 || limit > MAX {
        return Err(ContractError::PruneLimit { limit, max: MAX });
    }
    let (_, live) = load(call.deps.storage, order)?;
    if live.status == OrderStatus::Open {
        return Err(ContractError::OrderOpen { order });
    }
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
    let live = Live {
        bids: live.bids.saturating_sub(count),
        ..live
    };
    LIVE.save(call.deps.storage, order, &live)?;
    Ok(Response::new().add_event(BidsPruned { order, count }))
}
