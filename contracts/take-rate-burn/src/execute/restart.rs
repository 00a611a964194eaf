use cosmwasm_std::{DepsMut, Env, Response, Uint128};
use market_math::dutch;
use market_types::events::LotRestarted;
use market_types::UnixTime;

use crate::execute::lot;
use crate::state::ACCOUNTS;
use crate::ContractError;

/// What is left of an expired lot opens again, together with what waits.
///
/// # Errors
/// No lot is open, or it can still be bought.
pub fn restart(deps: DepsMut, env: &Env, token: &str) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let token = deps.api.addr_validate(token)?;
    let ended = lot::load(deps.storage, &token)?;
    if let Ok(price) = ended.price(now) {
        return Err(ContractError::LotNotExpired {
            lot: ended.lot,
            price,
            floor: dutch::floor_price(ended.start),
        });
    }

    lot::close(deps.storage, &token, &ended)?;
    let start = if ended.is_half_sold() {
        dutch::start_price(lot::last_price(deps.storage, &token)?)
    } else {
        dutch::restart_price(ended.start)
    };
    let mut account = ACCOUNTS.load(deps.storage, &token)?;
    let waiting = std::mem::replace(&mut account.waiting, Uint128::zero());
    ACCOUNTS.save(deps.storage, &token, &account)?;
    let amount = ended.left.checked_add(waiting)?;
    let lot = lot::open(deps.storage, &token, amount, start, now)?;
    Ok(Response::new().add_event(LotRestarted {
        lot: lot.lot,
        token,
        amount,
        start_price: start,
    }))
}
