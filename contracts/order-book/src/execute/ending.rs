//! How an order ends, with a winner or without.

use cosmwasm_std::{Addr, StdResult, Storage, Uint128, WasmMsg};
use market_types::contract::{Escrow, Registry};
use market_types::control::Wiring;
use market_types::events::OrderAwarded;
use market_types::order::Rail;
use market_types::order_book::{OrderStatus, Winner};
use market_types::registry::{Candidacy, Commitment, Verdict};
use market_types::{escrow, registry, LeaseId, OrderId, Price, UnixTime};

use crate::state::{Bid, Clearing, Live, Order, LIVE, OPEN, WINNERS};
use crate::{clearing, ContractError};

/// Save that `order` has ended. Its bids stay until somebody prunes them.
pub fn end(storage: &mut dyn Storage, order: OrderId, live: Live, status: OrderStatus) -> StdResult<()> {
    OPEN.remove(storage, order);
    LIVE.save(storage, order, &Live { status, ..live })
}

/// The reservation returns to the tenant.
pub fn free_reservation(wiring: &Wiring<Addr>, order: OrderId) -> StdResult<WasmMsg> {
    Escrow::at(&wiring.lease_escrow).call(&escrow::ExecuteMsg::FreeReservation { order })
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
    wiring: &Wiring<Addr>,
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
    end(storage, id, live, OrderStatus::Awarded)?;
    WINNERS.save(
        storage,
        id,
        &Winner {
            lease,
            provider: bid.provider,
            owner: bid.owner.clone(),
            bid: bid.price,
            price: paid,
        },
    )?;
    let cleared = Clearing {
        order: id,
        price: paid,
        per_hour: matches!(order.spec.rail, Rail::Stream { .. }),
        gpus: order.spec.needs.resources.gpus,
        at: now,
    };
    clearing::record(storage, &class, &order.token, &cleared)?;

    let commit = Registry::at(&wiring.provider_registry).call(&registry::ExecuteMsg::Commit(Commitment {
        lease,
        tenant: order.tenant.to_string(),
        candidacy,
    }))?;
    let is_task = matches!(order.spec.rail, Rail::Task { .. });
    let open = Escrow::at(&wiring.lease_escrow).call(&escrow::ExecuteMsg::OpenLease(escrow::Award {
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
