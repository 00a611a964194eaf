use std::{fmt, str::FromStr};

use base64::{engine::general_purpose::STANDARD, Engine};
use cosmrs::proto::{
    cosmos::{
        crypto::secp256k1::PubKey,
        tx::v1beta1::{AuthInfo, SignerInfo, TxBody, TxRaw},
    },
    prost::Message,
    Any,
};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::keys::PublicKey;

/// A signed transaction as it goes over the wire. Sending the same bytes twice is harmless.
#[derive(Clone, PartialEq, Eq)]
pub struct TxBytes(Vec<u8>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TxBytesError {
    #[error("{len} bytes are no signed transaction of one signer")]
    Malformed { len: usize },
}

/// SHA-256 of a transaction's bytes; known before it is sent. Written as 64 uppercase hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TxHash([u8; 32]);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a transaction hash has 64 hex digits; {text:?} is none")]
pub struct TxHashError {
    text: String,
}

impl TxBytes {
    /// Bytes from storage.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    pub fn into_vec(self) -> Vec<u8> {
        self.0
    }

    pub fn hash(&self) -> TxHash {
        TxHash(Sha256::digest(&self.0).into())
    }

    /// The sequence its signer used.
    pub fn sequence(&self) -> Result<u64, TxBytesError> {
        Ok(self.signer_info()?.sequence)
    }

    /// Whose signature it has.
    pub fn signer(&self) -> Result<PublicKey, TxBytesError> {
        let key = self.signer_info()?.public_key.ok_or(self.malformed())?;
        let key = PubKey::decode(key.value.as_slice()).map_err(|_| self.malformed())?;
        PublicKey::from_bytes(&key.key).map_err(|_| self.malformed())
    }

    /// What it says, with its signer as sender.
    pub fn messages(&self) -> Result<Vec<Any>, TxBytesError> {
        let body = TxBody::decode(self.raw()?.body_bytes.as_slice()).map_err(|_| self.malformed())?;
        Ok(body.messages)
    }

    /// The last height that may include it; `None` if it has no bound.
    pub fn timeout_height(&self) -> Result<Option<u64>, TxBytesError> {
        let body = TxBody::decode(self.raw()?.body_bytes.as_slice()).map_err(|_| self.malformed())?;
        Ok(Some(body.timeout_height).filter(|height| *height > 0))
    }

    fn signer_info(&self) -> Result<SignerInfo, TxBytesError> {
        let auth = AuthInfo::decode(self.raw()?.auth_info_bytes.as_slice()).map_err(|_| self.malformed())?;
        match <[SignerInfo; 1]>::try_from(auth.signer_infos) {
            Ok([signer]) => Ok(signer),
            Err(_) => Err(self.malformed()),
        }
    }

    fn raw(&self) -> Result<TxRaw, TxBytesError> {
        TxRaw::decode(self.0.as_slice()).map_err(|_| self.malformed())
    }

    fn malformed(&self) -> TxBytesError {
        TxBytesError::Malformed { len: self.0.len() }
    }

    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(&self.0)
    }
}

impl fmt::Debug for TxBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TxBytes({}, {} bytes)", self.hash(), self.0.len())
    }
}

impl TxHash {
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Display for TxHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(self.0))
    }
}

impl fmt::Debug for TxHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TxHash {
    type Err = TxHashError;

    fn from_str(text: &str) -> Result<Self, TxHashError> {
        let mut bytes = [0; 32];
        match hex::decode_to_slice(text, &mut bytes) {
            Ok(()) => Ok(Self(bytes)),
            Err(_) => Err(TxHashError {
                text: text.to_owned(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_survives_its_text() {
        let hash = TxBytes::from_vec(b"abc".to_vec()).hash();
        assert_eq!(
            hash.to_string(),
            "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        );
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("BA78".parse::<TxHash>().is_err());
    }

    #[test]
    fn bytes_that_are_no_transaction_have_no_sequence() {
        let bytes = TxBytes::from_vec(vec![0xff; 9]);
        assert_eq!(bytes.sequence(), Err(TxBytesError::Malformed { len: 9 }));
        assert!(TxBytes::from_vec(Vec::new()).sequence().is_err());
    }
}
