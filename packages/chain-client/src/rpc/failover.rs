use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::OnceLock;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use super::{endpoint::Endpoint, rest::Rest, wire::StatusAnswer, RpcError};
use crate::Options;

/// The endpoints of one chain.
///
/// A request goes to the one that worked last, then to each other one once; those that failed lately come last. Their
/// answers are of one chain whose height never falls: one that lags behind what was read already counts as failed.
#[derive(Debug)]
pub(crate) struct Endpoints {
    seats: Vec<Seat>,
    current: AtomicUsize,
    chain_id: OnceLock<String>,
    /// The greatest height whose state some answer showed.
    floor: AtomicU64,
}

#[derive(Debug)]
struct Seat {
    endpoint: Endpoint,
    /// It said that it serves our chain. Asked once per endpoint, before its first use.
    checked: AtomicBool,
    rest: Rest,
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
                    rest: Rest::default(),
                })
            })
            .collect::<Result<_, RpcError>>()?;
        let chain_id = options.chain_id.clone().map(OnceLock::from).unwrap_or_default();
        Ok(Self {
            seats,
            current: AtomicUsize::new(0),
            chain_id,
            floor: AtomicU64::new(0),
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

    /// The greatest height that was read; 0 before the first.
    pub fn floor(&self) -> u64 {
        self.floor.load(Ordering::Acquire)
    }

    pub fn raise_floor(&self, height: u64) {
        self.floor.fetch_max(height, Ordering::AcqRel);
    }

    pub fn drop_floor(&self) {
        self.floor.store(0, Ordering::Release);
    }

    pub async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Result<R, RpcError> {
        self.traced(method, params).await.answer
    }

    pub async fn traced<R: DeserializeOwned>(&self, method: &'static str, params: &Value) -> Traced<R> {
        self.attempt(method, params, |_| None).await
    }

    /// A call whose answer shows the state of a height, which is not below any that was read.
    ///
    /// # Errors
    /// [`RpcError::Behind`] if every endpoint that answered lags.
    pub async fn fresh<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
        height: impl Fn(&R) -> Option<u64>,
    ) -> Result<R, RpcError> {
        self.attempt(method, params, height).await.answer
    }

    /// What every endpoint answers, in the order of their addresses.
    pub async fn all<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
    ) -> Vec<Result<R, RpcError>> {
        let mut answers = Vec::with_capacity(self.seats.len());
        for seat in &self.seats {
            answers.push(match self.check(seat).await {
                Ok(()) => seat.endpoint.call(method, params).await,
                Err(error) => Err(error),
            });
        }
        answers
    }

    async fn attempt<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &Value,
        height: impl Fn(&R) -> Option<u64>,
    ) -> Traced<R> {
        let mut heard_elsewhere = false;
        let (mut behind, mut failed) = (None, RpcError::NoEndpoint);
        for (index, seat) in self.in_turn() {
            if let Err(error) = self.check(seat).await {
                tracing::debug!(%error, "endpoint skipped");
                seat.rest.failed(Instant::now());
                failed = error;
                continue;
            }
            let answer = seat.endpoint.call(method, params).await;
            match &answer {
                Err(error) if error.is_of_endpoint() => {
                    tracing::debug!(%error, "endpoint failed");
                    seat.rest.failed(Instant::now());
                    heard_elsewhere |= error.may_have_been_heard();
                    failed = error.clone();
                    continue;
                }
                Ok(given) => {
                    if let (Some(height), wanted) = (height(given), self.floor()) {
                        if height < wanted {
                            let url = seat.endpoint.url.clone();
                            behind = Some(RpcError::Behind { url, height, wanted });
                            continue;
                        }
                        self.raise_floor(height);
                    }
                }
                Err(_) => {}
            }
            seat.rest.worked();
            self.settle_on(index);
            return Traced {
                answer,
                heard_elsewhere,
            };
        }
        Traced {
            answer: Err(behind.unwrap_or(failed)),
            heard_elsewhere,
        }
    }

    /// The current endpoint first; those that rest last, whatever else.
    fn in_turn(&self) -> Vec<(usize, &Seat)> {
        let first = self.current.load(Ordering::Relaxed);
        let now = Instant::now();
        let (before, after) = self.seats.split_at(first.min(self.seats.len()));
        let around = after.iter().chain(before);
        let numbers = (first..self.seats.len()).chain(0..first);
        let mut turns: Vec<_> = numbers.zip(around).collect();
        turns.sort_by_key(|(_, seat)| seat.rest.left(now));
        turns
    }

    fn settle_on(&self, index: usize) {
        let before = self.current.swap(index, Ordering::Relaxed);
        if before != index {
            tracing::info!(endpoint = self.current_url(), "changed to another endpoint");
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
