//! `attestation`: was the work really done? Batches of receipts come in as Merkle roots, are drawn from by a public beacon, audited
//! where drawn, vest, and are released.

use cosmwasm_schema::{cw_serde, QueryResponses};
use cosmwasm_std::{Addr, HexBinary, Uint128};

use crate::audit::{Answer, AuditClass, AuditId, AuditVerdict};
use crate::control::{ControlMsg, ControlResponse, Roles, Solvency};
use crate::order::ComparisonClass;
use crate::receipt::Opening;
use crate::{BasisPoints, BatchNo, Hash32, LeaseId, Page, Paging, ProviderNo, Seconds, UnixTime};

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
    /// The public randomness that audits are drawn by. `None`: nothing is drawn, and batches vest on trust alone.
    #[serde(default)]
    pub beacon: Option<BeaconParams>,
    #[serde(default)]
    pub times: AuditTimes,
    /// What a tenant that forces an audit pays the provider for opening, as a share of the unit price [1,000 bps; at most 10,000].
    #[serde(default = "default_opening_fee")]
    pub opening_fee: BasisPoints,
    /// Paid out of a fault's penalty to whoever ends the silence, in network tokens [0.1 token].
    #[serde(default = "default_tip")]
    pub tip: Uint128,
    /// Who may plant bad units to keep auditors awake. `None`: nobody.
    #[serde(default)]
    pub planters: Option<Planters>,
}

/// A drand chain of the scheme `bls-unchained-g1-rfc9380`.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct BeaconParams {
    /// On G2, compressed: 96 bytes.
    pub public_key: HexBinary,
    /// When round 1 is published.
    pub genesis: UnixTime,
    /// Between two rounds [3 s; 1 s to 1 h].
    pub period: Seconds,
    /// Only rounds that are multiples of this are taken [20; 1 to 10,000].
    pub every: u64,
    /// A stage waits for a round at least this long after the block that took the first beacon after it began [30 s; to 1 h].
    pub margin: Seconds,
}

/// How long the steps of an audit take. A step has run out when its time has passed and so many blocks were made as well:
/// `max(min_blocks, time / block_time)`. A chain that stood still makes nobody late.
#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub struct AuditTimes {
    /// For the provider to open a unit [30 min; 10 s to 1 day].
    pub open: Seconds,
    /// For auditors to commit: this, or three times the unit's deadline if that is more, up to `commit_max` [15 min; 10 s to 1 day].
    pub commit: Seconds,
    /// [1 day; `commit` to 7 days]
    pub commit_max: Seconds,
    /// To reveal [10 min; 10 s to 1 day].
    pub reveal: Seconds,
    /// To appeal, and for planters to say what they planted [1 h; 10 s to 1 day].
    pub appeal: Seconds,
    /// [20; to 10,000]
    pub min_blocks: u64,
    /// Longest time a block is expected to take [10 s; 1 s to 10 min].
    pub block_time: Seconds,
}

const fn default_opening_fee() -> BasisPoints {
    BasisPoints(1_000)
}

const fn default_tip() -> Uint128 {
    Uint128::new(100_000)
}

impl Default for AuditTimes {
    fn default() -> Self {
        Self {
            open: Seconds(30 * 60),
            commit: Seconds(15 * 60),
            commit_max: Seconds::DAY,
            reveal: Seconds(10 * 60),
            appeal: Seconds::HOUR,
            min_blocks: 20,
            block_time: Seconds(10),
        }
    }
}

impl AuditTimes {
    /// Times auditors, jurors and judges of an appeal may be seated in turn, replacements counted: a pair, a second pair and a third
    /// auditor, a jury, an appeal, each three times.
    const SEATINGS: u64 = 15;

    /// From a draw to the end of the longest audit of units that take no longer than a third of `commit`, while beacons come.
    pub fn longest(&self) -> Seconds {
        let seatings = (self.commit.0.saturating_add(self.reveal.0)).saturating_mul(Self::SEATINGS);
        let once = self.open.0.saturating_add(self.appeal.0.saturating_mul(2));
        Seconds(seatings.saturating_add(once))
    }
}

impl Params {
    /// How long stake must stay slashable: the longest vesting time and the longest audit after it, if there are audits. A lease's own
    /// work bond stays locked for as long as its audits really take.
    pub fn longest(&self) -> Seconds {
        let vesting = self.classes.iter().map(|class| class.vesting).max();
        let audit = self.beacon.as_ref().map(|_| self.times.longest());
        Seconds(
            vesting
                .unwrap_or_default()
                .0
                .saturating_add(audit.unwrap_or_default().0),
        )
    }
}

/// A Merkle tree of [`crate::audit::planter_leaf`]s, of the shape of a batch's.
#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub struct Planters {
    pub root: Hash32,
    /// Leaves, 1 to 64.
    pub count: u32,
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

/// Fields left out stay as they are. `classes` replaces the entries of the classes it names.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub classes: Option<Vec<ClassParams>>,
    pub beacon: Option<BeaconParams>,
    pub times: Option<AuditTimes>,
    pub opening_fee: Option<BasisPoints>,
    pub tip: Option<Uint128>,
    pub planters: Option<Planters>,
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
    /// From anybody: a batch that has vested is paid, less its refunded units. Needs its draw, unless the draw is there to be made and
    /// draws nothing, and the end of every audit in it.
    Release {
        lease: LeaseId,
        batch: BatchNo,
    },

    // --- from anybody
    /// The signature of a round, 48 bytes. Refused before the round's time, and twice.
    SubmitBeacon {
        round: u64,
        signature: HexBinary,
    },
    /// Draw the units of a batch that are audited, by the round its posting waits for.
    Draw {
        lease: LeaseId,
        batch: BatchNo,
    },
    /// Begin the audit of a drawn unit. Refused while the audit pool cannot pay two auditors.
    OpenAudit {
        audit: AuditId,
        batch: BatchNo,
    },
    /// Take an audit one step on: fill seats, end a silence, count answers, finish. Refused when nothing can be done now.
    Advance {
        audit: AuditId,
    },

    // --- the tenant of the lease
    /// Begin the audit of a unit that was not drawn, before its batch vests. Prepaid from `available` money, returned on conviction only.
    /// At most 5 % of a lease's units, rounded up, and one.
    ForceAudit {
        audit: AuditId,
        batch: BatchNo,
    },

    // --- the agent of the lease's provider, or its owner
    /// Show the receipt of an audited unit, when the audit asks for it.
    Open {
        audit: AuditId,
        opening: Opening,
    },

    // --- the agent of a seated auditor or juror, or its owner
    /// [`crate::audit::commitment`] of an answer and a salt.
    Commit {
        audit: AuditId,
        commitment: Hash32,
    },
    Reveal {
        audit: AuditId,
        answer: Answer,
        salt: Hash32,
    },

    // --- whoever's bond is at stake: the convicted provider, or the auditor a jury found at fault (owner or agent)
    /// Have eleven others judge.
    Appeal {
        audit: AuditId,
    },

    // --- a planter: the owner or agent of a provider in the governor's tree
    /// While the verdict on a unit of the batch may still be appealed: these units of the batch (bit `i` for its unit `i`) were bad on
    /// purpose. They are refunded, nobody is convicted for them, and who found them good is at fault.
    RevealPlanted(Box<PlantedReveal>),
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct PlantedReveal {
    /// An audit of one of the bad units whose verdict is there and not final.
    pub audit: AuditId,
    /// The bad units, 16 hexadecimal digits: bit `i` for unit `i` of the batch.
    pub bad: HexBinary,
    /// What [`crate::audit::blind`] hides `bad` by.
    pub salt: Hash32,
    /// From the batch's last leaf to its root.
    pub path: Vec<Hash32>,
    /// Of the planter's leaf in the governor's tree.
    pub planter_salt: Hash32,
    pub planter_index: u32,
    pub planter_path: Vec<Hash32>,
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
    /// The lease's provider was convicted; everything held returned to the tenant.
    Convicted,
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
    /// `None`: nobody submitted this round yet.
    #[returns(Option<BeaconResponse>)]
    Beacon { round: u64 },
    /// The newest beacons first; `start_after` is a round.
    #[returns(Page<BeaconResponse, u64>)]
    Beacons { paging: Paging<u64> },
    /// The round that a batch posted, or a stage that began, at `height` waits for. `None` until a beacon is accepted above it.
    #[returns(Option<RoundResponse>)]
    RoundAfter { height: u64 },
    #[returns(AuditResponse)]
    Audit { audit: AuditId },
    /// Of a lease, by unit.
    #[returns(Page<AuditResponse, u32>)]
    Audits { lease: LeaseId, paging: Paging<u32> },
    /// Audits that a provider is seated in and that have not ended.
    #[returns(Page<AuditId, AuditId>)]
    Duties {
        provider: ProviderNo,
        paging: Paging<AuditId>,
    },
    #[returns(LeaseAuditsResponse)]
    LeaseAudits { lease: LeaseId },
    #[returns(BreakerResponse)]
    Breaker { class: AuditClass },
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct BeaconResponse {
    pub round: u64,
    /// SHA-256 of the signature.
    pub randomness: Hash32,
    /// Block that took it.
    pub height: u64,
    pub accepted_at: UnixTime,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct RoundResponse {
    pub round: u64,
    pub published_at: UnixTime,
    /// It was submitted.
    pub there: bool,
    /// It is not there an hour after it was published. What waits for it waits on; nobody is late.
    pub missing: bool,
}

/// Who sits in an audit.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Panel {
    Auditors,
    Jury,
    Appeal,
}

/// Where an audit stands.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum AuditStep {
    /// Seats are empty: they are filled by the first round after `height`.
    Seating {
        panel: Panel,
        height: u64,
    },
    Committing {
        panel: Panel,
        until: Deadline,
    },
    Opening {
        until: Deadline,
    },
    Revealing {
        panel: Panel,
        until: Deadline,
    },
    /// The verdict can be appealed if it puts somebody's bond at stake, and planters can speak.
    Decided {
        outcome: AuditOutcome,
        until: Deadline,
    },
    /// Too many convictions of this class: this one waits.
    Frozen {
        until: UnixTime,
    },
    Ended {
        outcome: AuditOutcome,
    },
}

/// Has passed when both have.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Deadline {
    pub time: UnixTime,
    pub height: u64,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum AuditOutcome {
    Passed,
    /// Too few auditors could be found: the unit vests without evidence.
    Unaudited,
    /// The jury was divided or too small: refunded, nobody at fault.
    Undecided,
    /// The provider did not open in time: refunded, a tenth of the work bond is slashed.
    NotOpened,
    /// Two pairs could not have the data: as [`Self::NotOpened`].
    Unavailable,
    Convicted,
    /// Bad on purpose; see [`ExecuteMsg::RevealPlanted`].
    Planted,
    /// The lease ended by another conviction.
    Moot,
}

#[cw_serde]
#[derive(Eq)]
pub struct AuditResponse {
    pub audit: AuditId,
    pub batch: BatchNo,
    pub provider: ProviderNo,
    pub class: AuditClass,
    /// The tenant asked for it; it was not drawn.
    pub forced: bool,
    pub opened_at: UnixTime,
    pub step: AuditStep,
    /// What each auditor and juror earns, in payment tokens, and locks, in network tokens.
    pub fee: Uint128,
    pub lock: Uint128,
    /// The provider's result, once opened.
    pub result: Option<Hash32>,
    pub seats: Vec<SeatResponse>,
}

#[cw_serde]
#[derive(Eq)]
pub struct SeatResponse {
    pub panel: Panel,
    pub provider: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub state: SeatState,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum SeatState {
    Seated,
    Committed,
    Revealed {
        verdict: AuditVerdict,
    },
    /// Late, and replaced if somebody could be found.
    Missed,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct LeaseAuditsResponse {
    pub lease: LeaseId,
    pub convicted: bool,
    /// Audits the tenant forced.
    pub forced: u32,
}

#[cw_serde]
#[derive(Eq)]
pub struct BreakerResponse {
    pub class: AuditClass,
    /// Convictions of this class wait until then.
    pub frozen_until: Option<UnixTime>,
    /// Distinct operators convicted in the last 24 h.
    pub operators: u32,
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
    /// `None`: not drawn yet, or nothing is drawn in its class.
    pub drawn: Option<Vec<u32>>,
    /// Units whose audit was opened, and has ended.
    pub audited: Vec<u32>,
    pub ended: Vec<u32>,
    pub refunded: Vec<u32>,
}
