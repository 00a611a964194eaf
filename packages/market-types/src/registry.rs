//! `provider-registry`: who may work, with what, and how far they can be trusted.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Binary, Uint128};
use cw20::Cw20ReceiveMsg;

use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::order::Requirements;
use crate::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use crate::{
    BasisPoints, CloseReason, Hash32, LeaseId, OrderId, Page, Paging, Price, ProviderNo, Seconds, UnixTime,
};

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    pub params: Params<String>,
    /// The first bond prices, so that a market can award from its first day; at most 16, each token once.
    #[serde(default)]
    pub bond_prices: Vec<TokenPrice>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct TokenPrice {
    pub token: String,
    /// As in [`ExecuteMsg::SetBondPrice`].
    pub price: Uint128,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params<A> {
    /// From `Unbond` to `WithdrawUnbonded` [21 days; 1 to 90 days]. Longer than the longest vesting, audit, jury and appeal together.
    pub unbonding_period: Seconds,
    /// Bond below which a provider gets no award, in network tokens [1,000 tokens].
    pub min_bond: Uint128,
    /// May move the bond price. At most 4.
    pub price_keepers: Vec<A>,
    /// Most a keeper may move the bond price in a day [1,000 bps; at most 5,000].
    pub bond_price_daily_move: BasisPoints,
    /// Older than this, no award is made in that token [7 days; 1 hour to 30 days].
    pub bond_price_max_age: Seconds,
    /// May sign attributes. At most 16.
    pub attribute_auditors: Vec<A>,
    /// Fee, in network tokens valued at the bond price, that counts as one observation of evidence [1 token].
    pub evidence_unit: Uint128,
    /// Half-life of evidence [90 days; 7 to 730 days].
    pub evidence_half_life: Seconds,
}

/// Fields left out stay as they are.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub unbonding_period: Option<Seconds>,
    pub min_bond: Option<Uint128>,
    pub price_keepers: Option<Vec<String>>,
    pub bond_price_daily_move: Option<BasisPoints>,
    pub bond_price_max_age: Option<Seconds>,
    pub attribute_auditors: Option<Vec<String>>,
    pub evidence_unit: Option<Uint128>,
    pub evidence_half_life: Option<Seconds>,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
    /// From the network token only; see [`Hook`].
    Receive(Cw20ReceiveMsg),

    // --- the owner of a provider
    Register(Registration),
    Update(ProfileUpdate),
    /// Replace the agent key. Earlier keys stay in a history (a root on chain before the rotation stays good).
    RotateAgent {
        agent: AgentKey,
    },
    /// The lowest prices the agent may bid and the largest bonds it may lock.
    SetAgentLimits(AgentLimits),
    /// GPUs will be away in `[from, until)`: `from` at least 24 h ahead, `until` at most 14 days after it. One announcement at a time:
    /// refused until the last one is over. Nothing is committed meanwhile; a lease that reaches into it is its bidder's risk.
    AnnounceMaintenance {
        from: UnixTime,
        until: UnixTime,
    },
    /// Leave the market for good. Refused while anything is committed. The bond comes out through `Unbond`.
    Retire {},
    /// Begin to unbond free bond. At most 16 unbondings at a time.
    Unbond {
        amount: Uint128,
    },
    /// Take out every unbonding whose time has come.
    WithdrawUnbonded {},

    // --- anybody with a claim
    /// Pay out what penalties brought the sender.
    Claim {},

    // --- attribute auditors
    SignAttributes {
        provider: String,
        attributes: Vec<Attribute>,
    },
    RevokeAttributes {
        provider: String,
        attributes: Vec<Attribute>,
    },

    // --- price keepers, and the governor without bound on the step
    /// What 1,000,000 base units of the network token are worth, in base units of `token`; above zero. The governor sets the first
    /// one. Each setting by the governor opens a window of 24 h whose anchor is the new price; the first setting by a keeper after
    /// a window's end opens the next one, anchored at the price until then. Within a window no keeper goes further than
    /// `floor(anchor * daily_move)` from the anchor, so repeated steps gain nothing. The network token needs no price: as a payment
    /// token it is worth itself.
    SetBondPrice {
        token: String,
        price: Uint128,
    },

    // --- anybody
    /// Bond-token gifts become fees: whatever exceeds what is owed goes to take-rate-burn.
    Skim {},

    // --- the order book
    /// Reserve capacity and lock bonds for a lease, in one step or not at all.
    Commit(Commitment),
    /// A bidder that shrank after bidding could not commit: it pays `value` (payment token) in bond to the tenant. Never fails for
    /// want of bond or of a fresh bond price: it pays what there is, at the last price known (without one, nothing), out of free bond,
    /// then out of what is unbonding, never out of locked bond.
    NoShow {
        order: OrderId,
        provider: String,
        tenant: String,
        token: String,
        value: Uint128,
    },

    // --- the lease escrow
    Release {
        lease: LeaseId,
        part: ReleasePart,
    },
    /// Move `floor(lease bond * share)` of the lease's lease bond, at most what is left of it, to the tenant's claimable, and `tip`
    /// out of that to whoever ended a silence. `tenant` is the lease's tenant now: a lease may have changed hands since the award.
    Penalize {
        lease: LeaseId,
        tenant: String,
        share: BasisPoints,
        tip: Option<Tip>,
    },
    Record(Evidence),
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Tip {
    pub to: String,
    /// Network tokens, taken out of the penalty; less when the penalty is smaller.
    pub amount: Uint128,
}

/// Hooks of the network token.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum Hook {
    /// Add bond to `provider` (an owner), or to the sender.
    Bond { provider: Option<String> },
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

/// An agent's key with the proof that its holder agreed.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct AgentKey {
    /// Compressed secp256k1, 33 bytes. The agent's account address follows from it.
    pub pubkey: Binary,
    /// Signature (64 bytes, low-S) by that key over [`agent_key_digest`].
    pub proof: Binary,
}

/// What an agent key signs to agree to serve `owner`: SHA-256 of the four parts, each behind its length as 4 bytes big-endian.
pub fn agent_key_digest(chain_id: &str, registry: &str, owner: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in ["leasebook/agent-key/1", chain_id, registry, owner] {
        hash.update((part.len() as u32).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Registration {
    pub agent: AgentKey,
    pub gateway: Gateway,
    /// Operator group, 3 to 64 characters. `None`: the owner alone. It is a claim that nobody checks: a bid of the winner's own group
    /// never raises what the winner is paid, a bid of the tenant's never lowers it, and naming somebody else's group gains nothing.
    pub group: Option<String>,
    /// At most 24, one value a key.
    pub attributes: Vec<Attribute>,
    /// 1 to 8, one group per class.
    pub machines: Vec<MachineGroup>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// `http://` or `https://`, at most 256 characters.
    pub url: String,
    /// SHA-256 of the TLS certificate; demanded with `https://`.
    pub tls_fingerprint: Option<Hash32>,
}

/// Fields left out stay as they are. Machines may shrink only down to what is committed; shrinking sets `shrunk_at`.
#[cw_serde]
#[derive(Default)]
#[serde(deny_unknown_fields)]
pub struct ProfileUpdate {
    pub gateway: Option<Gateway>,
    pub group: Option<String>,
    pub attributes: Option<Vec<Attribute>>,
    pub machines: Option<Vec<MachineGroup>>,
}

#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct AgentLimits {
    /// At most 32, one per class and token.
    pub floors: Vec<PriceFloor>,
    /// Network tokens one lease may lock as lease bond. `None`: no limit.
    pub max_lease_bond: Option<Uint128>,
    pub max_work_bond: Option<Uint128>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct PriceFloor {
    pub class: DeviceClass,
    pub token: String,
    /// Lowest price per GPU and hour on a stream.
    pub per_gpu_hour: Price,
    /// Lowest price per unit on a task.
    pub per_unit: Price,
}

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
}

#[cw_serde]
#[derive(Eq)]
pub struct BondResponse {
    pub bonded: Uint128,
    /// Part of `bonded` that leases hold.
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
    pub work_bond: Uint128,
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

#[cw_serde]
#[derive(Eq)]
pub struct ReputationResponse {
    /// Wilson lower bound, floor 1,000.
    pub score: BasisPoints,
    /// Decayed weights, in millionths of an observation: a lease's paid fee for it; when its provider ended it other than by notice,
    /// the expected fee against it; else, when penalties took a part of its lease bond, that part of the expected fee. Fees are valued in network tokens at the bond price; without one they weigh nothing.
    pub success_weight: Uint128,
    pub failure_weight: Uint128,
    /// Counts are totals and do not decay.
    pub leases_ended_by_tenant: u64,
    pub leases_ended_by_provider: u64,
    pub leases_ended_by_network: u64,
    pub outages: u64,
    pub outage_seconds: u64,
    pub no_shows: u64,
}
