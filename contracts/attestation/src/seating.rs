//! Filling seats: tries over the audit table, and the list of last resort when they run out.

use cosmwasm_std::{Deps, DepsMut};
use market_math::seats::{Try, MAX_TRIES, TRIES_PER_MESSAGE};
use market_types::attestation::SeatState;
use market_types::contract::Registry;
use market_types::registry::{self, AuditEntry, AuditTry, Operator};
use market_types::{Hash32, ProviderNo, Seconds};
use sha2::{Digest, Sha256};

use crate::audit::{stage, Seat};
use crate::beacon::{head, randomness_after};
use crate::docket::Docket;
use crate::state::{Sitter, DUTIES, PAIRS, SITTERS};
use crate::ContractError;

/// Who sat in an audit of the other, or the other in one of it, within this time, is passed over.
const PAIR_REST: Seconds = Seconds(7 * Seconds::DAY.0);
/// Tries after which rested pairs are no longer asked for. A small market would run out of strangers, and what nobody may audit vests.
const REST_UNTIL_TRY: u32 = MAX_TRIES / 2;

/// The first eight bytes of the SHA-256 of an operator group's name.
pub fn tag(group: &str) -> u64 {
    head(&Sha256::digest(group).into())
}

/// Two providers, the lower number first.
pub fn pair(a: ProviderNo, b: ProviderNo) -> (ProviderNo, ProviderNo) {
    (a.min(b), a.max(b))
}

impl Docket<'_> {
    /// Look for who sits: 64 more tries, and the list of last resort after the last.
    ///
    /// # Errors
    /// The stage's beacon is not there yet.
    pub(crate) fn seat(&mut self, deps: &mut DepsMut, height: u64, tries: u32) -> Result<(), ContractError> {
        let beacon = self.params.beacon.as_ref().ok_or(ContractError::NoAudits {})?;
        let randomness = randomness_after(deps.storage, beacon, height)?;
        let until = tries.saturating_add(TRIES_PER_MESSAGE).min(MAX_TRIES);
        let mut found = self.try_table(deps.as_ref(), &randomness, tries, until)?;
        let exhausted = until >= MAX_TRIES;
        if exhausted && found.len() < self.audit.vacant() as usize {
            self.last_resort(deps.as_ref(), &mut found)?;
        }
        let seats = self.take(deps, found)?;
        let rules = self.rules();
        let effects = self.audit.fill(seats, until, exhausted, self.now, &rules);
        self.apply(deps, effects)
    }

    fn try_table(
        &self,
        deps: Deps,
        randomness: &Hash32,
        from: u32,
        until: u32,
    ) -> Result<Vec<Operator>, ContractError> {
        let stage = stage(self.audit.panel);
        let tries: Vec<AuditTry> = (from..until)
            .map(|number| Try::new(randomness, self.id.number(), stage, number, self.terms.bits))
            .map(|landed| AuditTry {
                position: landed.position,
                lot: landed.lot,
            })
            .collect();
        let mut found = vec![];
        if tries.is_empty() {
            return Ok(found);
        }
        let entries: Vec<Option<AuditEntry>> = Registry::at(&self.wiring.provider_registry).ask(
            &deps.querier,
            &registry::QueryMsg::AuditEntries {
                class: self.terms.class.clone(),
                tries,
                bond: self.terms.lock,
            },
        )?;
        for (number, entry) in (from..).zip(entries) {
            if found.len() >= self.audit.vacant() as usize {
                break;
            }
            let Some(entry) = entry else { continue };
            let is_older = entry.since < self.terms.opened_at;
            if is_older && self.may_sit(deps, &entry.auditor, &found, number < REST_UNTIL_TRY)? {
                found.push(entry.auditor);
            }
        }
        Ok(found)
    }

    fn last_resort(&self, deps: Deps, found: &mut Vec<Operator>) -> Result<(), ContractError> {
        let listed: Vec<Operator> = Registry::at(&self.wiring.provider_registry).ask(
            &deps.querier,
            &registry::QueryMsg::LastResort {
                bond: self.terms.lock,
            },
        )?;
        for operator in listed {
            if found.len() >= self.audit.vacant() as usize {
                break;
            }
            if self.may_sit(deps, &operator, found, false)? {
                found.push(operator);
            }
        }
        Ok(())
    }

    /// Nobody judges its own work, its own order, its own group's; nobody sits twice, and no group does.
    fn may_sit(
        &self,
        deps: Deps,
        who: &Operator,
        found: &[Operator],
        rested: bool,
    ) -> Result<bool, ContractError> {
        let terms = &self.terms;
        let own = tag(&who.group);
        let is_party = who.no == terms.provider
            || own == terms.tag
            || who.owner == terms.tenant
            || who.agent == terms.tenant
            || terms.tenant_tag == Some(own);
        let sat = self
            .audit
            .seats
            .iter()
            .any(|seat| seat.provider == who.no || seat.tag == own);
        let sits = found
            .iter()
            .any(|other| other.no == who.no || other.group == who.group);
        if is_party || sat || sits {
            return Ok(false);
        }
        if !rested {
            return Ok(true);
        }
        let last = PAIRS.may_load(deps.storage, pair(who.no, terms.provider))?;
        Ok(last.is_none_or(|last| self.now.time.since(last) >= PAIR_REST))
    }

    fn take(&mut self, deps: &mut DepsMut, found: Vec<Operator>) -> Result<Vec<Seat>, ContractError> {
        if found.is_empty() {
            return Ok(vec![]);
        }
        self.to_registry.push(registry::ExecuteMsg::Seat {
            audit: self.id,
            class: self.terms.class.clone(),
            providers: found.iter().map(|operator| operator.no).collect(),
            bond: self.terms.lock,
        });
        let (lease, unit) = (self.id.lease, self.id.unit);
        let first = self.audit.seats.len() as u32;
        let mut seats = vec![];
        for (number, operator) in (first..).zip(found) {
            let seat = Seat {
                provider: operator.no,
                tag: tag(&operator.group),
                panel: self.audit.panel,
                state: SeatState::Seated,
            };
            let sitter = Sitter {
                owner: operator.owner,
                agent: operator.agent,
                commitment: None,
            };
            SITTERS.save(deps.storage, (lease, unit, number), &sitter)?;
            DUTIES.save(deps.storage, (seat.provider, lease, unit), &number)?;
            let pair = pair(seat.provider, self.terms.provider);
            PAIRS.save(deps.storage, pair, &self.now.time)?;
            seats.push(seat);
        }
        Ok(seats)
    }
}
