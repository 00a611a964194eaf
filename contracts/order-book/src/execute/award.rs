//! The best bid that can commit wins.

use cosmwasm_std::{Response, StdResult};
use market_control as control;
use market_math::auction;
use market_types::contract::Registry;
use market_types::events::OrderUnfilled;
use market_types::order::{AwardRule, Pricing};
use market_types::order_book::OrderStatus;
use market_types::registry::{Candidacy, ProviderRef, QueryMsg, Verdict};
use market_types::{OrderId, Price};

use super::ending::{self, Win};
use super::{ensure_awardable, load, no_show, Call};
use crate::bids::{self, Ranked};
use crate::state::{Bid, Order};
use crate::{judging, ContractError};

/// Bids the registry is asked about at once.
const PAGE: usize = 4;

/// Who wins, and whose bids were passed over by their own doing.
struct Outcome {
    winner: Option<Win>,
    no_shows: Vec<Bid>,
}

/// # Errors
/// Entries are paused, it is not the time, or the tenant picks.
pub fn award(call: Call, order: OrderId) -> Result<Response, ContractError> {
    let Call {
        deps, now, wiring, ..
    } = call;
    control::ensure_entry_open(deps.storage, now)?;
    let (record, live) = load(deps.storage, order)?;
    ensure_awardable(order, &live, now)?;
    if record.spec.award == AwardRule::TenantPicks {
        return Err(ContractError::TenantPicks { order });
    }

    let bids = bids::best_first(deps.storage, order)
        .take(record.terms.bids_kept.into())
        .collect::<StdResult<Vec<_>>>()?;
    let tenant: Option<ProviderRef> = match record.spec.pricing {
        Pricing::PayAsBid => None,
        Pricing::SecondPrice => Registry::at(&wiring.provider_registry).ask(
            &deps.querier,
            &QueryMsg::Whois {
                address: record.tenant.to_string(),
            },
        )?,
    };
    let tenant_group = tenant.map(|provider| provider.group);
    let outcome = first_able(&record, bids, tenant_group.as_deref(), |candidacies| {
        judging::ask(&deps.querier, &wiring.provider_registry, candidacies)
    })?;

    let mut response = Response::new();
    for bid in &outcome.no_shows {
        response = response.add_message(no_show::charge(&wiring, order, &record, bid)?);
    }
    let Some(winner) = outcome.winner else {
        ending::end(deps.storage, order, live, OrderStatus::Unfilled)?;
        return Ok(response
            .add_event(OrderUnfilled { order })
            .add_message(ending::free_reservation(&wiring, order)?));
    };
    let (event, messages) = ending::win(deps.storage, &wiring, now, order, &record, live, winner)?;
    Ok(response.add_event(event).add_messages(messages))
}

/// Go through the bids, best first and a page at a time, to the first that can commit.
fn first_able(
    order: &Order,
    bids: Vec<Ranked>,
    tenant_group: Option<&str>,
    mut judge: impl FnMut(Vec<Candidacy>) -> Result<Vec<Verdict>, ContractError>,
) -> Result<Outcome, ContractError> {
    let mut paid = bids.iter().map(|ranked| ranked.bid.price).collect::<Vec<_>>();
    if let (Pricing::SecondPrice, Some(first)) = (order.spec.pricing, paid.first_mut()) {
        *first = second_price(order, &bids, tenant_group)?;
    }
    let mut no_shows = vec![];
    for (page, paid) in bids.chunks(PAGE).zip(paid.chunks(PAGE)) {
        let candidacies = page
            .iter()
            .zip(paid)
            .map(|(ranked, paid)| judging::winning(order, &ranked.bid, *paid))
            .collect::<Result<Vec<_>, _>>()?;
        let verdicts = judge(candidacies.clone())?;
        for (((ranked, paid), candidacy), verdict) in page.iter().zip(paid).zip(candidacies).zip(verdicts) {
            let bid = ranked.bid.clone();
            if verdict.refusal.is_none() {
                let winner = Some(Win {
                    bid,
                    paid: *paid,
                    candidacy,
                    verdict,
                });
                return Ok(Outcome { winner, no_shows });
            }
            if no_show::is_own_doing(&bid, &verdict) {
                no_shows.push(bid);
            }
        }
    }
    Ok(Outcome {
        winner: None,
        no_shows,
    })
}

/// What the best bidder is paid: the price at which the next rival would have been ahead of it. No rival is who bids for
/// the best bidder's operator group or the tenant's.
fn second_price(order: &Order, bids: &[Ranked], tenant_group: Option<&str>) -> Result<Price, ContractError> {
    let Some((best, rest)) = bids.split_first() else {
        return Ok(order.spec.max_price);
    };
    let rival = rest.iter().find(|next| {
        let group = next.bid.group.as_deref();
        group != best.bid.group.as_deref() && (tenant_group.is_none() || group != tenant_group)
    });
    let critical = rival
        .map(|next| auction::critical(order.spec.award, next.rank, best.bid.reputation))
        .transpose()?;
    Ok(auction::second_price(
        order.spec.max_price,
        best.bid.price,
        critical,
        order.spec.reserve_price,
    ))
}
