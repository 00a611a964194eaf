//! What is stored, and under which keys.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use market_types::take_rate::{AuctionParams, Shares};
use market_types::{BasisPoints, LotId, Seconds, UnixTime};

use crate::account::Account;
use crate::rate::Schedule;

/// Every key of this contract's own.
pub const KEYS: [&str; 7] = [
    "config",
    "default_rate",
    "rates",
    "accounts",
    "lots",
    "last_prices",
    "last_lot",
];

/// The hard bounds and all parameters but the rates.
pub const CONFIG: Item<Config> = Item::new(KEYS[0]);
pub const DEFAULT_RATE: Item<Schedule> = Item::new(KEYS[1]);
/// Rates of tokens that do not follow the default. At most 16.
pub const RATES: Map<&Addr, Schedule> = Map::new(KEYS[2]);
/// One per token that ever brought fees.
pub const ACCOUNTS: Map<&Addr, Account> = Map::new(KEYS[3]);
/// The open lot of a token, while there is one.
pub const LOTS: Map<&Addr, Lot> = Map::new(KEYS[4]);
/// Last price of a token, once a lot made one.
pub const LAST_PRICES: Map<&Addr, Uint128> = Map::new(KEYS[5]);
/// Number of the newest lot.
pub const LAST_LOT: Item<LotId> = Item::new(KEYS[6]);

/// The account of `token`; one that never brought fees has had nothing.
///
/// # Errors
/// The stored record is damaged.
pub fn account(storage: &dyn Storage, token: &Addr) -> StdResult<Account> {
    Ok(ACCOUNTS.may_load(storage, token)?.unwrap_or_default())
}

#[cw_serde]
pub struct Config {
    pub min_rate: BasisPoints,
    pub max_rate: BasisPoints,
    pub rate_delay: Seconds,
    pub rate_step: BasisPoints,
    pub shares: Shares<Addr>,
    pub auctions: Vec<AuctionParams<Addr>>,
    pub max_lot_wait: Seconds,
}

#[cw_serde]
pub struct Lot {
    pub lot: LotId,
    pub opened: Uint128,
    pub left: Uint128,
    pub opened_at: UnixTime,
    pub start: Uint128,
    /// Network tokens it brought so far.
    pub brought: Uint128,
}
