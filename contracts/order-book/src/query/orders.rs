use cosmwasm_std::{Deps, Order as Direction, StdError, StdResult};
use cw_storage_plus::Bound;
use market_types::order_book::OrderResponse;
use market_types::{OrderId, Page, Paging};

use super::page::page;
use crate::state::{standing, LIVE, OF_TENANT, ORDERS};
use crate::{bids, ContractError};

type Orders = Page<OrderResponse, OrderId>;

pub fn one(deps: Deps, order: OrderId) -> Result<OrderResponse, ContractError> {
    if !ORDERS.has(deps.storage, order) {
        return Err(ContractError::OrderUnknown { order });
    }
    Ok(response(deps, order)?)
}

pub fn all(deps: Deps, paging: Paging<OrderId>) -> StdResult<Orders> {
    let after = paging.start_after.map(Bound::exclusive);
    listed(
        deps,
        &paging,
        ORDERS.keys(deps.storage, after, None, Direction::Ascending),
    )
}

pub fn open(deps: Deps, paging: Paging<OrderId>) -> StdResult<Orders> {
    let after = paging.start_after.map(Bound::exclusive);
    listed(
        deps,
        &paging,
        LIVE.keys(deps.storage, after, None, Direction::Ascending),
    )
}

pub fn of_tenant(deps: Deps, tenant: &str, paging: Paging<OrderId>) -> StdResult<Orders> {
    let tenant = deps.api.addr_validate(tenant)?;
    let after = paging.start_after.map(Bound::exclusive);
    let orders = OF_TENANT
        .prefix(&tenant)
        .keys(deps.storage, after, None, Direction::Ascending);
    listed(deps, &paging, orders)
}

fn listed(
    deps: Deps,
    paging: &Paging<OrderId>,
    orders: impl Iterator<Item = StdResult<OrderId>>,
) -> StdResult<Orders> {
    page(paging, orders.map(|order| response(deps, order?)), |order| {
        order.order
    })
}

fn response(deps: Deps, order: OrderId) -> StdResult<OrderResponse> {
    let record = ORDERS.load(deps.storage, order)?;
    let standing = standing(deps.storage, order)?.ok_or_else(|| StdError::not_found("order"))?;
    let live = standing.last;
    Ok(OrderResponse {
        order,
        tenant: record.tenant,
        token: record.token,
        spec: record.spec,
        take_rate: record.take_rate,
        status: live.status,
        placed: record.placed,
        closes: live.closes,
        expires: live.expires,
        extensions: live.extensions,
        bids: live.bids,
        best: bids::best(deps.storage, order)?.map(|best| best.bid.price),
        winner: standing.winner,
    })
}
