//! Evidence: what leases told of a provider, and the reputation that follows from it.

use cosmwasm_std::{StdResult, Storage, Uint128};
use market_math::bond::network_tokens_worth;
use market_math::reputation::{decayed, halvings, score, weight};
use market_math::{mul_div, Rounding};
use market_types::reason::Party;
use market_types::registry::{Fact, ReputationResponse};
use market_types::{BasisPoints, CloseReason, ProviderNo, Seconds, UnixTime};

use crate::state::{Account, BondPrice, EvidenceRecord, EVIDENCE};

/// How fees become weights.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    /// `None`: fees in this token weigh nothing.
    pub price: Option<BondPrice>,
    /// Network tokens of fee that make one observation.
    pub unit: Uint128,
    pub half_life: Seconds,
}

impl Scale {
    /// Never an error: a lease must be able to end whatever its figures are.
    fn weight(&self, fee: Uint128) -> Uint128 {
        self.price.map_or(Uint128::zero(), |price| {
            weight(
                network_tokens_worth(fee, price.price).unwrap_or(Uint128::MAX),
                self.unit,
            )
        })
    }
}

impl EvidenceRecord {
    /// The record of `no`; one that begins now when there is none.
    ///
    /// # Errors
    /// The storage is not what this contract wrote.
    pub fn load(storage: &dyn Storage, no: ProviderNo, now: UnixTime) -> StdResult<Self> {
        Ok(EVIDENCE.may_load(storage, no)?.unwrap_or_else(|| Self {
            halved_at: now,
            ..Self::default()
        }))
    }

    /// The record with its weights halved once for each whole half-life since they last halved.
    pub fn at(mut self, now: UnixTime, half_life: Seconds) -> Self {
        let times = halvings(now.since(self.halved_at), half_life);
        if times > 0 {
            self.success = decayed(self.success, times);
            self.failure = decayed(self.failure, times);
            self.halved_at = self.halved_at.plus(Seconds(times.saturating_mul(half_life.0)));
        }
        self
    }

    /// The record with one more fact. `penalty`: the part of the lease's bonds that penalties and slashing took, and those bonds.
    pub fn with(
        self,
        fact: &Fact,
        scale: &Scale,
        penalty: Option<(Uint128, Uint128)>,
        now: UnixTime,
    ) -> Self {
        let mut record = self.at(now, scale.half_life);
        match fact {
            Fact::Ended {
                reason,
                fee,
                fee_expected,
                ..
            } => {
                // What a lease paid that ended by a conviction proves nothing.
                if *reason != CloseReason::Convicted {
                    record.success = record.success.saturating_add(scale.weight(*fee));
                }
                let count = match reason.ended_by() {
                    Party::Tenant => &mut record.ended_by_tenant,
                    Party::Provider => &mut record.ended_by_provider,
                    Party::Network => &mut record.ended_by_network,
                };
                *count = count.saturating_add(1);
                let failed = match (is_failure(*reason), penalty) {
                    (true, _) => scale.weight(*fee_expected),
                    (false, Some((taken, bond))) => {
                        // `taken` is at most `bond`, so it fits; a bond of zero had nothing that could be taken.
                        mul_div(scale.weight(*fee_expected), taken, bond, Rounding::Down).unwrap_or_default()
                    }
                    (false, None) => Uint128::zero(),
                };
                record.failure = record.failure.saturating_add(failed);
            }
            Fact::Outage { length } => {
                record.outages = record.outages.saturating_add(1);
                record.outage_seconds = record.outage_seconds.saturating_add(length.0);
            }
            Fact::AuditPassed {} => record.audits_passed = record.audits_passed.saturating_add(1),
            Fact::MissedOpening {} => record.missed_openings = record.missed_openings.saturating_add(1),
        }
        record
    }

    pub fn score(&self) -> BasisPoints {
        score(self.success, self.failure)
    }

    pub fn response(&self, account: &Account) -> ReputationResponse {
        ReputationResponse {
            score: self.score(),
            success_weight: self.success,
            failure_weight: self.failure,
            leases_ended_by_tenant: self.ended_by_tenant,
            leases_ended_by_provider: self.ended_by_provider,
            leases_ended_by_network: self.ended_by_network,
            outages: self.outages,
            outage_seconds: self.outage_seconds,
            no_shows: self.no_shows,
            audits_passed: self.audits_passed,
            missed_openings: self.missed_openings,
            convictions: self.convictions,
            duties_met: account.duties_met,
            duties_missed: account.duties_missed,
            duties_at_fault: account.duties_at_fault,
        }
    }
}

/// A provider that served its notice has kept its word.
fn is_failure(reason: CloseReason) -> bool {
    reason.ended_by() == Party::Provider && reason != CloseReason::NoticeServed
}

/// The fact as events name it: `ended:10004`, `outage:120`.
pub fn label(fact: &Fact) -> String {
    match fact {
        Fact::Ended { reason, .. } => format!("ended:{}", reason.code()),
        Fact::Outage { length } => format!("outage:{length}"),
        Fact::AuditPassed {} => "audit_passed".into(),
        Fact::MissedOpening {} => "missed_opening".into(),
    }
}
