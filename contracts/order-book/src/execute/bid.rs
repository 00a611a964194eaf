//! A provider bids, or lowers the bid it has.

use cosmwasm_std::{Event, Response, Uint128};
use market_control as control;
use market_math::auction;
use market_types::events::{BidEvicted, BidPlaced};
use market_types::order::{Pricing, Rail};
use market_types::registry::{ProviderRef, Refusal};
use market_types::{OrderId, Price, UnixTime};

use super::{ensure_bidding, load, Call};
use crate::bids::{self, Ranked};
use crate::state::{Bid, Live, Order, Terms, LIVE};
use crate::{judging, ContractError};

/// # Errors
/// Entries are paused, bidding is over, the price is zero, above the maximum or not lowered by the step, the registry
/// refuses, or the book is full of bids at least as good.
pub fn bid(call: Call, order: OrderId, price: Price, work_bond: Uint128) -> Result<Response, ContractError> {
    let registry = call.registry()?;
    let Call { deps, now, sender } = call;
    control::ensure_entry_open(deps.storage, now)?;
    let (record, mut live) = load(deps.storage, order)?;
    ensure_bidding(order, &live, now)?;
    check_price(&record, price, work_bond)?;

    let candidacy = judging::bidding(&record, &sender, price, work_bond)?;
    let verdict = judging::ask_one(&deps.querier, &registry, candidacy)?;
    if let Some(refusal) = verdict.refusal {
        return Err(ContractError::Refused { refusal });
    }
    let provider = verdict.provider.ok_or(ContractError::Refused {
        refusal: Refusal::NotRegistered {},
    })?;
    check_firm(&provider, now)?;

    let standing = bids::of_provider(deps.storage, order, provider.no)?;
    let best = bids::best(deps.storage, order)?;
    let new = Ranked {
        rank: auction::rank(record.spec.award, price, provider.reputation)?,
        sequence: live.sequence + 1,
        bid: Bid {
            provider: provider.no,
            owner: provider.owner,
            price,
            work_bond,
            reputation: provider.reputation,
            placed: now,
            group: (record.spec.pricing == Pricing::SecondPrice).then_some(provider.group),
        },
    };
    let mut events: Vec<Event> = vec![];
    let leaves = match &standing {
        Some(standing) => {
            check_lowered(price, standing.bid.price, record.terms.step)?;
            Some(standing.clone())
        }
        None if live.bids >= u32::from(record.terms.bids_kept) => {
            let worst = bids::worst(deps.storage, order)?;
            if let Some(worst) = &worst {
                check_better(new.rank, worst.rank)?;
                events.push(
                    BidEvicted {
                        order,
                        provider: worst.bid.provider,
                    }
                    .into(),
                );
            }
            worst
        }
        None => {
            live.bids += 1;
            None
        }
    };
    let takes_the_lead =
        best.is_none_or(|best| best.bid.provider != new.bid.provider && new.rank < best.rank);
    if takes_the_lead {
        extend(&mut live, &record.terms, now);
    }
    live.sequence = new.sequence;

    match &leaves {
        Some(old) if old.bid.provider == new.bid.provider => bids::replace(deps.storage, order, old, &new)?,
        Some(worst) => {
            bids::remove(deps.storage, order, worst);
            bids::insert(deps.storage, order, &new)?;
        }
        None => bids::insert(deps.storage, order, &new)?,
    }
    LIVE.save(deps.storage, order, &live)?;
    Ok(Response::new().add_events(events).add_event(BidPlaced {
        order,
        provider: new.bid.provider,
        price,
        sequence: new.sequence,
        closes: live.closes,
    }))
}

pub(crate) fn check_price(order: &Order, price: Price, work_bond: Uint128) -> Result<(), ContractError> {
    let max_price = order.spec.max_price;
    if price.is_zero() {
        return Err(ContractError::PriceZero {});
    }
    if price > max_price {
        return Err(ContractError::PriceAboveMaximum { price, max_price });
    }
    if matches!(order.spec.rail, Rail::Stream { .. }) && !work_bond.is_zero() {
        return Err(ContractError::WorkBondOnStream { work_bond });
    }
    Ok(())
}

/// A bid in the block of a shrinking could not be told from a shrinking in the block of a bid, which is a no-show.
fn check_firm(provider: &ProviderRef, now: UnixTime) -> Result<(), ContractError> {
    match provider.shrunk_at {
        Some(at) if at >= now => Err(ContractError::ShrankJustNow { at }),
        _ => Ok(()),
    }
}

fn check_lowered(price: Price, standing: Price, step: Price) -> Result<(), ContractError> {
    match auction::lowered_limit(standing, step) {
        Some(limit) if price <= limit => Ok(()),
        _ => Err(ContractError::PriceNotLowered {
            price,
            standing,
            step,
        }),
    }
}

fn check_better(rank: Uint128, worst: Uint128) -> Result<(), ContractError> {
    if rank >= worst {
        return Err(ContractError::BookFull { rank, worst });
    }
    Ok(())
}

/// A provider that takes the lead in the last seconds gives the others as much time again.
fn extend(live: &mut Live, terms: &Terms, now: UnixTime) {
    let moved = auction::extended(
        now,
        live.closes,
        terms.extension,
        live.extensions,
        terms.max_extensions,
    );
    if let Some(closes) = moved {
        live.closes = closes;
        live.expires = live.expires.plus(terms.extension);
        live.extensions += 1;
    }
}
