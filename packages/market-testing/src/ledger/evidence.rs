//! What leases told of a provider.

use cosmwasm_std::Addr;
use market_types::{CloseReason, LeaseId, ProviderNo};

use super::amounts::down;
use super::registry::MILLION;
use super::Ledger;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    pub success: u128,
    pub failure: u128,
    /// When weights last halved, or the first evidence came.
    pub halved_at: Option<u64>,
    pub ended_by_tenant: u64,
    pub ended_by_provider: u64,
    pub ended_by_network: u64,
    pub outages: u64,
    pub outage_seconds: u64,
    pub no_shows: u64,
    pub convictions: u64,
}

impl Evidence {
    pub(super) fn weights(&self, now: u64, half_life: u64) -> (u128, u128) {
        let halvings = self.halved_at.map_or(0, |at| (now - at) / half_life);
        let halved = |weight: u128| match halvings < 128 {
            true => weight >> halvings,
            false => 0,
        };
        (halved(self.success), halved(self.failure))
    }

    pub(super) fn come_to(&mut self, now: u64, half_life: u64) {
        let at = *self.halved_at.get_or_insert(now);
        (self.success, self.failure) = self.weights(now, half_life);
        self.halved_at = Some(at + (now - at) / half_life * half_life);
    }
}

impl Ledger {
    pub(super) fn record_outage(&mut self, no: ProviderNo, length: u64) {
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        let evidence = &mut self.registry.provider_mut(no).evidence;
        evidence.come_to(now, half_life);
        evidence.outages += 1;
        evidence.outage_seconds += length;
    }

    /// A lease came to its end: what was paid counts for the provider, and what was expected against it if it failed.
    pub(super) fn record_end(
        &mut self,
        no: ProviderNo,
        lease: LeaseId,
        token: &Addr,
        reason: CloseReason,
        fee: u128,
        expected: u128,
    ) {
        let unit = self.registry.params.evidence_unit.u128();
        let price = self.bond_price(token);
        let weight = |fee: u128| {
            let worth = price.map_or(0, |price| down(fee, MILLION, price).unwrap_or(u128::MAX));
            down(worth, MILLION, unit).unwrap_or(u128::MAX)
        };
        let (now, half_life) = (self.now, self.registry.params.evidence_half_life.0);
        // A lease that did not fail counts against it by the part of its bonds that penalties and slashing took.
        let penalized = self
            .registry
            .commitments
            .get(&lease)
            .map(|c| (c.penalized + c.slashed, c.lease_bond + c.work_bond))
            .filter(|(taken, _)| *taken > 0)
            .map_or(0, |(taken, bonds)| {
                down(weight(expected), taken, bonds).unwrap_or(0)
            });
        let evidence = &mut self.registry.provider_mut(no).evidence;
        evidence.come_to(now, half_life);
        // What the convicted was paid for proves nothing.
        if reason != CloseReason::Convicted {
            evidence.success = evidence.success.saturating_add(weight(fee));
        }
        match reason.code() {
            0..=9_999 => evidence.ended_by_tenant += 1,
            10_000..=19_999 => evidence.ended_by_provider += 1,
            _ => evidence.ended_by_network += 1,
        }
        let failed = (10_000..20_000).contains(&reason.code()) && reason != CloseReason::NoticeServed;
        let against = if failed { weight(expected) } else { penalized };
        evidence.failure = evidence.failure.saturating_add(against);
    }
}
