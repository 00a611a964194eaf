//! The life of a lot: opened by `Kick` or `Restart`, sold by `Take`, ended by the last take or by `Restart`.

use cosmwasm_std::{Addr, Storage, Uint128};
use market_math::dutch;
use market_types::{LotId, UnixTime};

use crate::state::{Lot, CONFIG, LAST_LOT, LAST_PRICES, LOTS};
use crate::ContractError;

impl Lot {
    /// The price now.
    ///
    /// # Errors
    /// The lot expired.
    pub fn price(&self, now: UnixTime) -> Result<Uint128, ContractError> {
        let elapsed = now.since(self.opened_at);
        let price = dutch::price_after(self.start, elapsed);
        if dutch::is_expired(self.start, elapsed) {
            return Err(ContractError::LotExpired {
                lot: self.lot,
                price,
                floor: dutch::floor_price(self.start),
            });
        }
        Ok(price)
    }

    /// At least half of it was sold, so that it says something about the price.
    pub fn is_half_sold(&self) -> bool {
        self.opened.saturating_sub(self.left) >= self.left
    }
}

/// # Errors
/// No lot of `token` is open.
pub fn load(storage: &dyn Storage, token: &Addr) -> Result<Lot, ContractError> {
    LOTS.may_load(storage, token)?
        .ok_or_else(|| ContractError::NoLot { token: token.clone() })
}

/// Store a new lot of `amount` that starts at `start`.
///
/// # Errors
/// Storage only.
pub fn open(
    storage: &mut dyn Storage,
    token: &Addr,
    amount: Uint128,
    start: Uint128,
    now: UnixTime,
) -> Result<Lot, ContractError> {
    let number = LotId(LAST_LOT.load(storage)?.0.saturating_add(1));
    let lot = Lot {
        lot: number,
        opened: amount,
        left: amount,
        opened_at: now,
        start,
        brought: Uint128::zero(),
    };
    LAST_LOT.save(storage, &number)?;
    LOTS.save(storage, token, &lot)?;
    Ok(lot)
}

/// Remove a lot that has ended; if half of it was sold the last price follows it.
///
/// # Errors
/// The token never had a first price.
pub fn close(storage: &mut dyn Storage, token: &Addr, lot: &Lot) -> Result<(), ContractError> {
    if lot.is_half_sold() {
        let sold = lot.opened.checked_sub(lot.left)?;
        let last = dutch::last_price(last_price(storage, token)?, lot.opened, sold, lot.brought);
        LAST_PRICES.save(storage, token, &last)?;
    }
    LOTS.remove(storage, token);
    Ok(())
}

/// The last price; before a lot made one, the first price of the parameters.
///
/// # Errors
/// The token has neither.
pub fn last_price(storage: &dyn Storage, token: &Addr) -> Result<Uint128, ContractError> {
    if let Some(last) = LAST_PRICES.may_load(storage, token)? {
        return Ok(last);
    }
    CONFIG
        .load(storage)?
        .auctions
        .into_iter()
        .find(|auction| auction.token == *token)
        .map(|auction| auction.first_price)
        .ok_or_else(|| ContractError::NoAuction { token: token.clone() })
}
