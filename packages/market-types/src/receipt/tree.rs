//! The Merkle tree over the leaves of a batch.
//!
//! Neighbours are hashed in pairs, level by level; one without a neighbour moves up unchanged (the tree of
//! RFC 6962, section 2.1). The root also hashes the number of leaves, so a proof fits one shape only.
//!
//! The last leaf of every batch is its *blind*: 32 random bytes, or what [`crate::audit::blind`] makes of units that are bad on
//! purpose. So a batch that was planted to keep auditors awake looks like any other, and costs no more.

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::leaf::Leaf;
use crate::attestation::MAX_BATCH;
use crate::Hash32;

/// First bytes of an inner node's preimage; both children follow.
pub const NODE_DOMAIN: &[u8; 24] = b"leasebook/receipt-node/1";
/// First bytes of the root's preimage; the number of leaves (u32) and the topmost node follow.
pub const ROOT_DOMAIN: &[u8; 24] = b"leasebook/receipt-root/1";

/// Leaves in one tree, at least one: those of a whole batch, and its blind.
pub const MAX_LEAVES: usize = MAX_BATCH as usize + 1;

/// Neighbours on a leaf's way to the root, at most.
pub const MAX_PATH: usize = MAX_LEAVES.next_power_of_two().ilog2() as usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TreeError {
    #[error("a tree of {0} leaves; it has 1 to {MAX_LEAVES}")]
    Count(usize),
    #[error("a batch of {0} receipts; it takes 1 to {MAX_BATCH}")]
    Batch(usize),
    #[error("leaf {index} of a tree of {count}")]
    Index { index: u32, count: u32 },
}

/// All levels of a tree, leaves first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// # Errors
    /// [`TreeError::Count`] unless there are 1 to 65 leaves.
    pub fn new(leaves: &[Leaf]) -> Result<Self, TreeError> {
        if leaves.is_empty() || leaves.len() > MAX_LEAVES {
            return Err(TreeError::Count(leaves.len()));
        }
        let mut levels = vec![leaves.to_vec()];
        let mut level = leaves.to_vec();
        while level.len() > 1 {
            level = level
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node(left, right),
                    _ => pair[0],
                })
                .collect();
            levels.push(level.clone());
        }
        Ok(Self { levels })
    }

    /// The tree of a batch's receipts and its blind.
    ///
    /// # Errors
    /// [`TreeError::Batch`] unless there are 1 to 64 receipts.
    pub fn of_batch(receipts: &[Leaf], blind: Hash32) -> Result<Self, TreeError> {
        if receipts.is_empty() || receipts.len() > MAX_BATCH as usize {
            return Err(TreeError::Batch(receipts.len()));
        }
        let leaves: Vec<_> = receipts.iter().copied().chain([blind.0]).collect();
        Self::new(&leaves)
    }

    pub fn count(&self) -> u32 {
        self.levels[0].len() as u32
    }

    pub fn root(&self) -> Hash32 {
        close(self.count(), &self.levels[self.levels.len() - 1][0])
    }

    /// The neighbours on the way from leaf `index` to the root, lowest first; at most 7.
    ///
    /// # Errors
    /// [`TreeError::Index`].
    pub fn prove(&self, index: u32) -> Result<Vec<Hash32>, TreeError> {
        if index >= self.count() {
            return Err(TreeError::Index {
                index,
                count: self.count(),
            });
        }
        let mut at = index as usize;
        let mut proof = Vec::new();
        for level in &self.levels {
            if let Some(neighbour) = level.get(at ^ 1) {
                proof.push(Hash32(*neighbour));
            }
            at /= 2;
        }
        Ok(proof)
    }
}

/// # Errors
/// [`TreeError::Count`].
pub fn root(leaves: &[Leaf]) -> Result<Hash32, TreeError> {
    Tree::new(leaves).map(|tree| tree.root())
}

/// # Errors
/// [`TreeError::Count`], [`TreeError::Index`].
pub fn prove(leaves: &[Leaf], index: u32) -> Result<Vec<Hash32>, TreeError> {
    Tree::new(leaves)?.prove(index)
}

/// Whether `leaf` is number `index` of the `count` leaves under `root`. A proof of another length is no proof.
pub fn verify_proof(root: Hash32, count: u32, index: u32, leaf: &Leaf, proof: &[Hash32]) -> bool {
    if index >= count || count as usize > MAX_LEAVES {
        return false;
    }
    let (mut at, mut width, mut hash) = (index, count, *leaf);
    let mut neighbours = proof.iter();
    while width > 1 {
        if at ^ 1 < width {
            let Some(Hash32(neighbour)) = neighbours.next() else {
                return false;
            };
            hash = if at & 1 == 0 {
                node(&hash, neighbour)
            } else {
                node(neighbour, &hash)
            };
        }
        at /= 2;
        width = width.div_ceil(2);
    }
    neighbours.next().is_none() && close(count, &hash) == root
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(NODE_DOMAIN)
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

fn close(count: u32, top: &[u8; 32]) -> Hash32 {
    let hash = Sha256::new()
        .chain_update(ROOT_DOMAIN)
        .chain_update(count.to_be_bytes())
        .chain_update(top)
        .finalize();
    Hash32(hash.into())
}
