use axum::http::{header, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::Json;
use jobs::executor::ExecutorError;
use jobs::manifest::ManifestError;
use jobs::store::StoreError;
use jobs::Digest;
use market_types::LeaseId;
use serde_json::json;

use crate::journal::JournalError;
use crate::request::RequestError;

/// What a request can be refused with.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("lease {0} is not of this provider")]
    NoLease(LeaseId),
    #[error("the key is neither the tenant's nor the session key of lease {0}")]
    NotTenant(LeaseId),
    #[error("too many requests; try again in {seconds} s")]
    TooMany { seconds: u64 },
    #[error("{0}")]
    Path(&'static str),
    #[error("lease {0} has no such object")]
    NoObject(LeaseId),
    #[error("lease {lease} has ended; it takes nothing more")]
    Ended { lease: LeaseId },
    #[error("put the manifest {0} first")]
    ManifestFirst(Digest),
    #[error("the manifest names no object {0}")]
    NotNamed(Digest),
    #[error("the object has {bytes} bytes; at most {max} are taken")]
    TooLarge { bytes: u64, max: u64 },
    #[error("lease {lease} stores {stored} bytes; {bytes} more would exceed {max}")]
    Full {
        lease: LeaseId,
        stored: u64,
        bytes: u64,
        max: u64,
    },
    #[error("the body is not what its signed hash says")]
    BodyChanged,
    #[error("the body is {found}, not {expected}")]
    OtherContent { expected: Digest, found: Digest },
    #[error("the body broke off")]
    BrokenBody,
    #[error("the manifest is refused: {0}")]
    Manifest(#[from] ManifestError),
    #[error("the service of lease {0} does not run")]
    NotServing(LeaseId),
    #[error("nothing runs for lease {0}")]
    NoLogs(LeaseId),
    #[error("this gateway cannot answer now")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

macro_rules! internal {
    ($($t:ty),*) => { $(impl From<$t> for ApiError {
        fn from(error: $t) -> Self {
            Self::Internal(Box::new(error))
        }
    })* };
}
internal!(
    JournalError,
    StoreError,
    std::io::Error,
    ExecutorError,
    chain_client::AddressError
);

impl ApiError {
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Request(RequestError::Stale { .. } | RequestError::BadSignature) => {
                (StatusCode::UNAUTHORIZED, "signature")
            }
            Self::Request(_) => (StatusCode::UNAUTHORIZED, "unsigned"),
            Self::NoLease(_) => (StatusCode::NOT_FOUND, "no_lease"),
            Self::NotTenant(_) => (StatusCode::FORBIDDEN, "not_tenant"),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            Self::Path(_) => (StatusCode::BAD_REQUEST, "path"),
            Self::NoObject(_) => (StatusCode::NOT_FOUND, "no_object"),
            Self::Ended { .. } => (StatusCode::CONFLICT, "ended"),
            Self::ManifestFirst(_) => (StatusCode::CONFLICT, "manifest_first"),
            Self::NotNamed(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not_named"),
            Self::TooLarge { .. } | Self::Full { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::BodyChanged => (StatusCode::UNAUTHORIZED, "body"),
            Self::OtherContent { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "other_content"),
            Self::BrokenBody => (StatusCode::BAD_REQUEST, "broken_body"),
            Self::Manifest(_) => (StatusCode::UNPROCESSABLE_ENTITY, "manifest"),
            Self::NotServing(_) => (StatusCode::SERVICE_UNAVAILABLE, "not_serving"),
            Self::NoLogs(_) => (StatusCode::NOT_FOUND, "no_logs"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, word) = self.kind();
        if let Self::Internal(source) = &self {
            tracing::error!(%source, "a request failed here");
        }
        let body = Json(json!({ "error": word, "message": self.to_string() }));
        match self {
            Self::TooMany { seconds } => {
                (status, [(header::RETRY_AFTER, seconds.to_string())], body).into_response()
            }
            _ => (status, body).into_response(),
        }
    }
}
