//! An order gets its number, its money is reserved, and the book is told.

use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use market_control::{ensure_entry_open, sister, Sister};
use market_math::{mul_div, Rounding};
use market_types::contract::OrderBook;
use market_types::events::{Deposited, OrderPlaced};
use market_types::order::OrderSpec;
use market_types::order_book::{ExecuteMsg as TellBook, Opening};
use market_types::{LeaseId, OrderId};

use super::now;
use crate::lease::funding;
use crate::ledger::{Ledger, Move, Pool};
use crate::params::ensure_listed;
use crate::state::{Order, ORDERS, ORDER_COUNT, RESERVED, SETTINGS};
use crate::{sisters, ContractError};

/// Place an order with available money of the sender.
///
/// # Errors
/// Paused, a token not listed, too little money, too small an order. The book checks the rest.
pub fn place_order(
    deps: DepsMut,
    env: Env,
    info: MessageInfo,
    token: String,
    spec: OrderSpec<String>,
) -> Result<Response, ContractError> {
    let token = sisters::address(deps.as_ref(), &token)?;
    let ledger = Ledger::load(deps.storage, &token)?;
    let needed = reservation(&spec)?;
    reserve(deps, &env, ledger, &info.sender, spec, needed)
}

/// Place an order with money that comes with it; what it does not need becomes available.
///
/// # Errors
/// As [`place_order`]; what was sent must suffice by itself.
pub fn with_money(
    deps: DepsMut,
    env: &Env,
    token: &Addr,
    sender: &Addr,
    sent: Uint128,
    spec: OrderSpec<String>,
) -> Result<Response, ContractError> {
    let needed = reservation(&spec)?;
    if needed > sent {
        return Err(ContractError::DepositTooSmall { needed, sent });
    }
    let mut ledger = Ledger::load(deps.storage, token)?;
    ledger.take_in(deps.storage, &Pool::Available(sender.clone()), sent)?;
    let response = reserve(deps, env, ledger, sender, spec, needed)?;
    Ok(response.add_event(Deposited {
        owner: sender.clone(),
        token: token.clone(),
        amount: sent,
    }))
}

/// The most an order can cost: its maximum price for all of its time or units, rounded up, or its deposit; for every
/// member.
fn reservation(spec: &OrderSpec<String>) -> Result<Uint128, ContractError> {
    let (members, max) = (spec.members, LeaseId::MAX_MEMBERS);
    if members == 0 || members > max {
        return Err(ContractError::Members { members, max });
    }
    let one = funding(&spec.rail, spec.max_price)?;
    Ok(mul_div(one, members.into(), Uint128::one(), Rounding::Down)?)
}

fn reserve(
    deps: DepsMut,
    env: &Env,
    mut ledger: Ledger,
    tenant: &Addr,
    spec: OrderSpec<String>,
    needed: Uint128,
) -> Result<Response, ContractError> {
    ensure_entry_open(deps.storage, now(env))?;
    let token = ledger.token().clone();
    let min_order = ensure_listed(deps.storage, &token)?.min_order;
    if needed < min_order {
        return Err(ContractError::OrderTooSmall { needed, min_order });
    }
    let take_rate = sisters::take_rate(deps.as_ref(), &token)?;
    let id = next_order(&deps)?;
    ledger.shift(
        deps.storage,
        &Move {
            from: Pool::Available(tenant.clone()),
            to: Pool::Reserved,
            amount: needed,
        },
    )?;
    let settings = SETTINGS.load(deps.storage)?;
    let order = Order {
        tenant: tenant.clone(),
        token: token.clone(),
        token_no: ledger.token_no(),
        take_rate,
        service: settings.service,
        rail: spec.rail.clone(),
        max_price: spec.max_price,
        comparison: spec.comparison,
        resources: spec.needs.resources.clone(),
        manifest: spec.manifest,
        session_key: spec.session_key.clone(),
        interruptible: spec.interruptible,
    };
    ledger.save(deps.storage);
    ORDER_COUNT.save(deps.storage, &id.0)?;
    ORDERS.save(deps.storage, id, &order)?;
    RESERVED.save(deps.storage, id, &needed);

    let placed = OrderPlaced {
        order: id,
        tenant: tenant.clone(),
        token: token.clone(),
        reserved: needed,
        take_rate,
    };
    let book = sister(deps.storage, Sister::OrderBook)?;
    let open = OrderBook::at(&book).call(&TellBook::Open(Opening {
        order: id,
        tenant: tenant.into(),
        token: token.into(),
        spec,
        take_rate,
        lease_bond_time: settings.lease_bond_time,
        work_bond_units: settings.work_bond_units,
    }))?;
    Ok(Response::new().add_event(placed).add_message(open))
}

/// Orders are numbered from 1, as long as the numbers of their leases fit.
fn next_order(deps: &DepsMut) -> Result<OrderId, ContractError> {
    // Written with the first order.
    let last = ORDER_COUNT.may_load(deps.storage)?.unwrap_or_default();
    last.checked_add(1)
        .map(OrderId)
        .filter(|id| LeaseId::new(*id, LeaseId::MAX_MEMBERS - 1).is_some())
        .ok_or(ContractError::OrdersExhausted {})
}
