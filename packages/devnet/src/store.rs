//! The chain's state: an ordered map with nested scopes that can be undone, and the keys changed since the last block.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::rc::Rc;

use cosmwasm_std::{Order, Record, Storage};

use crate::gas::Meter;

/// A key with a value; `None` where it has none.
pub type Change = (Vec<u8>, Option<Vec<u8>>);

#[derive(Debug, Default)]
pub struct Store {
    map: BTreeMap<Vec<u8>, Vec<u8>>,
    /// One log of former values per open scope, innermost last.
    scopes: Vec<Vec<Change>>,
    dirty: BTreeSet<Vec<u8>>,
    meter: Rc<Meter>,
}

impl Store {
    pub fn new(map: BTreeMap<Vec<u8>, Vec<u8>>, meter: Rc<Meter>) -> Self {
        Self {
            map,
            meter,
            ..Self::default()
        }
    }

    /// Opens a scope: what follows can be undone by `rollback`.
    pub fn begin(&mut self) {
        self.scopes.push(Vec::new());
    }

    /// Closes the innermost scope and keeps its changes, which the scope around it can still undo.
    pub fn commit(&mut self) {
        let closed = self.scopes.pop().unwrap_or_default();
        if let Some(outer) = self.scopes.last_mut() {
            outer.extend(closed);
        }
    }

    /// Closes the innermost scope and undoes its changes.
    pub fn rollback(&mut self) {
        for (key, before) in self.scopes.pop().unwrap_or_default().into_iter().rev() {
            match before {
                Some(value) => self.map.insert(key, value),
                None => self.map.remove(&key),
            };
        }
    }

    /// The keys touched since the last call with their values now; `None` is removed.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let dirty = std::mem::take(&mut self.dirty);
        dirty
            .into_iter()
            .map(|key| {
                let value = self.map.get(&key).cloned();
                (key, value)
            })
            .collect()
    }

    fn remember(&mut self, key: &[u8], before: Option<Vec<u8>>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((key.to_vec(), before));
        }
        self.dirty.insert(key.to_vec());
    }
}

impl Storage for Store {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let value = self.map.get(key);
        self.meter
            .read(key.len().saturating_add(value.map_or(0, Vec::len)));
        value.cloned()
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        // An empty interval is a valid question; `BTreeMap::range` panics on it.
        if matches!((start, end), (Some(start), Some(end)) if start >= end) {
            return Box::new(std::iter::empty());
        }
        let start = start.map_or(Bound::Unbounded, |key| Bound::Included(key.to_vec()));
        let end = end.map_or(Bound::Unbounded, |key| Bound::Excluded(key.to_vec()));
        let found = self.map.range((start, end));
        let charged = |(key, value): (&Vec<u8>, &Vec<u8>)| {
            self.meter.next(key.len().saturating_add(value.len()));
            (key.clone(), value.clone())
        };
        match order {
            Order::Ascending => Box::new(found.map(charged)),
            Order::Descending => Box::new(found.rev().map(charged)),
        }
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.meter.write(key.len().saturating_add(value.len()));
        let before = self.map.insert(key.to_vec(), value.to_vec());
        self.remember(key, before);
    }

    fn remove(&mut self, key: &[u8]) {
        self.meter.delete();
        let before = self.map.remove(key);
        self.remember(key, before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(pairs: &[(&[u8], &[u8])]) -> Store {
        let map = pairs
            .iter()
            .map(|(key, value)| (key.to_vec(), value.to_vec()))
            .collect();
        Store::new(map, Rc::default())
    }

    #[test]
    fn rollback_restores_what_the_scope_found() {
        let mut store = store(&[(b"a", b"1"), (b"b", b"2")]);
        store.begin();
        store.set(b"a", b"9");
        store.remove(b"b");
        store.set(b"c", b"3");
        store.rollback();
        let all: Vec<_> = store.range(None, None, Order::Ascending).collect();
        assert_eq!(
            all,
            vec![(b"a".to_vec(), b"1".to_vec()), (b"b".to_vec(), b"2".to_vec())]
        );
    }

    #[test]
    fn an_outer_rollback_undoes_a_committed_inner_scope() {
        let mut store = store(&[(b"a", b"1")]);
        store.begin();
        store.set(b"a", b"2");
        store.begin();
        store.set(b"a", b"3");
        store.commit();
        store.rollback();
        assert_eq!(store.get(b"a"), Some(b"1".to_vec()));
    }

    #[test]
    fn changes_carry_the_last_value_and_removals() {
        let mut store = store(&[(b"gone", b"1")]);
        store.set(b"a", b"1");
        store.set(b"a", b"2");
        store.remove(b"gone");
        assert_eq!(
            store.take_changes(),
            vec![(b"a".to_vec(), Some(b"2".to_vec())), (b"gone".to_vec(), None)]
        );
        assert!(store.take_changes().is_empty());
    }

    #[test]
    fn a_range_whose_start_is_its_end_is_empty() {
        let store = store(&[(b"a", b"1")]);
        assert_eq!(store.range(Some(b"a"), Some(b"a"), Order::Ascending).count(), 0);
        assert_eq!(store.range(Some(b"b"), Some(b"a"), Order::Descending).count(), 0);
    }
}
