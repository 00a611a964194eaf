//! Audit tables. Entries never move and tables never shrink, so joining and leaving cannot change where anybody else is; holes are
//! a chain, so both cost the same in a table of ten and of a million.

use std::collections::BTreeMap;

use cosmwasm_std::{Order, OverflowError, OverflowOperation, StdError, StdResult, Storage, Uint128};
use market_types::audit::AuditClass;
use market_types::registry::{AuditEntry, AuditTable, AuditTry, MAX_AUDIT_CLASSES, MAX_AUDIT_WEIGHT};
use market_types::{ProviderNo, UnixTime};

use crate::state::{self, account, Offer, Slot, Table, GROUPS, OFFERS, SLOTS, TABLES};
use crate::ContractError;

/// `min(bonded / unit, 64)`; a unit of zero is ruled out by its bounds.
pub fn weight(bonded: Uint128, unit: Uint128) -> u32 {
    let units = bonded.checked_div(unit).unwrap_or_default();
    units.min(MAX_AUDIT_WEIGHT.into()).u128() as u32
}

pub fn table(storage: &dyn Storage, class: &AuditClass) -> StdResult<Table> {
    Ok(TABLES.may_load(storage, &class.0)?.unwrap_or_default())
}

impl Table {
    pub fn answer(&self) -> AuditTable {
        AuditTable {
            length: self.length,
            live: self.live,
            operators: self.operators,
        }
    }
}

/// What `no` offers, by class: at most [`MAX_AUDIT_CLASSES`].
pub fn offers(storage: &dyn Storage, no: ProviderNo) -> StdResult<Vec<(AuditClass, Offer)>> {
    OFFERS
        .under::<_, String>(storage, no, None, Order::Ascending)
        .take(MAX_AUDIT_CLASSES)
        .map(|entry| entry.map(|(class, offer)| (AuditClass(class), offer)))
        .collect()
}

/// Whether `no` is in some table.
pub fn in_some(storage: &dyn Storage, no: ProviderNo) -> StdResult<bool> {
    Ok(offers(storage, no)?
        .iter()
        .any(|(_, offer)| offer.position.is_some()))
}

/// Weight and age of the entry at a position.
///
/// # Errors
/// There is none, which an offer's position rules out.
pub fn entry(storage: &dyn Storage, class: &AuditClass, position: u32) -> StdResult<(u32, UnixTime)> {
    match SLOTS.load(storage, (&class.0, position))? {
        Slot::Entry { weight, since, .. } => Ok((weight, since)),
        Slot::Hole { .. } => Err(StdError::not_found("audit entry")),
    }
}

fn next(n: u32) -> Result<u32, OverflowError> {
    n.checked_add(1).ok_or(OverflowError::new(OverflowOperation::Add))
}

fn previous(n: u32) -> Result<u32, OverflowError> {
    n.checked_sub(1).ok_or(OverflowError::new(OverflowOperation::Sub))
}

fn join_group(
    storage: &mut dyn Storage,
    class: &AuditClass,
    table: &mut Table,
    group: &str,
) -> Result<(), ContractError> {
    // Absent at zero, see [`GROUPS`].
    let members = GROUPS.may_load(storage, (&class.0, group))?.unwrap_or(0);
    if members == 0 {
        table.operators = next(table.operators)?;
    }
    Ok(GROUPS.save(storage, (&class.0, group), &next(members)?)?)
}

fn leave_group(
    storage: &mut dyn Storage,
    class: &AuditClass,
    table: &mut Table,
    group: &str,
) -> Result<(), ContractError> {
    let members = previous(GROUPS.load(storage, (&class.0, group))?)?;
    if members > 0 {
        return Ok(GROUPS.save(storage, (&class.0, group), &members)?);
    }
    GROUPS.remove(storage, (&class.0, group));
    table.operators = previous(table.operators)?;
    Ok(())
}

/// Take the latest hole, or the end. Returns the position.
///
/// # Errors
/// The table is full at 2^32, or the storage is not what this contract wrote.
pub fn join(
    storage: &mut dyn Storage,
    class: &AuditClass,
    group: &str,
    entry: Slot,
) -> Result<u32, ContractError> {
    let mut table = table(storage, class)?;
    let position = match table.hole {
        Some(position) => match SLOTS.load(storage, (&class.0, position))? {
            Slot::Hole { next } => {
                table.hole = next;
                position
            }
            Slot::Entry { .. } => return Err(StdError::not_found("hole").into()),
        },
        None => {
            let position = table.length;
            table.length = next(position)?;
            position
        }
    };
    table.live = next(table.live)?;
    join_group(storage, class, &mut table, group)?;
    SLOTS.save(storage, (&class.0, position), &entry)?;
    TABLES.save(storage, &class.0, &table)?;
    Ok(position)
}

/// Leave a hole.
///
/// # Errors
/// The storage is not what this contract wrote.
pub fn leave(
    storage: &mut dyn Storage,
    class: &AuditClass,
    group: &str,
    position: u32,
) -> Result<(), ContractError> {
    let mut table = table(storage, class)?;
    SLOTS.save(storage, (&class.0, position), &Slot::Hole { next: table.hole })?;
    table.hole = Some(position);
    table.live = previous(table.live)?;
    leave_group(storage, class, &mut table, group)?;
    TABLES.save(storage, &class.0, &table)?;
    Ok(())
}

/// Leave every table, as the convicted and the retired do.
///
/// # Errors
/// As [`leave`].
pub fn leave_all(storage: &mut dyn Storage, no: ProviderNo, group: &str) -> Result<(), ContractError> {
    for (class, offer) in offers(storage, no)? {
        if let Some(position) = offer.position {
            leave(storage, &class, group, position)?;
            save_offer(
                storage,
                no,
                &class,
                Offer {
                    position: None,
                    ..offer
                },
            )?;
        }
    }
    Ok(())
}

/// Count the entries of `no` for another operator group.
///
/// # Errors
/// As [`leave`].
pub fn regroup(storage: &mut dyn Storage, no: ProviderNo, from: &str, to: &str) -> Result<(), ContractError> {
    if from == to {
        return Ok(());
    }
    for (class, offer) in offers(storage, no)? {
        if offer.position.is_some() {
            let mut table = table(storage, &class)?;
            leave_group(storage, &class, &mut table, from)?;
            join_group(storage, &class, &mut table, to)?;
            TABLES.save(storage, &class.0, &table)?;
        }
    }
    Ok(())
}

/// An offer of who left and has no open seat is gone.
pub fn save_offer(
    storage: &mut dyn Storage,
    no: ProviderNo,
    class: &AuditClass,
    offer: Offer,
) -> StdResult<()> {
    if offer.position.is_none() && offer.used == 0 {
        OFFERS.remove(storage, (no, &class.0));
        return Ok(());
    }
    OFFERS.save(storage, (no, &class.0), &offer)
}

/// Looks up tries. In a small table many land on one position, which is read once.
pub struct Reader<'a> {
    storage: &'a dyn Storage,
    class: &'a AuditClass,
    unit: Uint128,
    bond: Uint128,
    slots: BTreeMap<u32, Option<Slot>>,
    able: BTreeMap<ProviderNo, Option<AuditEntry>>,
}

impl<'a> Reader<'a> {
    /// Of entries that could lock `bond` now, with weights by `unit`.
    pub fn new(storage: &'a dyn Storage, class: &'a AuditClass, unit: Uint128, bond: Uint128) -> Self {
        Self {
            storage,
            class,
            unit,
            bond,
            slots: BTreeMap::new(),
            able: BTreeMap::new(),
        }
    }

    /// One answer per try, in their order.
    ///
    /// # Errors
    /// The storage is not what this contract wrote.
    pub fn all(mut self, tries: &[AuditTry]) -> Result<Vec<Option<AuditEntry>>, ContractError> {
        tries.iter().map(|one| self.one(*one)).collect()
    }

    fn slot(&mut self, position: u32) -> StdResult<Option<Slot>> {
        if let Some(known) = self.slots.get(&position) {
            return Ok(*known);
        }
        let slot = SLOTS.may_load(self.storage, (&self.class.0, position))?;
        self.slots.insert(position, slot);
        Ok(slot)
    }

    fn one(&mut self, AuditTry { position, lot }: AuditTry) -> Result<Option<AuditEntry>, ContractError> {
        let Some(Slot::Entry {
            provider,
            weight,
            since,
        }) = self.slot(position)?
        else {
            return Ok(None);
        };
        // Most tries end here, before anything else is read.
        if lot >= weight {
            return Ok(None);
        }
        if !self.able.contains_key(&provider) {
            let able = self.able(provider, weight, since)?;
            self.able.insert(provider, able);
        }
        let entry = self.able.get(&provider).and_then(Option::as_ref);
        Ok(entry.filter(|entry| lot < entry.weight).cloned())
    }

    /// The entry, if its provider could take a seat now.
    fn able(
        &self,
        no: ProviderNo,
        weight: u32,
        since: UnixTime,
    ) -> Result<Option<AuditEntry>, ContractError> {
        let account = account(self.storage, no)?;
        let offer = OFFERS.load(self.storage, (no, &self.class.0))?;
        let free_places = offer.places.saturating_sub(offer.used);
        if free_places == 0 || account.free() < self.bond {
            return Ok(None);
        }
        Ok(Some(AuditEntry {
            auditor: state::provider(self.storage, no)?.operator(no),
            weight: weight.min(self::weight(account.bonded, self.unit)),
            since,
            free_places,
        }))
    }
}
