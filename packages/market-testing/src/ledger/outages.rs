//! Silence, and what it costs.

use cosmwasm_std::Addr;
use market_types::{CloseReason, LeaseId, ProviderNo};

use super::leases::Lease;
use super::Ledger;

impl Ledger {
    /// Announced maintenance within a span.
    fn maintenance(&self, no: ProviderNo, from: u64, to: u64) -> u64 {
        let announced = self.registry.provider(no).maintenance;
        announced.map_or(0, |(begin, until)| to.min(until).saturating_sub(from.max(begin)))
    }

    fn is_silent(&self, lease: &Lease, to: u64) -> bool {
        let Some((last, _)) = lease.stream().and_then(|stream| stream.beat) else {
            return false;
        };
        let (gap, grace) = (to.saturating_sub(last), lease.terms.service.grace.0);
        gap > grace
            && lease.blocks_passed(self.height)
            && gap - self.maintenance(lease.provider, last, to) > grace
    }

    /// Silence that began while the tenant asked for the service is the provider's; later silence is not.
    pub(super) fn silence(&self, lease: &Lease) -> Option<CloseReason> {
        if !self.is_silent(lease, self.now) {
            return None;
        }
        let idle = lease.stream()?.idle_since().filter(|idle| *idle <= self.now);
        match idle {
            Some(idle) if !self.is_silent(lease, idle) => Some(CloseReason::Suspended),
            _ => Some(CloseReason::Silent),
        }
    }

    /// How long it was out, up to `to`: without what the tenant did not want and what was announced.
    pub(super) fn outage(&self, lease: &Lease, to: u64) -> Option<u64> {
        let stream = lease.stream()?;
        let (last, _) = stream.beat?;
        let service = &lease.terms.service;
        let (window, interval) = (service.heartbeat_window.0, service.heartbeat_interval.0);
        let to = to.min(stream.cutoff(lease.price));
        let gap = to.saturating_sub(last);
        if gap <= window || !lease.blocks_passed(self.height) {
            return None;
        }
        let out = gap - self.maintenance(lease.provider, last, to);
        (out > window).then(|| out - interval)
    }

    pub(super) fn charge_outage(&mut self, id: LeaseId, length: u64, ends_it: bool, tip_to: Option<&Addr>) {
        let now = self.now;
        let lease = &self.escrow.leases[&id];
        let (terms, no) = (lease.terms.clone(), lease.provider);
        let service = &terms.service;
        let full = match length {
            _ if length <= service.outage_unpaid.0 => 0,
            _ if length > service.outage_max.0 => 10_000,
            _ => service.outage_share.0,
        };
        let forgiveness = service.outage_forgiveness.0;
        let mut charged = full;
        if let Some(lease) = self.escrow.leases.get_mut(&id) {
            let stream = lease.stream_mut();
            stream.outages += 1;
            let rested = stream.forgiven_at.is_none_or(|last| now - last >= forgiveness);
            let small = full > 0 && length <= service.outage_max.0;
            if small && rested && forgiveness > 0 && !ends_it {
                stream.forgiven_at = Some(now);
                charged = 0;
            }
        }
        self.record_outage(no, length);
        self.charge(id, charged, tip_to);
    }

    pub(super) fn charge(&mut self, id: LeaseId, bps: u16, tip_to: Option<&Addr>) {
        let lease = &self.escrow.leases[&id];
        if bps == 0 || lease.stakes.lease_bond == 0 {
            return;
        }
        let (tenant, tip) = (lease.tenant.clone(), lease.terms.service.silence_tip.u128());
        self.penalize(id, &tenant, bps, tip_to.map(|to| (to, tip)));
    }
}
