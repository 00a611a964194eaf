//! What a final verdict does: to the unit, to the provider's bond, to those who sat.

use cosmwasm_std::{DepsMut, StdResult, Storage, Uint128};
use market_math::slash::{slash, MAX_REPORTERS_SHARE};
use market_types::attestation::AuditOutcome;
use market_types::audit::Reward;
use market_types::contract::Escrow;
use market_types::escrow::{self, WorkResponse};
use market_types::events::BreakerTripped;
use market_types::registry::{self, Evidence, Fact, SeatEnd, SeatOutcome, MAX_SEATS};
use market_types::{BasisPoints, BatchNo, LeaseId, Seconds};

use crate::audit::{settle, Paid, Settlement, Step};
use crate::docket::Docket;
use crate::state::{lease_audits, Marks, BATCHES, BREAKERS, DUTIES, LEASES, MARKS, MISSED, SITTERS};
use crate::ContractError;

/// What the first missed opening takes of the work bond.
const MISSED_SHARE: BasisPoints = BasisPoints(1_000);
/// A second one within this time convicts.
const MISSED_WITHIN: Seconds = Seconds(30 * Seconds::DAY.0);

/// The bit of a unit in its batch's [`Marks`]; nothing for a unit of another batch.
///
/// # Errors
/// There is no such batch, or the unit is not of it.
pub fn bit(storage: &dyn Storage, lease: LeaseId, batch: BatchNo, unit: u32) -> Result<u64, ContractError> {
    let stored = BATCHES
        .may_load(storage, (lease, batch))?
        .ok_or(ContractError::NoBatch { lease, batch })?;
    let other = ContractError::OtherBatch {
        lease,
        batch,
        unit,
        first_unit: stored.first_unit,
        count: stored.count,
    };
    match unit.checked_sub(stored.first_unit) {
        Some(index) if index < stored.count => Ok(1 << index),
        _ => Err(other),
    }
}

impl Docket<'_> {
    /// A verdict is final: settle it, or freeze it when the breaker holds convictions of its class.
    pub(crate) fn finish(&mut self, deps: &mut DepsMut, outcome: AuditOutcome) -> Result<(), ContractError> {
        let lease = self.id.lease;
        let key = (lease, self.terms.batch);
        let bit = bit(deps.storage, lease, self.terms.batch, self.id.unit)?;
        let mut marks = MARKS.may_load(deps.storage, key)?.unwrap_or_default();
        let outcome = if lease_audits(deps.storage, lease)?.convicted {
            AuditOutcome::Moot
        } else if marks.planted & bit != 0 {
            AuditOutcome::Planted
        } else {
            outcome
        };
        if outcome == AuditOutcome::Convicted && self.freezes(deps.storage)? {
            return Ok(());
        }
        let settlement = settle(&self.audit, outcome, self.terms.forced.is_some());
        self.judge_provider(deps, outcome, &settlement)?;
        self.mark(&mut marks, bit, outcome);
        MARKS.save(deps.storage, key, &marks)?;
        self.unseat(deps.storage, &settlement)?;
        self.pay(deps.storage, outcome, &settlement)?;
        self.audit.end(outcome);
        Ok(())
    }

    /// Count a conviction; whether it has to wait.
    fn freezes(&mut self, storage: &mut dyn Storage) -> StdResult<bool> {
        if matches!(self.audit.step, Step::Frozen { .. }) {
            return Ok(false);
        }
        let class = self.terms.class.0.as_str();
        let mut record = BREAKERS.may_load(storage, class)?.unwrap_or_default();
        let tripped = record.tripped_at;
        let frozen = record.convict(self.terms.tag, self.now.time);
        BREAKERS.save(storage, class, &record)?;
        if let (Some(until), true) = (frozen, record.tripped_at != tripped) {
            let class = class.into();
            self.events.push(BreakerTripped { class, until }.into());
        }
        if let Some(until) = frozen {
            self.audit.freeze(until);
        }
        Ok(frozen.is_some())
    }

    fn judge_provider(
        &mut self,
        deps: &mut DepsMut,
        outcome: AuditOutcome,
        settlement: &Settlement,
    ) -> Result<(), ContractError> {
        match outcome {
            AuditOutcome::Passed => self.record(Fact::AuditPassed {}),
            AuditOutcome::Convicted => self.convict(deps, &settlement.reporters, false)?,
            AuditOutcome::NotOpened | AuditOutcome::Unavailable => {
                self.record(Fact::MissedOpening {});
                if self.misses_again(deps.storage)? {
                    self.convict(deps, &[], outcome == AuditOutcome::NotOpened)?;
                } else {
                    let tip = self.tip().filter(|_| outcome == AuditOutcome::NotOpened);
                    self.to_registry.push(registry::ExecuteMsg::Slash {
                        lease: self.id.lease,
                        share: MISSED_SHARE,
                        rewards: vec![],
                        tip,
                        convict: false,
                    });
                }
            }
            AuditOutcome::Unaudited
            | AuditOutcome::Undecided
            | AuditOutcome::Planted
            | AuditOutcome::Moot => {}
        }
        Ok(())
    }

    /// Whether the provider missed an opening within the last 30 days already, before this one was asked for: those asked for before are
    /// one absence, and cost a tenth of the bond each.
    fn misses_again(&self, storage: &mut dyn Storage) -> StdResult<bool> {
        let (provider, now) = (self.terms.provider, self.now.time);
        let asked = match self.audit.step {
            Step::Opening { asked, .. } => asked,
            _ => now,
        };
        let last = MISSED.may_load(storage, provider)?;
        MISSED.save(storage, provider, &now)?;
        Ok(last.is_some_and(|last| now.since(last) < MISSED_WITHIN && asked >= last))
    }

    fn convict(
        &mut self,
        deps: &mut DepsMut,
        reporters: &[usize],
        silence: bool,
    ) -> Result<(), ContractError> {
        let lease = self.id.lease;
        let mut audits = lease_audits(deps.storage, lease)?;
        audits.convicted = true;
        LEASES.save(deps.storage, lease, &audits)?;
        let work: WorkResponse =
            Escrow::at(&self.wiring.lease_escrow).ask(&deps.querier, &escrow::QueryMsg::Work { lease })?;
        let share = slash(work.work_bond, reporters.len() as u32, MAX_REPORTERS_SHARE)?;
        let rewards = self.rewards(deps.storage, reporters.iter().copied(), share.each)?;
        self.to_registry.push(registry::ExecuteMsg::Slash {
            lease,
            share: BasisPoints::WHOLE,
            rewards,
            tip: self.tip().filter(|_| silence),
            convict: true,
        });
        self.to_escrow.push(escrow::ExecuteMsg::Convict { lease });
        Ok(())
    }

    /// The unit's end; a refund of it unless it vests, or the whole lease was refunded.
    fn mark(&mut self, marks: &mut Marks, bit: u64, outcome: AuditOutcome) {
        marks.ended |= bit;
        let convicted = self
            .to_escrow
            .iter()
            .any(|msg| matches!(msg, escrow::ExecuteMsg::Convict { .. }));
        let refunded = match outcome {
            AuditOutcome::Passed | AuditOutcome::Unaudited | AuditOutcome::Moot | AuditOutcome::Convicted => {
                false
            }
            AuditOutcome::NotOpened
            | AuditOutcome::Unavailable
            | AuditOutcome::Undecided
            | AuditOutcome::Planted => !convicted && marks.refunded & bit == 0,
        };
        if refunded {
            marks.refunded |= bit;
            self.to_escrow.push(escrow::ExecuteMsg::Refund {
                lease: self.id.lease,
                units: 1,
            });
        }
    }

    fn unseat(&mut self, storage: &mut dyn Storage, settlement: &Settlement) -> StdResult<()> {
        let (mut faults, mut met) = (vec![], vec![]);
        for ending in &settlement.endings {
            let Some(seat) = self.audit.seats.get(ending.seat) else {
                continue;
            };
            DUTIES.remove(storage, (seat.provider, self.id.lease, self.id.unit));
            let (ends, outcome, penalty) = if ending.at_fault {
                (&mut faults, SeatOutcome::Fault, self.terms.lock)
            } else {
                (&mut met, SeatOutcome::Met, Uint128::zero())
            };
            ends.push(SeatEnd {
                provider: seat.provider,
                outcome,
                penalty,
            });
        }
        let by_fault = settlement
            .endings
            .iter()
            .filter(|ending| ending.paid == Paid::ByFault)
            .map(|ending| ending.seat);
        let each = Uint128::new(self.terms.lock.u128() / 10);
        let mut rewards = self.rewards(storage, by_fault, each)?;
        // Penalties come first, and what is paid out of them with them.
        faults.append(&mut met);
        for ends in faults.chunks(MAX_SEATS) {
            self.to_registry.push(registry::ExecuteMsg::Unseat {
                audit: self.id,
                ends: ends.to_vec(),
                rewards: std::mem::take(&mut rewards),
                tip: None,
            });
        }
        Ok(())
    }

    fn pay(
        &mut self,
        storage: &dyn Storage,
        outcome: AuditOutcome,
        settlement: &Settlement,
    ) -> Result<(), ContractError> {
        let fees = settlement
            .endings
            .iter()
            .filter(|ending| ending.paid == Paid::Fee)
            .map(|ending| ending.seat);
        let mut payments = self.rewards(storage, fees, self.terms.fee)?;
        if let Some(forced) = &self.terms.forced {
            let opened = matches!(
                outcome,
                AuditOutcome::Passed | AuditOutcome::Unaudited | AuditOutcome::Undecided
            );
            if opened && self.audit.opened && !forced.opening_fee.is_zero() {
                payments.push(Reward {
                    to: forced.owner.to_string(),
                    amount: forced.opening_fee,
                });
            }
        }
        // Without a fee nothing was set aside, unless the tenant forced it.
        if !self.terms.fee.is_zero() || self.terms.forced.is_some() {
            self.to_escrow.push(escrow::ExecuteMsg::PayAudit {
                audit: self.id,
                payments,
            });
        }
        Ok(())
    }

    fn rewards(
        &self,
        storage: &dyn Storage,
        seats: impl Iterator<Item = usize>,
        amount: Uint128,
    ) -> StdResult<Vec<Reward>> {
        if amount.is_zero() {
            return Ok(vec![]);
        }
        seats
            .map(|seat| {
                let key = (self.id.lease, self.id.unit, seat as u32);
                Ok(Reward {
                    to: SITTERS.load(storage, key)?.owner.into_string(),
                    amount,
                })
            })
            .collect()
    }

    fn record(&mut self, fact: Fact) {
        self.to_registry.push(registry::ExecuteMsg::Record(Evidence {
            provider: self.terms.provider,
            lease: self.id.lease,
            token: self.terms.token.to_string(),
            fact,
        }));
    }
}
