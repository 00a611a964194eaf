use cosmwasm_std::{Addr, OverflowError, StdError};
use market_control::ControlError;
use market_math::MathError;
use market_types::attestation::{AuditOutcome, Deadline};
use market_types::audit::AuditId;
use market_types::order::ComparisonClass;
use market_types::receipt::OpeningError;
use market_types::{BatchNo, LeaseId, ProviderNo, Seconds, UnixTime};
use thiserror::Error;

use crate::beacon::PUBLIC_KEY_LEN;

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

    #[error("a batch of {count} units; it must have 1 to {max}")]
    BatchSize { count: u32, max: u32 },
    #[error("the batch begins with unit {first_unit} of lease {lease}; the next unit is {next}")]
    NotNext {
        lease: LeaseId,
        first_unit: u32,
        next: u32,
    },
    #[error(
        "{count} units of lease {lease}, of which {may_attest} may be attested now ({attested} of {units} are)"
    )]
    TooManyUnits {
        lease: LeaseId,
        count: u32,
        may_attest: u32,
        attested: u32,
        units: u32,
    },
    #[error("lease {lease} has as many batches as it can")]
    BatchesFull { lease: LeaseId },
    #[error("lease {lease} has no batch {batch}")]
    NoBatch { lease: LeaseId, batch: BatchNo },
    #[error("batch {batch} of lease {lease} vests at {vests_at}; it is {now} (unix time)")]
    StillVesting {
        lease: LeaseId,
        batch: BatchNo,
        vests_at: UnixTime,
        now: UnixTime,
    },
    #[error("batch {batch} of lease {lease} has come to its end already")]
    AlreadyEnded { lease: LeaseId, batch: BatchNo },

    #[error("the lease's provider was convicted; everything lease {lease} held returned to its tenant")]
    Convicted { lease: LeaseId },
    #[error("{waiting} audits in batch {batch} of lease {lease} have not ended")]
    Unaudited {
        lease: LeaseId,
        batch: BatchNo,
        waiting: u32,
    },

    #[error("this market has no beacon: nothing is audited")]
    NoAudits {},
    #[error("a public key of a beacon is a point of G2, {PUBLIC_KEY_LEN} bytes, not at infinity; this has {length} bytes")]
    BeaconKey { length: usize },
    #[error("only rounds that are multiples of {every} are taken, not {round}")]
    UnusedRound { round: u64, every: u64 },
    #[error("round {round} is published at {published_at}; it is {now} (unix time)")]
    EarlyBeacon {
        round: u64,
        published_at: UnixTime,
        now: UnixTime,
    },
    #[error("the beacon of round {round} is there already")]
    BeaconThere { round: u64 },
    #[error("this is not the signature of round {round}")]
    WrongBeacon { round: u64 },
    #[error("no beacon was accepted above height {height} yet")]
    NoBeaconSince { height: u64 },
    #[error("the beacon of round {round}, published at {published_at} (unix time), was not submitted yet")]
    NoBeacon { round: u64, published_at: UnixTime },

    #[error("units of lease {lease} cannot be compared, so they are not audited")]
    NotAudited { lease: LeaseId },
    #[error("batch {batch} of lease {lease} is drawn already")]
    AlreadyDrawn { lease: LeaseId, batch: BatchNo },
    #[error("batch {batch} of lease {lease} is not drawn yet, or units of it are: send Draw first")]
    NotDrawn { lease: LeaseId, batch: BatchNo },
    #[error(
        "unit {unit} is not of batch {batch} of lease {lease}, which has {count} units from {first_unit}"
    )]
    OtherBatch {
        lease: LeaseId,
        batch: BatchNo,
        unit: u32,
        first_unit: u32,
        count: u32,
    },
    #[error("the unit of audit {audit} was not drawn")]
    UnitNotDrawn { audit: AuditId },
    #[error("audit {audit} is there already; a unit is audited once")]
    AlreadyAudited { audit: AuditId },
    #[error("{forced} audits of lease {lease} were forced; no more than {cap} can be")]
    ForcedEnough { lease: LeaseId, forced: u32, cap: u32 },
    #[error("batch {batch} of lease {lease} vested at {vests_at}; no audit in it can be forced any more")]
    Vested {
        lease: LeaseId,
        batch: BatchNo,
        vests_at: UnixTime,
    },

    #[error("there is no audit {audit}")]
    NoAudit { audit: AuditId },
    #[error("audit {audit} has ended: {outcome:?}")]
    AuditEnded { audit: AuditId, outcome: AuditOutcome },
    #[error("audit {audit} is not at the step for this, but at {step}")]
    WrongStep { audit: AuditId, step: &'static str },
    #[error("too late: the step of audit {audit} ran out at {} and height {}", .until.time, .until.height)]
    TooLate { audit: AuditId, until: Deadline },
    #[error("audit {audit} waits, at {step}; nothing can be done for it now")]
    NothingToDo { audit: AuditId, step: &'static str },
    #[error("{sender} has no seat in audit {audit} to answer from")]
    NotSeated { audit: AuditId, sender: Addr },
    #[error("the seat of {sender} in audit {audit} has answered already")]
    AnsweredAlready { audit: AuditId, sender: Addr },
    #[error("answer and salt are not what was committed to in audit {audit}")]
    WrongReveal { audit: AuditId },
    #[error("audit {audit} asks for another kind of answer")]
    WrongAnswer { audit: AuditId },
    #[error(transparent)]
    Opening(#[from] OpeningError),
    #[error("the verdict of audit {audit} puts no bond at stake that can be appealed for")]
    NotAppealable { audit: AuditId },

    #[error("{0} is no planter of this market")]
    NoPlanter(ProviderNo),
    #[error("the batch's last leaf does not hide these units")]
    WrongBlind {},
    #[error("the unit of audit {audit} is not among those planted")]
    NotPlanted { audit: AuditId },
    #[error("what was planted in batch {batch} of lease {lease} was said already")]
    PlantedAlready { lease: LeaseId, batch: BatchNo },
    #[error("bad units are 8 bytes, a bit for each unit of the batch; this has {length} bytes, or bits beyond the batch")]
    BadUnits { length: usize },

    #[error("comparison class {class:?} is named {count} times; it must be there once")]
    ClassCount { class: ComparisonClass, count: usize },
    #[error("{param} of class {class:?} is {value}; it must be at most {max}")]
    OutOfBounds {
        param: &'static str,
        class: ComparisonClass,
        value: u64,
        max: u64,
    },
    #[error("{param} is {value}; it must be {min} to {max}")]
    ParamBounds {
        param: &'static str,
        value: u64,
        min: u64,
        max: u64,
    },
    #[error(
        "vesting and the longest audit take {longest} s, not less than the unbonding period of {unbonding} s"
    )]
    OutlivesBond { longest: Seconds, unbonding: Seconds },
}
