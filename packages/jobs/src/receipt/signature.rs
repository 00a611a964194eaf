//! The agent key's signature over a leaf: secp256k1, deterministic (RFC 6979), 64 bytes `r | s` with low `s`.

use k256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};

use market_types::receipt::{Leaf, Opening, Receipt, Statement, Tree, TreeError};

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignatureError {
    #[error("the signing key refused")]
    Sign,
    #[error("a public key of {0} bytes; a compressed secp256k1 key has 33")]
    PublicKey(usize),
    #[error("the signature is malformed or has a high s")]
    Malformed,
    #[error("the signature is not by this key over this receipt")]
    Wrong,
}

/// A receipt and the agent's signature over its leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedReceipt {
    pub receipt: Receipt,
    pub signature: [u8; 64],
}

impl SignedReceipt {
    /// # Errors
    /// [`SignatureError::Sign`].
    pub fn new(receipt: Receipt, key: &SigningKey) -> Result<Self, SignatureError> {
        Ok(Self {
            receipt,
            signature: sign(&receipt.leaf(), key)?,
        })
    }

    /// What is shown to the contract: this receipt as number `index` of `tree`.
    ///
    /// # Errors
    /// [`TreeError::Index`].
    pub fn open(&self, tree: &Tree, index: u32) -> Result<Opening, TreeError> {
        Ok(Opening {
            statement: Statement::from(&self.receipt),
            path: tree.prove(index)?,
            signature: self.signature.into(),
        })
    }

    /// # Errors
    /// As [`verify`].
    pub fn verify(&self, public_key: &[u8]) -> Result<(), SignatureError> {
        verify(&self.receipt.leaf(), &self.signature, public_key)
    }
}

/// # Errors
/// [`SignatureError::Sign`].
pub fn sign(leaf: &Leaf, key: &SigningKey) -> Result<[u8; 64], SignatureError> {
    let signature: Signature = key.sign_prehash(leaf).map_err(|_| SignatureError::Sign)?;
    Ok(signature.normalize_s().unwrap_or(signature).to_bytes().into())
}

/// `public_key` is compressed, 33 bytes.
///
/// # Errors
/// A key or signature that is none, or of something else.
pub fn verify(leaf: &Leaf, signature: &[u8; 64], public_key: &[u8]) -> Result<(), SignatureError> {
    if public_key.len() != 33 {
        return Err(SignatureError::PublicKey(public_key.len()));
    }
    let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| SignatureError::PublicKey(33))?;
    let signature = Signature::from_slice(signature).map_err(|_| SignatureError::Malformed)?;
    if signature.normalize_s().is_some() {
        return Err(SignatureError::Malformed);
    }
    key.verify_prehash(leaf, &signature)
        .map_err(|_| SignatureError::Wrong)
}
