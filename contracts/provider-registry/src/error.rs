use cosmwasm_std::{Addr, OverflowError, StdError, Uint128, VerificationError};
use market_control::ControlError;
use market_math::MathError;
use market_types::audit::AuditId;
use market_types::registry::Refusal;
use market_types::{LeaseId, ProviderNo, Seconds, UnixTime};
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
    #[error(transparent)]
    Verification(#[from] VerificationError),

    // --- parameters and lists
    #[error("{what} is {value}; it must be between {min} and {max}")]
    OutOfBounds {
        what: &'static str,
        value: Uint128,
        min: Uint128,
        max: Uint128,
    },
    #[error("{count} {what}; there must be {min} to {max}")]
    Count {
        what: &'static str,
        count: usize,
        min: usize,
        max: usize,
    },
    #[error("{what} {value} is there twice")]
    Duplicate { what: &'static str, value: String },
    #[error("unbonding takes {unbonding} s, which is not longer than the {longest} s that vesting and audits may take")]
    UnbondingTooShort { unbonding: Seconds, longest: Seconds },

    // --- who is who
    #[error("{owner} is provider {provider} already")]
    AlreadyRegistered { owner: Addr, provider: ProviderNo },
    #[error("{address} belongs to provider {provider}; an address is one owner or one agent, for ever")]
    AddressTaken { address: Addr, provider: ProviderNo },
    #[error("{address} owns no provider")]
    NotAProvider { address: Addr },
    #[error("there is no provider {no}")]
    UnknownProvider { no: ProviderNo },
    #[error("provider {provider} has retired")]
    Retired { provider: ProviderNo },
    #[error("an agent key is a compressed secp256k1 key of 33 bytes that begins with 2 or 3; this one has {len} bytes")]
    AgentKeyForm { len: usize },
    #[error("the proof of agent {agent} is no signature of its key over this chain, registry and owner")]
    AgentProof { agent: Addr },

    // --- profile
    #[error("gateway URL {url:?} must begin with http:// or https://, name a host and have at most {max} visible ASCII characters")]
    GatewayUrl { url: String, max: usize },
    #[error("a gateway with https:// needs the fingerprint of its certificate")]
    FingerprintMissing {},
    #[error("operator group {group:?} must have {min} to {max} characters of a-z, 0-9, '-', '.', '/'")]
    Group { group: String, min: usize, max: usize },
    #[error("machines of class {class} must be at least 1 with 1 to {max_gpus} GPUs each, not {count} with {gpus}")]
    Machines {
        class: String,
        count: u16,
        gpus: u16,
        max_gpus: u16,
    },
    #[error("{resource} of class {class} cannot fall to {registered}: {committed} are committed")]
    BelowCommitted {
        class: String,
        resource: &'static str,
        registered: u64,
        committed: u64,
    },
    #[error(
        "{resource} of each machine of class {class} cannot fall from {from} to {to} while any is committed"
    )]
    MachineInUse {
        class: String,
        resource: &'static str,
        from: u64,
        to: u64,
    },
    #[error("maintenance from {from} must begin {earliest} or later (unix time)")]
    MaintenanceTooSoon { from: UnixTime, earliest: UnixTime },
    #[error("maintenance from {from} must end later than that and at {latest} at the latest, not {until} (unix time)")]
    MaintenanceLength {
        from: UnixTime,
        until: UnixTime,
        latest: UnixTime,
    },
    #[error("maintenance until {until} (unix time) is announced already")]
    MaintenanceAnnounced { until: UnixTime },
    #[error("{commitments} leases still hold capacity or bond")]
    StillCommitted { commitments: u32 },

    // --- bonds
    #[error("the amount is zero")]
    ZeroAmount {},
    #[error("{asked} is more than the free bond of {free}")]
    FreeBondShort { asked: Uint128, free: Uint128 },
    #[error("{max} unbondings are under way; take out what is ready first")]
    UnbondingsFull { max: usize },
    #[error("nothing has finished unbonding")]
    NothingUnbonded {},
    #[error("{address} has nothing to claim")]
    NothingToClaim { address: Addr },
    #[error("the contract holds nothing beyond what it owes")]
    NothingToSkim {},

    // --- audits
    #[error("{class:?} is no audit class, or one of devices that the provider does not have")]
    AuditClass { class: String },
    #[error("a bond of {bonded} is less than one unit of weight, {unit}")]
    AuditBondShort { bonded: Uint128, unit: Uint128 },
    #[error("a provider is in at most {max} audit tables")]
    AuditClassesFull { max: usize },
    #[error("provider {provider} is not in audit table {class:?}")]
    NotOffered { provider: ProviderNo, class: String },
    #[error("a provider in an audit table keeps one unit of weight, {unit}, bonded; {left} would be left")]
    StillAuditing { unit: Uint128, left: Uint128 },
    #[error("provider {provider} has {duties} open seats in audits")]
    OpenDuties { provider: ProviderNo, duties: u32 },
    #[error("provider {provider} has a seat in audit {audit} already")]
    SeatedAlready { provider: ProviderNo, audit: AuditId },
    #[error("provider {provider} has no seat in audit {audit}")]
    NoSeat { provider: ProviderNo, audit: AuditId },
    #[error("provider {provider} was convicted and is not reinstated")]
    Suspended { provider: ProviderNo },
    #[error("provider {provider} is not suspended")]
    NotSuspended { provider: ProviderNo },
    #[error("lease {lease} has no work bond of provider {provider}")]
    NoWorkBond { lease: LeaseId, provider: ProviderNo },

    // --- attributes
    #[error("{sender} is no attribute auditor")]
    NotAuditor { sender: Addr },
    #[error("provider {provider} does not have attribute {key} = {value}")]
    AttributeNotHeld {
        provider: ProviderNo,
        key: String,
        value: String,
    },
    #[error("{auditor} has not signed attribute {key} = {value}")]
    NotSigned {
        auditor: Addr,
        key: String,
        value: String,
    },

    // --- bond price
    #[error("{sender} is neither a price keeper nor the governor")]
    NotPriceKeeper { sender: Addr },
    #[error("a bond price above zero is needed")]
    PriceZero {},
    #[error("the network token is worth itself and has no bond price")]
    PriceOfItself {},
    #[error("{token} has no bond price yet; the governor sets the first one")]
    FirstPrice { token: Addr },
    #[error("bond price {price} is outside {low} to {high}, which is as far as a keeper may move it until {until} (unix time)")]
    PriceStep {
        price: Uint128,
        low: Uint128,
        high: Uint128,
        until: UnixTime,
    },

    // --- leases
    #[error("{count} candidacies; at most {max} are judged at once")]
    Candidacies { count: usize, max: usize },
    #[error("the provider cannot commit: {refusal:?}")]
    Refused { refusal: Refusal },
    #[error("lease {lease} has a commitment already")]
    AlreadyCommitted { lease: LeaseId },
    #[error("lease {lease} has no commitment")]
    NoCommitment { lease: LeaseId },
    #[error("the capacity of lease {lease} is released already")]
    CapacityReleased { lease: LeaseId },
}
