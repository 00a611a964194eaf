//! The signed statement of one unit's result. What it says and how a batch is hashed is [`market_types::receipt`], which contracts
//! share; the signature of the agent key is here.

pub mod signature;

pub use market_types::receipt::{
    prove, root, verify_proof, Leaf, MarketTag, Opening, Receipt, Statement, Tree, TreeError, ENCODED_LEN,
    MAX_LEAVES,
};
pub use signature::{sign, verify, SignatureError, SignedReceipt};
