//! Records of the devnet's own modules beside those of the contracts: JSON under readable keys.
//!
//! cw-multi-test's keys begin with a two-byte length, so these never meet them.

use cosmwasm_std::{Order, Storage};
use serde::de::DeserializeOwned;
use serde::Serialize;

pub fn load<T: DeserializeOwned>(storage: &dyn Storage, key: &[u8]) -> Option<T> {
    storage
        .get(key)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
}

pub fn save<T: Serialize>(storage: &mut dyn Storage, key: &[u8], value: &T) {
    // Maps with string keys, numbers and strings: serialisation has no way to fail.
    if let Ok(bytes) = serde_json::to_vec(value) {
        storage.set(key, &bytes);
    }
}

/// What follows `prefix` in every key that begins with it.
pub fn suffixes(storage: &dyn Storage, prefix: &[u8]) -> Vec<String> {
    let mut end = prefix.to_vec();
    end.push(0xff);
    storage
        .range(Some(prefix), Some(&end), Order::Ascending)
        .map(|(key, _)| String::from_utf8_lossy(&key[prefix.len()..]).into_owned())
        .collect()
}

/// Every record under `prefix`, in key order.
pub fn list<T: DeserializeOwned>(storage: &dyn Storage, prefix: &[u8]) -> Vec<T> {
    let mut end = prefix.to_vec();
    end.push(0xff);
    storage
        .range(Some(prefix), Some(&end), Order::Ascending)
        .filter_map(|(_, bytes)| serde_json::from_slice(&bytes).ok())
        .collect()
}
