//! The public randomness that audits are drawn by: a drand chain of the scheme `bls-unchained-g1-rfc9380`, such as quicknet.
//!
//! A round's signature is a BLS signature on G1 over the SHA-256 of its number (8 bytes big-endian), under a public key on G2; its
//! randomness is the SHA-256 of the signature. Nobody can know it before enough of drand's operators sign, and anybody can check it.
//!
//! - [`Signature`] and [`PublicKey`]: what the network publishes, and [`verify`].
//! - [`Key`]: a beacon of one's own, for a devnet and for tests. Whoever holds its key knows every round ahead.
//! - [`Client`]: rounds over drand's HTTP interface. [`routes`]: the same interface, served from a [`Key`].
//!
//! Source: drand's protocol specification (cryptography and HTTP API); hashing to the curve is RFC 9380.

mod client;
mod key;
mod round;
mod serve;

pub use client::{Client, ClientError};
pub use key::Key;
pub use round::{message, verify, InvalidBeacon, PublicKey, Signature, DOMAIN};
pub use serve::{routes, Info, Published, SCHEME};
