use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use market_math::beacon::Rounds;
use market_types::UnixTime;
use serde::{Deserialize, Serialize};

use crate::Key;

/// drand's name of the one scheme that is spoken here.
pub const SCHEME: &str = "bls-unchained-g1-rfc9380";

/// `GET /info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Hex.
    pub public_key: String,
    /// Seconds.
    pub period: u64,
    pub genesis_time: u64,
    #[serde(rename = "schemeID")]
    pub scheme: String,
}

/// `GET /public/{round}` and `GET /public/latest`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    pub round: u64,
    /// Hex; the SHA-256 of the signature.
    pub randomness: String,
    /// Hex.
    pub signature: String,
}

/// The part of drand's HTTP interface that a relay uses, for a chain of one's own: `/info`, `/public/latest` and
/// `/public/{round}`. A round whose time has not come by `clock` is not found.
pub fn routes<C>(key: Key, rounds: Rounds, clock: C) -> Router
where
    C: Fn() -> UnixTime + Send + Sync + 'static,
{
    let served = Served {
        info: Info {
            public_key: hex::encode(key.public().0),
            period: rounds.period.0,
            genesis_time: rounds.genesis.0,
            scheme: SCHEME.into(),
        },
        key,
        rounds,
        clock: Box::new(clock),
    };
    Router::new()
        .route("/info", get(info))
        .route("/public/latest", get(latest))
        .route("/public/{round}", get(round))
        .with_state(Arc::new(served))
}

struct Served {
    info: Info,
    key: Key,
    rounds: Rounds,
    clock: Box<dyn Fn() -> UnixTime + Send + Sync>,
}

impl Served {
    fn latest(&self) -> Option<u64> {
        self.rounds.latest((self.clock)())
    }

    fn publish(&self, round: u64) -> Response {
        match self.key.sign(round) {
            Ok(signature) => Json(Published {
                round,
                randomness: hex::encode(signature.randomness()),
                signature: hex::encode(signature.0),
            })
            .into_response(),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

async fn info(State(served): State<Arc<Served>>) -> Json<Info> {
    Json(served.info.clone())
}

async fn latest(State(served): State<Arc<Served>>) -> Response {
    match served.latest() {
        Some(round) => served.publish(round),
        None => (StatusCode::NOT_FOUND, "no round is published yet").into_response(),
    }
}

async fn round(State(served): State<Arc<Served>>, Path(round): Path<u64>) -> Response {
    match served.latest() {
        Some(latest) if (1..=latest).contains(&round) => served.publish(round),
        latest => {
            let latest = latest.map_or("none".into(), |latest| latest.to_string());
            let told = format!("round {round} is not published; the latest is {latest}");
            (StatusCode::NOT_FOUND, told).into_response()
        }
    }
}
