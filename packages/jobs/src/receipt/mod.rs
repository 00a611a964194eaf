//! The signed statement of one unit's result, and the tree of a batch of them.
//!
//! [`leaf`] and [`tree`] use nothing but `sha2`, so that a contract can compute the same.
//! Everything is SHA-256, all numbers are big-endian and of fixed width. Each hash begins with its own
//! domain, so a leaf is never taken for a node.

pub mod leaf;
pub mod signature;
pub mod tree;

pub use leaf::{Leaf, Receipt};
pub use signature::{sign, verify, SignatureError, SignedReceipt};
pub use tree::{prove, root, verify_proof, Tree, TreeError, MAX_LEAVES};
