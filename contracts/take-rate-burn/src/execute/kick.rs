use cosmwasm_std::{DepsMut, Env, Response, Uint128};
use market_math::dutch;
use market_types::events::LotOpened;
use market_types::UnixTime;

use crate::execute::lot;
use crate::state::{self, ACCOUNTS, CONFIG, LAST_PRICES, LOTS};
use crate::ContractError;

/// Open a lot of all that waits.
///
/// # Errors
/// The token has no auction or an open lot, or too little waits for too short a time.
pub fn kick(deps: DepsMut, env: &Env, token: &str) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let token = deps.api.addr_validate(token)?;
    let config = CONFIG.load(deps.storage)?;
    let Some(auction) = config.auctions.iter().find(|auction| auction.token == token) else {
        return Err(ContractError::NoAuction { token });
    };
    if let Some(open) = LOTS.may_load(deps.storage, &token)? {
        return Err(ContractError::LotOpen { token, lot: open.lot });
    }
    let mut account = state::account(deps.storage, &token)?;
    if account.waiting.is_zero() {
        return Err(ContractError::NothingWaiting { token });
    }
    let from = account.waiting_since.plus(config.max_lot_wait);
    if account.waiting < auction.min_lot && now < from {
        return Err(ContractError::LotTooSmall {
            waiting: account.waiting,
            min_lot: auction.min_lot,
            from,
        });
    }

    let amount = std::mem::replace(&mut account.waiting, Uint128::zero());
    ACCOUNTS.save(deps.storage, &token, &account)?;
    // Kept, so that a lot in progress never depends on what the governor does to the list of auctions.
    let last = lot::last_price(deps.storage, &token)?;
    LAST_PRICES.save(deps.storage, &token, &last)?;
    let lot = lot::open(deps.storage, &token, amount, dutch::start_price(last), now)?;
    Ok(Response::new().add_event(LotOpened {
        lot: lot.lot,
        token,
        amount,
        start_price: lot.start,
    }))
}
