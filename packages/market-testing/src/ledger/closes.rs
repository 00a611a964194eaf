//! A stream that is closed or fails.

use cosmwasm_std::Addr;
use lease_escrow::ContractError as Error;
use market_types::escrow::LeaseStatus;
use market_types::{CloseReason, LeaseId};

use super::leases::{Lease, Side, Stream};
use super::streams::Fault;
use super::Ledger;

impl Ledger {
    fn start_failure(&self, lease: &Lease) -> Option<CloseReason> {
        let stream = lease.stream()?;
        let late = self.now >= lease.awarded_at + lease.start_timeout();
        late.then_some(match stream.ready_at {
            Some(_) => CloseReason::NotAccepted,
            None => CloseReason::NotReady,
        })
    }

    pub(super) fn close_starting(&mut self, id: LeaseId, side: Side) -> Result<(), Error> {
        let lease = self.escrow.lease(id)?;
        let free = lease.terms.interruptible && lease.notice() == 0;
        let failure = self.start_failure(lease);
        let reason = failure.unwrap_or(match side {
            Side::Tenant => CloseReason::TenantClosed,
            Side::Provider if free => CloseReason::NoticeServed,
            Side::Provider => CloseReason::ProviderClosed,
        });
        self.end_starting(id, reason);
        Ok(())
    }

    fn end_starting(&mut self, id: LeaseId, reason: CloseReason) {
        let now = self.now;
        let lease = &self.escrow.leases[&id];
        let ready = lease.stream().and_then(|stream| stream.ready_at);
        let tenants = matches!(reason, CloseReason::NotAccepted | CloseReason::TenantClosed);
        if let (true, Some(ready)) = (tenants, ready) {
            let credited = (now - ready).min(lease.start_timeout());
            self.accrue(id, credited);
            if let Some(lease) = self.escrow.leases.get_mut(&id) {
                lease.stream_mut().credited = credited;
            }
        }
        if reason == CloseReason::ProviderClosed {
            self.charge(id, 10_000, None);
        }
        self.finish(id, reason, now, 0);
    }

    pub(super) fn close_active(&mut self, id: LeaseId, side: Side) -> Result<(), Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if let Some((at, reason)) = lease.over(now) {
            self.end_stream(id, at, reason, Fault::Silence(None));
            return Ok(());
        }
        let idle = lease
            .stream()
            .and_then(Stream::idle_since)
            .is_some_and(|idle| idle <= now);
        let (reason, fault) = match side {
            Side::Tenant if self.silence(lease) == Some(CloseReason::Silent) => {
                (CloseReason::Silent, Fault::Silence(None))
            }
            Side::Tenant => (CloseReason::TenantClosed, Fault::Silence(None)),
            Side::Provider if idle => (CloseReason::Suspended, Fault::Silence(None)),
            Side::Provider if lease.terms.interruptible && lease.notice() == 0 => {
                (CloseReason::NoticeServed, Fault::Silence(None))
            }
            Side::Provider => (CloseReason::ProviderClosed, Fault::WholeBond),
        };
        self.end_stream(id, now, reason, fault);
        Ok(())
    }

    /// Whether something had failed.
    pub(super) fn fail_stream(&mut self, id: LeaseId, by: &Addr) -> Result<bool, Error> {
        let now = self.now;
        let lease = self.escrow.lease(id)?;
        if lease.status == LeaseStatus::Starting {
            let failure = self.start_failure(lease);
            if let Some(reason) = failure {
                self.end_starting(id, reason);
            }
            return Ok(failure.is_some());
        }
        if let Some((at, reason)) = lease.over(now) {
            self.end_stream(id, at, reason, Fault::Silence(None));
            return Ok(true);
        }
        let Some(reason) = self.silence(lease) else {
            return Ok(false);
        };
        let tip_to = (reason == CloseReason::Silent).then(|| by.clone());
        self.end_stream(id, now, reason, Fault::Silence(tip_to));
        Ok(true)
    }
}
