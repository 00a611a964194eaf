//! What tenants reach over HTTP: manifests and inputs in, progress, logs and results out.
//!
//! | request | answers |
//! | --- | --- |
//! | `GET /health` | 200 while the process serves |
//! | `GET /ready` | 200 once the agent can bid and run, else 503 with the reason |
//! | `GET /metrics` | Prometheus text |
//! | `GET /v1/leases/{lease}` | [`Progress`] |
//! | `PUT /v1/leases/{lease}/objects/{digest}` | stores the manifest, or what the manifest names |
//! | `GET /v1/leases/{lease}/objects/{digest}` | an object of the lease: what was put, or a result |
//! | `GET /v1/leases/{lease}/units?from=0` | up to 256 finished units with results and receipts |
//! | `GET /v1/leases/{lease}/logs?from=0` | what the running attempt printed |
//! | `GET /v1/leases/{lease}/service` | 200 while a stream's service runs |
//!
//! Requests below `/v1` are signed as [`crate::request`] says, by the tenant's account key or the order's session key; manifest and
//! inputs may be read by the agents seated in an audit of the lease as well, and results once they are opened. Errors
//! are JSON: `{"error": "word", "message": "text"}`. TLS is for a proxy in front.

mod access;
mod error;
pub mod limits;
mod objects;
mod routes;
mod state;

pub use error::ApiError;
pub use routes::router;
pub use state::{BatchLine, Gateway, Progress, Settings, TaskProgress, Tenancy, UnitLine, UnitPage};
