//! Nobody awarded the order in time: its tenant gets the reservation back.

use cosmwasm_std::Response;
use market_types::events::OrderExpired;
use market_types::order_book::OrderStatus;
use market_types::OrderId;

use super::{ending, ensure_open, load, Call};
use crate::ContractError;

/// # Errors
/// The order has ended, or its time is not over.
pub fn expire(call: Call, order: OrderId) -> Result<Response, ContractError> {
    let escrow = call.escrow()?;
    let (_, live) = load(call.deps.storage, order)?;
    ensure_open(order, &live)?;
    if call.now < live.expires {
        return Err(ContractError::NotExpired {
            order,
            expires: live.expires,
            now: call.now,
        });
    }
    ending::end(call.deps.storage, order, live, OrderStatus::Expired)?;
    Ok(Response::new()
        .add_event(OrderExpired { order })
        .add_message(ending::free_reservation(&escrow, order)?))
}
