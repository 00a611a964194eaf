//! The escrow has reserved the money: the order stands in the book.

use cosmwasm_std::{Empty, Response};
use market_control as control;
use market_math::auction;
use market_types::events::OrderOpened;
use market_types::order_book::{Opening, OrderStatus};

use super::Call;
use crate::state::{Live, Order, Terms, LIVE, OF_TENANT, ORDERS, PARAMS};
use crate::{spec, ContractError};

/// # Errors
/// The sender is not the escrow, entries are paused, the order exists, or its spec is not taken.
pub fn open(call: Call, opening: Opening) -> Result<Response, ContractError> {
    let escrow = call.escrow()?;
    let Call { deps, now, sender } = call;
    control::ensure_sender(&sender, &escrow, "lease escrow")?;
    control::ensure_entry_open(deps.storage, now)?;
    let order = opening.order;
    if ORDERS.has(deps.storage, order) {
        return Err(ContractError::OrderExists { order });
    }
    let params = PARAMS.load(deps.storage)?;
    let spec = spec::check(opening.spec, &params, deps.api)?;

    let closes = now.plus(spec.window);
    let live = Live {
        status: OrderStatus::Open,
        closes,
        expires: closes.plus(spec.award_within),
        extensions: 0,
        bids: 0,
        sequence: 0,
    };
    let record = Order {
        tenant: deps.api.addr_validate(&opening.tenant)?,
        token: deps.api.addr_validate(&opening.token)?,
        take_rate: opening.take_rate,
        placed: now,
        terms: Terms {
            bids_kept: params.bids_kept,
            step: auction::min_step(spec.max_price, params.min_step)?,
            extension: params.extension,
            max_extensions: params.max_extensions,
            lease_bond_time: opening.lease_bond_time,
            work_bond_units: opening.work_bond_units,
        },
        spec,
    };
    ORDERS.save(deps.storage, order, &record)?;
    LIVE.save(deps.storage, order, &live)?;
    OF_TENANT.save(deps.storage, (&record.tenant, order), &Empty {})?;
    Ok(Response::new().add_event(OrderOpened {
        order,
        tenant: record.tenant,
        closes: live.closes,
        expires: live.expires,
        max_price: record.spec.max_price,
    }))
}
