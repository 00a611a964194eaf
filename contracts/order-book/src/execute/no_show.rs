//! A bid binds: whoever made itself unable to keep it pays.

use cosmwasm_std::{Addr, StdResult, WasmMsg};
use market_types::contract::Registry;
use market_types::registry::{ExecuteMsg, Refusal, Verdict};
use market_types::OrderId;

use crate::state::{Bid, Order};

/// Is it the bidder's own doing that it cannot commit?
///
/// It is when it shrank in the second of its bid or later (who shrank in that second before it bid was refused), or is in
/// the maintenance it announced, which had not begun when it bid. Capacity that went to another award is not, nor is a
/// bond price that is stale for everybody.
pub fn is_own_doing(bid: &Bid, verdict: &Verdict) -> bool {
    match &verdict.refusal {
        None | Some(Refusal::BondPriceMissing {} | Refusal::BondPriceStale { .. }) => false,
        Some(Refusal::InMaintenance { .. }) => true,
        Some(_) => {
            let shrunk_at = verdict.provider.as_ref().and_then(|provider| provider.shrunk_at);
            shrunk_at.is_some_and(|at| at >= bid.placed)
        }
    }
}

/// One hour or one unit at the order's maximum, in bond, to the tenant.
pub fn charge(registry: &Addr, id: OrderId, order: &Order, bid: &Bid) -> StdResult<WasmMsg> {
    Registry::at(registry).call(&ExecuteMsg::NoShow {
        order: id,
        provider: bid.owner.to_string(),
        tenant: order.tenant.to_string(),
        token: order.token.to_string(),
        value: order.spec.max_price.0,
    })
}
