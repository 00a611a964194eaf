//! What is stored. Terms are written once, in records of their own; what changes often is small.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Binary, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use market_control::CompactMap;
use market_math::accrual::{OutageTerms, PriceBase};
use market_types::audit::AuditId;
use market_types::escrow::{Amendment, LeaseStatus};
use market_types::order::{ComparisonClass, Rail};
use market_types::resources::{DeviceClass, Resources};
use market_types::{
    BasisPoints, CloseReason, Hash32, LeaseId, OrderId, Price, ProviderNo, Seconds, UnixTime,
};

use crate::packed::{narrow, PackedMap, Record};
use crate::ContractError;

mod keys {
    pub const SETTINGS: &str = "settings";
    pub const SERVICES: &str = "services";
    pub const TOKENS: &str = "tokens";
    pub const ORDER_COUNT: &str = "order_count";
    pub const ORDERS: &str = "orders";
    pub const RESERVED: &str = "reserved";
    pub const LEASES: &str = "leases";
    pub const STREAMS: &str = "streams";
    pub const TASKS: &str = "tasks";
    pub const MONEY: &str = "money";
    pub const BEATS: &str = "b";
    pub const ACCOUNTS: &str = "accounts";
    pub const TOTALS: &str = "totals";
    pub const BY_TENANT: &str = "by_tenant";
    pub const BY_PROVIDER: &str = "by_provider";
    pub const SET_ASIDE: &str = "set_aside";
    pub const ASIDE: &str = "aside";

    #[cfg(test)]
    pub const ALL: &[&str] = &[
        SETTINGS,
        SERVICES,
        TOKENS,
        ORDER_COUNT,
        ORDERS,
        RESERVED,
        LEASES,
        STREAMS,
        TASKS,
        MONEY,
        BEATS,
        ACCOUNTS,
        TOTALS,
        BY_TENANT,
        BY_PROVIDER,
        SET_ASIDE,
        ASIDE,
    ];
}

pub const SETTINGS: Item<Settings> = Item::new(keys::SETTINGS);
/// Every set of service terms there ever was; an order names the one it was placed under.
pub const SERVICES: CompactMap<u32, Service> = CompactMap::new(keys::SERVICES);
pub const TOKENS: Map<&Addr, Listing> = Map::new(keys::TOKENS);
pub const ORDER_COUNT: Item<u64> = Item::new(keys::ORDER_COUNT);
pub const ORDERS: CompactMap<OrderId, Order> = CompactMap::new(keys::ORDERS);
/// What an order holds in reserve; removed when it ends.
pub const RESERVED: PackedMap<OrderId, Uint128> = PackedMap::new(keys::RESERVED);
pub const LEASES: CompactMap<LeaseId, Lease> = CompactMap::new(keys::LEASES);
pub const STREAMS: CompactMap<LeaseId, Stream> = CompactMap::new(keys::STREAMS);
pub const TASKS: CompactMap<LeaseId, Task> = CompactMap::new(keys::TASKS);
pub const MONEY: PackedMap<LeaseId, Money> = PackedMap::new(keys::MONEY);
/// Exists exactly while a stream is active.
pub const BEATS: PackedMap<(ProviderNo, LeaseId), Beat> = PackedMap::new(keys::BEATS);
/// By owner and the number of the token; removed at zero.
pub const ACCOUNTS: PackedMap<(&Addr, TokenNo), Uint128> = PackedMap::new(keys::ACCOUNTS);
pub const TOTALS: PackedMap<TokenNo, Totals> = PackedMap::new(keys::TOTALS);
/// Indexes over the leases, kept by `add_lease` and `move_lease`.
pub const BY_TENANT: Map<(&Addr, LeaseId), ()> = Map::new(keys::BY_TENANT);
pub const BY_PROVIDER: Map<(ProviderNo, LeaseId), ()> = Map::new(keys::BY_PROVIDER);

/// Money for an open audit; removed when it is paid.
pub const SET_ASIDE: PackedMap<AuditId, Aside> = PackedMap::new(keys::SET_ASIDE);
/// The sum of [`SET_ASIDE`] by token, beside [`TOTALS`], which every payment writes and few audits change.
pub const ASIDE: PackedMap<&Addr, Uint128> = PackedMap::new(keys::ASIDE);

#[cw_serde]
pub struct Settings {
    /// The service terms that orders placed now get.
    pub service: u32,
    pub lease_bond_time: Seconds,
    pub work_bond_units: u32,
}

/// Terms of service every lease keeps from its order: how it is kept alive, and what silence costs.
#[cw_serde]
#[derive(Eq)]
pub struct Service {
    pub window: Seconds,
    pub interval: Seconds,
    pub grace: Seconds,
    pub min_silent_blocks: u64,
    pub outage_unpaid: Seconds,
    pub outage_max: Seconds,
    pub outage_share: BasisPoints,
    pub outage_forgiveness: Seconds,
    pub silence_tip: Uint128,
}

impl Service {
    /// Blocks that must have passed before beats count as missed, so that a halted chain faults nobody.
    pub fn silent_blocks(&self) -> u64 {
        self.min_silent_blocks.max(self.grace.0 / 10)
    }

    pub fn outage_terms(&self) -> OutageTerms {
        OutageTerms {
            interval: self.interval,
            window: self.window,
            unpaid: self.outage_unpaid,
            max: self.outage_max,
            share: self.outage_share,
        }
    }
}

/// A payment token within this contract: in the keys of what every payment writes an address would be most of the bytes.
pub type TokenNo = u8;

#[cw_serde]
#[derive(Eq)]
pub struct Listing {
    /// Given when the token is listed first, and kept.
    pub no: TokenNo,
    pub listed: bool,
    pub min_order: Uint128,
}

/// What was ordered, as far as money and time need it. Written once.
#[cw_serde]
#[derive(Eq)]
pub struct Order {
    pub tenant: Addr,
    pub token: Addr,
    pub token_no: TokenNo,
    pub take_rate: BasisPoints,
    pub service: u32,
    pub rail: Rail,
    pub max_price: Price,
    pub comparison: ComparisonClass,
    pub resources: Resources,
    pub manifest: Hash32,
    pub session_key: Option<Binary>,
    pub interruptible: bool,
}

#[cw_serde]
#[derive(Eq)]
pub struct Lease {
    pub tenant: Addr,
    pub provider: ProviderNo,
    pub owner: Addr,
    pub price: Price,
    pub class: DeviceClass,
    pub lease_bond: Uint128,
    pub work_bond: Uint128,
    pub work_bond_value: Uint128,
    pub awarded_at: UnixTime,
    pub status: LeaseStatus,
    pub ended: Option<Ended>,
    /// Of a task whose work bond is worth too little.
    pub short: Option<Short>,
    /// When a stake was enough again after its price alone had made it short: progress counts from then.
    pub restaked_at: Option<UnixTime>,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct Short {
    pub since: UnixTime,
    /// The price is to blame, not the provider.
    pub excused: bool,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct Ended {
    pub at: UnixTime,
    pub reason: CloseReason,
}

/// The seldom changing part of a stream; the beats are in [`Beat`].
#[cw_serde]
#[derive(Eq, Default)]
pub struct Stream {
    pub ready_at: Option<UnixTime>,
    pub accepted_at: Option<UnixTime>,
    pub active_since: Option<UnixTime>,
    /// Agreed length from activation, without what `topped` buys. `None`: open-ended.
    pub length: Option<Seconds>,
    /// Top-ups of a fixed stream since `length` and price were agreed.
    pub topped: Uint128,
    /// What was earned and credited when the present price was agreed.
    pub gross_base: Uint128,
    pub credited_base: Seconds,
    pub ack_sequence: u64,
    pub acknowledged_until: Option<UnixTime>,
    pub suspended_at: Option<UnixTime>,
    pub notice_until: Option<UnixTime>,
    pub outages: u32,
    /// When an outage was last forgiven its share.
    pub forgiven_at: Option<UnixTime>,
    pub proposal: Option<Proposal>,
    /// Credited seconds, once the stream has ended.
    pub credited: Seconds,
}

impl Stream {
    pub fn base(&self) -> PriceBase {
        PriceBase {
            gross: self.gross_base,
            credited: self.credited_base,
        }
    }
}

#[cw_serde]
#[derive(Eq)]
pub struct Proposal {
    pub by: Side,
    pub amendment: Amendment,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum Side {
    Tenant,
    Provider,
}

#[cw_serde]
#[derive(Eq, Default)]
pub struct Task {
    pub attested: u32,
    pub vested: u32,
    pub refunded: u32,
    pub last_batch_at: Option<UnixTime>,
    pub waiting_since: Option<UnixTime>,
    /// When `Waiting` was answered for the first time; later answers move nothing.
    pub delivered_at: Option<UnixTime>,
    /// After a tenant's close: units that may still be attested, and before when.
    pub overlap: Option<Overlap>,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct Overlap {
    pub units: u32,
    pub until: UnixTime,
}

/// A lease's money. What was funded is the sum of the first four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Money {
    pub remaining: Uint128,
    pub held: Uint128,
    pub gross: Uint128,
    pub refunded: Uint128,
    /// Part of `gross` that went to the audit pool.
    pub premium: Uint128,
}

impl Record for Money {
    const LEN: usize = 80;
    fn write(&self, out: &mut Vec<u8>) {
        for part in [self.remaining, self.held, self.gross, self.refunded, self.premium] {
            part.write(out);
        }
    }
    fn read(bytes: &[u8]) -> Self {
        let part = |n: usize| Uint128::read(&bytes[16 * n..16 * (n + 1)]);
        Self {
            remaining: part(0),
            held: part(1),
            gross: part(2),
            refunded: part(3),
            premium: part(4),
        }
    }
}

/// What is set aside for an audit, by whose money it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aside {
    pub pool: Uint128,
    pub tenant: Uint128,
}

impl Record for Aside {
    const LEN: usize = 32;
    fn write(&self, out: &mut Vec<u8>) {
        self.pool.write(out);
        self.tenant.write(out);
    }
    fn read(bytes: &[u8]) -> Self {
        Self {
            pool: Uint128::read(&bytes[..16]),
            tenant: Uint128::read(&bytes[16..]),
        }
    }
}

/// What the contract owes in one token, by purpose. The sum never exceeds the contract's balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub available: Uint128,
    pub reserved: Uint128,
    pub remaining: Uint128,
    pub held: Uint128,
    pub fees: Uint128,
    pub audit_pool: Uint128,
}

impl Record for Totals {
    const LEN: usize = 96;
    fn write(&self, out: &mut Vec<u8>) {
        for part in [
            self.available,
            self.reserved,
            self.remaining,
            self.held,
            self.fees,
            self.audit_pool,
        ] {
            part.write(out);
        }
    }
    fn read(bytes: &[u8]) -> Self {
        let part = |n: usize| Uint128::read(&bytes[16 * n..16 * (n + 1)]);
        Self {
            available: part(0),
            reserved: part(1),
            remaining: part(2),
            held: part(3),
            fees: part(4),
            audit_pool: part(5),
        }
    }
}

/// The heartbeat record of an active stream: 20 bytes, the only thing an ordinary beat reads and writes. It carries
/// its window, so that a beat needs no terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beat {
    /// 5 bytes, as is `cutoff`.
    pub last: UnixTime,
    /// 4 bytes: 136 years.
    pub credited: Seconds,
    /// Nothing later is credited; [`Beat::NEVER`] when nothing cuts off.
    pub cutoff: UnixTime,
    /// Block of the last beat, 4 bytes.
    pub height: u64,
    /// Longest gap that is credited, 2 bytes.
    pub window: Seconds,
}

impl Beat {
    /// The latest time that fits: year 36,812.
    pub const NEVER: UnixTime = UnixTime((1 << 40) - 1);
}

impl Record for Beat {
    const LEN: usize = 20;
    fn write(&self, out: &mut Vec<u8>) {
        let fields = [
            (self.last.0, 5),
            (self.credited.0, 4),
            (self.cutoff.0, 5),
            (self.height, 4),
            (self.window.0, 2),
        ];
        for (number, width) in fields {
            let most = (1u64 << (8 * width)) - 1;
            out.extend(&number.min(most).to_be_bytes()[8 - width..]);
        }
    }
    fn read(bytes: &[u8]) -> Self {
        Self {
            last: UnixTime(narrow(&bytes[0..5])),
            credited: Seconds(narrow(&bytes[5..9])),
            cutoff: UnixTime(narrow(&bytes[9..14])),
            height: narrow(&bytes[14..18]),
            window: Seconds(narrow(&bytes[18..20])),
        }
    }
}

/// # Errors
/// No order has this number.
pub fn order(storage: &dyn Storage, id: OrderId) -> Result<Order, ContractError> {
    ORDERS
        .may_load(storage, id)?
        .ok_or(ContractError::UnknownOrder { order: id })
}

/// # Errors
/// No lease has this number.
pub fn lease(storage: &dyn Storage, id: LeaseId) -> Result<Lease, ContractError> {
    LEASES
        .may_load(storage, id)?
        .ok_or(ContractError::UnknownLease { lease: id })
}

/// # Errors
/// The token was never listed.
pub fn listing(storage: &dyn Storage, token: &Addr) -> Result<Listing, ContractError> {
    TOKENS
        .may_load(storage, token)?
        .ok_or_else(|| ContractError::UnknownToken { token: token.clone() })
}

/// Enter a new lease into the indexes.
pub fn index_lease(storage: &mut dyn Storage, id: LeaseId, lease: &Lease) -> Result<(), ContractError> {
    BY_TENANT.save(storage, (&lease.tenant, id), &())?;
    BY_PROVIDER.save(storage, (lease.provider, id), &())?;
    Ok(())
}

/// A lease goes from one tenant to another.
pub fn reindex_tenant(
    storage: &mut dyn Storage,
    id: LeaseId,
    from: &Addr,
    to: &Addr,
) -> Result<(), ContractError> {
    BY_TENANT.remove(storage, (from, id));
    BY_TENANT.save(storage, (to, id), &())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn storage_keys_are_unique_here_and_beside_the_control_plane() {
        let all: Vec<&str> = keys::ALL.iter().copied().chain(market_control::KEYS).collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    fn round_trip<R: Record + PartialEq + std::fmt::Debug>(record: R) {
        let mut bytes = vec![];
        record.write(&mut bytes);
        assert_eq!(bytes.len(), R::LEN);
        assert_eq!(R::read(&bytes), record);
    }

    #[test]
    fn packed_records_read_back_at_the_extremes() {
        let most = Uint128::MAX;
        round_trip(Uint128::new(258));
        round_trip(Money {
            remaining: most,
            held: Uint128::new(1),
            gross: most,
            refunded: Uint128::new(2),
            premium: most,
        });
        round_trip(Totals {
            available: most,
            reserved: Uint128::new(1),
            fees: Uint128::new(7),
            ..Totals::default()
        });
        round_trip(Beat {
            last: Beat::NEVER,
            credited: Seconds(u32::MAX.into()),
            cutoff: UnixTime(3),
            height: u32::MAX.into(),
            window: Seconds(u16::MAX.into()),
        });
        assert_eq!(crate::packed::wide(&[1, 0]), 256);
    }

    #[test]
    fn the_heartbeat_record_is_twenty_bytes_and_saturates() {
        let mut bytes = vec![];
        let far = Beat {
            last: UnixTime(u64::MAX),
            credited: Seconds(u64::MAX),
            cutoff: UnixTime(u64::MAX),
            height: u64::MAX,
            window: Seconds(u64::MAX),
        };
        far.write(&mut bytes);
        assert_eq!(bytes, vec![0xff; 20]);
        assert_eq!(Beat::read(&bytes).cutoff, Beat::NEVER);
    }
}
