use cosmwasm_std::{Deps, StdResult};
use market_types::order_book::BidResponse;
use market_types::{OrderId, Page, Paging};

use super::page::page;
use crate::bids::{self, Ranked};
use crate::state::ORDERS;
use crate::ContractError;

/// The cursor is a bid's place. An order has at most 50 bids, so counting up to it is bounded.
pub fn all(deps: Deps, order: OrderId, paging: Paging<u32>) -> Result<Page<BidResponse, u32>, ContractError> {
    if !ORDERS.has(deps.storage, order) {
        return Err(ContractError::OrderUnknown { order });
    }
    // Places begin with 1: without a cursor none is passed over.
    let after = paging.start_after.unwrap_or_default();
    let bids = placed(deps, order).skip(after as usize);
    Ok(page(&paging, bids, |bid| bid.place)?)
}

/// The live bid of `provider`, its owner.
pub fn one(deps: Deps, order: OrderId, provider: &str) -> Result<Option<BidResponse>, ContractError> {
    if !ORDERS.has(deps.storage, order) {
        return Err(ContractError::OrderUnknown { order });
    }
    let owner = deps.api.addr_validate(provider)?;
    let found = placed(deps, order).find(|bid| bid.as_ref().map_or(true, |bid| bid.owner == owner));
    Ok(found.transpose()?)
}

fn placed(deps: Deps<'_>, order: OrderId) -> impl Iterator<Item = StdResult<BidResponse>> + '_ {
    bids::best_first(deps.storage, order)
        .zip(1u32..)
        .map(|(ranked, place)| ranked.map(|ranked| response(ranked, place)))
}

fn response(ranked: Ranked, place: u32) -> BidResponse {
    let Ranked { rank, sequence, bid } = ranked;
    BidResponse {
        provider: bid.provider,
        owner: bid.owner,
        price: bid.price,
        rank,
        sequence,
        work_bond: bid.work_bond,
        reputation: bid.reputation,
        placed: bid.placed,
        place,
    }
}
