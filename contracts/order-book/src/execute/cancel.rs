//! The tenant takes its order back while it takes bids.

use cosmwasm_std::Response;
use market_control as control;
use market_types::events::OrderCancelled;
use market_types::order_book::OrderStatus;
use market_types::OrderId;

use super::{ending, ensure_bidding, load, Call};
use crate::ContractError;

/// # Errors
/// The sender is not the tenant, the order has ended, or bidding is over.
pub fn cancel(call: Call, order: OrderId) -> Result<Response, ContractError> {
    let escrow = call.escrow()?;
    let (record, live) = load(call.deps.storage, order)?;
    control::ensure_sender(&call.sender, &record.tenant, "tenant of the order")?;
    ensure_bidding(order, &live, call.now)?;
    ending::end(call.deps.storage, order, live, OrderStatus::Cancelled)?;
    Ok(Response::new()
        .add_event(OrderCancelled { order })
        .add_message(ending::free_reservation(&escrow, order)?))
}
