//! What every contract of the market has in common: who governs it, what it is wired to, who may pause it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Uint128};

use crate::{Seconds, UnixTime};

/// The five contracts and the network token. All six are set once, together, and never again.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Wiring<A> {
    pub provider_registry: A,
    pub order_book: A,
    pub lease_escrow: A,
    pub attestation: A,
    pub take_rate_burn: A,
    /// The cw20 that is bonded and burned.
    pub network_token: A,
}

/// Who instantiates a contract names, before its parameters.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Roles<A> {
    /// The only address that changes parameters.
    pub governor: A,
    /// May pause entries, never exits. `None`: nobody may.
    pub guardian: Option<A>,
    /// May send `Wire`, once.
    pub wirer: A,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub enum ControlMsg {
    /// From the wirer, once. Each address must carry the cw2 name of its contract; until then all else is refused.
    Wire(Wiring<String>),
    /// From the governor: offer the office to `governor`, who has `expires_in` to accept it (at most 30 days).
    OfferGovernor { governor: String, expires_in: Seconds },
    /// From the governor: take back an open offer.
    WithdrawOffer {},
    /// From whom the office was offered to.
    AcceptGovernor {},
    /// From the governor.
    SetGuardian { guardian: Option<String> },
    /// From guardian or governor: refuse entries (new orders, bids, awards, deposits of bond) for at most 14 days, and not again
    /// within 7 days of the end of the last pause.
    Pause { duration: Seconds },
    /// From guardian or governor.
    Unpause {},
}

#[cw_serde]
#[derive(Eq)]
pub struct ControlResponse {
    pub governor: Addr,
    pub offered_to: Option<Addr>,
    pub offer_expires: Option<UnixTime>,
    pub guardian: Option<Addr>,
    pub wirer: Addr,
    pub wiring: Option<Wiring<Addr>>,
    /// Entries are refused before this time.
    pub paused_until: Option<UnixTime>,
    /// The cw2 name and version.
    pub contract: String,
    pub version: String,
}

/// Both sides of a contract's balance in one token. `owed` never exceeds `held`; the difference is a gift.
#[cw_serde]
#[derive(Eq)]
pub struct Solvency {
    pub token: Addr,
    /// What the token says this contract has.
    pub held: Uint128,
    /// What the contract owes, by purpose.
    pub owed: Vec<Owed>,
    pub owed_total: Uint128,
}

#[cw_serde]
#[derive(Eq)]
pub struct Owed {
    pub purpose: String,
    pub amount: Uint128,
}
