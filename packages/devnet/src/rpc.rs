//! JSON-RPC 2.0 over POST, GET and WebSocket, as CometBFT serves it.

pub mod encode;
mod methods;
mod socket;

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{json, Value};
use tower_http::cors::CorsLayer;

use crate::driver::Handle;
use methods::Params;

/// The RPC, open to pages of any origin as a public node is.
pub fn routes(handle: Handle) -> Router {
    Router::new()
        .route("/", get(index).post(post))
        .route("/websocket", get(websocket))
        .route("/{method}", get(call))
        .layer(CorsLayer::very_permissive())
        .with_state(handle)
}

async fn index() -> &'static str {
    "Leasebook devnet: CometBFT JSON-RPC for tests and demonstrations. It protects nothing.\n"
}

async fn websocket(State(handle): State<Handle>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| socket::serve(socket, handle))
}

async fn post(State(handle): State<Handle>, body: Bytes) -> Response {
    match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Array(requests)) => {
            let mut replies = Vec::with_capacity(requests.len());
            for request in &requests {
                replies.push(respond(&handle, request).await);
            }
            Json(replies).into_response()
        }
        Ok(request) => Json(respond(&handle, &request).await).into_response(),
        Err(error) => {
            let reply = failure(
                &Value::Null,
                -32700,
                "Parse error. Invalid JSON",
                &error.to_string(),
            );
            (StatusCode::INTERNAL_SERVER_ERROR, Json(reply)).into_response()
        }
    }
}

async fn call(
    State(handle): State<Handle>,
    Path(method): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let values = json!(query);
    let id = json!(-1);
    match methods::call(
        &handle,
        &method,
        &Params {
            values: &values,
            from_get: true,
        },
    )
    .await
    {
        Ok(result) => Json(envelope(&id, result)).into_response(),
        Err(error) => {
            let reply = failure(&id, error.code(), error.message(), &error.to_string());
            (StatusCode::INTERNAL_SERVER_ERROR, Json(reply)).into_response()
        }
    }
}

/// Answers one request object. Errors are answers too, with HTTP 200.
async fn respond(handle: &Handle, request: &Value) -> Value {
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let Some(method) = request.get("method").and_then(Value::as_str) else {
        return failure(&id, -32600, "Invalid Request", "method is missing");
    };
    let params = Params {
        values: request.get("params").unwrap_or(&Value::Null),
        from_get: false,
    };
    match methods::call(handle, method, &params).await {
        Ok(result) => envelope(&id, result),
        Err(error) => failure(&id, error.code(), error.message(), &error.to_string()),
    }
}

fn envelope(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

fn failure(id: &Value, code: i64, message: &str, data: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message, "data": data } })
}
