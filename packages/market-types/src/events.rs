//! One event per change of state, with constant names and keys. Agents and indexers read nothing else.
//!
//! On chain an event `order_placed` appears as `wasm-order_placed` with `_contract_address` in front.

use cosmwasm_std::{Addr, Event, StdError, StdResult, Uint128};

use crate::audit::AuditId;
use crate::{
    BasisPoints, BatchNo, CloseReason, Hash32, LeaseId, LotId, OrderId, Price, ProviderNo, Seconds, UnixTime,
};

/// Prefix the chain puts before a contract's own event type.
pub const CHAIN_PREFIX: &str = "wasm-";

/// An event that can be read back from its attributes.
pub trait MarketEvent: Sized {
    const TYPE: &'static str;

    /// # Errors
    /// A key is missing or its value is not of its type.
    fn read(attribute: impl Fn(&str) -> Option<String>) -> StdResult<Self>;
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident $ty:literal { $($field:ident : $t:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name { $(pub $field: $t),* }

            impl From<$name> for Event {
                fn from(event: $name) -> Event {
                    Event::new($ty)$(.add_attribute(stringify!($field), event.$field.to_string()))*
                }
            }

            impl MarketEvent for $name {
                const TYPE: &'static str = $ty;
                fn read(attribute: impl Fn(&str) -> Option<String>) -> StdResult<Self> {
                    Ok(Self { $($field: value($ty, stringify!($field), &attribute)?),* })
                }
            }
        )*

        /// Type and keys of every event, for tests and indexers.
        pub const ALL: &[(&str, &[&str])] = &[$(($ty, &[$(stringify!($field)),*])),*];
    };
}

/// A value of an event attribute.
trait Value: Sized {
    fn parse(text: &str) -> Option<Self>;
}

macro_rules! values {
    ($($t:ty),*) => { $(impl Value for $t { fn parse(text: &str) -> Option<Self> { text.parse().ok() } })* };
}
values!(
    AuditId,
    BasisPoints,
    BatchNo,
    Hash32,
    LeaseId,
    LotId,
    OrderId,
    Price,
    ProviderNo,
    Seconds,
    UnixTime,
    Uint128,
    u32,
    u64,
    bool,
    String
);

impl Value for Addr {
    /// Addresses in events come from the chain, which checked them.
    fn parse(text: &str) -> Option<Self> {
        Some(Addr::unchecked(text))
    }
}

impl Value for CloseReason {
    fn parse(text: &str) -> Option<Self> {
        CloseReason::from_code(text.parse().ok()?)
    }
}

fn value<T: Value>(ty: &str, key: &str, attribute: &impl Fn(&str) -> Option<String>) -> StdResult<T> {
    let text = attribute(key).ok_or_else(|| StdError::not_found(format!("attribute {key} of event {ty}")))?;
    T::parse(&text).ok_or_else(|| StdError::parse_err(ty, format!("attribute {key} is {text:?}")))
}

events! {
    // --- every contract
    Wired "wired" { contract: String }
    GovernorOffered "governor_offered" { to: Addr, expires: UnixTime }
    GovernorChanged "governor_changed" { from: Addr, to: Addr }
    GuardianChanged "guardian_changed" { to: String }
    Paused "paused" { until: UnixTime, by: Addr }
    Unpaused "unpaused" { by: Addr }
    /// One per parameter that changed.
    ParamChanged "param_changed" { param: String, old: String, new: String }
    Skimmed "skimmed" { token: Addr, amount: Uint128 }

    // --- provider-registry
    ProviderRegistered "provider_registered" { provider: ProviderNo, owner: Addr, agent: Addr }
    ProviderUpdated "provider_updated" { provider: ProviderNo, shrunk: bool }
    ProviderRetired "provider_retired" { provider: ProviderNo }
    AgentRotated "agent_rotated" { provider: ProviderNo, from: Addr, to: Addr }
    AgentLimited "agent_limited" { provider: ProviderNo }
    MaintenanceAnnounced "maintenance_announced" { provider: ProviderNo, from: UnixTime, until: UnixTime }
    Bonded "bonded" { provider: ProviderNo, amount: Uint128, bonded: Uint128 }
    UnbondingStarted "unbonding_started" { provider: ProviderNo, amount: Uint128, ready_at: UnixTime }
    Unbonded "unbonded" { provider: ProviderNo, amount: Uint128 }
    Committed "committed" { provider: ProviderNo, lease: LeaseId, lease_bond: Uint128, work_bond: Uint128 }
    Released "released" { provider: ProviderNo, lease: LeaseId, capacity: bool, bonds: bool }
    NoShow "no_show" { provider: ProviderNo, order: OrderId, tenant: Addr, amount: Uint128 }
    Penalized "penalized" { provider: ProviderNo, lease: LeaseId, tenant: Addr, amount: Uint128, tip: Uint128 }
    Claimed "claimed" { owner: Addr, amount: Uint128 }
    BondPriceSet "bond_price_set" { token: Addr, old: Uint128, new: Uint128 }
    AttributesSigned "attributes_signed" { provider: ProviderNo, auditor: Addr, count: u32 }
    AttributesRevoked "attributes_revoked" { provider: ProviderNo, auditor: Addr, count: u32 }
    AuditsOffered "audits_offered" { provider: ProviderNo, class: String, position: u32, places: u32, weight: u32 }
    AuditsLeft "audits_left" { provider: ProviderNo, class: String, position: u32 }
    Reinstated "reinstated" { provider: ProviderNo }
    WorkBondAdded "work_bond_added" { provider: ProviderNo, lease: LeaseId, amount: Uint128, work_bond: Uint128 }
    /// One per seat.
    Seated "seated" { provider: ProviderNo, audit: String, bond: Uint128 }
    /// One per seat. `penalty`: what was really taken.
    Unseated "unseated" { provider: ProviderNo, audit: String, outcome: String, penalty: Uint128 }
    /// What became of the penalties of an audit's seats.
    SeatsSettled "seats_settled" { audit: String, penalties: Uint128, rewards: Uint128, burned: Uint128 }
    Slashed "slashed" { provider: ProviderNo, lease: LeaseId, amount: Uint128, rewards: Uint128, burned: Uint128, convicted: bool }
    EvidenceRecorded "evidence_recorded" { provider: ProviderNo, lease: LeaseId, fact: String }

    // --- order-book
    OrderOpened "order_opened" { order: OrderId, tenant: Addr, closes: UnixTime, expires: UnixTime, max_price: Price }
    BidPlaced "bid_placed" { order: OrderId, provider: ProviderNo, price: Price, sequence: u32, closes: UnixTime }
    BidEvicted "bid_evicted" { order: OrderId, provider: ProviderNo }
    OrderAwarded "order_awarded" { order: OrderId, lease: LeaseId, provider: ProviderNo, bid: Price, price: Price }
    OrderUnfilled "order_unfilled" { order: OrderId }
    OrderCancelled "order_cancelled" { order: OrderId }
    OrderExpired "order_expired" { order: OrderId }
    BidsPruned "bids_pruned" { order: OrderId, count: u32 }

    // --- lease-escrow
    Deposited "deposited" { owner: Addr, token: Addr, amount: Uint128 }
    Withdrawn "withdrawn" { owner: Addr, token: Addr, amount: Uint128 }
    OrderPlaced "order_placed" { order: OrderId, tenant: Addr, token: Addr, reserved: Uint128, take_rate: BasisPoints }
    ReservationFreed "reservation_freed" { order: OrderId, tenant: Addr, amount: Uint128 }
    LeaseOpened "lease_opened" { lease: LeaseId, tenant: Addr, provider: ProviderNo, price: Price, funded: Uint128 }
    LeaseReady "lease_ready" { lease: LeaseId }
    LeaseAccepted "lease_accepted" { lease: LeaseId }
    LeaseActive "lease_active" { lease: LeaseId, ends_at: UnixTime }
    LeaseWaiting "lease_waiting" { lease: LeaseId }
    InputsDelivered "inputs_delivered" { lease: LeaseId }
    LeaseSuspended "lease_suspended" { lease: LeaseId }
    LeaseResumed "lease_resumed" { lease: LeaseId }
    LeaseAcknowledged "lease_acknowledged" { lease: LeaseId, sequence: u64, good_until: UnixTime }
    NoticeGiven "notice_given" { lease: LeaseId, until: UnixTime }
    AmendmentProposed "amendment_proposed" { lease: LeaseId, by: Addr }
    LeaseAmended "lease_amended" { lease: LeaseId, price: Price }
    LeaseTransferred "lease_transferred" { lease: LeaseId, from: Addr, to: Addr }
    LeaseToppedUp "lease_topped_up" { lease: LeaseId, amount: Uint128, by: Addr }
    Outage "outage" { lease: LeaseId, length: Seconds, penalty_share: BasisPoints }
    LeaseSettled "lease_settled" { lease: LeaseId, gross: Uint128, fee: Uint128, income: Uint128 }
    LeaseHeld "lease_held" { lease: LeaseId, units: u32, held: Uint128 }
    LeaseVested "lease_vested" { lease: LeaseId, units: u32, gross: Uint128, premium: Uint128 }
    LeaseRefunded "lease_refunded" { lease: LeaseId, amount: Uint128 }
    LeaseClosing "lease_closing" { lease: LeaseId, reason: CloseReason, refunded: Uint128 }
    LeaseClosed "lease_closed" { lease: LeaseId, reason: CloseReason, gross: Uint128, refunded: Uint128 }
    LeaseRevalued "lease_revalued" { lease: LeaseId, work_bond: Uint128, value: Uint128, enough: bool }
    AuditSetAside "audit_set_aside" { audit: String, amount: Uint128, payer: String }
    AuditPaid "audit_paid" { audit: String, paid: Uint128, returned: Uint128 }
    FeesSwept "fees_swept" { token: Addr, amount: Uint128 }
    AuditsFunded "audits_funded" { token: Addr, amount: Uint128 }

    // --- attestation
    BatchPosted "batch_posted" { lease: LeaseId, batch: BatchNo, first_unit: u32, count: u32, root: Hash32, vests_at: UnixTime }
    BeaconAccepted "beacon_accepted" { round: u64, randomness: Hash32 }
    /// `units`: numbers with commas between them, over the whole lease; nothing when none was drawn.
    BatchDrawn "batch_drawn" { lease: LeaseId, batch: BatchNo, units: String }
    AuditOpened "audit_opened" { audit: AuditId, batch: BatchNo, provider: ProviderNo, class: String, forced: bool }
    /// What an audit waits for now, of whom: `seating`, `committing`, `opening`, `revealing`, `frozen`. `until` is 0 for `seating`.
    AuditStepped "audit_stepped" { audit: AuditId, panel: String, step: String, until: UnixTime }
    AnswerCommitted "answer_committed" { audit: AuditId, provider: ProviderNo }
    UnitOpened "unit_opened" { audit: AuditId, result: Hash32 }
    AnswerRevealed "answer_revealed" { audit: AuditId, provider: ProviderNo, verdict: String, score: u32 }
    AuditDecided "audit_decided" { audit: AuditId, outcome: String, until: UnixTime }
    Appealed "appealed" { audit: AuditId, by: Addr }
    AuditEnded "audit_ended" { audit: AuditId, outcome: String }
    PlantedRevealed "planted_revealed" { lease: LeaseId, batch: BatchNo, units: String }
    BreakerTripped "breaker_tripped" { class: String, until: UnixTime }
    BatchReleased "batch_released" { lease: LeaseId, batch: BatchNo, count: u32, premium: Uint128 }

    // --- take-rate-burn
    FeesCollected "fees_collected" { token: Addr, amount: Uint128 }
    Burned "burned" { amount: Uint128 }
    LotOpened "lot_opened" { lot: LotId, token: Addr, amount: Uint128, start_price: Uint128 }
    LotRestarted "lot_restarted" { lot: LotId, token: Addr, amount: Uint128, start_price: Uint128 }
    LotTaken "lot_taken" { lot: LotId, token: Addr, buyer: Addr, amount: Uint128, paid: Uint128 }
    AuditsSeeded "audits_seeded" { token: Addr, amount: Uint128 }
    InsurancePaid "insurance_paid" { token: Addr, to: Addr, amount: Uint128 }
    RateScheduled "rate_scheduled" { token: String, old: BasisPoints, new: BasisPoints, from: UnixTime }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_reads_back_from_its_attributes() {
        let event = LeaseClosed {
            lease: LeaseId(8),
            reason: CloseReason::Silent,
            gross: Uint128::new(5),
            refunded: Uint128::MAX,
        };
        let on_chain: Event = event.clone().into();
        assert_eq!(on_chain.ty, LeaseClosed::TYPE);
        let get = |key: &str| {
            on_chain
                .attributes
                .iter()
                .find(|a| a.key == key)
                .map(|a| a.value.clone())
        };
        assert_eq!(LeaseClosed::read(get).unwrap(), event);
        assert!(LeaseClosed::read(|_| None).is_err());
        assert!(LeaseClosed::read(|_| Some("x".into())).is_err());
    }

    #[test]
    fn event_types_are_unique_and_no_key_begins_with_an_underscore() {
        let types: std::collections::BTreeSet<_> = ALL.iter().map(|(ty, _)| ty).collect();
        assert_eq!(types.len(), ALL.len());
        assert!(ALL
            .iter()
            .all(|(ty, keys)| ty.len() > 1 && keys.iter().all(|key| !key.starts_with('_'))));
    }
}
