//! What the book decides: an award becomes a lease, or an order ends without one.

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Uint128};
use market_control::ensure_entry_open;
use market_types::escrow::{Award, LeaseStatus};
use market_types::events::{LeaseOpened, ReservationFreed};
use market_types::order::Rail;
use market_types::OrderId;

use super::now;
use crate::lease::{funding, LeaseFile, Terms, Work};
use crate::ledger::{difference, Ledger, Move, Pool};
use crate::state::{self, Lease, Money, Order, LEASES, RESERVED, SERVICES};
use crate::{sisters, ContractError};

/// # Errors
/// Not from the book, paused, an order that has ended, a price above its maximum.
pub fn open_lease(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    award: Award,
) -> Result<Response, ContractError> {
    sisters::ensure_book(deps.as_ref(), &info)?;
    ensure_entry_open(deps.storage, now(&env))?;
    let id = award.lease;
    let order = state::order(deps.storage, id.order())?;
    let reserved = reserved(&deps, id.order())?;
    if LEASES.has(deps.storage, id) {
        return Err(ContractError::LeaseExists { lease: id });
    }
    if award.price > order.max_price {
        return Err(ContractError::PriceAboveMaximum {
            price: award.price,
            max_price: order.max_price,
        });
    }
    let funded = funding(&order.rail, award.price)?;
    let rest = difference(reserved, funded)?;
    let status = match order.rail {
        Rail::Stream { .. } => LeaseStatus::Starting,
        Rail::Task { .. } => LeaseStatus::Active,
    };
    let lease = Lease {
        tenant: order.tenant.clone(),
        provider: award.provider,
        owner: sisters::address(deps.as_ref(), &award.owner)?,
        price: award.price,
        class: award.class,
        lease_bond: award.lease_bond,
        work_bond: award.work_bond,
        work_bond_value: award.work_bond_value,
        awarded_at: now(&env),
        status,
        ended: None,
        short: None,
        restaked_at: None,
    };
    let opened = LeaseOpened {
        lease: id,
        tenant: lease.tenant.clone(),
        provider: lease.provider,
        price: lease.price,
        funded,
    };

    let mut ledger = Ledger::of(deps.storage, &order)?;
    let fund = Move {
        from: Pool::Reserved,
        to: Pool::Remaining,
        amount: funded,
    };
    ledger.shift(deps.storage, &fund)?;
    let mut response = Response::new().add_event(opened);
    if award.last {
        RESERVED.remove(deps.storage, id.order());
        if let Some(freed) = free(&deps, &mut ledger, id.order(), &order, rest)? {
            response = response.add_event(freed);
        }
    } else {
        RESERVED.save(deps.storage, id.order(), &rest);
    }
    ledger.save(deps.storage);
    state::index_lease(deps.storage, id, &lease)?;
    let file = LeaseFile {
        id,
        lease,
        money: Money {
            remaining: funded,
            ..Money::default()
        },
        work: Work::new(&order.rail),
        beat: None,
        terms: Terms {
            service: SERVICES.load(deps.storage, order.service)?,
            order,
        },
    };
    file.save(deps.storage, None)?;
    Ok(response)
}

/// The order ended without an award: its money is the tenant's again.
///
/// # Errors
/// Not from the book, or the order has ended before.
pub fn free_reservation(deps: DepsMut, info: MessageInfo, id: OrderId) -> Result<Response, ContractError> {
    sisters::ensure_book(deps.as_ref(), &info)?;
    let order = state::order(deps.storage, id)?;
    let amount = reserved(&deps, id)?;
    let mut ledger = Ledger::of(deps.storage, &order)?;
    let freed = free(&deps, &mut ledger, id, &order, amount)?;
    RESERVED.remove(deps.storage, id);
    ledger.save(deps.storage);
    Ok(Response::new().add_events(freed))
}

fn reserved(deps: &DepsMut, order: OrderId) -> Result<Uint128, ContractError> {
    RESERVED
        .may_load(deps.storage, order)?
        .ok_or(ContractError::OrderEnded { order })
}

fn free(
    deps: &DepsMut,
    ledger: &mut Ledger,
    id: OrderId,
    order: &Order,
    amount: Uint128,
) -> Result<Option<ReservationFreed>, ContractError> {
    if amount.is_zero() {
        return Ok(None);
    }
    let back = Move {
        from: Pool::Reserved,
        to: Pool::Available(order.tenant.clone()),
        amount,
    };
    ledger.shift(deps.storage, &back)?;
    Ok(Some(ReservationFreed {
        order: id,
        tenant: order.tenant.clone(),
        amount,
    }))
}
