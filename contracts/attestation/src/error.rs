use cosmwasm_std::StdError;
use market_control::ControlError;
use market_math::MathError;
use market_types::audit::AuditId;
use market_types::order::ComparisonClass;
use market_types::{BatchNo, LeaseId, Seconds, UnixTime};
use thiserror::Error;

#[derive(Error, Debug, PartialEq)]
pub enum ContractError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Control(#[from] ControlError),
    #[error(transparent)]
    Math(#[from] MathError),

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

    #[error("there is no beacon of round {round}")]
    NoBeacon { round: u64 },
    #[error("there is no audit {audit}")]
    NoAudit { audit: AuditId },

    #[error("comparison class {class:?} is named {count} times; it must be there once")]
    ClassCount { class: ComparisonClass, count: usize },
    #[error("{param} of class {class:?} is {value}; it must be at most {max}")]
    OutOfBounds {
        param: &'static str,
        class: ComparisonClass,
        value: u64,
        max: u64,
    },
    #[error("vesting of {vesting} s is not shorter than the unbonding period of {unbonding} s")]
    OutlivesBond { vesting: Seconds, unbonding: Seconds },
}
