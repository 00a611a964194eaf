//! Keys: a mnemonic becomes a secp256k1 key, a key signs and has an address.

mod file;
mod keyring;
mod mnemonic;
mod sealed;
mod signing;

pub use file::{KeyFile, Secret};
pub use keyring::Keyring;
pub use mnemonic::Mnemonic;
pub use sealed::{Password, SealError, Sealed};
pub use signing::{verify, PublicKey, Signature, SigningKey};

use std::path::PathBuf;
use thiserror::Error;

/// None of these carries key material.
#[derive(Debug, Error)]
pub enum KeyError {
    #[error("a mnemonic has 12 or 24 words, not {found}")]
    WordCount { found: usize },
    #[error("not a valid mnemonic: {cause}")]
    Mnemonic { cause: String },
    #[error("no key can be derived from this seed")]
    Derivation,
    #[error("a private key is 32 bytes within the order of secp256k1")]
    PrivateKey,
    #[error("a public key is 33 bytes on secp256k1")]
    PublicKey,
    #[error("a key name has 1 to 64 letters, digits, '-' or '_', not {name:?}")]
    Name { name: String },
    #[error("{} already exists", path.display())]
    Exists { path: PathBuf },
    #[error("there is no key at {}", path.display())]
    Missing { path: PathBuf },
    #[error("{} may be read by others (mode {mode:o}); allow its owner alone: chmod {wanted:o}", path.display())]
    TooOpen { path: PathBuf, mode: u32, wanted: u32 },
    #[error("{} is not a key file: it holds neither a mnemonic nor 64 hex digits", path.display())]
    NotAKey { path: PathBuf },
    #[error("{} is under a password", path.display())]
    Locked { path: PathBuf },
    #[error("{}: {cause}", path.display())]
    Sealed { path: PathBuf, cause: SealError },
    #[error("{}: {cause}", path.display())]
    Io { path: PathBuf, cause: std::io::Error },
}
