//! `order-book`: who does this work, and at what price. It holds no money.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};

use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::order::OrderSpec;
use crate::registry::Refusal;
use crate::resources::DeviceClass;
use crate::{BasisPoints, LeaseId, OrderId, Page, Paging, Price, ProviderNo, Seconds, UnixTime};

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    pub params: Params,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// Best bids kept per order [20; 1 to 50].
    pub bids_kept: u8,
    /// Least step by which a bid is lowered, of the maximum price, rounded up to at least 1 [10 bps; at most 1,000].
    pub min_step: BasisPoints,
    /// A provider that takes the lead this close to the end moves the end by as much [30 s; 0 to 1 h] ...
    pub extension: Seconds,
    /// ... at most this often [10; 0 to 50].
    pub max_extensions: u8,
    /// Bidding window of an order [10 s to 7 days].
    pub min_window: Seconds,
    pub max_window: Seconds,
    /// Longest time between the window's end and the order's expiry [7 days; at least 1 min].
    pub max_award_within: Seconds,
}

/// Fields left out stay as they are.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub bids_kept: Option<u8>,
    pub min_step: Option<BasisPoints>,
    pub extension: Option<Seconds>,
    pub max_extensions: Option<u8>,
    pub min_window: Option<Seconds>,
    pub max_window: Option<Seconds>,
    pub max_award_within: Option<Seconds>,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
// One message is in memory at a time; a box would only hide the size.
#[allow(clippy::large_enum_variant)]
pub enum ExecuteMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),

    /// From the escrow, which has reserved the money.
    Open(Opening),

    /// From a provider's agent or owner: bid, or lower the bid it has. Nothing is locked. Refused in the second in which the provider
    /// shrank. A provider that shrank in the second of its bid or later, or whose maintenance has begun, and then cannot commit
    /// when it is its turn, pays the no-show: one hour or one unit at the order's maximum.
    Bid {
        order: OrderId,
        price: Price,
        /// Network tokens put at stake for a task's work. In value at least `work_bond_units` times the highest price the bid
        /// could be paid: its own on `pay_as_bid`, the order's maximum on `second_price`. Zero on a stream.
        work_bond: Uint128,
    },
    /// From anybody, in `[closes, expires)`: the best bid that can commit wins; if none can, the order ends unfilled and is refunded.
    Award {
        order: OrderId,
    },
    /// From the tenant of a `tenant_picks` order, in `[closes, expires)`: this provider (an owner) wins, if it can commit. If it made
    /// itself unable to, it pays the no-show, its bid is removed, and the order stays open for another pick.
    Pick {
        order: OrderId,
        provider: String,
    },
    /// From the tenant, before `closes`.
    Cancel {
        order: OrderId,
    },
    /// From anybody, from `expires`.
    Expire {
        order: OrderId,
    },
    /// From anybody: delete up to `limit` (at most 50) bids of an order that has ended.
    Prune {
        order: OrderId,
        limit: u32,
    },
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub order: OrderId,
    pub tenant: String,
    pub token: String,
    pub spec: OrderSpec<String>,
    /// Fixed for the order's leases.
    pub take_rate: BasisPoints,
    /// Parameters of the escrow when the order was placed: the lease bond is so many seconds of the price ...
    pub lease_bond_time: Seconds,
    /// ... and the least work bond so many unit prices.
    pub work_bond_units: u32,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum SudoMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct MigrateMsg {}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum OrderStatus {
    Open,
    Awarded,
    /// Nobody who bid could commit, or nobody bid.
    Unfilled,
    Cancelled,
    Expired,
}

#[cw_serde]
#[derive(QueryResponses)]
#[serde(deny_unknown_fields)]
pub enum QueryMsg {
    #[returns(ControlResponse)]
    Control {},
    #[returns(Params)]
    Params {},
    /// Always empty: the book holds no money.
    #[returns(Vec<Solvency>)]
    Solvency {},
    #[returns(OrderResponse)]
    Order { order: OrderId },
    /// Every order, newest last.
    #[returns(Page<OrderResponse, OrderId>)]
    Orders { paging: Paging<OrderId> },
    #[returns(Page<OrderResponse, OrderId>)]
    OpenOrders { paging: Paging<OrderId> },
    #[returns(Page<OrderResponse, OrderId>)]
    OrdersOf { tenant: String, paging: Paging<OrderId> },
    /// Live bids of an order, best first.
    #[returns(Page<BidResponse, u32>)]
    Bids { order: OrderId, paging: Paging<u32> },
    #[returns(Option<BidResponse>)]
    Bid { order: OrderId, provider: String },
    /// Which rule keeps this provider from this order at this price? At the order's maximum when `price` is `None`.
    #[returns(SimulateResponse)]
    Simulate {
        order: OrderId,
        provider: String,
        price: Option<Price>,
        work_bond: Option<Uint128>,
    },
    /// The same for providers in the registry's order.
    #[returns(Page<SimulateResponse, ProviderNo>)]
    SimulateAll {
        order: OrderId,
        paging: Paging<ProviderNo>,
    },
    /// The last 32 awards of a class in a token, newest first.
    #[returns(Vec<ClearingPrice>)]
    ClearingPrices { class: DeviceClass, token: String },
}

#[cw_serde]
#[derive(Eq)]
pub struct OrderResponse {
    pub order: OrderId,
    pub tenant: Addr,
    pub token: Addr,
    pub spec: OrderSpec<Addr>,
    pub take_rate: BasisPoints,
    pub status: OrderStatus,
    pub placed: UnixTime,
    /// Bids are taken in `[placed, closes)`.
    pub closes: UnixTime,
    /// The award is made in `[closes, expires)`.
    pub expires: UnixTime,
    pub extensions: u8,
    pub bids: u32,
    pub best: Option<Price>,
    pub winner: Option<Winner>,
}

#[cw_serde]
#[derive(Eq)]
pub struct Winner {
    pub lease: LeaseId,
    pub provider: ProviderNo,
    pub owner: Addr,
    /// What the provider bid.
    pub bid: Price,
    /// What it is paid.
    pub price: Price,
}

#[cw_serde]
#[derive(Eq)]
pub struct BidResponse {
    pub provider: ProviderNo,
    pub owner: Addr,
    pub price: Price,
    /// What the bids are ranked by: the price, or the score of `best_score`. Lower is better, ties go to the lower `sequence`.
    pub rank: Uint128,
    /// From 1, new with each lowering.
    pub sequence: u32,
    pub work_bond: Uint128,
    pub reputation: BasisPoints,
    pub placed: UnixTime,
    /// The bid's place, from 1.
    pub place: u32,
}

#[cw_serde]
#[derive(Eq)]
pub struct SimulateResponse {
    pub owner: Addr,
    pub provider: Option<ProviderNo>,
    /// `None`: this provider could commit now.
    pub refusal: Option<Refusal>,
    /// What the award would lock as lease bond, in network tokens.
    pub lease_bond: Uint128,
    /// Least work bond of a bid at this price, in network tokens.
    pub min_work_bond: Uint128,
    pub reputation: Option<BasisPoints>,
}

#[cw_serde]
#[derive(Eq)]
pub struct ClearingPrice {
    pub order: OrderId,
    pub price: Price,
    pub per_hour: bool,
    pub gpus: u16,
    pub at: UnixTime,
}
