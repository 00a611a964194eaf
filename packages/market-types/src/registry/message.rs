//! What may be said to the registry, and by whom.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;
use cw20::Cw20ReceiveMsg;

use super::{
    AgentKey, AgentLimits, Commitment, Evidence, Params, ParamsUpdate, ProfileUpdate, Registration,
    ReleasePart, SeatEnd, TokenPrice,
};
use crate::audit::{AuditClass, AuditId, Reward};
use crate::control::{ControlMsg, Roles};
use crate::resources::Attribute;
use crate::{BasisPoints, LeaseId, OrderId, ProviderNo, UnixTime};

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    pub params: Params<String>,
    /// The first bond prices, so that a market can award from its first day; at most 16, each token once.
    #[serde(default)]
    pub bond_prices: Vec<TokenPrice>,
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
    /// Leave the market for good, and every audit table. Refused while anything is committed or a seat is open. The bond comes out
    /// through `Unbond`.
    Retire {},
    /// Begin to unbond free bond. At most 16 unbondings at a time. As long as the provider is in an audit table, at least one
    /// `audit_bond_unit` stays bonded.
    Unbond {
        amount: Uint128,
    },
    /// Take out every unbonding whose time has come.
    WithdrawUnbonded {},

    /// Be drawn as auditor and juror in `class`, for at most `places` (1 to 16) seats at a time. The weight is
    /// `min(bonded / audit_bond_unit, 64)`, at least 1. An entry takes a hole or the end of the table and never moves. Offered again,
    /// the places change and the weight is that of the bond now; more weight counts as a new entry. At most 8 classes.
    OfferAudits {
        class: AuditClass,
        places: u32,
    },
    /// Not be drawn in `class` any more. Seats taken stay.
    LeaveAudits {
        class: AuditClass,
    },
    /// After a conviction: be awarded again. The free bond must be at least `min_bond`.
    Reinstate {},
    /// Put more free bond behind the work of a task's lease. The escrow counts it after `Revalue`.
    AddWorkBond {
        lease: LeaseId,
        amount: Uint128,
    },

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
    /// Also from the attestation contract, for what it alone knows.
    Record(Evidence),

    // --- the attestation contract
    /// These take a seat each: a place in `class` (none is taken of who is not in the table, as those of last resort) and `bond` of
    /// their free bond. At most 16, none twice in one audit.
    Seat {
        audit: AuditId,
        class: AuditClass,
        providers: Vec<ProviderNo>,
        bond: Uint128,
    },
    /// These seats are over: their places and locks are free. Penalties are taken; the tip, then `rewards` in their order are paid out
    /// of them as far as they reach, and the rest is burned. Nothing else is paid.
    Unseat {
        audit: AuditId,
        ends: Vec<SeatEnd>,
        rewards: Vec<Reward>,
        tip: Option<Tip>,
    },
    /// Take `floor(work bond * share)` of the lease's work bond, at most what is left of it. Out of that the tip is paid, then `rewards`
    /// in their order, all of them at most a fifth of what was taken; the rest is burned. `convict`: the provider leaves every audit
    /// table and gets no award until it is reinstated. Comes before the escrow's `Convict`, which releases the bond.
    Slash {
        lease: LeaseId,
        share: BasisPoints,
        rewards: Vec<Reward>,
        tip: Option<Tip>,
        convict: bool,
    },
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
