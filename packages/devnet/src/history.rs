//! What was in which block: the record every block and transaction query is answered from.
//!
//! Shared between the chain's thread, which appends, and the RPC, which reads: a slow contract does not hold up `status`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cosmwasm_std::{Binary, Event};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub type TxHash = [u8; 32];
/// Height and position in the block.
pub type Place = (u64, u32);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Block {
    pub height: u64,
    /// Nanoseconds since 1970.
    pub time_ns: u64,
    pub txs: Vec<TxRecord>,
    /// Events of the end of the block.
    pub events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TxRecord {
    pub bytes: Binary,
    pub result: TxResult,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TxResult {
    pub code: u32,
    pub codespace: String,
    pub log: String,
    pub data: Binary,
    pub gas_wanted: u64,
    pub gas_used: u64,
    pub events: Vec<Event>,
}

impl Block {
    pub fn is_empty(&self) -> bool {
        self.txs.is_empty() && self.events.is_empty()
    }
}

impl TxRecord {
    pub fn hash(&self) -> TxHash {
        Sha256::digest(&self.bytes).into()
    }
}

#[derive(Debug)]
pub struct History {
    pub chain_id: String,
    pub comet_version: String,
    latest: u64,
    blocks: BTreeMap<u64, Block>,
    /// By height of each block that is never forgotten: a digest of it and of those before it.
    digests: BTreeMap<u64, [u8; 32]>,
    hashes: HashMap<TxHash, Place>,
    /// `type.key` and value of every event attribute, to the transactions that have it.
    attributes: BTreeMap<(String, String), BTreeSet<Place>>,
    window: u64,
}

impl History {
    pub fn new(chain_id: String, comet_version: String, window: u64) -> Self {
        Self {
            chain_id,
            comet_version,
            latest: 0,
            blocks: BTreeMap::new(),
            digests: BTreeMap::new(),
            hashes: HashMap::new(),
            attributes: BTreeMap::new(),
            window,
        }
    }

    /// The empty block that falls out of the window once the chain is at `height`, if one does.
    pub fn forgotten_at(&self, height: u64) -> Option<u64> {
        // Block 1 stays: the floor of every synthesised time.
        let old = height.checked_sub(self.window).filter(|old| *old > 1)?;
        self.blocks
            .get(&old)
            .filter(|block| block.is_empty())
            .map(|block| block.height)
    }

    /// Appends a block and forgets the one that falls out of the window by it.
    pub fn append(&mut self, block: Block) {
        if let Some(old) = self.forgotten_at(block.height) {
            self.blocks.remove(&old);
        }
        self.latest = self.latest.max(block.height);
        if block.height == 1 || !block.is_empty() {
            let digest = self.extend(&block);
            self.digests.insert(block.height, digest);
        }
        for (index, tx) in (0..).zip(&block.txs) {
            let place = (block.height, index);
            self.hashes.insert(tx.hash(), place);
            for event in &tx.result.events {
                for attribute in &event.attributes {
                    let name = format!("{}.{}", event.ty, attribute.key);
                    self.attributes
                        .entry((name, attribute.value.clone()))
                        .or_default()
                        .insert(place);
                }
            }
        }
        self.blocks.insert(block.height, block);
    }

    /// Height of the last block; 0 before the first.
    pub fn latest(&self) -> u64 {
        self.latest
    }

    /// The block at `height`. An empty one past the window is made up, with the time of the nearest kept block below.
    pub fn block(&self, height: u64) -> Option<Block> {
        if height == 0 || height > self.latest {
            return None;
        }
        let (kept, block) = self.blocks.range(..=height).next_back()?;
        if *kept == height {
            return Some(block.clone());
        }
        Some(Block {
            height,
            time_ns: block.time_ns,
            txs: Vec::new(),
            events: Vec::new(),
        })
    }

    pub fn place(&self, hash: &TxHash) -> Option<Place> {
        self.hashes.get(hash).copied()
    }

    pub fn tx(&self, place: Place) -> Option<&TxRecord> {
        self.blocks.get(&place.0)?.txs.get(usize::try_from(place.1).ok()?)
    }

    /// Places of every transaction, oldest first.
    pub fn places(&self) -> BTreeSet<Place> {
        self.hashes.values().copied().collect()
    }

    /// Places of the transactions in one block.
    pub fn places_at(&self, height: u64) -> BTreeSet<Place> {
        let count = self.blocks.get(&height).map_or(0, |block| block.txs.len());
        (0..u32::try_from(count).unwrap_or(u32::MAX))
            .map(|index| (height, index))
            .collect()
    }

    /// Places of the transactions with an event attribute of this value.
    pub fn places_with(&self, attribute: &str, value: &str) -> BTreeSet<Place> {
        self.attributes
            .get(&(attribute.to_owned(), value.to_owned()))
            .cloned()
            .unwrap_or_default()
    }

    /// A made-up block hash: nobody can verify it. It is the same whenever it is asked for, and another one on a chain
    /// with other transactions up to there.
    pub fn block_hash(&self, height: u64) -> [u8; 32] {
        self.digest("block", height)
    }

    /// Made up like the block hash.
    pub fn app_hash(&self, height: u64) -> [u8; 32] {
        self.digest("app", height)
    }

    fn digest(&self, kind: &str, height: u64) -> [u8; 32] {
        let before = self.digests.range(..=height).next_back();
        let mut hash = Sha256::new();
        hash.update(format!("{}/{kind}/{height}", self.chain_id));
        hash.update(before.map_or([0; 32], |(_, digest)| *digest));
        hash.finalize().into()
    }

    fn extend(&self, block: &Block) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.digest("chain", block.height));
        hash.update(block.time_ns.to_be_bytes());
        block.txs.iter().for_each(|tx| hash.update(tx.hash()));
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty(height: u64) -> Block {
        Block {
            height,
            time_ns: height * 10,
            txs: Vec::new(),
            events: Vec::new(),
        }
    }

    #[test]
    fn two_chains_have_the_same_hashes_up_to_where_they_part() {
        let mut histories = [2, 3].map(|tx| {
            let mut history = History::new("c".into(), "0.38".into(), 2);
            let mut other = empty(3);
            other.txs.push(TxRecord {
                bytes: Binary::from([tx]),
                result: TxResult::default(),
            });
            for block in [empty(1), empty(2), other, empty(4)] {
                history.append(block);
            }
            history
        });
        let at = |histories: &[History; 2], height| histories.each_ref().map(|h| h.block_hash(height));
        let same = |[one, other]: [[u8; 32]; 2]| one == other;
        assert_eq!(
            [1, 2, 3, 4].map(|height| same(at(&histories, height))),
            [true, true, false, false]
        );
        let before = at(&histories, 4);
        histories
            .iter_mut()
            .for_each(|history| (5..9).for_each(|height| history.append(empty(height))));
        assert_eq!(at(&histories, 4), before);
    }

    #[test]
    fn empty_blocks_past_the_window_are_forgotten_but_still_answered() {
        let mut history = History::new("c".into(), "0.38".into(), 3);
        let mut full = empty(2);
        full.events.push(Event::new("kept"));
        for block in [empty(1), full, empty(3), empty(4), empty(5), empty(6), empty(7)] {
            history.append(block);
        }
        assert_eq!(
            history.blocks.keys().copied().collect::<Vec<_>>(),
            vec![1, 2, 5, 6, 7]
        );
        assert_eq!(history.block(2).unwrap().events.len(), 1);
        assert_eq!(
            history.block(4).unwrap(),
            Block {
                height: 4,
                time_ns: 20,
                txs: vec![],
                events: vec![]
            }
        );
        assert_eq!(history.block(8), None);
        assert_eq!(history.block(0), None);
    }
}
