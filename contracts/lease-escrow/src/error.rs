//! What may be refused, with the figures in it.

use cosmwasm_std::{Addr, StdError, Uint128};
use market_control::ControlError;
use market_math::MathError;
use market_types::audit::AuditId;
use market_types::escrow::LeaseStatus;
use market_types::{BasisPoints, LeaseId, OrderId, Price, ProviderNo, Seconds, UnixTime};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Math(#[from] MathError),

    // --- parameters
    #[error("{param} is {value}; it must be between {min} and {max}")]
    OutOfBounds {
        param: &'static str,
        value: u128,
        min: u128,
        max: u128,
    },
    #[error("token {token} appears twice")]
    DuplicateToken { token: Addr },
    #[error("token {token} was listed before and must stay in the list, if only as delisted")]
    TokenDropped { token: Addr },

    // --- tokens and balances
    #[error("{token} is no payment token of this market")]
    UnknownToken { token: Addr },
    #[error("{token} is no longer taken for orders and deposits")]
    Delisted { token: Addr },
    #[error("the amount is zero")]
    ZeroAmount {},
    #[error("{owner} has {available} available, less than {needed}")]
    Insufficient {
        owner: Addr,
        available: Uint128,
        needed: Uint128,
    },
    #[error("this contract cannot own an account or a lease")]
    OwnAccount {},
    #[error("there is nothing to send in {token}")]
    NothingToSend { token: Addr },

    // --- orders
    #[error("order {order} is unknown")]
    UnknownOrder { order: OrderId },
    #[error("order {order} has ended")]
    OrderEnded { order: OrderId },
    #[error("the order needs {needed} reserved, and {sent} were sent")]
    DepositTooSmall { needed: Uint128, sent: Uint128 },
    #[error("the order reserves {needed}, below the least of {min_order}")]
    OrderTooSmall { needed: Uint128, min_order: Uint128 },
    #[error("an order has 1 to {max} members, not {members}")]
    Members { members: u8, max: u8 },
    #[error("a take rate of {rate} basis points is above the whole")]
    TakeRate { rate: BasisPoints },
    #[error("no further order number fits")]
    OrdersExhausted {},

    // --- awards
    #[error("lease {lease} exists already")]
    LeaseExists { lease: LeaseId },
    #[error("an award at {price} is above the order's maximum {max_price}")]
    PriceAboveMaximum { price: Price, max_price: Price },

    // --- leases
    #[error("lease {lease} is unknown")]
    UnknownLease { lease: LeaseId },
    #[error("lease {lease} has no record of its money")]
    MoneyMissing { lease: LeaseId },
    #[error("{sender} is neither tenant nor provider of lease {lease}")]
    NotAParty { lease: LeaseId, sender: Addr },
    #[error("{sender} is not the tenant of lease {lease}")]
    NotTheTenant { lease: LeaseId, sender: Addr },
    #[error("{sender} acts for no provider")]
    NoProvider { sender: Addr },
    #[error("lease {lease} belongs to provider {provider}, not to {sender}'s")]
    NotTheProvider {
        lease: LeaseId,
        provider: ProviderNo,
        sender: Addr,
    },
    #[error("lease {lease} is paid in {expected}, not in {token}")]
    WrongToken {
        lease: LeaseId,
        expected: Addr,
        token: Addr,
    },
    #[error("lease {lease} is no stream")]
    NotAStream { lease: LeaseId },
    #[error("lease {lease} is no task")]
    NotATask { lease: LeaseId },
    #[error("lease {lease} is {status:?}, which this message does not fit")]
    WrongStatus { lease: LeaseId, status: LeaseStatus },
    #[error("the time or money of lease {lease} is over; settle it")]
    LeaseOver { lease: LeaseId },
    #[error("nothing about lease {lease} has failed yet")]
    NothingFailed { lease: LeaseId },
    #[error("this was said already of lease {lease}")]
    AlreadySaid { lease: LeaseId },
    #[error("the start time of lease {lease} was over at {deadline} (unix time)")]
    StartOver { lease: LeaseId, deadline: UnixTime },
    #[error("lease {lease} is not suspended")]
    NotSuspended { lease: LeaseId },
    #[error("the agent of lease {lease} is not waiting for inputs")]
    NotWaiting { lease: LeaseId },
    #[error("inputs of lease {lease} cannot be missing: {attested} of its units were attested")]
    InputsUsed { lease: LeaseId, attested: u32 },
    #[error("the terms of lease {lease} have no notice")]
    NoNotice { lease: LeaseId },
    #[error("a message carries 1 to {max} leases, each once; this has {count}")]
    LeaseCount { count: usize, max: usize },
    #[error("lease {lease} appears twice")]
    DuplicateLease { lease: LeaseId },

    // --- acknowledgements
    #[error("lease {lease} asks for no acknowledgement")]
    AcknowledgementNotAsked { lease: LeaseId },
    #[error("lease {lease} has no session key that its tenant vouches for")]
    NoSessionKey { lease: LeaseId },
    #[error("the acknowledgement's signature is not by the session key of lease {lease}")]
    BadSignature { lease: LeaseId },
    #[error("acknowledgement {sequence} does not follow {last}")]
    StaleAcknowledgement { sequence: u64, last: u64 },
    #[error("the acknowledgement was good until {good_until}, which has passed")]
    AcknowledgementPassed { good_until: UnixTime },
    #[error("good until {good_until} is after {latest}, the longest agreed")]
    AcknowledgedTooFar { good_until: UnixTime, latest: UnixTime },

    // --- amendments and top-ups
    #[error("the amendment changes nothing")]
    EmptyAmendment {},
    #[error("lease {lease} has no fixed duration")]
    NoDuration { lease: LeaseId },
    #[error("a price of zero cannot be agreed or prolonged")]
    ZeroPrice {},
    #[error("a duration of {duration} seconds; it must be between 1 and {max}", duration = .duration.0, max = .max.0)]
    Duration { duration: Seconds, max: Seconds },
    #[error("the amended lease would have ended at {end}, before now")]
    EndsInThePast { end: UnixTime },
    #[error("the amended terms need {needed}, and {remaining} remain; top up first")]
    NotCovered { needed: Uint128, remaining: Uint128 },

    // --- tasks
    #[error("{asked} units of lease {lease}; {may} may be attested now")]
    NotAttestable { lease: LeaseId, asked: u32, may: u32 },
    #[error("{asked} units of lease {lease}; {held} are held")]
    NotHeld { lease: LeaseId, asked: u32, held: u32 },
    #[error("zero units")]
    ZeroUnits {},
    #[error(
        "the stake of lease {lease} is worth {value}, as before: neither bond nor price has changed enough"
    )]
    NotMoved { lease: LeaseId, value: Uint128 },

    // --- audits
    #[error("the audit pool has {has}, less than {needed}; anybody may pay into it")]
    PoolShort { needed: Uint128, has: Uint128 },
    #[error("{needed} are to be paid for audit {audit}, for which {has} are set aside")]
    AsideShort {
        audit: AuditId,
        needed: Uint128,
        has: Uint128,
    },
    #[error("nothing is set aside for audit {audit}")]
    NothingAside { audit: AuditId },
    #[error("{count} payments; at most {max} in a message")]
    PaymentCount { count: usize, max: usize },
}
