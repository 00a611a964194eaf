//! A storage that counts what is done to it.

use std::cell::Cell;

use cosmwasm_std::testing::MockStorage;
use cosmwasm_std::{Order, Record, Storage};

/// Entries read (found or not, in ranges each), written and removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub reads: u32,
    pub writes: u32,
    pub removals: u32,
}

/// What wasmd puts before each key.
const PREFIX: u64 = 33;

#[derive(Default)]
pub struct Counting {
    inner: MockStorage,
    gas: Cell<u64>,
    reads: Cell<u32>,
    writes: u32,
    removals: u32,
}

impl Counting {
    /// What a chain with the SDK's usual charges would have charged for the storage since this was last asked.
    pub fn take_gas(&mut self) -> u64 {
        self.gas.take()
    }

    fn charge(&self, flat: u64, by_byte: u64, key: &[u8], value: &[u8]) {
        let bytes = PREFIX + (key.len() + value.len()) as u64;
        self.gas.set(self.gas.get() + flat + by_byte * bytes);
    }

    /// What was counted since this was last asked.
    pub fn take(&mut self) -> Count {
        Count {
            reads: self.reads.take(),
            writes: std::mem::take(&mut self.writes),
            removals: std::mem::take(&mut self.removals),
        }
    }
}

impl Storage for Counting {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.reads.set(self.reads.get() + 1);
        let value = self.inner.get(key);
        self.charge(1_000, 3, key, value.as_deref().unwrap_or_default());
        value
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let entries = self.inner.range(start, end, order);
        Box::new(entries.inspect(|(key, value)| {
            self.reads.set(self.reads.get() + 1);
            self.charge(30, 3, key, value);
        }))
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.writes += 1;
        self.charge(2_000, 30, key, value);
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.removals += 1;
        self.charge(1_000, 0, key, &[]);
        self.inner.remove(key);
    }
}
