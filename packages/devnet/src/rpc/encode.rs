//! CometBFT 0.38's JSON: 64-bit numbers as strings, hashes in upper-case hex, payloads in base64, events as plain text.

use std::collections::BTreeMap;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::tendermint::Time;
use cosmwasm_std::Event;
use serde_json::{json, Value};
use sha2::{Digest, Sha256};

use crate::history::{Block, History, TxHash, TxRecord, TxResult};

/// Nanoseconds since 1970 in RFC 3339.
pub fn time(time_ns: u64) -> String {
    let seconds = i64::try_from(time_ns / 1_000_000_000).unwrap_or(i64::MAX);
    let nanos = u32::try_from(time_ns % 1_000_000_000).unwrap_or(0);
    Time::from_unix_timestamp(seconds, nanos)
        .map(|time| time.to_rfc3339())
        .unwrap_or_default()
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn upper(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

/// The one validator's made-up key: 32 bytes nobody has the secret of.
fn validator_key() -> [u8; 32] {
    Sha256::digest(b"the devnet's only validator").into()
}

fn validator_address() -> String {
    upper(&Sha256::digest(validator_key())[..20])
}

fn public_key() -> Value {
    json!({ "type": "tendermint/PubKeyEd25519", "value": base64(&validator_key()) })
}

pub fn events(events: &[Event]) -> Value {
    let attribute = |attribute: &cosmwasm_std::Attribute| json!({ "key": attribute.key, "value": attribute.value, "index": true });
    let event = |event: &Event| json!({ "type": event.ty, "attributes": event.attributes.iter().map(attribute).collect::<Vec<_>>() });
    events.iter().map(event).collect()
}

pub fn tx_result(result: &TxResult) -> Value {
    json!({
        "code": result.code,
        "data": if result.data.is_empty() { Value::Null } else { base64(&result.data).into() },
        "log": result.log,
        "info": "",
        "gas_wanted": result.gas_wanted.to_string(),
        "gas_used": result.gas_used.to_string(),
        "events": events(&result.events),
        "codespace": result.codespace,
    })
}

/// Answer of `tx`, and an entry of `tx_search`.
pub fn tx(record: &TxRecord, height: u64, index: u32) -> Value {
    json!({
        "hash": upper(&record.hash()),
        "height": height.to_string(),
        "index": index,
        "tx_result": tx_result(&record.result),
        "tx": base64(&record.bytes),
    })
}

pub fn broadcast(hash: &TxHash, result: &TxResult) -> Value {
    json!({
        "code": result.code,
        "data": "",
        "log": result.log,
        "codespace": result.codespace,
        "hash": upper(hash),
    })
}

fn block_id(history: &History, height: u64) -> Value {
    let hash = upper(&history.block_hash(height));
    json!({ "hash": hash, "parts": { "total": 1, "hash": hash } })
}

fn no_block_id() -> Value {
    json!({ "hash": "", "parts": { "total": 0, "hash": "" } })
}

fn data_hash(block: &Block) -> [u8; 32] {
    let mut hash = Sha256::new();
    block.txs.iter().for_each(|tx| hash.update(tx.hash()));
    hash.finalize().into()
}

pub fn header(history: &History, block: &Block) -> Value {
    let before = block.height.saturating_sub(1);
    let validators = upper(&Sha256::digest(validator_key()));
    json!({
        "version": { "block": "11" },
        "chain_id": history.chain_id,
        "height": block.height.to_string(),
        "time": time(block.time_ns),
        "last_block_id": if before == 0 { no_block_id() } else { block_id(history, before) },
        "last_commit_hash": upper(&Sha256::digest(history.block_hash(before))),
        "data_hash": upper(&data_hash(block)),
        "validators_hash": validators,
        "next_validators_hash": validators,
        "consensus_hash": upper(&Sha256::digest(b"consensus")),
        "app_hash": upper(&history.app_hash(before)),
        "last_results_hash": upper(&Sha256::digest(b"results")),
        "evidence_hash": upper(&Sha256::digest(b"")),
        "proposer_address": validator_address(),
    })
}

fn commit_of(history: &History, height: u64) -> Value {
    if height == 0 {
        return json!({ "height": "0", "round": 0, "block_id": no_block_id(), "signatures": [] });
    }
    let signed = history
        .block(height)
        .map(|block| time(block.time_ns))
        .unwrap_or_default();
    // Flag 2 is a vote for the block; the 64 bytes are no signature, for there is no key.
    let signature = [history.block_hash(height), history.app_hash(height)].concat();
    json!({
        "height": height.to_string(),
        "round": 0,
        "block_id": block_id(history, height),
        "signatures": [{
            "block_id_flag": 2,
            "validator_address": validator_address(),
            "timestamp": signed,
            "signature": base64(&signature),
        }],
    })
}

fn block_body(history: &History, block: &Block) -> Value {
    json!({
        "header": header(history, block),
        "data": { "txs": block.txs.iter().map(|tx| base64(&tx.bytes)).collect::<Vec<_>>() },
        "evidence": { "evidence": [] },
        "last_commit": commit_of(history, block.height.saturating_sub(1)),
    })
}

/// Answer of `block`.
pub fn block(history: &History, block: &Block) -> Value {
    json!({ "block_id": block_id(history, block.height), "block": block_body(history, block) })
}

/// Answer of `commit`.
pub fn commit(history: &History, block: &Block) -> Value {
    let signed = json!({ "header": header(history, block), "commit": commit_of(history, block.height) });
    json!({ "signed_header": signed, "canonical": true })
}

/// Answer of `block_results`.
pub fn block_results(history: &History, block: &Block) -> Value {
    let results: Vec<Value> = block.txs.iter().map(|tx| tx_result(&tx.result)).collect();
    json!({
        "height": block.height.to_string(),
        "txs_results": if results.is_empty() { Value::Null } else { results.into() },
        "finalize_block_events": events(&block.events),
        "validator_updates": null,
        "consensus_param_updates": null,
        "app_hash": base64(&history.app_hash(block.height)),
    })
}

/// Answer of `validators`.
pub fn validators(height: u64) -> Value {
    let validator = json!({
        "address": validator_address(),
        "pub_key": public_key(),
        "voting_power": "1",
        "proposer_priority": "0",
    });
    json!({ "block_height": height.to_string(), "validators": [validator], "count": "1", "total": "1" })
}

/// Answer of `status`.
pub fn status(history: &History) -> Value {
    let latest = history.latest();
    let time_at = |height| {
        history
            .block(height)
            .map(|block| time(block.time_ns))
            .unwrap_or_default()
    };
    json!({
        "node_info": {
            "protocol_version": { "p2p": "8", "block": "11", "app": "0" },
            "id": hex::encode(&Sha256::digest(history.chain_id.as_bytes())[..20]),
            "listen_addr": "tcp://127.0.0.1:26656",
            "network": history.chain_id,
            "version": history.comet_version,
            "channels": "40202122233038606100",
            "moniker": "devnet",
            "other": { "tx_index": "on", "rpc_address": "tcp://127.0.0.1:26657" },
        },
        "sync_info": {
            "latest_block_hash": upper(&history.block_hash(latest)),
            "latest_app_hash": upper(&history.app_hash(latest)),
            "latest_block_height": latest.to_string(),
            "latest_block_time": time_at(latest),
            "earliest_block_hash": upper(&history.block_hash(1)),
            "earliest_app_hash": upper(&history.app_hash(1)),
            "earliest_block_height": "1",
            "earliest_block_time": time_at(1),
            "catching_up": false,
        },
        "validator_info": { "address": validator_address(), "pub_key": public_key(), "voting_power": "1" },
    })
}

/// Data and event map of a `NewBlock` subscription.
pub fn new_block(history: &History, block: &Block) -> (Value, Value) {
    let results: Vec<Value> = block.txs.iter().map(|tx| tx_result(&tx.result)).collect();
    let value = json!({
        "block": block_body(history, block),
        "block_id": block_id(history, block.height),
        "result_finalize_block": {
            "events": events(&block.events),
            "tx_results": results,
            "validator_updates": [],
            "app_hash": base64(&history.app_hash(block.height)),
        },
    });
    let map = event_map(&block.events, &[("tm.event", "NewBlock")]);
    (
        json!({ "type": "tendermint/event/NewBlock", "value": value }),
        map,
    )
}

/// Data and event map of a `Tx` subscription.
pub fn new_tx(record: &TxRecord, height: u64, index: u32) -> (Value, Value) {
    let result = json!({
        "height": height.to_string(),
        "index": index,
        "tx": base64(&record.bytes),
        "result": tx_result(&record.result),
    });
    let (hash, height) = (upper(&record.hash()), height.to_string());
    let base = [
        ("tm.event", "Tx"),
        ("tx.hash", hash.as_str()),
        ("tx.height", height.as_str()),
    ];
    let map = event_map(&record.result.events, &base);
    (
        json!({ "type": "tendermint/event/Tx", "value": { "TxResult": result } }),
        map,
    )
}

fn event_map(events: &[Event], base: &[(&str, &str)]) -> Value {
    let mut map: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (key, value) in base {
        map.entry((*key).to_owned()).or_default().push(value);
    }
    for event in events {
        for attribute in &event.attributes {
            map.entry(format!("{}.{}", event.ty, attribute.key))
                .or_default()
                .push(&attribute.value);
        }
    }
    json!(map)
}
