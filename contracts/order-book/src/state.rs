//! What is stored. The order itself is written once; what changes with each bid is a small record beside it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Empty, Uint128};
use cw_storage_plus::{Item, Map};
use market_control::CompactMap;
use market_types::order::OrderSpec;
use market_types::order_book::{OrderStatus, Params, Winner};
use market_types::{BasisPoints, OrderId, Price, ProviderNo, Seconds, UnixTime};

/// Every storage key of this contract, beside those of `market-control`.
pub const KEYS: [&str; 10] = [
    "params",
    "orders",
    "live",
    "open",
    "of_tenant",
    "bids",
    "bid_of",
    "winners",
    "clearing_count",
    "clearing",
];

pub const PARAMS: Item<Params> = Item::new(KEYS[0]);
pub const ORDERS: CompactMap<OrderId, Order> = CompactMap::new(KEYS[1]);
pub const LIVE: CompactMap<OrderId, Live> = CompactMap::new(KEYS[2]);
/// Orders whose status is open.
pub const OPEN: Map<OrderId, Empty> = Map::new(KEYS[3]);
pub const OF_TENANT: Map<(&Addr, OrderId), Empty> = Map::new(KEYS[4]);
/// By rank, then sequence: an order's first key is its best bid, the last its worst. Written by [`crate::bids`] only.
pub const BIDS: CompactMap<(OrderId, u128, u32), Bid> = CompactMap::new(KEYS[5]);
/// Where in [`BIDS`] a provider's live bid is. Written by [`crate::bids`] only.
pub const BID_OF: CompactMap<(OrderId, ProviderNo), (Uint128, u32)> = CompactMap::new(KEYS[6]);
pub const WINNERS: CompactMap<OrderId, Winner> = CompactMap::new(KEYS[7]);
/// Awards ever made in a class and token. The last 32 are in [`CLEARING`].
pub const CLEARING_COUNT: Map<(&str, &Addr), u64> = Map::new(KEYS[8]);
/// Class, token, and the award's number modulo 32.
pub const CLEARING: CompactMap<(&str, &Addr, u8), Clearing> = CompactMap::new(KEYS[9]);

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

/// An award as the ring of clearing prices keeps it.
#[cw_serde]
#[derive(Eq)]
pub struct Clearing {
    pub order: OrderId,
    pub price: Price,
    pub per_hour: bool,
    pub gpus: u16,
    pub at: UnixTime,
}
