use std::sync::Arc;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, OriginalUri, Path, Query, State};
use axum::http::{header, HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jobs::{AttemptId, Digest};
use serde::Deserialize;
use serde_json::json;

use super::access::{admit, Admitted};
use super::error::ApiError;
use super::objects;
use super::state::{BatchLine, Gateway, Progress, UnitLine, UnitPage};
use crate::journal::Service;

/// Units in one page.
const UNITS: usize = 256;

/// Everything the gateway answers.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .route("/health", get(|| async { Json(json!({ "status": "ok" })) }))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route("/v1/leases/{lease}", get(progress))
        .route("/v1/leases/{lease}/objects/{digest}", get(object).put(put_object))
        .route("/v1/leases/{lease}/units", get(units))
        .route("/v1/leases/{lease}/logs", get(logs))
        .route("/v1/leases/{lease}/service", get(service))
        .fallback(|| async {
            (
                StatusCode::NOT_FOUND,
                Json(json!({ "error": "path", "message": "there is nothing here" })),
            )
        })
        // Bodies are bounded where they are read, by what the manifest says.
        .layer(DefaultBodyLimit::disable())
        .with_state(gateway)
}

type Shared = State<Arc<Gateway>>;

async fn ready(State(gateway): Shared) -> Response {
    match gateway.unready() {
        None => Json(json!({ "ready": true })).into_response(),
        Some(reason) => {
            let body = Json(json!({ "ready": false, "reason": reason }));
            (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
        }
    }
}

async fn metrics(State(gateway): Shared) -> Response {
    let text = gateway.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

async fn progress(
    State(gateway): Shared,
    Path(lease): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Json<Progress>, ApiError> {
    let admitted = read(&gateway, &lease, &uri, &headers)?.tenant_only()?;
    Ok(Json(admitted.tenancy.progress))
}

async fn put_object(
    State(gateway): Shared,
    Path((lease, digest)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let admitted = admit(&gateway, &lease, &Method::PUT, &uri, &headers)?.tenant_only()?;
    let digest = parse_digest(&digest)?;
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = objects::take(&gateway, &admitted, digest, announced, body).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "digest": digest, "bytes": bytes })),
    )
        .into_response())
}

async fn object(
    State(gateway): Shared,
    Path((lease, digest)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let admitted = read(&gateway, &lease, &uri, &headers)?;
    let (bytes, body) = objects::give(&gateway, &admitted, parse_digest(&digest)?).await?;
    let headers = [
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
    ];
    Ok((headers, body).into_response())
}

#[derive(Deserialize)]
struct From {
    #[serde(default)]
    from: u64,
}

async fn units(
    State(gateway): Shared,
    Path(lease): Path<String>,
    Query(From { from }): Query<From>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Json<UnitPage>, ApiError> {
    let admitted = read(&gateway, &lease, &uri, &headers)?.tenant_only()?;
    let from = u32::try_from(from).map_err(|_| ApiError::Path("from is the number of a unit"))?;
    let found = gateway.journal.units(admitted.lease, from, UNITS)?;
    let full = found.len() == UNITS;
    let units: Vec<_> = found
        .into_iter()
        .map(|(unit, record)| UnitLine {
            unit,
            result: record.result,
            bytes: record.bytes,
            finished_at: record.finished_at,
            elapsed_micros: record.elapsed_micros,
            receipt: record.receipt.map(String::from),
        })
        .collect();
    let last = units.last().map(|last| last.unit);
    let next = last.filter(|_| full).and_then(|last| last.checked_add(1));
    let batches = gateway.journal.batches(admitted.lease)?;
    let batches = batches
        .into_iter()
        .map(|batch| BatchLine {
            first_unit: batch.sealed.first,
            blind: batch.blind,
        })
        .filter(|batch| batch.first_unit >= from && last.is_some_and(|last| batch.first_unit <= last))
        .collect();
    Ok(Json(UnitPage { units, batches, next }))
}

async fn logs(
    State(gateway): Shared,
    Path(lease): Path<String>,
    Query(From { from }): Query<From>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Admitted { lease, .. } = read(&gateway, &lease, &uri, &headers)?.tenant_only()?;
    let record = gateway.journal.lease(lease)?.ok_or(ApiError::NoLease(lease))?;
    let Service::Task {
        attempt: Some(attempt),
        ..
    } = record.service
    else {
        return Err(ApiError::NoLogs(lease));
    };
    let executor = gateway.executor.as_ref().ok_or(ApiError::NoLogs(lease))?;
    let id = AttemptId::new(lease.0, attempt.units.first, attempt.number);
    let chunk = executor.logs(&id, from).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (
            header::HeaderName::from_static("x-leasebook-next"),
            chunk.next.to_string(),
        ),
    ];
    Ok((headers, chunk.bytes).into_response())
}

async fn service(
    State(gateway): Shared,
    Path(lease): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let admitted = read(&gateway, &lease, &uri, &headers)?;
    match admitted.tenancy.serving {
        true => Ok(Json(json!({ "lease": admitted.lease, "serving": true })).into_response()),
        false => Err(ApiError::NotServing(admitted.lease)),
    }
}

fn read(gateway: &Gateway, lease: &str, uri: &Uri, headers: &HeaderMap) -> Result<Admitted, ApiError> {
    admit(gateway, lease, &Method::GET, uri, headers)?.without_body()
}

fn parse_digest(text: &str) -> Result<Digest, ApiError> {
    text.parse()
        .map_err(|_| ApiError::Path("a digest is sha256: or blake3: and 64 lower-case hexadecimal digits"))
}
