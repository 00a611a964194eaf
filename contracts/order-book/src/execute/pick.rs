//! The tenant names the winner.

use cosmwasm_std::Response;
use market_control as control;
use market_types::events::BidEvicted;
use market_types::order::AwardRule;
use market_types::OrderId;

use super::ending::{self, Win};
use super::{ensure_awardable, load, no_show, Call};
use crate::state::{Live, LIVE};
use crate::{bids, judging, ContractError};

/// A picked provider that made itself unable to commit pays for it and leaves the book; the order stays open for another pick.
///
/// # Errors
/// Entries are paused, it is not the time, the order is not the sender's to pick, the provider has no bid, or it cannot
/// commit through no fault of its own.
pub fn pick(call: Call, order: OrderId, provider: &str) -> Result<Response, ContractError> {
    let sisters = call.sisters()?;
    let Call { deps, now, sender } = call;
    control::ensure_entry_open(deps.storage, now)?;
    let (record, live) = load(deps.storage, order)?;
    control::ensure_sender(&sender, &record.tenant, "tenant of the order")?;
    if record.spec.award != AwardRule::TenantPicks {
        return Err(ContractError::BestBidWins { order });
    }
    ensure_awardable(order, &live, now)?;

    let owner = deps.api.addr_validate(provider)?;
    let picked = bids::of_owner(deps.storage, order, &owner)?.ok_or(ContractError::NoBid {
        order,
        provider: owner,
    })?;

    let paid = picked.bid.price;
    let candidacy = judging::winning(&record, &picked.bid, paid)?;
    let verdict = judging::ask_one(&deps.querier, &sisters.registry, candidacy.clone())?;
    if no_show::is_own_doing(&picked.bid, &verdict) {
        bids::remove(deps.storage, order, &picked);
        let live = Live {
            bids: live.bids.saturating_sub(1),
            ..live
        };
        LIVE.save(deps.storage, order, &live)?;
        return Ok(Response::new()
            .add_event(BidEvicted {
                order,
                provider: picked.bid.provider,
            })
            .add_message(no_show::charge(&sisters.registry, order, &record, &picked.bid)?));
    }
    if let Some(refusal) = verdict.refusal {
        return Err(ContractError::Refused { refusal });
    }
    let win = Win {
        bid: picked.bid,
        paid,
        candidacy,
        verdict,
    };
    let (event, messages) = ending::win(deps.storage, &sisters, now, order, &record, live, win)?;
    Ok(Response::new().add_event(event).add_messages(messages))
}
