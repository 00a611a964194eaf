//! What a tenant asks for.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Uint128};

use crate::resources::{Attribute, DeviceClass, Resources};
use crate::{BasisPoints, Hash32, Price, Seconds};

/// An order as its tenant states it. `A` is `String` in messages and `Addr` once checked.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct OrderSpec<A> {
    pub needs: Requirements<A>,
    pub rail: Rail,
    /// Highest price a bid may name: per hour on a stream, per unit on a task.
    pub max_price: Price,
    /// Second-price orders: what is paid when there is no next bid. `None`: the winner's own bid. At most `max_price`.
    pub reserve_price: Option<Price>,
    pub comparison: ComparisonClass,
    /// How long bids are taken.
    pub window: Seconds,
    /// How long after the window closes the award may still be made.
    pub award_within: Seconds,
    pub award: AwardRule,
    pub pricing: Pricing,
    /// Members of the gang; 1 in this version.
    pub members: u8,
    pub on_provider_failure: OnProviderFailure,
    /// The tenant accepts notice of the provider at any time; without it a provider close is a failure.
    pub interruptible: bool,
    /// SHA-256 of the canonical manifest, which travels off chain.
    pub manifest: Hash32,
    /// Compressed secp256k1 key (33 bytes) that signs acknowledgements for the tenant. Needed on a stream
    /// with `ack_every`, unless the tenant's account acknowledges by itself.
    pub session_key: Option<Binary>,
    /// Audited work may go to a class with fewer than five operators who could audit it, where a verdict may be missing.
    #[serde(default)]
    pub thin_audit: bool,
}

/// What a provider must be and have to be considered. Lists are free of duplicates; see each bound.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Requirements<A> {
    /// Per member.
    pub resources: Resources,
    /// Any one of these, 1 to 8.
    pub classes: Vec<DeviceClass>,
    /// All of these, at most 24.
    pub attributes: Vec<Attribute>,
    /// Whose signatures under those attributes are demanded.
    pub signatures: Option<Signatures<A>>,
    /// Provider owners. Empty: everybody. At most 16.
    pub allow: Vec<A>,
    /// Provider owners never taken. At most 16.
    pub deny: Vec<A>,
    pub min_reputation: BasisPoints,
}

impl Requirements<Addr> {
    /// The same for a message.
    pub fn unchecked(&self) -> Requirements<String> {
        let strings = |addrs: &[Addr]| addrs.iter().map(Addr::to_string).collect();
        Requirements {
            resources: self.resources.clone(),
            classes: self.classes.clone(),
            attributes: self.attributes.clone(),
            signatures: self.signatures.as_ref().map(|signatures| match signatures {
                Signatures::AllOf(auditors) => Signatures::AllOf(strings(auditors)),
                Signatures::AnyOf(auditors) => Signatures::AnyOf(strings(auditors)),
            }),
            allow: strings(&self.allow),
            deny: strings(&self.deny),
            min_reputation: self.min_reputation,
        }
    }
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub enum Signatures<A> {
    /// Each of these attribute auditors signed every demanded attribute. At most 8.
    AllOf(Vec<A>),
    /// At least one of these signed every demanded attribute. At most 8.
    AnyOf(Vec<A>),
}

/// How the lease is measured and paid, with its times. Bounds are in [`limits`].
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub enum Rail {
    /// A service, paid per attested second.
    Stream {
        length: StreamLength,
        /// Seconds later than this after the tenant's last acknowledgement are not credited. `None`: no acknowledgement is asked.
        ack_every: Option<Seconds>,
        /// Within this time after the award the agent must be ready and the tenant accept.
        start_timeout: Seconds,
        /// Notice a provider gives before it may close without penalty. Zero: it may not.
        notice: Seconds,
    },
    /// Frames, segments, chunks: paid per unit.
    Task {
        units: u32,
        /// Longest time a unit may take.
        unit_deadline: Seconds,
        /// Inputs must be delivered this soon after the award.
        start_timeout: Seconds,
        /// A batch must be posted this often; at least twice `unit_deadline`.
        progress_timeout: Seconds,
        /// What a provider that waits in vain for inputs may take. `None`: one unit's price. At most the price of all units.
        start_fee: Option<Uint128>,
    },
}

#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub enum StreamLength {
    /// Ends this long after the lease became active; the reservation is the maximum price for that time.
    Fixed(Seconds),
    /// Runs until `deposit` is spent; may be topped up.
    OpenEnded { deposit: Uint128 },
}

/// How two results of one unit are compared. `None` cannot be verified, and every surface says so.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Hash)]
pub enum ComparisonClass {
    Exact,
    Image,
    Vector,
    Tokens,
    None,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum AwardRule {
    /// The lowest price wins.
    Lowest,
    /// The lowest `ceil(price * 10000 / reputation)` wins.
    BestScore,
    /// The tenant names the bid.
    TenantPicks,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum Pricing {
    PayAsBid,
    /// The winner is paid what the next bid would have made it accept; a next bid of its own operator group never raises that, one of
    /// the tenant's never lowers it. Not with [`AwardRule::TenantPicks`].
    SecondPrice,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum OnProviderFailure {
    /// The unspent money returns to the tenant.
    Refund,
    /// The unspent money is ordered again. Refused in this version.
    Reorder,
}

/// Hard bounds of an order, the same on every chain.
pub mod limits {
    use crate::Seconds;

    pub const CLASSES: usize = 8;
    pub const ALLOW: usize = 16;
    pub const DENY: usize = 16;
    pub const SIGNERS: usize = 8;
    pub const UNITS: u32 = 1_000_000;
    pub const GPUS: u16 = 64;
    pub const DURATION: Seconds = Seconds(366 * 86_400);
    pub const UNIT_DEADLINE: Seconds = Seconds(7 * 86_400);
    pub const TIMEOUT: Seconds = Seconds(30 * 86_400);
    pub const MIN_TIMEOUT: Seconds = Seconds(10);
    pub const MIN_ACK_EVERY: Seconds = Seconds(600);
    /// Highest maximum price; leaves room for any product with a time, a number of units or a score.
    pub const MAX_PRICE: u128 = u128::MAX >> 40;
    /// Bytes of a session key.
    pub const SESSION_KEY: usize = 33;
}
