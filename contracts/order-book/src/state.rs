//! What is stored. The order itself is written once; what changes with each bid is a small record beside it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Empty, StdResult, Storage, Uint128};
use cw_storage_plus::Map;
use market_control::{CompactItem, CompactMap};
use market_types::order::OrderSpec;
use market_types::order_book::{OrderStatus, Params, Winner};
use market_types::{BasisPoints, OrderId, Price, ProviderNo, Seconds, UnixTime};

/// Every storage key of this contract, beside those of `market-control`.
pub const KEYS: [&str; 8] = [
    "params",
    "orders",
    "live",
    "ended",
    "of_tenant",
    "bids",
    "bid_of",
    "clearing",
];

pub const PARAMS: CompactItem<Params> = CompactItem::new(KEYS[0]);
pub const ORDERS: CompactMap<OrderId, Order> = CompactMap::new(KEYS[1]);
/// Of orders that are open, and of no others.
pub const LIVE: CompactMap<OrderId, Live> = CompactMap::new(KEYS[2]);
/// Of all others.
pub const ENDED: CompactMap<OrderId, Ended> = CompactMap::new(KEYS[3]);
pub const OF_TENANT: Map<(&Addr, OrderId), Empty> = Map::new(KEYS[4]);
/// By rank, then sequence: an order's first key is its best bid, the last its worst. Written by [`crate::bids`] only.
pub const BIDS: CompactMap<(OrderId, u128, u32), Bid> = CompactMap::new(KEYS[5]);
/// Where in [`BIDS`] a provider's live bid is. Written by [`crate::bids`] only.
pub const BID_OF: CompactMap<(OrderId, ProviderNo), (Uint128, u32)> = CompactMap::new(KEYS[6]);
/// Awards by class and token, then time and order in one number. Written by [`crate::clearing`] only.
pub const CLEARING: CompactMap<(&str, &Addr, u128), Clearing> = CompactMap::new(KEYS[7]);

/// An order as it was opened. Never written again.
#[cw_serde]
pub struct Order {
    pub tenant: Addr,
    pub token: Addr,
    pub spec: OrderSpec<Addr>,
    pub take_rate: BasisPoints,
    pub placed: UnixTime,
    pub terms: Terms,
}

/// Parameters as they were when the order was opened; later changes do not touch it.
#[cw_serde]
#[derive(Eq)]
pub struct Terms {
    pub bids_kept: u8,
    /// Least amount by which a bid is lowered.
    pub step: Price,
    pub extension: Seconds,
    pub max_extensions: u8,
    /// From the escrow: the lease bond is so many seconds of the price.
    pub lease_bond_time: Seconds,
    /// From the escrow: the least work bond in unit prices.
    pub work_bond_units: u32,
}

/// What changes while an order lives. It is written with each bid.
#[cw_serde]
#[derive(Eq)]
pub struct Live {
    pub status: OrderStatus,
    pub closes: UnixTime,
    pub expires: UnixTime,
    pub extensions: u8,
    /// Bids in the book.
    pub bids: u32,
    /// The last sequence given to a bid.
    pub sequence: u32,
}

/// How an order ended.
#[cw_serde]
#[derive(Eq)]
pub struct Ended {
    pub last: Live,
    pub winner: Option<Winner>,
}

/// A live bid. Its rank and sequence are in its key.
#[cw_serde]
#[derive(Eq)]
pub struct Bid {
    pub provider: ProviderNo,
    pub owner: Addr,
    pub price: Price,
    pub work_bond: Uint128,
    pub reputation: BasisPoints,
    pub placed: UnixTime,
    /// Operator group when it bid; kept where the second price asks for it.
    pub group: Option<String>,
}

/// An award as the list of clearing prices keeps it; order and time are in its key.
#[cw_serde]
#[derive(Eq)]
pub struct Clearing {
    pub price: Price,
    pub per_hour: bool,
    pub gpus: u16,
}

/// What an order has come to, open or ended.
///
/// # Errors
/// A stored record is damaged.
pub fn standing(storage: &dyn Storage, order: OrderId) -> StdResult<Option<Ended>> {
    match LIVE.may_load(storage, order)? {
        Some(last) => Ok(Some(Ended { last, winner: None })),
        None => ENDED.may_load(storage, order),
    }
}
