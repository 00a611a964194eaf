//! What is stored, and under which keys.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Order, StdResult, Storage, Uint128};
use cw_storage_plus::Map;
use market_control::CompactMap;
use market_types::attestation::{AuditTimes, BeaconParams, ClassParams, Params, Planters};
use market_types::audit::{AuditClass, AuditId};
use market_types::{BasisPoints, BatchNo, LeaseId, ProviderNo, Seconds, UnixTime};

use crate::audit::Audit;
use crate::breaker::Record;

/// Every key of this contract's own.
pub const KEYS: [&str; 16] = [
    "classes", "rules", "batches", "outcomes", "beacons", "heights", "marks", "audits", "terms", "results",
    "sitters", "duties", "leases", "pairs", "missed", "breakers",
];

/// Key of a record of which there is one.
const ONLY: u8 = 0;
/// Apart from [`RULES`], which posting a batch has no need of.
const CLASSES: CompactMap<u8, Vec<ClassParams>> = CompactMap::new(KEYS[0]);
const RULES: CompactMap<u8, AuditRules> = CompactMap::new(KEYS[1]);
/// Written once, when a batch is posted.
pub const BATCHES: CompactMap<(LeaseId, BatchNo), Batch> = CompactMap::new(KEYS[2]);
/// How a batch ended, in a record of its own: a batch is large, and writing costs by the byte.
pub const OUTCOMES: Map<(LeaseId, BatchNo), Outcome> = Map::new(KEYS[3]);
/// By the beacon's tag and round; see [`crate::beacon::tag`].
pub const BEACONS: CompactMap<(u64, u64), Beacon> = CompactMap::new(KEYS[4]);
/// Time of each block that took a beacon.
pub const HEIGHTS: CompactMap<u64, UnixTime> = CompactMap::new(KEYS[5]);
/// What became of a batch's units, from its draw or its first forced audit on.
pub const MARKS: CompactMap<(LeaseId, BatchNo), Marks> = CompactMap::new(KEYS[6]);
/// The part of an audit that changes.
pub const AUDITS: CompactMap<AuditId, Audit> = CompactMap::new(KEYS[7]);
/// The part that does not.
pub const TERMS: CompactMap<AuditId, Terms> = CompactMap::new(KEYS[8]);
/// The provider's result of an audited unit, once opened.
pub const RESULTS: CompactMap<AuditId, [u8; 32]> = CompactMap::new(KEYS[9]);
/// Who sits in which seat, by lease, unit and the seat's number.
pub const SITTERS: CompactMap<(LeaseId, u32, u32), Sitter> = CompactMap::new(KEYS[10]);
/// The open seats of each provider, with their numbers.
pub const DUTIES: CompactMap<(ProviderNo, LeaseId, u32), u32> = CompactMap::new(KEYS[11]);
/// Only leases with a forced audit or a conviction.
pub const LEASES: CompactMap<LeaseId, LeaseAudits> = CompactMap::new(KEYS[12]);
/// When one of two providers, the lower number first, last sat in an audit of the other.
pub const PAIRS: CompactMap<(ProviderNo, ProviderNo), UnixTime> = CompactMap::new(KEYS[13]);
/// When a provider last missed an opening.
pub const MISSED: CompactMap<ProviderNo, UnixTime> = CompactMap::new(KEYS[14]);
/// Lately convicted, by audit class.
pub const BREAKERS: CompactMap<&str, Record> = CompactMap::new(KEYS[15]);

#[cw_serde]
pub struct AuditRules {
    pub beacon: Option<BeaconParams>,
    pub times: AuditTimes,
    pub opening_fee: BasisPoints,
    pub tip: Uint128,
    pub planters: Option<Planters>,
}

#[cw_serde]
pub struct Batch {
    pub first_unit: u32,
    pub count: u32,
    pub root: [u8; 32],
    /// Who signed the receipts, whatever key the provider has later.
    pub agent: Addr,
    pub posted_at: UnixTime,
    pub posted_height: u64,
    pub vests_at: UnixTime,
    /// In 2^-64.
    pub audit_rate: Uint128,
    /// Of the whole batch.
    pub premium: Uint128,
    /// What the lease posted lately, this batch included: see [`market_math::fresh`].
    pub fresh_quarter: u64,
    pub fresh: [Uint128; 3],
}

#[cw_serde]
#[derive(Copy)]
pub enum Outcome {
    #[serde(rename = "p")]
    Released,
    #[serde(rename = "r")]
    Refunded,
}

#[cw_serde]
#[derive(Copy)]
pub struct Beacon {
    pub randomness: [u8; 32],
    pub height: u64,
    pub accepted_at: UnixTime,
}

/// Sets of units: bit `i` for unit `i` of the batch.
#[cw_serde]
#[derive(Copy, Default)]
pub struct Marks {
    /// `None`: not drawn yet.
    pub drawn: Option<u64>,
    /// Their audit was opened.
    pub opened: u64,
    /// Their audit has ended.
    pub ended: u64,
    pub refunded: u64,
    /// Bad on purpose.
    pub planted: u64,
}

#[cw_serde]
pub struct Terms {
    pub batch: BatchNo,
    pub provider: ProviderNo,
    /// Of the provider's operator group.
    pub tag: u64,
    pub tenant: Addr,
    /// Of the tenant's operator group, if it is a provider.
    pub tenant_tag: Option<u64>,
    /// The payment token.
    pub token: Addr,
    pub class: AuditClass,
    /// The audit table has at most `2^bits` places when the audit opens.
    pub bits: u8,
    /// When it opened. Who entered the table since is not drawn.
    pub opened_at: UnixTime,
    /// Of each seat, in payment tokens.
    pub fee: Uint128,
    /// Of each seat, in network tokens.
    pub lock: Uint128,
    pub commit: Seconds,
    pub forced: Option<Forced>,
}

#[cw_serde]
pub struct Forced {
    /// The provider's owner, who is paid for opening.
    pub owner: Addr,
    pub opening_fee: Uint128,
}

#[cw_serde]
pub struct Sitter {
    pub owner: Addr,
    pub agent: Addr,
    pub commitment: Option<[u8; 32]>,
}

#[cw_serde]
#[derive(Copy, Default)]
pub struct LeaseAudits {
    pub convicted: bool,
    pub forced: u32,
}

/// # Errors
/// They do not serialise.
pub fn save_params(storage: &mut dyn Storage, params: &Params) -> StdResult<()> {
    let params = params.clone();
    CLASSES.save(storage, ONLY, &params.classes)?;
    let rules = AuditRules {
        beacon: params.beacon,
        times: params.times,
        opening_fee: params.opening_fee,
        tip: params.tip,
        planters: params.planters,
    };
    RULES.save(storage, ONLY, &rules)
}

/// # Errors
/// The contract was never instantiated.
pub fn load_params(storage: &dyn Storage) -> StdResult<Params> {
    let rules = rules(storage)?;
    Ok(Params {
        classes: classes(storage)?,
        beacon: rules.beacon,
        times: rules.times,
        opening_fee: rules.opening_fee,
        tip: rules.tip,
        planters: rules.planters,
    })
}

/// # Errors
/// As [`load_params`].
pub fn classes(storage: &dyn Storage) -> StdResult<Vec<ClassParams>> {
    CLASSES.load(storage, ONLY)
}

/// # Errors
/// As [`load_params`].
pub fn rules(storage: &dyn Storage) -> StdResult<AuditRules> {
    RULES.load(storage, ONLY)
}

/// The batch posted last for `lease`, with its number. The last key tells, so no counter is written.
///
/// # Errors
/// It does not read back.
pub fn last_batch(storage: &dyn Storage, lease: LeaseId) -> StdResult<Option<(BatchNo, Batch)>> {
    BATCHES
        .under::<_, BatchNo>(storage, lease, None, Order::Descending)
        .next()
        .transpose()
}

/// What a lease's audits have come to; nothing is stored of most leases.
///
/// # Errors
/// It does not read back.
pub fn lease_audits(storage: &dyn Storage, lease: LeaseId) -> StdResult<LeaseAudits> {
    Ok(LEASES.may_load(storage, lease)?.unwrap_or_default())
}
