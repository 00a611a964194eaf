//! May this provider have that lease? What is asked, what refuses, and what a commitment takes.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};

use crate::order::{ComparisonClass, Requirements};
use crate::resources::DeviceClass;
use crate::{BasisPoints, LeaseId, Price, ProviderNo, Seconds, UnixTime};

/// What a bid puts at stake.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Stakes {
    /// The payment token, which values the stake.
    pub token: String,
    /// Value of the lease bond in the payment token; zero on a task.
    pub lease_bond_value: Uint128,
    /// Work bond named in the bid, in network tokens; zero on a stream.
    pub work_bond: Uint128,
    /// Least value of the work bond, in the payment token.
    pub min_work_bond_value: Uint128,
    /// Value of the no-show penalty, in the payment token. It must be coverable, and locks nothing.
    pub no_show_value: Uint128,
}

/// A bid as the registry judges it.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Candidacy {
    /// The provider's owner or its agent key.
    pub bidder: String,
    pub needs: Requirements<String>,
    pub stakes: Stakes,
    pub price: BidPrice,
    /// The bid was made earlier and binds its provider: agent limits guard the making of bids and are not asked again.
    pub binding: bool,
    /// How its units would be audited, if that needs enough auditors. `None`: a stream, work that cannot be verified, or an order that
    /// takes thin audits.
    #[serde(default)]
    pub audited: Option<ComparisonClass>,
}

#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub enum BidPrice {
    PerHour(Price),
    PerUnit(Price),
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    pub lease: LeaseId,
    pub tenant: String,
    pub candidacy: Candidacy,
}

#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub enum ReleasePart {
    /// The lease stopped working: its capacity is free again.
    Capacity,
    /// Nothing is held any more: its bonds are free again (capacity too, if it was not).
    Bonds,
}

/// The first rule that keeps a provider from an order.
#[cw_serde]
#[derive(Eq)]
pub enum Refusal {
    NotRegistered {},
    Retired {},
    Suspended {},
    InMaintenance {
        until: UnixTime,
    },
    NotAllowed {},
    Denied {},
    ClassMissing {},
    /// `largest` is the most one machine of a matching class has; `free` the most that is left over all machines of one such class.
    /// When every resource is there in some class and no class has all of them, the figures are those of the first matching class.
    ResourceShort {
        resource: String,
        asked: u64,
        largest: u64,
        free: u64,
    },
    AttributeMissing {
        key: String,
        asked: String,
        has: Option<String>,
    },
    SignatureMissing {
        key: String,
    },
    ReputationLow {
        has: BasisPoints,
        asked: BasisPoints,
    },
    PriceBelowFloor {
        price: Price,
        floor: Price,
    },
    BondPriceMissing {},
    BondPriceStale {
        age: Seconds,
        max_age: Seconds,
    },
    BondBelowMinimum {
        bonded: Uint128,
        min_bond: Uint128,
    },
    WorkBondLow {
        named: Uint128,
        needed: Uint128,
    },
    LeaseBondAboveLimit {
        needed: Uint128,
        limit: Uint128,
    },
    WorkBondAboveLimit {
        needed: Uint128,
        limit: Uint128,
    },
    FreeBondShort {
        needed: Uint128,
        free: Uint128,
    },
    /// Too few operators audit in the order's class; the order can say that it takes thin audits.
    ThinAudit {
        operators: u32,
        needed: u32,
    },
}

/// The registry's answer to a candidacy.
#[cw_serde]
#[derive(Eq)]
pub struct Verdict {
    /// `None`: the sender is no provider's owner or agent.
    pub provider: Option<ProviderRef>,
    /// `None`: it can commit now.
    pub refusal: Option<Refusal>,
    /// The class a commitment would take its capacity from. `None` only with a refusal.
    pub class: Option<DeviceClass>,
    /// Lease bond that a commitment would lock, in network tokens.
    pub lease_bond: Uint128,
    /// Least work bond, in network tokens.
    pub min_work_bond: Uint128,
    /// Value of the work bond named, in the payment token.
    pub work_bond_value: Uint128,
    /// What the no-show penalty would be, in network tokens.
    pub no_show: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct ProviderRef {
    pub no: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub group: String,
    pub reputation: BasisPoints,
    /// When the provider last made itself fit for less: fewer or lesser machines, lost attributes, maintenance, unbonding,
    /// retirement. A bid placed before that and refused at the award is a no-show.
    pub shrunk_at: Option<UnixTime>,
}
