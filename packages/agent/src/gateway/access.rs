//! Who asks, and whether they may.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{HeaderMap, Method, Uri};
use market_types::LeaseId;

use super::error::ApiError;
use super::state::{Gateway, Tenancy};
use crate::request::{body_hash, SignedRequest, Subject};

/// A request whose signature was checked, of the lease's tenant or an auditor of it.
pub(super) struct Admitted {
    pub lease: LeaseId,
    pub tenancy: Tenancy,
    is_tenant: bool,
    /// SHA-256 that the body must have.
    pub body: [u8; 32],
}

/// Checks signature, tenancy and rate, in this order: who cannot sign learns nothing about leases.
pub(super) fn admit(
    gateway: &Gateway,
    lease: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Admitted, ApiError> {
    let lease: LeaseId = lease.parse().map_err(|_| ApiError::Path("a lease is a number"))?;
    let request = SignedRequest::read(|name| headers.get(name).and_then(|value| value.to_str().ok()))?;
    let settings = &gateway.settings;
    let subject = Subject {
        chain_id: &settings.chain_id,
        provider: &settings.owner,
        lease,
        method: method.as_str(),
        path: uri.path_and_query().map_or("/", |path| path.as_str()),
    };
    request.verify(&subject, wall_time())?;
    let tenancy = gateway.tenancy(lease).ok_or(ApiError::NoLease(lease))?;
    let is_tenant = request.is_by(&settings.prefix, &tenancy.tenant, tenancy.session_key.as_deref())?;
    let mut asking = is_tenant.then_some(&tenancy.tenant);
    for auditor in tenancy.auditors.iter().filter(|_| !is_tenant) {
        if request.is_by(&settings.prefix, auditor, None)? {
            asking = Some(auditor);
        }
    }
    let asking = asking.ok_or(ApiError::NotTenant(lease))?;
    gateway
        .limits()
        .admit(asking, gateway.start.elapsed())
        .map_err(|wait| ApiError::TooMany {
            seconds: wait.as_secs().saturating_add(1),
        })?;
    Ok(Admitted {
        lease,
        is_tenant,
        tenancy,
        body: request.body,
    })
}

impl Admitted {
    pub(super) const fn is_tenant(&self) -> bool {
        self.is_tenant
    }

    /// For what changes something, or is the tenant's alone.
    pub(super) fn tenant_only(self) -> Result<Self, ApiError> {
        match self.is_tenant {
            true => Ok(self),
            false => Err(ApiError::NotTenant(self.lease)),
        }
    }

    /// For requests without a body.
    pub(super) fn without_body(self) -> Result<Self, ApiError> {
        match self.body == body_hash(b"") {
            true => Ok(self),
            false => Err(ApiError::BodyChanged),
        }
    }
}

fn wall_time() -> u64 {
    // A clock before 1970 makes every signature stale, which is the right answer.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
