//! What no real node offers: moving the clock, making a block, minting coins. Local callers only, and without
//! CORS, so that a web page cannot reach it.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use cosmwasm_std::Coin;
use serde::Deserialize;
use serde_json::json;

use crate::driver::{Handle, Request};
use crate::persist::Head;
use crate::rpc::encode;

/// Body of `POST /devnet/time`.
#[derive(Debug, Deserialize)]
struct Advance {
    advance_seconds: u64,
}

/// Body of `POST /devnet/faucet`.
#[derive(Debug, Deserialize)]
struct Faucet {
    address: String,
    amount: Vec<Coin>,
}

pub fn routes(handle: Handle) -> Router {
    Router::new()
        .route("/devnet/time", post(time))
        .route("/devnet/block", post(block))
        .route("/devnet/faucet", post(faucet))
        .with_state(handle)
}

/// Moves the clock ahead and makes a block at the new time.
async fn time(State(handle): State<Handle>, Json(body): Json<Advance>) -> Response {
    match handle
        .ask(|reply| Request::Advance {
            seconds: body.advance_seconds,
            reply,
        })
        .await
    {
        Ok(head) => told(&head),
        Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

/// Makes a block now.
async fn block(State(handle): State<Handle>) -> Response {
    match handle.ask(|reply| Request::Advance { seconds: 0, reply }).await {
        Ok(head) => told(&head),
        Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

/// Mints coins to an address.
async fn faucet(State(handle): State<Handle>, Json(Faucet { address, amount }): Json<Faucet>) -> Response {
    match handle
        .ask(|reply| Request::Mint {
            address,
            amount,
            reply,
        })
        .await
    {
        Ok(Ok(head)) => told(&head),
        Ok(Err(refusal)) => refused(StatusCode::BAD_REQUEST, refusal.to_string()),
        Err(error) => refused(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

fn told(head: &Head) -> Response {
    Json(json!({ "height": head.height.to_string(), "time": encode::time(head.time_ns) })).into_response()
}

fn refused(status: StatusCode, error: String) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}
