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

/// Bids the registry is asked about at once, after the best, which mostly wins and is asked about alone: so an award costs the
/// same with one bid as with many.
const PAGE: usize = 4;

/// Who wins, and whose bids were passed over by their own doing.
struct Outcome {
    winner: Option<Win>,
    no_shows: Vec<Bid>,
}

/// # Errors
/// Entries are paused, it is not the time, or the tenant picks.
pub fn award(call: Call, order: OrderId) -> Result<Response, ContractError> {
    let sisters = call.sisters()?;
    let Call { deps, now, .. } = call;
    control::ensure_entry_open(deps.storage, now)?;
    let (record, live) = load(deps.storage, order)?;
    ensure_awardable(order, &live, now)?;
    if record.spec.award == AwardRule::TenantPicks {
        return Err(ContractError::TenantPicks { order });
    }

    let tenant: Option<ProviderRef> = match record.spec.pricing {
        Pricing::PayAsBid => None,
        Pricing::SecondPrice => Registry::at(&sisters.registry).ask(
            &deps.querier,
            &QueryMsg::Whois {
                address: record.tenant.to_string(),
            },
        )?,
    };
    let tenant_group = tenant.map(|provider| provider.group);
    let bids = bids::best_first(deps.storage, order).take(record.terms.bids_kept.into());
    let outcome = first_able(&record, bids, tenant_group.as_deref(), |candidacies| {
        judging::ask(&deps.querier, &sisters.registry, candidacies)
    })?;

    let mut response = Response::new();
    for bid in &outcome.no_shows {
        response = response.add_message(no_show::charge(&sisters.registry, order, &record, bid)?);
    }
    let Some(winner) = outcome.winner else {
        ending::end(deps.storage, order, live, OrderStatus::Unfilled)?;
        return Ok(response
            .add_event(OrderUnfilled { order })
            .add_message(ending::free_reservation(&sisters.escrow, order)?));
    };
    let (event, messages) = ending::win(deps.storage, &sisters, now, order, &record, live, winner)?;
    Ok(response.add_event(event).add_messages(messages))
}

/// Go through the bids, best first, to the first that can commit. Reads no more of them than that takes.
fn first_able(
    order: &Order,
    mut bids: impl Iterator<Item = StdResult<Ranked>>,
    tenant_group: Option<&str>,
    mut judge: impl FnMut(Vec<Candidacy>) -> Result<Vec<Verdict>, ContractError>,
) -> Result<Outcome, ContractError> {
    let mut outcome = Outcome {
        winner: None,
        no_shows: vec![],
    };
    let Some(best) = bids.next().transpose()? else {
        return Ok(outcome);
    };
    let mut read = vec![];
    let mut best_paid = best.bid.price;
    if order.spec.pricing == Pricing::SecondPrice {
        let groups = Groups {
            winner: best.bid.group.as_deref(),
            tenant: tenant_group,
        };
        for next in bids.by_ref() {
            let next = next?;
            let stranger = groups.is_stranger(&next.bid);
            read.push(next);
            if stranger {
                break;
            }
        }
        best_paid = groups.second_price(order, &best, &read)?;
    }
    let mut page = vec![(best, best_paid)];
    let mut rest = read.into_iter().map(Ok).chain(bids);
    while !page.is_empty() {
        let candidacies = page
            .iter()
            .map(|(ranked, paid)| judging::winning(order, &ranked.bid, *paid))
            .collect::<Result<Vec<_>, _>>()?;
        let verdicts = judge(candidacies.clone())?;
        for (((ranked, paid), candidacy), verdict) in page.into_iter().zip(candidacies).zip(verdicts) {
            let bid = ranked.bid;
            if verdict.refusal.is_none() {
                outcome.winner = Some(Win {
                    bid,
                    paid,
                    candidacy,
                    verdict,
                });
                return Ok(outcome);
            }
            if no_show::is_own_doing(&bid, &verdict) {
                outcome.no_shows.push(bid);
            }
        }
        page = rest
            .by_ref()
            .take(PAGE)
            .map(|ranked| {
                let ranked = ranked?;
                let own = ranked.bid.price;
                Ok((ranked, own))
            })
            .collect::<StdResult<Vec<_>>>()?;
    }
    Ok(outcome)
}

/// Operator groups that no second price is made of. A group is only what its providers and tenant say it is, and anybody may name
/// anybody's. So leaving out bids of the winner's group never raises what it is paid, and leaving out those of the tenant's never
/// lowers it.
struct Groups<'a> {
    winner: Option<&'a str>,
    tenant: Option<&'a str>,
}

impl Groups<'_> {
    fn of_winner(&self, bid: &Bid) -> bool {
        bid.group.as_deref() == self.winner
    }

    fn of_tenant(&self, bid: &Bid) -> bool {
        self.tenant.is_some() && bid.group.as_deref() == self.tenant
    }

    /// In neither group: no bid behind it makes a price.
    fn is_stranger(&self, bid: &Bid) -> bool {
        !self.of_winner(bid) && !self.of_tenant(bid)
    }

    /// What the best bidder is paid: the price at which the next would have been ahead of it. `next` are the bids behind it, up to
    /// the first stranger's.
    fn second_price(&self, order: &Order, best: &Ranked, next: &[Ranked]) -> Result<Price, ContractError> {
        let paid = |counts: &dyn Fn(&Bid) -> bool| -> Result<Price, ContractError> {
            let critical = next
                .iter()
                .find(|next| counts(&next.bid))
                .map(|next| auction::critical(order.spec.award, next.rank, best.bid.reputation))
                .transpose()?;
            Ok(auction::second_price(
                order.spec.max_price,
                best.bid.price,
                critical,
                order.spec.reserve_price,
            ))
        };
        let of_all = paid(&|_| true)?.min(paid(&|bid| !self.of_winner(bid))?);
        let of_others = paid(&|bid| !self.of_tenant(bid))?.min(paid(&|bid| self.is_stranger(bid))?);
        Ok(of_all.max(of_others))
    }
}
