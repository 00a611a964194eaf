//! The statement of one unit's result, and the Merkle tree of a batch of them. Agents, contracts and tenants all use this code;
//! `schema/vectors/receipts.json` pins it for other languages.
//!
//! Everything is SHA-256, all numbers are big-endian and of fixed width, and each hash begins with its own domain, so a leaf is never
//! taken for a node, nor anything here for a transaction. The agent key signs the leaf: 64 bytes `r | s`, low `s`, RFC 6979.

mod leaf;
mod opening;
mod tree;

pub use leaf::{Leaf, MarketTag, Receipt, ENCODED_LEN, LEAF_DOMAIN, MARKET_DOMAIN};
pub use opening::{Batch, Opening, OpeningError, Statement};
pub use tree::{prove, root, verify_proof, Tree, TreeError, MAX_LEAVES, MAX_PATH, NODE_DOMAIN, ROOT_DOMAIN};
