//! Answers.

mod bids_of;
mod orders;
mod page;
mod simulate;

use cosmwasm_std::{to_json_binary, Binary, Deps, Env};
use market_types::control::Solvency;
use market_types::order_book::QueryMsg;

use crate::state::PARAMS;
use crate::{clearing, ContractError};

/// # Errors
/// Nothing is there under that number, an address or price is not valid, or the registry fails.
pub fn answer(deps: Deps, env: &Env, msg: QueryMsg) -> Result<Binary, ContractError> {
    let answer = match msg {
        QueryMsg::Control {} => to_json_binary(&market_control::query(deps, env)?),
        QueryMsg::Params {} => to_json_binary(&PARAMS.load(deps.storage)?),
        QueryMsg::Solvency {} => to_json_binary(&Vec::<Solvency>::new()),
        QueryMsg::Order { order } => to_json_binary(&orders::one(deps, order)?),
        QueryMsg::Orders { paging } => to_json_binary(&orders::all(deps, paging)?),
        QueryMsg::OpenOrders { paging } => to_json_binary(&orders::open(deps, paging)?),
        QueryMsg::OrdersOf { tenant, paging } => to_json_binary(&orders::of_tenant(deps, &tenant, paging)?),
        QueryMsg::Bids { order, paging } => to_json_binary(&bids_of::all(deps, order, paging)?),
        QueryMsg::Bid { order, provider } => to_json_binary(&bids_of::one(deps, order, &provider)?),
        QueryMsg::Simulate {
            order,
            provider,
            price,
            work_bond,
        } => to_json_binary(&simulate::one(deps, order, &provider, price, work_bond)?),
        QueryMsg::SimulateAll { order, paging } => to_json_binary(&simulate::all(deps, order, paging)?),
        QueryMsg::ClearingPrices { class, token } => {
            let token = deps.api.addr_validate(&token)?;
            to_json_binary(&clearing::latest(deps.storage, &class, &token)?)
        }
    };
    Ok(answer?)
}
