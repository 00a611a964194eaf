//! Records that change often, stored as fixed-width big-endian numbers: short, and as long after a year as after a second.

use std::marker::PhantomData;

use cosmwasm_std::{StdError, StdResult, Storage, Uint128};
#[cfg(test)]
use cw_storage_plus::KeyDeserialize;
use cw_storage_plus::{Map, PrimaryKey};

/// A record of `LEN` bytes.
pub trait Record: Sized {
    const LEN: usize;
    fn write(&self, out: &mut Vec<u8>);
    /// `bytes` are exactly [`Self::LEN`].
    fn read(bytes: &[u8]) -> Self;
}

impl Record for Uint128 {
    const LEN: usize = 16;
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_be_bytes());
    }
    fn read(bytes: &[u8]) -> Self {
        Uint128::new(wide(bytes))
    }
}

/// The big-endian number in at most 16 bytes.
pub fn wide(bytes: &[u8]) -> u128 {
    bytes.iter().fold(0, |n, byte| n << 8 | u128::from(*byte))
}

/// The big-endian number in at most 8 bytes.
pub fn narrow(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
}

/// A map whose values are packed records.
pub struct PackedMap<K, R> {
    map: Map<K, ()>,
    record: PhantomData<R>,
}

impl<K, R> PackedMap<K, R> {
    pub const fn new(namespace: &'static str) -> Self {
        Self {
            map: Map::new(namespace),
            record: PhantomData,
        }
    }
}

impl<'a, K: PrimaryKey<'a>, R: Record> PackedMap<K, R> {
    /// # Errors
    /// The stored record has another length.
    pub fn may_load(&self, storage: &dyn Storage, key: K) -> StdResult<Option<R>> {
        let Some(bytes) = storage.get(&self.map.key(key)) else {
            return Ok(None);
        };
        if bytes.len() != R::LEN {
            return Err(StdError::parse_err(
                std::any::type_name::<R>(),
                format!("{} bytes instead of {}", bytes.len(), R::LEN),
            ));
        }
        Ok(Some(R::read(&bytes)))
    }

    pub fn save(&self, storage: &mut dyn Storage, key: K, record: &R) {
        let mut bytes = Vec::with_capacity(R::LEN);
        record.write(&mut bytes);
        storage.set(&self.map.key(key), &bytes);
    }

    #[cfg(test)]
    pub fn keys<'s>(&self, storage: &'s dyn Storage) -> impl Iterator<Item = StdResult<K::Output>> + 's
    where
        K: KeyDeserialize,
        K::Output: 'static,
    {
        self.map.keys(storage, None, None, cosmwasm_std::Order::Ascending)
    }

    pub fn remove(&self, storage: &mut dyn Storage, key: K) {
        storage.remove(&self.map.key(key));
    }
}
