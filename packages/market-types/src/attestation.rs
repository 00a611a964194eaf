//! `attestation`: was the work really done? Batches of receipts come in as Merkle roots, vest, and are released.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Uint128};

use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::order::ComparisonClass;
use crate::{BasisPoints, BatchNo, Hash32, LeaseId, Page, Paging, Seconds, UnixTime};

/// Receipts in one batch, at most.
pub const MAX_BATCH: u32 = 64;

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    pub params: Params,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params {
    /// One entry per comparison class.
    pub classes: Vec<ClassParams>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct ClassParams {
    pub class: ComparisonClass,
    /// From a batch's block to its release [24 h, tokens 6 h; 0 to 7 days].
    pub vesting: Seconds,
    /// Least probability that a unit is audited, in millionths [exact 5,000, image 10,000, vector 20,000, tokens 2,000; to 250,000; none 0].
    pub audit_floor_ppm: u32,
    /// Cost of an audit as a share of the unit price [exact, vector 10,000; image, tokens 1,000; none 0].
    pub audit_cost: BasisPoints,
}

/// `classes` replaces the entries of the classes it names.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub classes: Option<Vec<ClassParams>>,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
    /// From the agent of the lease's provider: the next `count` (1 to 64) units are done; `root` is over their receipts.
    PostBatch {
        lease: LeaseId,
        first_unit: u32,
        count: u32,
        root: Hash32,
    },
    /// From anybody: a batch that has vested is paid.
    Release {
        lease: LeaseId,
        batch: BatchNo,
    },
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
pub enum BatchStatus {
    Vesting,
    Released,
    Refunded,
}

#[cw_serde]
#[derive(QueryResponses)]
#[serde(deny_unknown_fields)]
pub enum QueryMsg {
    #[returns(ControlResponse)]
    Control {},
    #[returns(Params)]
    Params {},
    /// Always empty: attestation holds no money.
    #[returns(Vec<Solvency>)]
    Solvency {},
    #[returns(BatchResponse)]
    Batch { lease: LeaseId, batch: BatchNo },
    #[returns(Page<BatchResponse, BatchNo>)]
    Batches { lease: LeaseId, paging: Paging<BatchNo> },
}

#[cw_serde]
#[derive(Eq)]
pub struct BatchResponse {
    pub lease: LeaseId,
    pub batch: BatchNo,
    pub first_unit: u32,
    pub count: u32,
    pub root: Hash32,
    pub agent: Addr,
    pub posted_at: UnixTime,
    pub posted_height: u64,
    pub vests_at: UnixTime,
    /// Audit probability of each unit, in 2^-64; 2^64 means that every unit is audited.
    pub audit_rate: Uint128,
    /// Of the whole batch, paid into the audit pool at release; at most half its price.
    pub premium: Uint128,
    pub status: BatchStatus,
}
