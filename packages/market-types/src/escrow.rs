//! `lease-escrow`: what is owed to whom, right now. It holds all money of tenants and providers, and the leases.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, Binary, Uint128};
use cw20::Cw20ReceiveMsg;

use crate::audit::{AuditClass, AuditId, Reward};
use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::order::{ComparisonClass, OrderSpec, Rail};
use crate::resources::{DeviceClass, Resources};
use crate::{
    BasisPoints, CloseReason, Hash32, LeaseId, OrderId, Page, Paging, Price, ProviderNo, Seconds, UnixTime,
};

#[cw_serde]
pub struct InstantiateMsg {
    pub roles: Roles<String>,
    pub params: Params<String>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params<A> {
    /// Payment tokens, 1 to 16.
    pub tokens: Vec<PaymentToken<A>>,
    /// Longest gap between two heartbeats that is credited [2 min; 30 s to 1 h].
    pub heartbeat_window: Seconds,
    /// The gap an agent is expected to keep [60 s; below the window]. An outage is what a gap exceeds it by.
    pub heartbeat_interval: Seconds,
    /// Silence after which anyone may close [5 min; above the window, to 1 day]. An order and its lease keep the terms of service (this
    /// and all that concerns heartbeats and outages) in force when the order was placed.
    pub grace: Seconds,
    /// Silence is also counted in blocks: `max(min_silent_blocks, grace / 10 s)` [20; 0 to 10,000].
    pub min_silent_blocks: u64,
    /// An outage longer than this costs `outage_share` of the lease bond [15 min].
    pub outage_unpaid: Seconds,
    /// An outage longer than this costs all of it [2 h].
    pub outage_max: Seconds,
    /// [500 bps]
    pub outage_share: BasisPoints,
    /// The first outage up to `outage_max` in this time is forgiven its share, per lease [30 days; zero forgives nothing]. Not one
    /// that ends the lease as silent: forgiveness is for who comes back.
    pub outage_forgiveness: Seconds,
    /// Lease bond: so many seconds of the price, or the whole price if the lease is shorter [24 h; 1 h to 30 days].
    pub lease_bond_time: Seconds,
    /// Least work bond of a task, in unit prices [20; at least 20].
    pub work_bond_units: u32,
    /// Paid out of the penalty to whoever closes a silent lease, in network tokens [0.1 token].
    pub silence_tip: Uint128,
}

/// A listed payment token. Delisting stops new orders and deposits, nothing else.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct PaymentToken<A> {
    pub token: A,
    pub listed: bool,
    /// Least an order may reserve, in base units; at least 1.
    pub min_order: Uint128,
}

/// Fields left out stay as they are. `tokens` replaces the whole list; a token that was ever listed must stay in it.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub tokens: Option<Vec<PaymentToken<String>>>,
    pub heartbeat_window: Option<Seconds>,
    pub heartbeat_interval: Option<Seconds>,
    pub grace: Option<Seconds>,
    pub min_silent_blocks: Option<u64>,
    pub outage_unpaid: Option<Seconds>,
    pub outage_max: Option<Seconds>,
    pub outage_share: Option<BasisPoints>,
    pub outage_forgiveness: Option<Seconds>,
    pub lease_bond_time: Option<Seconds>,
    pub work_bond_units: Option<u32>,
    pub silence_tip: Option<Uint128>,
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum ExecuteMsg {
    Control(ControlMsg),
    UpdateParams(ParamsUpdate),
    /// From a payment token; see [`Hook`].
    Receive(Cw20ReceiveMsg),

    // --- anybody with a balance
    /// Place an order with `available` money; what the order needs is reserved.
    PlaceOrder {
        token: String,
        spec: OrderSpec<String>,
    },
    /// Add `available` money of the sender to anybody's running stream. An open-ended one gets more time; a fixed one gets longer by
    /// `floor(sum of top-ups * 3600 / price)` seconds since the price was agreed, so topping up in parts buys the same as at once.
    TopUp {
        lease: LeaseId,
        amount: Uint128,
    },
    /// Pay `available` money out to its owner, the sender. `None`: all of it.
    Withdraw {
        token: String,
        amount: Option<Uint128>,
    },

    // --- the tenant of a lease
    /// The stream works for me: accrual begins when the agent is ready as well.
    Accept {
        lease: LeaseId,
    },
    /// Stop accrual at this second. Frees the provider to close without penalty, and its silence meanwhile is no fault. An
    /// acknowledgement that lapses does the same.
    Suspend {
        lease: LeaseId,
    },
    /// Accrual goes on from this second. The suspended time is cut out of the gap between two heartbeats.
    Resume {
        lease: LeaseId,
    },
    /// Answer an agent's `Waiting`: the inputs are there. The first answer restarts the progress time, later ones do not.
    InputsDelivered {
        lease: LeaseId,
    },
    /// Give the lease to another tenant, with what remains in it. The order's session key does not go along.
    Transfer {
        lease: LeaseId,
        to: String,
    },

    // --- the agent of a lease's provider (or its owner)
    /// The stream can be used. Refused from the end of the start time on.
    Ready {
        lease: LeaseId,
    },
    /// The task's inputs are missing. Refused once a batch was posted: then they were there.
    Waiting {
        lease: LeaseId,
    },
    /// These streams are alive. At most 100, each once; a lease that is not the sender's is an error, one that has not started or has
    /// ended is passed over. An ordinary beat emits nothing; one after a gap beyond the window emits `outage`, unless too few blocks
    /// passed for it to count, and ends a stream whose time or money is over. Time after the end, a suspension or a lapsed
    /// acknowledgement is no part of a gap.
    Heartbeat {
        leases: Vec<LeaseId>,
    },
    /// The provider will close a stream when the agreed notice has passed. It is paid meanwhile.
    GiveNotice {
        lease: LeaseId,
    },

    // --- tenant or provider
    /// Close as the sender's side; the contract finds the reason.
    ///
    /// The end of an active stream stands for a last heartbeat: seconds since the last one are credited if they are within the window,
    /// counted to now or to the end of duration or notice, whichever is sooner. A tenant's close in the grip of a silence closes it as
    /// silent. A tenant that closes a starting stream pays the time since `Ready`. A provider's close costs the lease bond unless the
    /// stream is suspended, its acknowledgement has lapsed, its notice is served, or it is interruptible without notice. After a
    /// tenant's close of a task, units under way may be attested for one `unit_deadline`, at most one per GPU; then `Settle` ends it.
    Close {
        lease: LeaseId,
    },
    /// Propose other terms of a stream, from tenant or owner (not its agent); they count from the last heartbeat before the other
    /// side proposes the same. A duration includes what top-ups bought; the remaining money must cover it.
    Amend {
        lease: LeaseId,
        amendment: Amendment,
    },

    // --- anybody
    /// Post a tenant's signed acknowledgement. Refused when its time has passed, so that time in which the tenant asked for nothing
    /// cannot become silence afterwards.
    Acknowledge {
        lease: LeaseId,
        acknowledgement: Acknowledgement,
    },
    /// Bring a lease's money up to now; ends it if its time or money is over. Does nothing to a lease that has ended.
    Settle {
        lease: LeaseId,
    },
    /// Close a lease that failed: not ready or not accepted in time, silent, without inputs or progress. Whoever ends a silence that costs
    /// the provider a penalty is tipped out of it.
    CloseFailed {
        lease: LeaseId,
    },
    /// Value the stake of a running task anew: at the present bond price if that moved the stake's worth by 30 % or more, and with what
    /// was added to the work bond or slashed. Below 20 unit prices nothing more may be attested. Worth enough again, the lease goes on.
    /// If the price alone is to blame, its progress time stands still meanwhile, and after 72 h anybody may close it, which is nobody's
    /// failure.
    Revalue {
        lease: LeaseId,
    },
    /// Send collected fees of a token to take-rate-burn.
    SweepFees {
        token: String,
    },
    /// Gifts become fees.
    Skim {
        token: String,
    },

    // --- the order book
    OpenLease(Award),
    /// The order ended without an award: its reservation becomes available again.
    FreeReservation {
        order: OrderId,
    },

    // --- the attestation contract
    /// `units` units were attested: move their price from remaining to held.
    Hold {
        lease: LeaseId,
        units: u32,
    },
    /// Held units vested: their price becomes gross, of which `premium`, at most what the fee leaves, goes to the audit pool.
    Vest {
        lease: LeaseId,
        units: u32,
        premium: Uint128,
    },
    /// Held units were not proven: their price returns to the tenant.
    Refund {
        lease: LeaseId,
        units: u32,
    },
    /// Set money aside for an audit, on top of what is. Of the tenant: out of what the lease's tenant has available.
    SetAside {
        audit: AuditId,
        amount: Uint128,
        payer: Payer,
    },
    /// An audit is over: pay out of what is set aside for it, of the pool's money first. What is left returns to its payer, the
    /// tenant's to the tenant the lease has now.
    PayAudit {
        audit: AuditId,
        payments: Vec<Reward>,
    },
    /// The provider was convicted: all that is held and all that remains returns to the tenant, and the lease is closed.
    Convict {
        lease: LeaseId,
    },
}

/// Whose money an audit takes.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Payer {
    /// The audit pool of the lease's token.
    Pool,
    Tenant,
}

/// Hooks of payment tokens.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub enum Hook {
    /// Make the money available to `owner`, or to the sender.
    Deposit {
        owner: Option<String>,
    },
    /// Place an order; what it does not need becomes available to the sender.
    PlaceOrder(Box<OrderSpec<String>>),
    TopUp {
        lease: LeaseId,
    },
    /// Pay into the audit pool of this token.
    FundAudits {},
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

/// What the book awards.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Award {
    pub lease: LeaseId,
    pub provider: ProviderNo,
    pub owner: String,
    pub price: Price,
    /// Network tokens the registry locked for this lease.
    pub lease_bond: Uint128,
    pub work_bond: Uint128,
    /// Value of the work bond in the payment token at the award.
    pub work_bond_value: Uint128,
    pub class: DeviceClass,
    /// No further member follows: the rest of the reservation is free.
    pub last: bool,
}

/// Terms both sides of a stream may change together. `None` keeps.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    pub price_per_hour: Option<Price>,
    /// New length from activation, of a fixed stream; the money must be there.
    pub duration: Option<Seconds>,
}

/// What the tenant's client signs while its own probe of the service passes.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Acknowledgement {
    /// Higher than any before.
    pub sequence: u64,
    /// Accrual is agreed up to this second; at most `ack_every` after the block that takes it.
    pub good_until: UnixTime,
    /// By the session key over [`acknowledgement_digest`]; left out when the tenant's account sends it.
    pub signature: Option<Binary>,
}

/// What a session key signs: SHA-256 of domain, chain id and contract (each behind its length as 4 bytes
/// big-endian), then lease, sequence and good_until as 8 bytes big-endian.
pub fn acknowledgement_digest(
    chain_id: &str,
    escrow: &str,
    lease: LeaseId,
    sequence: u64,
    good_until: UnixTime,
) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in ["leasebook/acknowledgement/1", chain_id, escrow] {
        hash.update((part.len() as u32).to_be_bytes());
        hash.update(part.as_bytes());
    }
    for number in [lease.0, sequence, good_until.0] {
        hash.update(number.to_be_bytes());
    }
    hash.finalize().into()
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum LeaseStatus {
    /// Awarded; a stream is not yet ready and accepted.
    Starting,
    Active,
    /// Ended; something is still held.
    Closing,
    Closed,
}

#[cw_serde]
#[derive(QueryResponses)]
#[serde(deny_unknown_fields)]
pub enum QueryMsg {
    #[returns(ControlResponse)]
    Control {},
    #[returns(Params<Addr>)]
    Params {},
    /// One entry per payment token.
    #[returns(Vec<Solvency>)]
    Solvency {},
    #[returns(AccountResponse)]
    Account { owner: String, token: String },
    #[returns(ReservationResponse)]
    Reservation { order: OrderId },
    /// Money as `Settle` in this block would leave it.
    #[returns(LeaseResponse)]
    Lease { lease: LeaseId },
    #[returns(Page<LeaseResponse, LeaseId>)]
    Leases { paging: Paging<LeaseId> },
    #[returns(Page<LeaseResponse, LeaseId>)]
    LeasesOfTenant { tenant: String, paging: Paging<LeaseId> },
    #[returns(Page<LeaseResponse, LeaseId>)]
    LeasesOfProvider {
        provider: ProviderNo,
        paging: Paging<LeaseId>,
    },
    /// What the attestation contract needs to take a batch.
    #[returns(WorkResponse)]
    Work { lease: LeaseId },
    /// Fees collected and not yet swept, and the audit pool.
    #[returns(PoolsResponse)]
    Pools { token: String },
    /// What is set aside for an audit; zeros when nothing is.
    #[returns(SetAsideResponse)]
    SetAside { audit: AuditId },
}

#[cw_serde]
#[derive(Eq)]
pub struct AccountResponse {
    pub owner: Addr,
    pub token: Addr,
    pub available: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct ReservationResponse {
    pub order: OrderId,
    pub tenant: Addr,
    pub token: Addr,
    /// Zero once the order ended.
    pub reserved: Uint128,
    pub take_rate: BasisPoints,
}

/// `funded = remaining + held + gross + refunded`, after every message.
#[cw_serde]
#[derive(Eq)]
pub struct LeaseMoney {
    pub funded: Uint128,
    pub remaining: Uint128,
    pub held: Uint128,
    pub gross: Uint128,
    pub refunded: Uint128,
    /// `floor(gross * take_rate / 10000)`
    pub fee: Uint128,
    /// Part of `gross` that went to the audit pool.
    pub premium: Uint128,
    /// `gross - fee - premium`, made available to the provider.
    pub income: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct LeaseResponse {
    pub lease: LeaseId,
    pub tenant: Addr,
    pub provider: ProviderNo,
    pub owner: Addr,
    pub token: Addr,
    pub price: Price,
    pub take_rate: BasisPoints,
    pub class: DeviceClass,
    pub resources: Resources,
    pub comparison: ComparisonClass,
    pub rail: Rail,
    pub manifest: Hash32,
    pub lease_bond: Uint128,
    pub work_bond: Uint128,
    pub status: LeaseStatus,
    pub awarded_at: UnixTime,
    pub closed_at: Option<UnixTime>,
    pub close_reason: Option<CloseReason>,
    pub money: LeaseMoney,
    pub progress: Progress,
}

#[cw_serde]
#[derive(Eq)]
pub enum Progress {
    Stream {
        ready_at: Option<UnixTime>,
        accepted_at: Option<UnixTime>,
        /// When both were there.
        active_since: Option<UnixTime>,
        last_heartbeat: Option<UnixTime>,
        credited: Seconds,
        /// The second at which money or duration end if heartbeats go on from now. Once it has passed, `Settle` ends the stream.
        ends_at: Option<UnixTime>,
        /// Nothing later than this is credited without a further acknowledgement.
        acknowledged_until: Option<UnixTime>,
        suspended_at: Option<UnixTime>,
        notice_until: Option<UnixTime>,
        outages: u32,
    },
    Task {
        units: u32,
        /// Units in posted batches.
        attested: u32,
        vested: u32,
        refunded: u32,
        last_batch_at: Option<UnixTime>,
        /// When the agent said that inputs are missing, unanswered.
        waiting_since: Option<UnixTime>,
    },
}

#[cw_serde]
#[derive(Eq)]
pub struct WorkResponse {
    pub lease: LeaseId,
    pub provider: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub tenant: Addr,
    pub token: Addr,
    pub unit_price: Price,
    pub units: u32,
    pub attested: u32,
    pub held: Uint128,
    pub work_bond_value: Uint128,
    pub comparison: ComparisonClass,
    pub unit_deadline: Seconds,
    /// How many more units may be attested now (after a tenant's close: what the agreed overlap leaves; otherwise all that is left).
    pub may_attest: u32,
    pub status: LeaseStatus,
    pub class: DeviceClass,
    /// Where its units are audited. `None`: they cannot be.
    pub audit_class: Option<AuditClass>,
    /// The provider's operator group.
    pub group: String,
    /// Network tokens behind the work, as the escrow last counted them.
    pub work_bond: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct PoolsResponse {
    pub token: Addr,
    pub fees: Uint128,
    pub audit_pool: Uint128,
    /// Set aside for open audits.
    pub set_aside: Uint128,
}

#[cw_serde]
#[derive(Eq, Default)]
pub struct SetAsideResponse {
    /// Of the audit pool's money.
    pub pool: Uint128,
    /// Of the tenant's.
    pub tenant: Uint128,
}
