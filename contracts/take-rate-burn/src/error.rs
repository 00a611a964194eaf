use cosmwasm_std::{Addr, OverflowError, StdError, Uint128};
use market_control::ControlError;
use market_math::MathError;
use market_types::{BasisPoints, LotId, UnixTime};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Math(#[from] MathError),
    #[error(transparent)]
    Overflow(#[from] OverflowError),

    #[error("{token} is neither the network token nor a payment token of the market")]
    NotListed { token: Addr },
    #[error("lots are paid for in the network token {network_token}, not in {token}")]
    NotNetworkToken { token: Addr, network_token: Addr },
    #[error("nothing was sent")]
    ZeroAmount {},

    #[error("no lot of {token} is open")]
    NoLot { token: Addr },
    #[error("lot {lot} of {token} is still open; restart it if it expired")]
    LotOpen { token: Addr, lot: LotId },
    #[error("lot {lot} expired: its price {price} is below its floor {floor}; restart it")]
    LotExpired {
        lot: LotId,
        price: Uint128,
        floor: Uint128,
    },
    #[error("lot {lot} can still be bought: its price {price} is not below its floor {floor}")]
    LotNotExpired {
        lot: LotId,
        price: Uint128,
        floor: Uint128,
    },
    #[error("{token} has no auction; the governor sets its least lot and first price")]
    NoAuction { token: Addr },
    #[error("no {token} waits to be sold")]
    NothingWaiting { token: Addr },
    #[error("{waiting} wait, less than the least lot {min_lot}; they are sold all the same from {from} (unix time)")]
    LotTooSmall {
        waiting: Uint128,
        min_lot: Uint128,
        from: UnixTime,
    },
    #[error("the payment buys {out}; a take is at least {least}")]
    TakeTooSmall { out: Uint128, least: Uint128 },
    #[error("the payment buys {out}, less than the {min_out} asked for")]
    OutBelowMinimum { out: Uint128, min_out: Uint128 },

    #[error("no audit seed of {token} has gathered")]
    NothingToSeed { token: Addr },
    #[error("{asked} asked of an insurance share of {has}")]
    InsuranceShort { asked: Uint128, has: Uint128 },
    #[error("the contract holds {held} and owes {owed}: there is no gift to skim")]
    NothingToSkim { held: Uint128, owed: Uint128 },

    #[error("take rate bounds {min} to {max} bps; they must rise and end at {cap} bps or below")]
    RateBounds {
        min: BasisPoints,
        max: BasisPoints,
        cap: BasisPoints,
    },
    #[error("a take rate of {rate} bps is outside the bounds {min} to {max} bps")]
    RateOutside {
        rate: BasisPoints,
        min: BasisPoints,
        max: BasisPoints,
    },
    #[error("from {from} to {to} bps is more than one step of {step} bps")]
    RateStep {
        from: BasisPoints,
        to: BasisPoints,
        step: BasisPoints,
    },
    #[error("the shares make {sum} bps, not 10000")]
    SharesSum { sum: u32 },
    #[error("{param} is {value}; it must be between {min} and {max}")]
    OutOfBounds {
        param: &'static str,
        value: Uint128,
        min: Uint128,
        max: Uint128,
    },
    #[error("{list} names {token} twice")]
    Duplicate { list: &'static str, token: Addr },
    #[error("{list} has {count} entries, more than {max}")]
    TooMany {
        list: &'static str,
        count: usize,
        max: usize,
    },
    #[error("the network token is burned, not auctioned")]
    NetworkTokenAuction {},
}
