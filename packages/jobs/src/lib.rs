//! What is ordered, how it is run, and the receipt for it.
//!
//! - [`manifest`]: the job as a tenant writes it; its hash is in the order.
//! - [`digest`] and [`store`]: content named by its hash, and a directory of it.
//! - [`executor`]: what an agent asks of anything that runs units; [`kernel`] runs WGSL compute shaders.
//! - [`receipt`]: the signed statement of one unit's result, and the Merkle tree of a batch.
//! - [`comparison`]: whether two results of one unit are the same.
//! - [`capacity`]: proofs that a machine has the memory it claims.
//! - [`image`]: raw pixels to PNG, contact sheet and animation.

pub mod capacity;
pub mod comparison;
pub mod device;
pub mod digest;
pub mod executor;
pub mod image;
pub mod job_dir;
pub mod kernel;
pub mod manifest;
pub mod receipt;
pub mod store;

pub use digest::Digest;
pub use executor::{AttemptId, Executor};
pub use job_dir::{JobDir, JobDirError};
pub use manifest::Manifest;
pub use store::Store;
