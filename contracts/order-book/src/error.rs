use cosmwasm_std::{Addr, StdError, Uint128};
use market_control::ControlError;
use market_math::MathError;
use market_types::order_book::OrderStatus;
use market_types::registry::Refusal;
use market_types::{OrderId, Price, UnixTime};
use thiserror::Error;

use crate::SpecError;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Math(#[from] MathError),
    #[error(transparent)]
    Spec(#[from] SpecError),

    #[error("parameter {param} is {value}; it must be between {min} and {max}")]
    ParamBounds {
        param: &'static str,
        value: u64,
        min: u64,
        max: u64,
    },

    #[error("there is no order {order}")]
    OrderUnknown { order: OrderId },
    #[error("order {order} exists already")]
    OrderExists { order: OrderId },
    #[error("order {order} has ended: {status:?}")]
    OrderEnded { order: OrderId, status: OrderStatus },
    #[error("order {order} is open; only an ended order's bids are deleted")]
    OrderOpen { order: OrderId },
    #[error("order {order} took bids until {closes} (unix time), and it is {now}")]
    BiddingOver {
        order: OrderId,
        closes: UnixTime,
        now: UnixTime,
    },
    #[error("order {order} takes bids until {closes} (unix time), and it is {now}")]
    BiddingOpen {
        order: OrderId,
        closes: UnixTime,
        now: UnixTime,
    },
    #[error("order {order} could be awarded until {expires} (unix time), and it is {now}")]
    AwardOver {
        order: OrderId,
        expires: UnixTime,
        now: UnixTime,
    },
    #[error("order {order} expires at {expires} (unix time), and it is {now}")]
    NotExpired {
        order: OrderId,
        expires: UnixTime,
        now: UnixTime,
    },
    #[error("the tenant picks the winner of order {order}")]
    TenantPicks { order: OrderId },
    #[error("the best bid wins order {order}; its tenant does not pick")]
    BestBidWins { order: OrderId },

    #[error("a bid is at least 1 base unit")]
    PriceZero {},
    #[error("bid {price} is above the maximum {max_price}")]
    PriceAboveMaximum { price: Price, max_price: Price },
    #[error("bid {price} is too high: this provider has bid {standing}, and lowers it by at least {step}")]
    PriceNotLowered {
        price: Price,
        standing: Price,
        step: Price,
    },
    #[error("a stream takes no work bond, and {work_bond} was named")]
    WorkBondOnStream { work_bond: Uint128 },
    #[error("the book is full: a bid must rank below {worst}, and this one ranks {rank}")]
    BookFull { rank: Uint128, worst: Uint128 },
    #[error("the provider registry refuses: {refusal:?}")]
    Refused { refusal: Refusal },
    #[error("this provider shrank at {at} (unix time), in this very block; it may bid in the next")]
    ShrankJustNow { at: UnixTime },
    #[error("{provider} has no bid on order {order}")]
    NoBid { order: OrderId, provider: Addr },

    #[error("between 1 and {max} bids are deleted at a time, not {limit}")]
    PruneLimit { limit: u32, max: u32 },
    #[error("order {order} has no bids left to delete")]
    NothingToPrune { order: OrderId },

    #[error("the registry was asked {asked} verdicts and gave {given}")]
    VerdictCount { asked: usize, given: usize },
    #[error("the registry names no {what} for a bidder that it lets commit")]
    VerdictIncomplete { what: &'static str },
    #[error("order {order} has no lease number that fits into 64 bits")]
    LeaseNumber { order: OrderId },
}
