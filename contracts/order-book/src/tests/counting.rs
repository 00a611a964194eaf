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

#[derive(Default)]
pub struct Counting {
    inner: MockStorage,
    reads: Cell<u32>,
    writes: u32,
    removals: u32,
}

impl Counting {
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
        self.inner.get(key)
    }

    fn range<'a>(
        &'a self,
        start: Option<&[u8]>,
        end: Option<&[u8]>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Record> + 'a> {
        let entries = self.inner.range(start, end, order);
        Box::new(entries.inspect(|_| self.reads.set(self.reads.get() + 1)))
    }

    fn set(&mut self, key: &[u8], value: &[u8]) {
        self.writes += 1;
        self.inner.set(key, value);
    }

    fn remove(&mut self, key: &[u8]) {
        self.removals += 1;
        self.inner.remove(key);
    }
}
