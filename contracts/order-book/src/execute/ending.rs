//! How an order ends, with a winner or without.

use cosmwasm_std::{Addr, StdResult, Storage, Uint128, WasmMsg};
use market_types::contract::{Escrow, Registry};
use market_types::escrow::{self, ExecuteMsg as TellEscrow};
use market_types::events::OrderAwarded;
use market_types::order::Rail;
use market_types::order_book::{OrderStatus, Winner};
use market_types::registry::{Candidacy, Commitment, Verdict};
use market_types::{registry, LeaseId, OrderId, Price, UnixTime};

use super::Sisters;
use crate::state::{Bid, Clearing, Ended, Live, Order, ENDED, LIVE};
use crate::{clearing, ContractError};

/// Save that `order` has ended, with a winner or without. Its bids stay until somebody prunes them.
fn close(
    storage: &mut dyn Storage,
    order: OrderId,
    live: Live,
    status: OrderStatus,
    winner: Option<Winner>,
) -> StdResult<()> {
    LIVE.remove(storage, order);
    let last = Live { status, ..live };
    ENDED.save(storage, order, &Ended { last, winner })
}

/// Save that `order` has ended without a winner.
pub fn end(storage: &mut dyn Storage, order: OrderId, live: Live, status: OrderStatus) -> StdResult<()> {
    close(storage, order, live, status, None)
}

/// The reservation returns to the tenant.
pub fn free_reservation(escrow: &Addr, order: OrderId) -> StdResult<WasmMsg> {
    Escrow::at(escrow).call(&TellEscrow::FreeReservation { order })
}

/// A bid that wins, with what the registry judged.
pub struct Win {
    pub bid: Bid,
    pub paid: Price,
    pub candidacy: Candidacy,
    pub verdict: Verdict,
}

/// Save the winner; the event and the messages that make a lease of it.
///
/// # Errors
/// The verdict names no class, or the lease number does not fit.
pub fn win(
    storage: &mut dyn Storage,
    sisters: &Sisters,
    now: UnixTime,
    id: OrderId,
    order: &Order,
    live: Live,
    win: Win,
) -> Result<(OrderAwarded, [WasmMsg; 2]), ContractError> {
    let Win {
        bid,
        paid,
        candidacy,
        verdict,
    } = win;
    let lease = LeaseId::new(id, 0).ok_or(ContractError::LeaseNumber { order: id })?;
    let class = verdict
        .class
        .ok_or(ContractError::VerdictIncomplete { what: "class" })?;
    let winner = Winner {
        lease,
        provider: bid.provider,
        owner: bid.owner.clone(),
        bid: bid.price,
        price: paid,
    };
    close(storage, id, live, OrderStatus::Awarded, Some(winner))?;
    let cleared = Clearing {
        price: paid,
        per_hour: matches!(order.spec.rail, Rail::Stream { .. }),
        gpus: order.spec.needs.resources.gpus,
    };
    clearing::record(storage, &class, &order.token, now, id, &cleared)?;

    let commit = Registry::at(&sisters.registry).call(&registry::ExecuteMsg::Commit(Commitment {
        lease,
        tenant: order.tenant.to_string(),
        candidacy,
    }))?;
    let is_task = matches!(order.spec.rail, Rail::Task { .. });
    let open = Escrow::at(&sisters.escrow).call(&TellEscrow::OpenLease(escrow::Award {
        lease,
        provider: bid.provider,
        owner: bid.owner.to_string(),
        price: paid,
        lease_bond: verdict.lease_bond,
        work_bond: bid.work_bond,
        work_bond_value: if is_task {
            verdict.work_bond_value
        } else {
            Uint128::zero()
        },
        class,
        last: true,
    }))?;
    let event = OrderAwarded {
        order: id,
        lease,
        provider: bid.provider,
        bid: bid.price,
        price: paid,
    };
    Ok((event, [commit, open]))
}
