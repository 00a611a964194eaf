//! What may be asked of the registry, and its answers.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Binary, Uint128};

use super::{
    AgentLimits, AuditEntry, AuditOffer, AuditTable, AuditTry, Candidacy, Gateway, Operator, Params,
    ProviderRef, ReputationResponse, SeatResponse, Verdict,
};
use crate::audit::{AuditClass, AuditId};
use crate::control::{ControlResponse, Solvency};
use crate::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use crate::{LeaseId, Page, Paging, ProviderNo, UnixTime};

#[cw_serde]
#[derive(QueryResponses)]
#[serde(deny_unknown_fields)]
pub enum QueryMsg {
    #[returns(ControlResponse)]
    Control {},
    #[returns(Params<Addr>)]
    Params {},
    #[returns(Vec<Solvency>)]
    Solvency {},
    #[returns(ProviderResponse)]
    Provider { owner: String },
    #[returns(ProviderResponse)]
    ProviderByNo { no: ProviderNo },
    /// By owner or agent key.
    #[returns(Option<ProviderRef>)]
    Whois { address: String },
    #[returns(Page<ProviderResponse, ProviderNo>)]
    Providers { paging: Paging<ProviderNo> },
    /// What each group of machines has and has committed.
    #[returns(Vec<CapacityResponse>)]
    Capacity { owner: String },
    /// Can these bidders commit now? One verdict each, in the order asked. At most 8 candidacies.
    #[returns(Vec<Verdict>)]
    Judge { candidacies: Vec<Candidacy> },
    #[returns(Page<CommitmentResponse, LeaseId>)]
    Commitments { owner: String, paging: Paging<LeaseId> },
    #[returns(CommitmentResponse)]
    Commitment { lease: LeaseId },
    #[returns(AgentLimits)]
    AgentLimits { owner: String },
    /// The agent keys a provider has had, newest last.
    #[returns(Page<AgentRecord, u32>)]
    Agents { owner: String, paging: Paging<u32> },
    #[returns(Vec<SignedAttribute>)]
    SignedAttributes { owner: String },
    #[returns(Option<BondPriceResponse>)]
    BondPrice { token: String },
    #[returns(Uint128)]
    Claimable { address: String },
    #[returns(ReputationResponse)]
    Reputation { owner: String },
    /// Who a provider is, and no more: the cheapest answer about one.
    #[returns(Operator)]
    Operator { no: ProviderNo },
    #[returns(AuditTable)]
    AuditTable { class: AuditClass },
    /// One answer per try, in their order. `None`: a hole or beyond the end, a lot that the weight does not reach, no free place, less
    /// free bond than `bond`. At most 64 tries.
    #[returns(Vec<Option<AuditEntry>>)]
    AuditEntries {
        class: AuditClass,
        tries: Vec<AuditTry>,
        bond: Uint128,
    },
    /// Those of last resort who could take a seat with `bond` now, in the order of the list.
    #[returns(Vec<Operator>)]
    LastResort { bond: Uint128 },
    /// What a provider offers, by class.
    #[returns(Vec<AuditOffer>)]
    AuditOffers { owner: String },
    /// All that was slashed and burned, in network tokens.
    #[returns(Uint128)]
    Burned {},
    /// The open seats of an audit.
    #[returns(Vec<SeatResponse>)]
    Seats { audit: AuditId },
}

#[cw_serde]
#[derive(Eq)]
pub struct ProviderResponse {
    pub no: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub agent_pubkey: Binary,
    pub gateway: Gateway,
    pub group: String,
    pub attributes: Vec<Attribute>,
    pub machines: Vec<MachineGroup>,
    pub bond: BondResponse,
    pub maintenance: Option<(UnixTime, UnixTime)>,
    pub shrunk_at: Option<UnixTime>,
    pub retired: bool,
    /// Convicted and not reinstated.
    pub suspended: bool,
}

#[cw_serde]
#[derive(Eq)]
pub struct BondResponse {
    pub bonded: Uint128,
    /// Part of `bonded` that leases and seats hold.
    pub locked: Uint128,
    pub unbonding: Vec<Unbonding>,
}

#[cw_serde]
#[derive(Eq)]
pub struct Unbonding {
    pub amount: Uint128,
    pub ready_at: UnixTime,
}

#[cw_serde]
#[derive(Eq)]
pub struct CapacityResponse {
    pub class: DeviceClass,
    /// Over all machines of the group; `vram_mib` is of one GPU.
    pub registered: Resources64,
    pub committed: Resources64,
}

/// Sums of [`Resources`] over many machines.
#[cw_serde]
#[derive(Eq, Copy, Default)]
pub struct Resources64 {
    pub gpus: u64,
    pub cpu_milli: u64,
    pub ram_mib: u64,
    pub ephemeral_mib: u64,
    pub persistent_mib: u64,
    pub ports: u64,
}

#[cw_serde]
#[derive(Eq)]
pub struct CommitmentResponse {
    pub lease: LeaseId,
    pub provider: ProviderNo,
    /// At the award.
    pub tenant: Addr,
    pub class: DeviceClass,
    pub resources: Resources,
    pub token: Addr,
    /// As locked at the award.
    pub lease_bond: Uint128,
    /// Part of the lease bond that penalties took.
    pub penalized: Uint128,
    /// As locked at the award, and added since.
    pub work_bond: Uint128,
    /// Part of the work bond that was slashed.
    pub slashed: Uint128,
    /// Bond price at the award.
    pub bond_price: Uint128,
    pub capacity_released: bool,
}

#[cw_serde]
#[derive(Eq)]
pub struct AgentRecord {
    pub agent: Addr,
    pub pubkey: Binary,
    pub since: UnixTime,
    /// `None`: still in office.
    pub until: Option<UnixTime>,
}

#[cw_serde]
#[derive(Eq)]
pub struct SignedAttribute {
    pub attribute: Attribute,
    pub auditors: Vec<Addr>,
}

#[cw_serde]
#[derive(Eq)]
pub struct BondPriceResponse {
    /// Base units of the payment token for 1,000,000 base units of the network token.
    pub price: Uint128,
    pub updated_at: UnixTime,
    pub stale: bool,
}
