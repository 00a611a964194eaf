//! What is stored. What changes with every lease lies in small records of its own: [`Account`], the used capacity of one class,
//! the evidence; what an owner rarely changes lies in [`Provider`] and beside it.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Empty, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use market_control::{CompactItem, CompactMap};
use market_types::audit::{AuditClass, AuditId};
use market_types::registry::{AgentLimits, AgentRecord, Gateway, Params, Resources64, Unbonding};
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use market_types::{LeaseId, ProviderNo, UnixTime};

use crate::ContractError;

/// Storage keys of this contract; those of `market-control` are in [`market_control::KEYS`].
pub mod keys {
    pub const PARAMS: &str = "params";
    pub const TOTALS: &str = "totals";
    pub const LAST_PROVIDER: &str = "last_provider";
    pub const IDENTITIES: &str = "identities";
    pub const PROVIDERS: &str = "providers";
    pub const GATEWAYS: &str = "gateways";
    pub const AGENTS: &str = "agents";
    pub const LIMITS: &str = "limits";
    pub const SIGNED: &str = "signed";
    pub const ACCOUNTS: &str = "accounts";
    pub const UNBONDING: &str = "unbonding";
    pub const USED: &str = "used";
    pub const COMMITMENTS: &str = "commitments";
    pub const COMMITMENTS_OF: &str = "commitments_of";
    pub const CLAIMABLE: &str = "claimable";
    pub const PRICES: &str = "prices";
    pub const EVIDENCE: &str = "evidence";
    pub const TABLES: &str = "tables";
    pub const SLOTS: &str = "slots";
    pub const OFFERS: &str = "offers";
    pub const GROUPS: &str = "groups";
    pub const SEATS: &str = "seats";
    pub const BURNED: &str = "burned";

    pub const ALL: [&str; 23] = [
        PARAMS,
        TOTALS,
        LAST_PROVIDER,
        IDENTITIES,
        PROVIDERS,
        GATEWAYS,
        AGENTS,
        LIMITS,
        SIGNED,
        ACCOUNTS,
        UNBONDING,
        USED,
        COMMITMENTS,
        COMMITMENTS_OF,
        CLAIMABLE,
        PRICES,
        EVIDENCE,
        TABLES,
        SLOTS,
        OFFERS,
        GROUPS,
        SEATS,
        BURNED,
    ];
}

pub const PARAMS: CompactItem<Params<Addr>> = CompactItem::new(keys::PARAMS);
pub const TOTALS: Item<Totals> = Item::new(keys::TOTALS);
/// All that was slashed and burned; absent before the first.
pub const BURNED: Item<Uint128> = Item::new(keys::BURNED);
pub const LAST_PROVIDER: Item<ProviderNo> = Item::new(keys::LAST_PROVIDER);
/// Every address that is or ever was an owner or an agent.
pub const IDENTITIES: CompactMap<&Addr, Identity> = CompactMap::new(keys::IDENTITIES);
pub const PROVIDERS: CompactMap<ProviderNo, Provider> = CompactMap::new(keys::PROVIDERS);
pub const GATEWAYS: Map<ProviderNo, Gateway> = Map::new(keys::GATEWAYS);
/// Agent keys of a provider, numbered from 0.
pub const AGENTS: Map<(ProviderNo, u32), AgentRecord> = Map::new(keys::AGENTS);
pub const LIMITS: CompactMap<ProviderNo, AgentLimits> = CompactMap::new(keys::LIMITS);
/// By attribute key; kept only for attributes the provider has, with the value it has.
pub const SIGNED: CompactMap<(ProviderNo, &str), Vec<Addr>> = CompactMap::new(keys::SIGNED);
pub const ACCOUNTS: CompactMap<ProviderNo, Account> = CompactMap::new(keys::ACCOUNTS);
/// Earliest first; absent when empty.
pub const UNBONDING: CompactMap<ProviderNo, Vec<Unbonding>> = CompactMap::new(keys::UNBONDING);
/// Committed capacity by device class; absent when nothing is committed.
pub const USED: CompactMap<(ProviderNo, &str), Resources64> = CompactMap::new(keys::USED);
pub const COMMITMENTS: CompactMap<LeaseId, Commitment> = CompactMap::new(keys::COMMITMENTS);
pub const COMMITMENTS_OF: Map<(ProviderNo, LeaseId), Empty> = Map::new(keys::COMMITMENTS_OF);
pub const CLAIMABLE: Map<&Addr, Uint128> = Map::new(keys::CLAIMABLE);
pub const PRICES: CompactMap<&Addr, BondPrice> = CompactMap::new(keys::PRICES);
pub const EVIDENCE: CompactMap<ProviderNo, EvidenceRecord> = CompactMap::new(keys::EVIDENCE);

/// Audit tables by class; one that nobody was ever in has no record.
pub const TABLES: CompactMap<&str, Table> = CompactMap::new(keys::TABLES);
pub const SLOTS: CompactMap<(&str, u32), Slot> = CompactMap::new(keys::SLOTS);
/// Kept after leaving a table as long as seats are open.
pub const OFFERS: CompactMap<(ProviderNo, &str), Offer> = CompactMap::new(keys::OFFERS);
/// Entries of an operator group in a table; absent at zero.
pub const GROUPS: CompactMap<(&str, &str), u32> = CompactMap::new(keys::GROUPS);
/// Absent when no seat is open.
pub const SEATS: CompactMap<AuditId, Bench> = CompactMap::new(keys::SEATS);

/// What the contract owes, in network tokens.
#[cw_serde]
#[derive(Default)]
pub struct Totals {
    pub bonded: Uint128,
    pub unbonding: Uint128,
    pub claimable: Uint128,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub enum Identity {
    Owner(ProviderNo),
    Agent(ProviderNo),
}

impl Identity {
    pub const fn provider(self) -> ProviderNo {
        match self {
            Self::Owner(no) | Self::Agent(no) => no,
        }
    }
}

#[cw_serde]
pub struct Provider {
    pub owner: Addr,
    pub agent: Addr,
    /// The current entry in [`AGENTS`].
    pub agent_index: u32,
    pub group: String,
    pub attributes: Vec<Attribute>,
    pub machines: Vec<MachineGroup>,
    pub maintenance: Option<(UnixTime, UnixTime)>,
    pub shrunk_at: Option<UnixTime>,
    pub retired: bool,
    /// Convicted and not reinstated.
    pub suspended: bool,
}

/// The bond of one provider, and its duties. `locked` never exceeds `bonded`.
#[cw_serde]
#[derive(Default, Eq)]
pub struct Account {
    pub bonded: Uint128,
    pub locked: Uint128,
    /// Leases with a commitment.
    pub commitments: u32,
    /// Open seats as auditor or juror, and what became of earlier ones.
    pub duties: u32,
    pub duties_met: u32,
    pub duties_missed: u32,
    pub duties_at_fault: u32,
}

impl Account {
    pub fn free(&self) -> Uint128 {
        self.bonded.saturating_sub(self.locked)
    }
}

/// What a lease holds of its provider until both its parts are released.
#[cw_serde]
pub struct Commitment {
    pub provider: ProviderNo,
    pub tenant: Addr,
    pub class: DeviceClass,
    pub resources: Resources,
    pub token: Addr,
    pub lease_bond: Uint128,
    pub penalized: Uint128,
    /// As locked at the award, and added since.
    pub work_bond: Uint128,
    pub slashed: Uint128,
    pub bond_price: Uint128,
    pub capacity_released: bool,
}

impl Commitment {
    /// Bond this lease still locks.
    ///
    /// # Errors
    /// More was taken than there was, or the sum does not fit.
    pub fn locks(&self) -> Result<Uint128, ContractError> {
        let lease_bond = self.lease_bond.checked_sub(self.penalized)?;
        Ok(lease_bond.checked_add(self.work_bond_left()?)?)
    }

    /// # Errors
    /// More was slashed than the work bond had.
    pub fn work_bond_left(&self) -> Result<Uint128, ContractError> {
        Ok(self.work_bond.checked_sub(self.slashed)?)
    }
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct BondPrice {
    pub price: Uint128,
    pub updated_at: UnixTime,
    /// The price that keepers' steps are measured from ...
    pub anchor: Uint128,
    /// ... and since when.
    pub anchor_at: UnixTime,
}

#[cw_serde]
#[derive(Default, Eq)]
pub struct EvidenceRecord {
    /// Millionths of an observation, as of `halved_at`.
    pub success: Uint128,
    pub failure: Uint128,
    /// When the weights last halved, or the first evidence came.
    pub halved_at: UnixTime,
    pub ended_by_tenant: u64,
    pub ended_by_provider: u64,
    pub ended_by_network: u64,
    pub outages: u64,
    pub outage_seconds: u64,
    pub no_shows: u64,
    pub audits_passed: u64,
    pub missed_openings: u64,
    pub convictions: u64,
}

#[cw_serde]
#[derive(Default, Eq)]
pub struct Table {
    pub length: u32,
    pub live: u32,
    pub operators: u32,
    /// The hole that the next newcomer takes; each hole names the next.
    pub hole: Option<u32>,
}

/// A position of an audit table.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum Slot {
    Hole {
        next: Option<u32>,
    },
    Entry {
        provider: ProviderNo,
        weight: u32,
        since: UnixTime,
    },
}

/// What a provider offers in one class; small, since each seat changes it.
#[cw_serde]
#[derive(Copy, Eq)]
pub struct Offer {
    /// `None`: it left while seats were open.
    pub position: Option<u32>,
    pub places: u32,
    pub used: u32,
}

/// The open seats of an audit.
#[cw_serde]
pub struct Bench {
    pub class: AuditClass,
    pub seats: Vec<Seat>,
}

#[cw_serde]
#[derive(Copy, Eq)]
pub struct Seat {
    pub provider: ProviderNo,
    pub bond: Uint128,
    /// It takes a place of the provider's offer.
    pub placed: bool,
}

/// # Errors
/// There is no such provider.
pub fn provider(storage: &dyn Storage, no: ProviderNo) -> Result<Provider, ContractError> {
    PROVIDERS
        .may_load(storage, no)?
        .ok_or(ContractError::UnknownProvider { no })
}

/// The number of the provider that `owner` owns.
///
/// # Errors
/// `owner` owns none.
pub fn owned(storage: &dyn Storage, owner: &Addr) -> Result<ProviderNo, ContractError> {
    match IDENTITIES.may_load(storage, owner)? {
        Some(Identity::Owner(no)) => Ok(no),
        _ => Err(ContractError::NotAProvider {
            address: owner.clone(),
        }),
    }
}

/// The provider that `owner` owns and has not retired.
///
/// # Errors
/// `owner` owns none, or it has retired.
pub fn active(storage: &dyn Storage, owner: &Addr) -> Result<(ProviderNo, Provider), ContractError> {
    let no = owned(storage, owner)?;
    let provider = provider(storage, no)?;
    if provider.retired {
        return Err(ContractError::Retired { provider: no });
    }
    Ok((no, provider))
}

/// The provider whose owner or present agent key `address` is.
///
/// # Errors
/// The storage is not what this contract wrote.
pub fn whois(storage: &dyn Storage, address: &Addr) -> Result<Option<(ProviderNo, Provider)>, ContractError> {
    let Some(identity) = IDENTITIES.may_load(storage, address)? else {
        return Ok(None);
    };
    let no = identity.provider();
    let provider = provider(storage, no)?;
    let in_office = matches!(identity, Identity::Owner(_)) || provider.agent == *address;
    Ok(in_office.then_some((no, provider)))
}

/// The bond of provider `no`, whose record is written at the registration.
///
/// # Errors
/// There is no record, or it is damaged: a provider's bond must not look like none.
pub fn account(storage: &dyn Storage, no: ProviderNo) -> StdResult<Account> {
    ACCOUNTS.load(storage, no)
}

/// What leases use of a class; nothing used has no record, see [`save_used`].
pub fn used(storage: &dyn Storage, no: ProviderNo, class: &DeviceClass) -> StdResult<Resources64> {
    Ok(USED.may_load(storage, (no, &class.0))?.unwrap_or_default())
}

pub fn save_used(
    storage: &mut dyn Storage,
    no: ProviderNo,
    class: &DeviceClass,
    used: &Resources64,
) -> StdResult<()> {
    if *used == Resources64::default() {
        USED.remove(storage, (no, &class.0));
        return Ok(());
    }
    USED.save(storage, (no, &class.0), used)
}

/// # Errors
/// The lease has no commitment.
pub fn commitment(storage: &dyn Storage, lease: LeaseId) -> Result<Commitment, ContractError> {
    COMMITMENTS
        .may_load(storage, lease)?
        .ok_or(ContractError::NoCommitment { lease })
}

/// Store a new commitment and its entry in the list of its provider.
pub fn add_commitment(storage: &mut dyn Storage, lease: LeaseId, commitment: &Commitment) -> StdResult<()> {
    COMMITMENTS_OF.save(storage, (commitment.provider, lease), &Empty {})?;
    COMMITMENTS.save(storage, lease, commitment)
}

/// Delete a commitment and its entry in the list of its provider.
pub fn remove_commitment(storage: &mut dyn Storage, lease: LeaseId, provider: ProviderNo) {
    COMMITMENTS_OF.remove(storage, (provider, lease));
    COMMITMENTS.remove(storage, lease);
}

/// Add to what `owner` can claim. Nothing is written for zero.
///
/// # Errors
/// The sum does not fit.
pub fn credit(storage: &mut dyn Storage, owner: &Addr, amount: Uint128) -> Result<(), ContractError> {
    if amount.is_zero() {
        return Ok(());
    }
    // Removed when it is claimed.
    let claimable = CLAIMABLE.may_load(storage, owner)?.unwrap_or_default();
    CLAIMABLE.save(storage, owner, &claimable.checked_add(amount)?)?;
    Ok(())
}
