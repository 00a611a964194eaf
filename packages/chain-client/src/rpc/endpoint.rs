use std::{
    error::Error,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use reqwest::{redirect::Policy, Client, Url};
use serde::{de::DeserializeOwned, Deserialize};
use serde_json::{json, Value};

use super::RpcError;

/// A host that does not take a connection within this is passed over for the next.
const LONGEST_CONNECT: Duration = Duration::from_secs(3);
/// A connection unused for longer is not used again. CometBFT ends one after its read time-out of ten seconds, and who writes at that
/// moment hears nothing.
const LONGEST_IDLE: Duration = Duration::from_secs(5);

/// One node's RPC address. Every request is bounded in time and its answer in size.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub url: String,
    client: Client,
    next_id: AtomicU64,
    timeout: Duration,
    max_answer: usize,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    id: Value,
    result: Option<Value>,
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: i64,
    #[serde(default)]
    message: String,
    #[serde(default)]
    data: Value,
}

impl Endpoint {
    /// `http`, `https` and CometBFT's `tcp` are the schemes understood.
    pub fn new(url: &str, timeout: Duration, max_answer: usize) -> Result<Self, RpcError> {
        let bad = |cause: String| RpcError::BadUrl {
            url: url.to_owned(),
            cause,
        };
        let http = url
            .strip_prefix("tcp://")
            .map_or(url.to_owned(), |rest| format!("http://{rest}"));
        let parsed = Url::parse(&http).map_err(|error| bad(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(bad(format!("scheme {:?}", parsed.scheme())));
        }
        let host = parsed.host_str().ok_or_else(|| bad("no host".to_owned()))?;
        let mut builder = Client::builder()
            .timeout(timeout)
            .connect_timeout(timeout.min(LONGEST_CONNECT))
            .pool_idle_timeout(LONGEST_IDLE)
            .redirect(Policy::none());
        if is_loopback(host) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| bad(chain_of(&error)))?;
        Ok(Self {
            url: parsed.to_string(),
            client,
            next_id: AtomicU64::new(1),
            timeout,
            max_answer,
        })
    }

    pub async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<R, RpcError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let (status, body) = self.post(method, &request).await?;
        let garbage = |cause: String| RpcError::Garbage {
            url: self.url.clone(),
            method,
            cause,
        };
        let reply: Reply = match serde_json::from_slice(&body) {
            Ok(reply) => reply,
            Err(_) if !(200..300).contains(&status) => {
                return Err(RpcError::Http {
                    url: self.url.clone(),
                    method,
                    status,
                })
            }
            Err(error) => return Err(garbage(error.to_string())),
        };
        if let Some(Fault { code, message, data }) = reply.error {
            let data = match data {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            return Err(RpcError::Node {
                method,
                code,
                message,
                data,
            });
        }
        if reply.id.as_u64() != Some(id) {
            return Err(garbage(format!("an answer to request {}, not {id}", reply.id)));
        }
        let result = reply
            .result
            .ok_or_else(|| garbage("neither result nor error".to_owned()))?;
        serde_json::from_value(result).map_err(|error| garbage(error.to_string()))
    }

    async fn post(&self, method: &'static str, request: &Value) -> Result<(u16, Vec<u8>), RpcError> {
        let mut response = self
            .client
            .post(&self.url)
            .json(request)
            .send()
            .await
            .map_err(|error| self.failure(method, &error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failure(method, &error))?
        {
            if body.len() + chunk.len() > self.max_answer {
                return Err(RpcError::TooLarge {
                    url: self.url.clone(),
                    method,
                    limit: self.max_answer,
                });
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    fn failure(&self, method: &'static str, error: &reqwest::Error) -> RpcError {
        let url = self.url.clone();
        if error.is_timeout() {
            RpcError::Timeout {
                url,
                method,
                limit: self.timeout,
            }
        } else if error.is_connect() || error.is_builder() {
            RpcError::Unreachable {
                url,
                cause: chain_of(error),
            }
        } else {
            RpcError::Garbage {
                url,
                method,
                cause: chain_of(error),
            }
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The innermost cause says most; reqwest's own text repeats the URL.
fn chain_of(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
