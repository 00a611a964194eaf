use std::time::Duration;

use market_math::beacon::Rounds;
use market_types::{Seconds, UnixTime};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use thiserror::Error;

use crate::serve::{Info, Published, SCHEME};
use crate::{verify, InvalidBeacon, PublicKey, Signature};

const TIMEOUT: Duration = Duration::from_secs(10);
/// More than any answer has.
const MAX_ANSWER: usize = 16 * 1024;

/// Reads rounds from a drand HTTP endpoint, and believes none that it has not verified.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    key: PublicKey,
    pub rounds: Rounds,
}

#[derive(Debug, Error)]
pub enum ClientError {
    #[error("the beacon at {url} does not answer: {source}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("the beacon at {url} answers with status {status}: {body}")]
    Status {
        url: String,
        status: StatusCode,
        body: String,
    },
    #[error("the beacon at {url} answers something else than a round: {told}")]
    Garbage { url: String, told: String },
    #[error("the beacon at {url} runs scheme {scheme:?}; the market verifies {SCHEME}")]
    Scheme { url: String, scheme: String },
    #[error("the beacon at {url} is another chain: it has {theirs}, the market {ours}")]
    OtherChain {
        url: String,
        theirs: String,
        ours: String,
    },
    #[error("the beacon at {url} gave a false round {round}: {source}")]
    False {
        url: String,
        round: u64,
        source: InvalidBeacon,
    },
}

impl Client {
    /// A client of the chain with this `key`, whose rounds are `rounds`, at `url`: the endpoint with the chain's hash, where the network
    /// serves several, and without a slash at the end.
    ///
    /// # Errors
    /// No answer, or the endpoint serves another chain.
    pub async fn connect(url: &str, key: PublicKey, rounds: Rounds) -> Result<Self, ClientError> {
        let url = url.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .build()
            .map_err(|source| ClientError::Unreachable {
                url: url.clone(),
                source,
            })?;
        let client = Self {
            http,
            url,
            key,
            rounds,
        };
        let info: Info = client.found("/info").await?.ok_or_else(|| ClientError::Garbage {
            url: client.url.clone(),
            told: "no chain info".into(),
        })?;
        client.ensure_same(&info)?;
        Ok(client)
    }

    /// The signature of `round`; `None` while it is not published.
    ///
    /// # Errors
    /// No answer, garbage, or a signature that does not verify.
    pub async fn round(&self, round: u64) -> Result<Option<Signature>, ClientError> {
        let path = format!("/public/{round}");
        let Some(published) = self.found::<Published>(&path).await? else {
            return Ok(None);
        };
        let garbage = |told: String| ClientError::Garbage {
            url: self.url.clone(),
            told,
        };
        if published.round != round {
            return Err(garbage(format!("round {} for round {round}", published.round)));
        }
        let bytes = hex::decode(&published.signature).map_err(|error| garbage(error.to_string()))?;
        let length = bytes.len();
        let bytes =
            <[u8; 48]>::try_from(bytes).map_err(|_| garbage(format!("a signature of {length} bytes")))?;
        let signature = Signature(bytes);
        verify(&self.key, round, &signature).map_err(|source| ClientError::False {
            url: self.url.clone(),
            round,
            source,
        })?;
        Ok(Some(signature))
    }

    fn ensure_same(&self, info: &Info) -> Result<(), ClientError> {
        if info.scheme != SCHEME {
            return Err(ClientError::Scheme {
                url: self.url.clone(),
                scheme: info.scheme.clone(),
            });
        }
        let told =
            |key: &str, genesis, period| format!("key {key}, genesis {genesis}, a round every {period} s");
        let ours = told(&hex::encode(self.key.0), self.rounds.genesis, self.rounds.period);
        let theirs = told(
            &info.public_key.to_lowercase(),
            UnixTime(info.genesis_time),
            Seconds(info.period),
        );
        if ours == theirs {
            return Ok(());
        }
        Err(ClientError::OtherChain {
            url: self.url.clone(),
            theirs,
            ours,
        })
    }

    /// `None`: not found.
    async fn found<T: DeserializeOwned>(&self, path: &str) -> Result<Option<T>, ClientError> {
        let url = format!("{}{path}", self.url);
        let unreachable = |source| ClientError::Unreachable {
            url: url.clone(),
            source,
        };
        let mut answer = self.http.get(&url).send().await.map_err(unreachable)?;
        let status = answer.status();
        // drand answers 404 or 425 for a round that is still to come.
        if status == StatusCode::NOT_FOUND || status == StatusCode::TOO_EARLY {
            return Ok(None);
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_ANSWER {
                return Err(ClientError::Garbage {
                    url,
                    told: format!("more than {MAX_ANSWER} bytes"),
                });
            }
        }
        if !status.is_success() {
            let body = String::from_utf8_lossy(&body).chars().take(200).collect();
            return Err(ClientError::Status { url, status, body });
        }
        serde_json::from_slice(&body)
            .map(Some)
            .map_err(|error| ClientError::Garbage {
                url,
                told: error.to_string(),
            })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::Arc;

    use super::*;
    use crate::{routes, Key};

    const ROUNDS: Rounds = Rounds {
        genesis: UnixTime(1_000),
        period: Seconds(3),
        every: 20,
    };

    /// A beacon over HTTP, and the clock it goes by.
    async fn beacon(seed: &'static [u8]) -> (String, Arc<AtomicU64>) {
        let clock = Arc::new(AtomicU64::new(1_000));
        let served = clock.clone();
        let routes = routes(Key::from_seed(seed), ROUNDS, move || {
            UnixTime(served.load(Ordering::SeqCst))
        });
        (served_at(routes).await, clock)
    }

    async fn served_at(routes: axum::Router) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        url
    }

    fn key(seed: &[u8]) -> PublicKey {
        Key::from_seed(seed).public()
    }

    #[tokio::test]
    async fn a_round_is_there_when_its_time_has_come() {
        let (url, clock) = beacon(b"one").await;
        let client = Client::connect(&url, key(b"one"), ROUNDS).await.unwrap();
        assert_eq!(client.round(20).await.unwrap(), None);
        clock.store(ROUNDS.time_of(20).0, Ordering::SeqCst);
        let signature = client.round(20).await.unwrap().unwrap();
        assert_eq!(signature, Key::from_seed(b"one").sign(20).unwrap());
        assert_eq!(client.round(21).await.unwrap(), None);
    }

    #[tokio::test]
    async fn another_chain_is_noticed_before_its_first_round() {
        let (url, _) = beacon(b"one").await;
        let other_key = Client::connect(&url, key(b"two"), ROUNDS).await;
        assert!(matches!(other_key, Err(ClientError::OtherChain { .. })));
        let slower = Rounds {
            period: Seconds(30),
            ..ROUNDS
        };
        let other_period = Client::connect(&url, key(b"one"), slower).await;
        assert!(matches!(other_period, Err(ClientError::OtherChain { .. })));
    }

    #[tokio::test]
    async fn a_false_round_or_garbage_is_not_believed() {
        use axum::routing::get;
        let info = Info {
            public_key: hex::encode(key(b"one").0),
            period: 3,
            genesis_time: 1_000,
            scheme: SCHEME.into(),
        };
        let signature = Key::from_seed(b"one").sign(40).unwrap();
        let lie = Published {
            round: 20,
            randomness: hex::encode(signature.randomness()),
            signature: hex::encode(signature.0),
        };
        let routes = axum::Router::new()
            .route("/info", get(|| async { axum::Json(info) }))
            .route("/public/20", get(|| async { axum::Json(lie) }))
            .route("/public/40", get(|| async { "<html>" }))
            .route("/public/60", get(|| async { "x".repeat(MAX_ANSWER + 1) }));
        let client = Client::connect(&served_at(routes).await, key(b"one"), ROUNDS)
            .await
            .unwrap();
        assert!(matches!(
            client.round(20).await,
            Err(ClientError::False { round: 20, .. })
        ));
        for round in [40, 60] {
            assert!(matches!(
                client.round(round).await,
                Err(ClientError::Garbage { .. })
            ));
        }
    }
}
