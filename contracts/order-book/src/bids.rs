//! The bids of an order, kept in rank order. The only place that writes them, so both maps always agree.

use cosmwasm_std::{Addr, Order as Direction, StdResult, Storage, Uint128};
use market_types::{OrderId, ProviderNo};

use crate::state::{Bid, BIDS, BID_OF};

/// A bid and its place in the order of ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    pub rank: Uint128,
    pub sequence: u32,
    pub bid: Bid,
}

fn in_rank_order(
    storage: &dyn Storage,
    order: OrderId,
    direction: Direction,
) -> impl Iterator<Item = StdResult<Ranked>> + '_ {
    BIDS.under::<_, (u128, u32)>(storage, order, None, direction)
        .map(|entry| {
            let ((rank, sequence), bid) = entry?;
            Ok(Ranked {
                rank: Uint128::new(rank),
                sequence,
                bid,
            })
        })
}

/// Every bid of `order`, best first.
pub fn best_first(storage: &dyn Storage, order: OrderId) -> impl Iterator<Item = StdResult<Ranked>> + '_ {
    in_rank_order(storage, order, Direction::Ascending)
}

pub fn best(storage: &dyn Storage, order: OrderId) -> StdResult<Option<Ranked>> {
    best_first(storage, order).next().transpose()
}

pub fn worst(storage: &dyn Storage, order: OrderId) -> StdResult<Option<Ranked>> {
    in_rank_order(storage, order, Direction::Descending)
        .next()
        .transpose()
}

/// The live bid of `provider`.
pub fn of_provider(storage: &dyn Storage, order: OrderId, provider: ProviderNo) -> StdResult<Option<Ranked>> {
    let Some((rank, sequence)) = BID_OF.may_load(storage, (order, provider))? else {
        return Ok(None);
    };
    let bid = BIDS.load(storage, (order, rank.u128(), sequence))?;
    Ok(Some(Ranked { rank, sequence, bid }))
}

/// The live bid of the provider of `owner`. Reads an order's bids one by one: there are 50 at most.
pub fn of_owner(storage: &dyn Storage, order: OrderId, owner: &Addr) -> StdResult<Option<Ranked>> {
    best_first(storage, order)
        .find(|ranked| ranked.as_ref().map_or(true, |ranked| ranked.bid.owner == *owner))
        .transpose()
}

/// Put a bid into the book. A provider that has one there must have it [`remove`]d before.
pub fn insert(storage: &mut dyn Storage, order: OrderId, new: &Ranked) -> StdResult<()> {
    BIDS.save(storage, (order, new.rank.u128(), new.sequence), &new.bid)?;
    BID_OF.save(storage, (order, new.bid.provider), &(new.rank, new.sequence))
}

/// Put `new` in the place of a bid of the same provider: where that was is written over.
pub fn replace(storage: &mut dyn Storage, order: OrderId, old: &Ranked, new: &Ranked) -> StdResult<()> {
    BIDS.remove(storage, (order, old.rank.u128(), old.sequence));
    insert(storage, order, new)
}

pub fn remove(storage: &mut dyn Storage, order: OrderId, old: &Ranked) {
    BIDS.remove(storage, (order, old.rank.u128(), old.sequence));
    BID_OF.remove(storage, (order, old.bid.provider));
}
