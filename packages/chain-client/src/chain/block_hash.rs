use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The 32 bytes that name a block. Written as 64 uppercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BlockHash([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a block hash has 64 hex digits; {text:?} is none")]
pub struct BlockHashError {
    text: String,
}

impl FromStr for BlockHash {
    type Err = BlockHashError;

    fn from_str(text: &str) -> Result<Self, BlockHashError> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(BlockHashError {
                text: text.to_owned(),
            }),
        }
    }
}

impl TryFrom<String> for BlockHash {
    type Error = BlockHashError;

    fn try_from(text: String) -> Result<Self, BlockHashError> {
        text.parse()
    }
}

impl From<BlockHash> for String {
    fn from(hash: BlockHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for BlockHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
