//! Who may be drawn to audit, what is at stake in a seat, and what a verdict takes.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};

use crate::audit::{AuditClass, AuditId};
use crate::{ProviderNo, UnixTime};

/// Audit tables one provider may be in at a time.
pub const MAX_AUDIT_CLASSES: usize = 8;
/// Seats at once that a provider may offer per table.
pub const MAX_AUDIT_PLACES: u8 = 16;
/// Largest weight of an entry.
pub const MAX_AUDIT_WEIGHT: u32 = 64;
/// Tries looked up in one query.
pub const MAX_AUDIT_TRIES: usize = 64;
/// Seats that one message fills or ends, at most.
pub const MAX_SEATS: usize = 16;
/// Operators a class needs before an order is audited in it without saying that it takes thin audits.
pub const MIN_AUDIT_OPERATORS: u32 = 5;

/// What a seat came to.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum SeatOutcome {
    /// Answered in time.
    Met,
    /// A deadline passed without an answer.
    Missed,
    /// Found at fault.
    Fault,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct SeatEnd {
    pub provider: ProviderNo,
    pub outcome: SeatOutcome,
    /// Network tokens. Taken from what the seat locked, then from free bond, then from what is unbonding; less when there is less.
    pub penalty: Uint128,
}

/// Where a try for a seat lands.
#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub struct AuditTry {
    pub position: u32,
    /// Below [`MAX_AUDIT_WEIGHT`].
    pub lot: u32,
}

/// An audit table as a whole.
#[cw_serde]
#[derive(Eq, Default)]
pub struct AuditTable {
    /// Positions ever given; some may be holes now.
    pub length: u32,
    /// Entries.
    pub live: u32,
    /// Operator groups among the entries.
    pub operators: u32,
}

/// Who a provider is.
#[cw_serde]
#[derive(Eq)]
pub struct Operator {
    pub no: ProviderNo,
    pub owner: Addr,
    pub agent: Addr,
    pub group: String,
}

/// An entry that could take a seat now.
#[cw_serde]
#[derive(Eq)]
pub struct AuditEntry {
    pub auditor: Operator,
    /// `min(bond units, 64)` when it was offered, at most what the bond is worth now.
    pub weight: u32,
    /// When it was first offered, or its weight last grew. A draw counts only who was there before.
    pub since: UnixTime,
    pub free_places: u32,
}

/// What a provider offers in one class, for its owner and for lists.
#[cw_serde]
#[derive(Eq)]
pub struct AuditOffer {
    pub class: AuditClass,
    /// `None`: it has left, and seats it took before are still open.
    pub position: Option<u32>,
    pub places: u32,
    /// Places that open seats take.
    pub used: u32,
    pub weight: u32,
    pub since: UnixTime,
}

/// A seat and what it locks.
#[cw_serde]
#[derive(Eq)]
pub struct SeatResponse {
    pub audit: AuditId,
    pub provider: ProviderNo,
    pub class: AuditClass,
    pub bond: Uint128,
}
