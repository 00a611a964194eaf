//! Shapes of CometBFT answers (0.38 and later). 64-bit numbers are strings there; bytes are base64.

use base64::{engine::general_purpose::STANDARD, Engine};
use serde::{Deserialize, Deserializer};

#[derive(Debug, Deserialize)]
pub(crate) struct StatusAnswer {
    pub node_info: NodeInfo,
    pub sync_info: SyncInfo,
}

#[derive(Debug, Deserialize)]
pub(crate) struct NodeInfo {
    pub network: String,
    #[serde(default)]
    pub version: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct SyncInfo {
    #[serde(deserialize_with = "number")]
    pub latest_block_height: u64,
    #[serde(default)]
    pub latest_block_hash: String,
    pub latest_block_time: String,
    #[serde(default, deserialize_with = "number")]
    pub earliest_block_height: u64,
    #[serde(default)]
    pub catching_up: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AbciAnswer {
    pub response: AbciResponse,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AbciResponse {
    #[serde(default)]
    pub code: u32,
    #[serde(default)]
    pub codespace: String,
    #[serde(default, deserialize_with = "text")]
    pub log: String,
    #[serde(default, deserialize_with = "bytes")]
    pub value: Vec<u8>,
    /// Of the state it was answered from; 0 where the node does not say.
    #[serde(default, deserialize_with = "number")]
    pub height: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BroadcastAnswer {
    pub code: u32,
    #[serde(default)]
    pub codespace: String,
    #[serde(default, deserialize_with = "text")]
    pub log: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TxAnswer {
    pub hash: String,
    #[serde(deserialize_with = "number")]
    pub height: u64,
    pub tx_result: TxResult,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TxResult {
    pub code: u32,
    #[serde(default)]
    pub codespace: String,
    #[serde(default, deserialize_with = "text")]
    pub log: String,
    #[serde(default, deserialize_with = "bytes")]
    pub data: Vec<u8>,
    #[serde(default, deserialize_with = "number")]
    pub gas_wanted: u64,
    #[serde(default, deserialize_with = "number")]
    pub gas_used: u64,
    #[serde(default, deserialize_with = "list")]
    pub events: Vec<AbciEvent>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AbciEvent {
    #[serde(rename = "type")]
    pub ty: String,
    #[serde(default, deserialize_with = "list")]
    pub attributes: Vec<AbciAttribute>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct AbciAttribute {
    #[serde(default, deserialize_with = "text")]
    pub key: String,
    #[serde(default, deserialize_with = "text")]
    pub value: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BlockResultsAnswer {
    #[serde(deserialize_with = "number")]
    pub height: u64,
    #[serde(default, deserialize_with = "list")]
    pub txs_results: Vec<TxResult>,
    #[serde(default, deserialize_with = "list")]
    pub finalize_block_events: Vec<AbciEvent>,
}

/// Of `header`, which is a block without its transactions.
#[derive(Debug, Deserialize)]
pub(crate) struct HeaderAnswer {
    pub header: Header,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Header {
    #[serde(deserialize_with = "number")]
    pub height: u64,
    pub time: String,
    pub last_block_id: BlockId,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BlockId {
    #[serde(default)]
    pub hash: String,
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Text(String),
        Plain(u64),
    }
    match Number::deserialize(from)? {
        Number::Plain(number) => Ok(number),
        Number::Text(text) => text.parse().map_err(|_| {
            serde::de::Error::custom(format_args!("{text:?} is not a 64-bit number without sign"))
        }),
    }
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    match Option::<String>::deserialize(from)? {
        None => Ok(Vec::new()),
        Some(text) => STANDARD.decode(text).map_err(serde::de::Error::custom),
    }
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}
