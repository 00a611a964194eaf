//! A tenant's side of a gateway.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chain_client::SigningKey;
use jobs::Digest;
use market_types::LeaseId;
use reqwest::{Method, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::Deserialize;

use crate::gateway::{Progress, UnitPage};
use crate::request::{body_hash, SignedRequest, Subject};

const TIMEOUT: Duration = Duration::from_secs(60);
/// Answers that are not objects.
const MAX_ANSWER: usize = 8 << 20;

/// One provider's gateway, asked about one lease.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    chain_id: String,
    /// Owner address of the provider.
    provider: String,
    lease: LeaseId,
    /// The tenant's account key or the order's session key.
    key: SigningKey,
}

#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error("{url} cannot be reached: {source}")]
    Unreachable { url: String, source: reqwest::Error },
    #[error("{url} answered {status}: {message}")]
    Refused {
        url: String,
        status: StatusCode,
        error: String,
        message: String,
    },
    #[error("{url} answered with something else than expected: {cause}")]
    Garbage { url: String, cause: String },
    #[error("{url} answered with more than {limit} bytes")]
    TooLarge { url: String, limit: usize },
    #[error(transparent)]
    Content(#[from] jobs::digest::Mismatch),
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    message: String,
}

impl Client {
    /// # Errors
    /// No HTTP client can be made here.
    pub fn new(
        url: &str,
        chain_id: &str,
        provider: &str,
        lease: LeaseId,
        key: SigningKey,
    ) -> Result<Self, ClientError> {
        let url = url.trim_end_matches('/').to_owned();
        let http = reqwest::Client::builder().timeout(TIMEOUT).build();
        let http = http.map_err(|source| ClientError::Unreachable {
            url: url.clone(),
            source,
        })?;
        Ok(Self {
            http,
            url,
            chain_id: chain_id.to_owned(),
            provider: provider.to_owned(),
            lease,
            key,
        })
    }

    pub async fn progress(&self) -> Result<Progress, ClientError> {
        self.json(&format!("/v1/leases/{}", self.lease)).await
    }

    /// Finished units from `from` on, a page at a time.
    pub async fn units(&self, from: u32) -> Result<UnitPage, ClientError> {
        self.json(&format!("/v1/leases/{}/units?from={from}", self.lease))
            .await
    }

    /// Puts the manifest, or an object it names. Putting it again is harmless.
    pub async fn put(&self, digest: &Digest, content: Vec<u8>) -> Result<(), ClientError> {
        let path = format!("/v1/leases/{}/objects/{digest}", self.lease);
        self.send(Method::PUT, &path, content).await.map(drop)
    }

    /// An object of the lease, at most `max` bytes, whose content is what its digest says.
    pub async fn get(&self, digest: &Digest, max: usize) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/leases/{}/objects/{digest}", self.lease);
        let response = self.send(Method::GET, &path, Vec::new()).await?;
        let content = self.bounded(response, max).await?;
        digest.verify(&content)?;
        Ok(content)
    }

    /// What the running attempt printed, from byte `from`.
    pub async fn logs(&self, from: u64) -> Result<Vec<u8>, ClientError> {
        let path = format!("/v1/leases/{}/logs?from={from}", self.lease);
        let response = self.send(Method::GET, &path, Vec::new()).await?;
        self.bounded(response, MAX_ANSWER).await
    }

    /// Whether a stream's service runs, by the gateway's probe.
    pub async fn probe(&self) -> Result<bool, ClientError> {
        let path = format!("/v1/leases/{}/service", self.lease);
        match self.send(Method::GET, &path, Vec::new()).await {
            Ok(_) => Ok(true),
            Err(ClientError::Refused {
                status: StatusCode::SERVICE_UNAVAILABLE,
                ..
            }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn json<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let response = self.send(Method::GET, path, Vec::new()).await?;
        let bytes = self.bounded(response, MAX_ANSWER).await?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Garbage {
            url: self.url.clone(),
            cause: error.to_string(),
        })
    }

    async fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Result<Response, ClientError> {
        let subject = Subject {
            chain_id: &self.chain_id,
            provider: &self.provider,
            lease: self.lease,
            method: method.as_str(),
            path,
        };
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let signed = SignedRequest::sign(&self.key, &subject, now, body_hash(&body));
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let unreachable = |source| ClientError::Unreachable {
            url: self.url.clone(),
            source,
        };
        let response = request.body(body).send().await.map_err(unreachable)?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let bytes = self.bounded(response, MAX_ANSWER).await?;
        let refusal = serde_json::from_slice(&bytes);
        let Refusal { error, message } = refusal.unwrap_or(Refusal {
            error: "unknown".to_owned(),
            message: "no reason given".to_owned(),
        });
        Err(ClientError::Refused {
            url: self.url.clone(),
            status,
            error,
            message,
        })
    }

    async fn bounded(&self, mut response: Response, limit: usize) -> Result<Vec<u8>, ClientError> {
        let mut all = Vec::new();
        loop {
            let piece = response.chunk().await;
            match piece.map_err(|source| ClientError::Unreachable {
                url: self.url.clone(),
                source,
            })? {
                None => return Ok(all),
                Some(piece) if all.len().saturating_add(piece.len()) > limit => {
                    return Err(ClientError::TooLarge {
                        url: self.url.clone(),
                        limit,
                    })
                }
                Some(piece) => all.extend_from_slice(&piece),
            }
        }
    }
}
