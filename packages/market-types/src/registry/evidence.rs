//! What sister contracts tell of a provider, and what is made of it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

use crate::{BasisPoints, CloseReason, LeaseId, ProviderNo, Seconds};

/// What sister contracts tell of a provider. Values are in base units of `token`.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    pub provider: ProviderNo,
    pub lease: LeaseId,
    pub token: String,
    pub fact: Fact,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub enum Fact {
    /// The lease ended. `fee` was really paid; `fee_expected` is the fee on all that was awarded, or earned if top-ups
    /// made that more: the weight of a failure.
    Ended {
        reason: CloseReason,
        gross: Uint128,
        fee: Uint128,
        fee_expected: Uint128,
    },
    /// A stream was out for `length`.
    Outage { length: Seconds },
    /// A unit was audited and passed.
    AuditPassed {},
    /// A drawn unit was not opened in time, or its inputs were not to be had.
    MissedOpening {},
}

#[cw_serde]
#[derive(Eq)]
pub struct ReputationResponse {
    /// Wilson lower bound, floor 1,000.
    pub score: BasisPoints,
    /// Decayed weights, in millionths of an observation: a lease's paid fee for it (not of one that ended by a conviction); when its
    /// provider ended it other than by notice, the expected fee against it; else, when penalties took a part of its lease bond, or
    /// missed openings of its work bond, that part of the expected fee. Fees are valued in network tokens at the bond price; without one
    /// they weigh nothing.
    pub success_weight: Uint128,
    pub failure_weight: Uint128,
    /// Counts are totals and do not decay.
    pub leases_ended_by_tenant: u64,
    pub leases_ended_by_provider: u64,
    pub leases_ended_by_network: u64,
    pub outages: u64,
    pub outage_seconds: u64,
    pub no_shows: u64,
    pub audits_passed: u64,
    pub missed_openings: u64,
    pub convictions: u64,
    /// Seats as auditor or juror: answered, let pass, found at fault.
    pub duties_met: u32,
    pub duties_missed: u32,
    pub duties_at_fault: u32,
}
