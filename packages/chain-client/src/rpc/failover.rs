use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use super::{endpoint::Endpoint, wire::StatusAnswer, RpcError};
use crate::Options;

/// The endpoints of one chain. A request goes to the last one that worked, then to each other one once.
#[derive(Debug)]
pub(crate) struct Endpoints {
    seats: Vec<Seat>,
    current: AtomicUsize,
    chain_id: OnceLock<String>,
}

#[derive(Debug)]
struct Seat {
    endpoint: Endpoint,
    /// It said that it serves our chain. Asked once per endpoint, before its first use.
    checked: AtomicBool,
}

/// An answer, and whether an endpoint that gave none may have acted on the request as well.
#[derive(Debug)]
pub(crate) struct Traced<R> {
    pub answer: Result<R, RpcError>,
    pub heard_elsewhere: bool,
}

impl Endpoints {
    pub fn new<S: AsRef<str>>(urls: &[S], options: &Options) -> Result<Self, RpcError> {
        if urls.is_empty() {
            return Err(RpcError::NoEndpoint);
        }
        let seats = urls
            .iter()
            .map(|url| {
                let endpoint = Endpoint::new(url.as_ref(), options.request_timeout, options.max_answer)?;
                Ok(Seat {
                    endpoint,
                    checked: AtomicBool::new(false),
                })
            })
            .collect::<Result<_, RpcError>>()?;
        let chain_id = options.chain_id.clone().map(OnceLock::from).unwrap_or_default();
        Ok(Self {
            seats,
            current: AtomicUsize::new(0),
            chain_id,
        })
    }

    /// The chain all endpoints must serve; `None` until the first one answered.
    pub fn chain_id(&self) -> Option<&str> {
        self.chain_id.get().map(String::as_str)
    }

    /// The endpoint that the next request goes to first.
    pub fn current_url(&self) -> &str {
        self.seats
            .get(self.current.load(Ordering::Relaxed))
            .map_or("", |seat| &seat.endpoint.url)
    }

    pub async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<R, RpcError> {
        self.traced(method, params).await.answer
    }

    pub async fn traced<R: DeserializeOwned>(&self, method: &'static str, params: &Value) -> Traced<R> {
        let first = self.current.load(Ordering::Relaxed);
        let mut heard_elsewhere = false;
        let mut answer = Err(RpcError::NoEndpoint);
        for turn in 0..self.seats.len() {
            let index = (first + turn) % self.seats.len();
            let Some(seat) = self.seats.get(index) else {
                continue;
            };
            if let Err(error) = self.check(seat).await {
                tracing::debug!(%error, "endpoint skipped");
                answer = Err(error);
                continue;
            }
            answer = seat.endpoint.call(method, params).await;
            match &answer {
                Err(error) if error.is_of_endpoint() => {
                    tracing::debug!(%error, "endpoint failed");
                    heard_elsewhere |= error.may_have_been_heard();
                }
                _ => {
                    self.current.store(index, Ordering::Relaxed);
                    break;
                }
            }
        }
        Traced {
            answer,
            heard_elsewhere,
        }
    }

    async fn check(&self, seat: &Seat) -> Result<(), RpcError> {
        if seat.checked.load(Ordering::Acquire) {
            return Ok(());
        }
        let status: StatusAnswer = seat.endpoint.call("status", &json!({})).await?;
        let found = status.node_info.network;
        let expected = self.chain_id.get_or_init(|| found.clone());
        if *expected != found {
            let (url, expected) = (seat.endpoint.url.clone(), expected.clone());
            return Err(RpcError::WrongChain { url, expected, found });
        }
        seat.checked.store(true, Ordering::Release);
        Ok(())
    }
}
