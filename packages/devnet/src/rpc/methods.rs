//! The JSON-RPC methods. Parameters come as an object from both POST and GET.

use std::sync::RwLockReadGuard;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use serde_json::{json, Value};
use thiserror::Error;

use super::encode;
use crate::chain::Checked;
use crate::driver::{Handle, Request};
use crate::history::{Block, History, TxHash};
use crate::search;
use crate::DevnetError;

#[derive(Debug, Error)]
pub enum RpcError {
    #[error("{0}")]
    NoMethod(String),
    #[error("{0}")]
    Params(String),
    #[error("expected order_by to be either `asc` or `desc` or empty")]
    Order,
    #[error("tx ({0}) not found")]
    NoTx(String),
    #[error("tx already exists in cache")]
    InCache,
    #[error("Tx too large. Max size is {max}, but got {got}")]
    TooLarge { max: usize, got: usize },
    #[error("mempool is full: number of txs {0}")]
    MempoolFull(usize),
    #[error("height {asked} must be less than or equal to the current blockchain height {latest}")]
    Height { asked: u64, latest: u64 },
    #[error("height must be greater than 0, but got {0}")]
    NotPositive(i64),
    #[error("page should be within [1, {last}] range, given {asked}")]
    Page { asked: u64, last: u64 },
    #[error("the devnet keeps no past state: asked for height {asked}, has {latest}")]
    PastState { asked: u64, latest: u64 },
    #[error("the devnet has no proofs: its validator is made up")]
    Proof,
    #[error(transparent)]
    Query(#[from] search::BadQuery),
    #[error(transparent)]
    Devnet(#[from] DevnetError),
}

impl RpcError {
    pub fn code(&self) -> i64 {
        match self {
            Self::NoMethod(_) => -32601,
            Self::Params(_) => -32602,
            _ => -32603,
        }
    }

    pub fn message(&self) -> &'static str {
        match self {
            Self::NoMethod(_) => "Method not found",
            Self::Params(_) => "Invalid params",
            _ => "Internal error",
        }
    }
}

/// Answers one method.
pub async fn call(handle: &Handle, method: &str, params: &Params<'_>) -> Result<Value, RpcError> {
    match method {
        "health" => Ok(json!({})),
        "status" => Ok(encode::status(&*read(handle)?)),
        "abci_info" => {
            let history = read(handle)?;
            let height = history.latest();
            let last_block_app_hash = encode::base64(&history.app_hash(height));
            Ok(json!({ "response": {
                "data": "leasebook-devnet",
                "version": env!("CARGO_PKG_VERSION"),
                "last_block_height": height.to_string(),
                "last_block_app_hash": last_block_app_hash,
            } }))
        }
        "net_info" => Ok(json!({ "listening": true, "listeners": [], "n_peers": "0", "peers": [] })),
        "abci_query" => abci_query(handle, params).await,
        "broadcast_tx_sync" | "broadcast_tx_async" => {
            let (hash, result) = broadcast(handle, params.base64("tx")?).await?;
            Ok(encode::broadcast(&hash, &result))
        }
        "broadcast_tx_commit" => broadcast_commit(handle, params).await,
        "tx" => {
            params.no_proof()?;
            let hash = params.hash("hash")?;
            let history = read(handle)?;
            let place = history
                .place(&hash)
                .and_then(|place| history.tx(place).map(|tx| (place, tx)));
            let ((height, index), record) = place.ok_or_else(|| RpcError::NoTx(hex::encode_upper(hash)))?;
            Ok(encode::tx(record, height, index))
        }
        "tx_search" => tx_search(handle, params),
        "block" => with_block(handle, params, encode::block),
        "header" => with_block(
            handle,
            params,
            |history, block| json!({ "header": encode::header(history, block) }),
        ),
        "commit" => with_block(handle, params, encode::commit),
        "block_results" => with_block(handle, params, encode::block_results),
        "validators" => with_block(handle, params, |_, block| encode::validators(block.height)),
        other => Err(RpcError::NoMethod(format!("the devnet does not answer {other}"))),
    }
}

fn read(handle: &Handle) -> Result<RwLockReadGuard<'_, History>, RpcError> {
    handle.history.read().map_err(|_| DevnetError::Poisoned.into())
}

async fn abci_query(handle: &Handle, params: &Params<'_>) -> Result<Value, RpcError> {
    if params.flag("prove") {
        return Err(RpcError::Proof);
    }
    let path = params.text("path").unwrap_or_default().to_owned();
    let data = params.text("data").unwrap_or_default();
    let data = hex::decode(data.strip_prefix("0x").unwrap_or(data))
        .map_err(|error| RpcError::Params(format!("data: {error}")))?;
    let latest = read(handle)?.latest();
    if let Some(asked) = params
        .number("height")?
        .filter(|asked| *asked != 0 && *asked < latest)
    {
        return Err(RpcError::PastState { asked, latest });
    }
    let answer = handle.ask(|reply| Request::Query { path, data, reply }).await?;
    let (code, log, value) = match &answer.result {
        Ok(value) => (0, String::new(), Value::from(encode::base64(value))),
        Err(failure) => (failure.code(), failure.to_string(), Value::Null),
    };
    Ok(json!({ "response": {
        "code": code,
        "log": log,
        "info": "",
        "index": "0",
        "key": null,
        "value": value,
        "proofOps": null,
        "height": answer.height.to_string(),
        "codespace": if code == 0 { "" } else { "sdk" },
    } }))
}

async fn broadcast(handle: &Handle, bytes: Vec<u8>) -> Result<(TxHash, crate::history::TxResult), RpcError> {
    match handle.ask(|reply| Request::Broadcast { bytes, reply }).await? {
        Checked::Answer { hash, result } => Ok((hash, result)),
        Checked::InCache => Err(RpcError::InCache),
        Checked::TooLarge { max, got } => Err(RpcError::TooLarge { max, got }),
        Checked::Full { txs } => Err(RpcError::MempoolFull(txs)),
    }
}

async fn broadcast_commit(handle: &Handle, params: &Params<'_>) -> Result<Value, RpcError> {
    let mut news = handle.listen();
    let (hash, check) = broadcast(handle, params.base64("tx")?).await?;
    let told = |height: u64, delivered: Value| {
        json!({
            "check_tx": encode::tx_result(&check),
            "tx_result": delivered,
            "hash": hex::encode_upper(hash),
            "height": height.to_string(),
        })
    };
    if check.code != 0 {
        return Ok(told(0, encode::tx_result(&crate::history::TxResult::default())));
    }
    loop {
        let block = news.recv().await.map_err(|_| DevnetError::Stopped)?;
        if let Some(tx) = block.txs.iter().find(|tx| tx.hash() == hash) {
            return Ok(told(block.height, encode::tx_result(&tx.result)));
        }
    }
}

fn tx_search(handle: &Handle, params: &Params<'_>) -> Result<Value, RpcError> {
    params.no_proof()?;
    let conditions = search::parse(params.text("query").unwrap_or_default())?;
    let history = read(handle)?;
    let mut found = search::txs(&history, &conditions);
    match params.text("order_by").unwrap_or_default() {
        "" | "asc" => {}
        "desc" => found.reverse(),
        _ => return Err(RpcError::Order),
    }
    let total = u64::try_from(found.len()).unwrap_or(u64::MAX);
    let per_page = params
        .number("per_page")?
        .filter(|size| *size > 0)
        .unwrap_or(30)
        .min(100);
    let last = total.div_ceil(per_page).max(1);
    let page = params.number("page")?.unwrap_or(1);
    if page == 0 || page > last {
        return Err(RpcError::Page { asked: page, last });
    }
    let skip = usize::try_from(page.saturating_sub(1).saturating_mul(per_page)).unwrap_or(usize::MAX);
    let take = usize::try_from(per_page).unwrap_or(usize::MAX);
    let places = found.into_iter().skip(skip).take(take);
    let txs: Vec<Value> = places
        .filter_map(|place| history.tx(place).map(|tx| encode::tx(tx, place.0, place.1)))
        .collect();
    Ok(json!({ "txs": txs, "total_count": total.to_string() }))
}

fn with_block(
    handle: &Handle,
    params: &Params<'_>,
    answer: impl FnOnce(&History, &Block) -> Value,
) -> Result<Value, RpcError> {
    let history = read(handle)?;
    let latest = history.latest();
    let asked = params.number("height")?.unwrap_or(latest);
    if asked == 0 {
        return Err(RpcError::NotPositive(0));
    }
    let block = history.block(asked).ok_or(RpcError::Height { asked, latest })?;
    Ok(answer(&history, &block))
}

/// Parameters of a call: an object of JSON values, or the texts of a GET query.
pub struct Params<'a> {
    pub values: &'a Value,
    /// In a GET, bytes are `0x` hex or quoted text where a POST has base64.
    pub from_get: bool,
}

impl Params<'_> {
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.values.get(name)?.as_str()?;
        if self.from_get {
            return Some(
                text.strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .unwrap_or(text),
            );
        }
        Some(text)
    }

    fn flag(&self, name: &str) -> bool {
        self.values
            .get(name)
            .is_some_and(|value| value == true || value == "true")
    }

    fn no_proof(&self) -> Result<(), RpcError> {
        if self.flag("prove") {
            return Err(RpcError::Proof);
        }
        Ok(())
    }

    fn number(&self, name: &str) -> Result<Option<u64>, RpcError> {
        let signed = match self.values.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_i64(),
            Some(_) => match self.text(name) {
                Some("") => return Ok(None),
                text => text.and_then(|text| text.parse().ok()),
            },
        };
        let signed = signed.ok_or_else(|| RpcError::Params(format!("{name}: expected a number")))?;
        u64::try_from(signed)
            .map(Some)
            .map_err(|_| RpcError::NotPositive(signed))
    }

    fn base64(&self, name: &str) -> Result<Vec<u8>, RpcError> {
        let text = self
            .text(name)
            .ok_or_else(|| RpcError::Params(format!("{name} is missing")))?;
        let decoded = match text.strip_prefix("0x").filter(|_| self.from_get) {
            Some(digits) => hex::decode(digits).ok(),
            None => STANDARD.decode(text).ok(),
        };
        decoded.ok_or_else(|| RpcError::Params(format!("{name}: not an encoding of bytes")))
    }

    fn hash(&self, name: &str) -> Result<TxHash, RpcError> {
        self.base64(name)?
            .try_into()
            .map_err(|_| RpcError::Params(format!("{name}: expected 32 bytes")))
    }
}
