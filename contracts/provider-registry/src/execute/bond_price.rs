use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use market_control::ensure_governor;
use market_types::control::Wiring;
use market_types::events::BondPriceSet;
use market_types::registry::TokenPrice;

use crate::bounds;
use crate::price::{self, Setter};
use crate::state::{PARAMS, PRICES};
use crate::ContractError;

/// # Errors
/// The sender is neither governor nor keeper, the token is the network token, or the price is refused.
pub fn set(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
    token: &str,
    new: Uint128,
) -> Result<Response, ContractError> {
    let params = PARAMS.load(deps.storage)?;
    let by = if ensure_governor(deps.storage, &info.sender).is_ok() {
        Setter::Governor
    } else if params.price_keepers.contains(&info.sender) {
        Setter::Keeper
    } else {
        return Err(ContractError::NotPriceKeeper {
            sender: info.sender.clone(),
        });
    };
    let token = deps.api.addr_validate(token)?;
    if token == wiring.network_token {
        return Err(ContractError::PriceOfItself {});
    }
    let old = PRICES.may_load(deps.storage, &token)?;
    let set = price::set(
        old,
        &token,
        new,
        by,
        params.bond_price_daily_move,
        env.block.time.into(),
    )?;
    PRICES.save(deps.storage, &token, &set)?;
    let old = old.map_or(Uint128::zero(), |old| old.price);
    Ok(Response::new().add_event(BondPriceSet { token, old, new }))
}

/// Bond prices a market starts with.
const MAX_FIRST: usize = 16;

/// Set the first prices, at instantiation.
///
/// # Errors
/// Too many, one twice, an address that is none, or a price of zero.
pub fn set_first(deps: DepsMut, env: &Env, prices: Vec<TokenPrice>) -> Result<(), ContractError> {
    bounds::count("bond_prices", prices.len(), 0, MAX_FIRST)?;
    bounds::unique("bond_prices", prices.iter().map(|price| &price.token))?;
    for TokenPrice { token, price: new } in prices {
        let token = deps.api.addr_validate(&token)?;
        let daily_move = PARAMS.load(deps.storage)?.bond_price_daily_move;
        let set = price::set(
            None,
            &token,
            new,
            Setter::Governor,
            daily_move,
            env.block.time.into(),
        )?;
        PRICES.save(deps.storage, &token, &set)?;
    }
    Ok(())
}
