//! A 32-byte hash, written as 64 lower-case hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use cosmwasm_std::{HexBinary, StdError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// SHA-256 of something: a manifest, a Merkle root, a certificate.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "HexBinary", into = "HexBinary")]
#[schemars(with = "HexBinary")]
pub struct Hash32(pub [u8; 32]);

impl TryFrom<HexBinary> for Hash32 {
    type Error = StdError;
    fn try_from(hex: HexBinary) -> Result<Self, Self::Error> {
        hex.to_array().map(Self)
    }
}

impl From<Hash32> for HexBinary {
    fn from(hash: Hash32) -> Self {
        hash.0.into()
    }
}

impl fmt::Display for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        HexBinary::from(*self).fmt(f)
    }
}

impl fmt::Debug for Hash32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash32({self})")
    }
}

impl FromStr for Hash32 {
    type Err = StdError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        HexBinary::from_hex(s)?.try_into()
    }
}
