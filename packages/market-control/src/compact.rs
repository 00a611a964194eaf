//! Maps whose records are stored in postcard's format (<https://postcard.jamesmunns.com/wire-format>): no field names, short
//! numbers. A chain charges for each byte that is read and written, and JSON is three times as long.
//!
//! The order of a record's fields is its format: a change of it needs a migration, as a change of names does in JSON. Fields are never
//! left out (no `skip_serializing_if`), for nothing in the bytes would say so.

use std::marker::PhantomData;

use cosmwasm_std::storage_keys::to_length_prefixed_nested;
use cosmwasm_std::{Empty, Order, StdError, StdResult, Storage};
use cw_storage_plus::{range_with_prefix, Bound, Key, KeyDeserialize, Map, Prefixer, PrimaryKey, RawBound};
use serde::de::DeserializeOwned;
use serde::Serialize;

fn encode<V: Serialize>(value: &V) -> StdResult<Vec<u8>> {
    postcard::to_allocvec(value)
        .map_err(|error| StdError::serialize_err(std::any::type_name::<V>(), error.to_string()))
}

fn decode<V: DeserializeOwned>(bytes: &[u8]) -> StdResult<V> {
    let wrong = |what: String| StdError::parse_err(std::any::type_name::<V>(), what);
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, rest)) => Err(wrong(format!("{} bytes too many", rest.len()))),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// As [`Map`], with compact records.
pub struct CompactMap<K, V> {
    namespace: &'static str,
    map: Map<K, Empty>,
    value: PhantomData<V>,
}

impl<K, V> CompactMap<K, V> {
    pub const fn new(namespace: &'static str) -> Self {
        Self {
            namespace,
            map: Map::new(namespace),
            value: PhantomData,
        }
    }
}

impl<'a, K: PrimaryKey<'a>, V: Serialize + DeserializeOwned> CompactMap<K, V> {
    pub fn has(&self, storage: &dyn Storage, key: K) -> bool {
        self.map.has(storage, key)
    }

    /// # Errors
    /// The stored bytes are no record of this kind.
    pub fn may_load(&self, storage: &dyn Storage, key: K) -> StdResult<Option<V>> {
        storage
            .get(&self.map.key(key))
            .map(|bytes| decode(&bytes))
            .transpose()
    }

    /// # Errors
    /// There is no record, or as [`Self::may_load`].
    pub fn load(&self, storage: &dyn Storage, key: K) -> StdResult<V> {
        self.may_load(storage, key)?
            .ok_or_else(|| StdError::not_found(std::any::type_name::<V>()))
    }

    /// # Errors
    /// The record does not serialise.
    pub fn save(&self, storage: &mut dyn Storage, key: K, record: &V) -> StdResult<()> {
        storage.set(&self.map.key(key), &encode(record)?);
        Ok(())
    }

    pub fn remove(&self, storage: &mut dyn Storage, key: K) {
        self.map.remove(storage, key);
    }

    /// The records whose keys begin with `prefix`, with the rest `S` of their keys; `after` is such a rest, and the
    /// records that follow it in `order` are meant.
    pub fn under<'p, 's, P, S>(
        &self,
        storage: &'s dyn Storage,
        prefix: P,
        after: Option<Vec<u8>>,
        order: Order,
    ) -> impl Iterator<Item = StdResult<(S::Output, V)>> + 's
    where
        P: Prefixer<'p>,
        S: KeyDeserialize,
        V: 's,
    {
        let keys = prefix.prefix();
        let names: Vec<&[u8]> = std::iter::once(self.namespace.as_bytes())
            .chain(keys.iter().map(Key::as_ref))
            .collect();
        let after = after.map(RawBound::Exclusive);
        // Downwards, what comes after a key is below it.
        let (min, max) = match order {
            Order::Ascending => (after, None),
            Order::Descending => (None, after),
        };
        range_with_prefix(storage, &to_length_prefixed_nested(&names), min, max, order)
            .map(|(key, bytes)| Ok((S::from_vec(key)?, decode(&bytes)?)))
    }
}

impl<'a, K: PrimaryKey<'a> + KeyDeserialize, V> CompactMap<K, V> {
    pub fn keys<'s>(
        &self,
        storage: &'s dyn Storage,
        min: Option<Bound<'a, K>>,
        max: Option<Bound<'a, K>>,
        order: Order,
    ) -> Box<dyn Iterator<Item = StdResult<K::Output>> + 's>
    where
        K::Output: 'static,
    {
        self.map.keys(storage, min, max, order)
    }
}

/// As [`cw_storage_plus::Item`], with a compact record.
pub struct CompactItem<V> {
    key: &'static str,
    value: PhantomData<V>,
}

impl<V> CompactItem<V> {
    pub const fn new(key: &'static str) -> Self {
        Self {
            key,
            value: PhantomData,
        }
    }
}

impl<V: Serialize + DeserializeOwned> CompactItem<V> {
    /// # Errors
    /// The stored bytes are no record of this kind.
    pub fn may_load(&self, storage: &dyn Storage) -> StdResult<Option<V>> {
        storage
            .get(self.key.as_bytes())
            .map(|bytes| decode(&bytes))
            .transpose()
    }

    /// # Errors
    /// There is no record, or as [`Self::may_load`].
    pub fn load(&self, storage: &dyn Storage) -> StdResult<V> {
        self.may_load(storage)?
            .ok_or_else(|| StdError::not_found(std::any::type_name::<V>()))
    }

    /// # Errors
    /// The record does not serialise.
    pub fn save(&self, storage: &mut dyn Storage, record: &V) -> StdResult<()> {
        storage.set(self.key.as_bytes(), &encode(record)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use cosmwasm_schema::cw_serde;
    use cosmwasm_std::testing::MockStorage;
    use cosmwasm_std::{Addr, Uint128};

    use super::*;

    #[cw_serde]
    enum Kind {
        Plain,
        Of { name: Option<Addr>, amount: Uint128 },
    }

    const MAP: CompactMap<(u64, u128, u32), Kind> = CompactMap::new("map");

    fn of(amount: u128) -> Kind {
        Kind::Of {
            name: Some(Addr::unchecked("somebody")),
            amount: Uint128::new(amount),
        }
    }

    #[test]
    fn what_is_saved_is_loaded_until_it_is_removed() {
        let mut storage = MockStorage::new();
        for record in [of(u128::MAX), Kind::Plain] {
            MAP.save(&mut storage, (1, 2, 3), &record).unwrap();
            assert_eq!(MAP.load(&storage, (1, 2, 3)).unwrap(), record);
        }
        assert_eq!(MAP.may_load(&storage, (1, 2, 4)).unwrap(), None);
        MAP.remove(&mut storage, (1, 2, 3));
        assert!(!MAP.has(&storage, (1, 2, 3)));
        assert!(matches!(
            MAP.load(&storage, (1, 2, 3)),
            Err(StdError::NotFound { .. })
        ));
    }

    #[test]
    fn an_item_lies_under_its_name() {
        const ITEM: CompactItem<Kind> = CompactItem::new("item");
        let mut storage = MockStorage::new();
        assert_eq!(ITEM.may_load(&storage).unwrap(), None);
        assert!(matches!(ITEM.load(&storage), Err(StdError::NotFound { .. })));
        ITEM.save(&mut storage, &of(7)).unwrap();
        assert_eq!(ITEM.load(&storage).unwrap(), of(7));
        assert!(storage.get(b"item").is_some());
    }

    #[test]
    fn records_lie_under_the_keys_of_a_map_and_come_in_their_order() {
        let mut storage = MockStorage::new();
        let entries = [(1, 300, 2), (1, 20, 9), (2, 1, 1), (1, 20, 1)];
        for (key, amount) in entries.into_iter().zip(0..) {
            MAP.save(&mut storage, key, &of(amount)).unwrap();
            assert!(Map::<(u64, u128, u32), Kind>::new("map").has(&storage, key));
        }
        let under = |after: Option<(u128, u32)>, order| {
            let after = after.map(|after| after.joined_key());
            MAP.under::<_, (u128, u32)>(&storage, 1u64, after, order)
                .map(Result::unwrap)
                .collect::<Vec<_>>()
        };
        let sorted = [((20, 1), of(3)), ((20, 9), of(1)), ((300, 2), of(0))];
        assert_eq!(under(None, Order::Ascending), sorted);
        assert_eq!(under(Some((20, 1)), Order::Ascending), sorted[1..]);
        assert_eq!(under(None, Order::Descending)[0], sorted[2]);
        let before = [sorted[1].clone(), sorted[0].clone()];
        assert_eq!(under(Some((300, 2)), Order::Descending), before);
        let all = MAP.under::<_, (u64, u128, u32)>(&storage, (), None, Order::Ascending);
        assert_eq!(all.count(), 4);
    }

    #[test]
    fn bytes_of_another_record_are_an_error() {
        let mut storage = MockStorage::new();
        let key = Map::<u8, Kind>::new("map").key(1).to_vec();
        const SMALL: CompactMap<u8, Kind> = CompactMap::new("map");
        for bytes in [&[1][..], &[7], &[0, 0], b"{}"] {
            storage.set(&key, bytes);
            assert!(
                matches!(SMALL.load(&storage, 1), Err(StdError::ParseErr { .. })),
                "{bytes:?}"
            );
        }
    }
}
