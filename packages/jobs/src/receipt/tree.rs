//! The Merkle tree over the leaves of a batch.
//!
//! Neighbours are hashed in pairs, level by level; one without a neighbour moves up unchanged (the tree of
//! RFC 6962, section 2.1). The root also hashes the number of leaves, so a proof fits one shape only.

use sha2::{Digest, Sha256};

use super::leaf::Leaf;

pub const NODE_DOMAIN: &[u8; 25] = b"leasebook/receipt-node/v1";
pub const ROOT_DOMAIN: &[u8; 25] = b"leasebook/receipt-root/v1";

/// Leaves in one tree, at least one.
pub const MAX_LEAVES: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeError {
    /// A batch has 1 to 64 leaves.
    Count(usize),
    /// There is no such leaf.
    Index { index: u32, count: u32 },
}

impl std::fmt::Display for TreeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Count(count) => write!(f, "a batch of {count} receipts; it takes 1 to {MAX_LEAVES}"),
            Self::Index { index, count } => write!(f, "receipt {index} of a batch of {count}"),
        }
    }
}

impl std::error::Error for TreeError {}

/// All levels of a tree, leaves first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    levels: Vec<Vec<[u8; 32]>>,
}

impl Tree {
    /// # Errors
    /// [`TreeError::Count`] unless there are 1 to 64 leaves.
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

    pub fn count(&self) -> u32 {
        self.levels[0].len() as u32
    }

    pub fn root(&self) -> [u8; 32] {
        close(self.count(), &self.levels[self.levels.len() - 1][0])
    }

    /// The neighbours on the way from leaf `index` to the root, lowest first; at most 6.
    ///
    /// # Errors
    /// [`TreeError::Index`].
    pub fn prove(&self, index: u32) -> Result<Vec<[u8; 32]>, TreeError> {
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
                proof.push(*neighbour);
            }
            at /= 2;
        }
        Ok(proof)
    }
}

/// # Errors
/// [`TreeError::Count`].
pub fn root(leaves: &[Leaf]) -> Result<[u8; 32], TreeError> {
    Tree::new(leaves).map(|tree| tree.root())
}

/// # Errors
/// [`TreeError::Count`], [`TreeError::Index`].
pub fn prove(leaves: &[Leaf], index: u32) -> Result<Vec<[u8; 32]>, TreeError> {
    Tree::new(leaves)?.prove(index)
}

/// Whether `leaf` is number `index` of the `count` leaves under `root`. A proof of another length is no proof.
pub fn verify_proof(root: &[u8; 32], count: u32, index: u32, leaf: &Leaf, proof: &[[u8; 32]]) -> bool {
    if index >= count || count as usize > MAX_LEAVES {
        return false;
    }
    let (mut at, mut width, mut hash) = (index, count, *leaf);
    let mut neighbours = proof.iter();
    while width > 1 {
        if at ^ 1 < width {
            let Some(neighbour) = neighbours.next() else {
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
    neighbours.next().is_none() && close(count, &hash) == *root
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(NODE_DOMAIN)
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

fn close(count: u32, top: &[u8; 32]) -> [u8; 32] {
    Sha256::new()
        .chain_update(ROOT_DOMAIN)
        .chain_update(count.to_be_bytes())
        .chain_update(top)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Leaf> {
        (0..count)
            .map(|i| Sha256::digest((i as u64).to_be_bytes()).into())
            .collect()
    }

    #[test]
    fn every_leaf_of_every_size_is_proven_and_nothing_else_is() {
        for count in 1..=MAX_LEAVES {
            let leaves = leaves(count);
            let tree = Tree::new(&leaves).unwrap();
            let root = tree.root();
            for index in 0..count as u32 {
                let proof = tree.prove(index).unwrap();
                assert!(proof.len() <= 6);
                assert!(verify_proof(
                    &root,
                    count as u32,
                    index,
                    &leaves[index as usize],
                    &proof
                ));
                let other = (index + 1) % (count as u32 + 1);
                assert!(!verify_proof(
                    &root,
                    count as u32,
                    other,
                    &leaves[index as usize],
                    &proof
                ));
                assert!(!verify_proof(
                    &root,
                    count as u32 + 1,
                    index,
                    &leaves[index as usize],
                    &proof
                ));
                assert!(!verify_proof(&root, count as u32, index, &[9; 32], &proof));
                let mut longer = proof.clone();
                longer.push([0; 32]);
                assert!(!verify_proof(
                    &root,
                    count as u32,
                    index,
                    &leaves[index as usize],
                    &longer
                ));
                if !proof.is_empty() {
                    assert!(!verify_proof(
                        &root,
                        count as u32,
                        index,
                        &leaves[index as usize],
                        &proof[1..]
                    ));
                }
            }
        }
    }

    #[test]
    fn an_inner_node_is_not_a_leaf() {
        let leaves = leaves(4);
        let tree = Tree::new(&leaves).unwrap();
        let inner = tree.levels[1].clone();
        assert!(!verify_proof(&tree.root(), 2, 0, &inner[0], &[inner[1]]));
        assert_ne!(root(&inner).unwrap(), tree.root());
    }

    #[test]
    fn a_batch_has_1_to_64_receipts() {
        assert_eq!(root(&[]), Err(TreeError::Count(0)));
        assert_eq!(root(&leaves(65)), Err(TreeError::Count(65)));
        assert_eq!(prove(&leaves(3), 3), Err(TreeError::Index { index: 3, count: 3 }));
    }

    #[test]
    fn order_and_number_of_leaves_are_in_the_root() {
        let three = leaves(3);
        let mut swapped = three.clone();
        swapped.swap(0, 1);
        assert_ne!(root(&three), root(&swapped));
        let mut doubled = three.clone();
        doubled.push(three[2]);
        assert_ne!(root(&three), root(&doubled));
    }
}
