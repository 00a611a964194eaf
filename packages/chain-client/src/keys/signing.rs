use k256::ecdsa::{
    signature::{hazmat::PrehashSigner, Signer, Verifier},
    Signature as Ecdsa, SigningKey as Secret, VerifyingKey,
};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use super::KeyError;
use crate::address::{self, AddressError};

/// Compact signature: `r || s`, low S.
pub type Signature = [u8; 64];

/// A secp256k1 private key. `Debug` shows the public key only; memory is cleared on drop.
#[derive(Clone)]
pub struct SigningKey(Secret);

/// A compressed secp256k1 public key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; 33]);

impl SigningKey {
    /// From a 32-byte scalar, big endian.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        // k256 pads short input; a truncated key is a mistake here.
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| KeyError::PrivateKey)?;
        Secret::from_slice(bytes)
            .map(Self)
            .map_err(|_| KeyError::PrivateKey)
    }

    pub fn random() -> Self {
        Self(Secret::random(&mut rand::rngs::OsRng))
    }

    pub fn public_key(&self) -> PublicKey {
        let mut bytes = [0; 33];
        bytes.copy_from_slice(self.0.verifying_key().to_encoded_point(true).as_bytes());
        PublicKey(bytes)
    }

    pub fn address(&self, prefix: &str) -> Result<String, AddressError> {
        self.public_key().address(prefix)
    }

    /// Signs SHA-256 of `message`, as transactions are signed and as `secp256k1_verify` on chain expects.
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature: Ecdsa = self.0.sign(message);
        signature.to_bytes().into()
    }

    /// Signs a 32-byte digest that the caller computed.
    pub fn sign_digest(&self, digest: &[u8; 32]) -> Result<Signature, KeyError> {
        let signature: Ecdsa = self.0.sign_prehash(digest).map_err(|_| KeyError::PrivateKey)?;
        Ok(signature.to_bytes().into())
    }
}

impl PublicKey {
    /// From 33 compressed bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes: [u8; 33] = bytes.try_into().map_err(|_| KeyError::PublicKey)?;
        VerifyingKey::from_sec1_bytes(&bytes).map_err(|_| KeyError::PublicKey)?;
        Ok(Self(bytes))
    }

    pub fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// `bech32(prefix, RIPEMD-160(SHA-256(key)))`, the address of a plain account.
    pub fn address(&self, prefix: &str) -> Result<String, AddressError> {
        address::encode(prefix, &Ripemd160::digest(Sha256::digest(self.0)))
    }
}

/// True if `signature` is one of `key` over SHA-256 of `message`. High S is refused, as on chain.
pub fn verify(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = VerifyingKey::from_sec1_bytes(&key.0) else {
        return false;
    };
    match Ecdsa::from_slice(signature) {
        Ok(signature) => signature.normalize_s().is_none() && key.verify(message, &signature).is_ok(),
        Err(_) => false,
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({:?})", self.public_key())
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_message_and_key_alone() {
        let (key, other) = (SigningKey::random(), SigningKey::random());
        let signature = key.sign(b"unit 7");
        assert!(verify(&key.public_key(), b"unit 7", &signature));
        assert!(!verify(&key.public_key(), b"unit 8", &signature));
        assert!(!verify(&other.public_key(), b"unit 7", &signature));
        assert!(!verify(&key.public_key(), b"unit 7", &signature[..63]));
    }

    #[test]
    fn signing_a_digest_equals_signing_its_message() {
        let key = SigningKey::random();
        let digest: [u8; 32] = Sha256::digest(b"receipt").into();
        assert!(verify(
            &key.public_key(),
            b"receipt",
            &key.sign_digest(&digest).unwrap()
        ));
    }

    #[test]
    fn a_high_s_signature_is_refused() {
        let key = SigningKey::random();
        let low = Ecdsa::from_slice(&key.sign(b"unit 7")).unwrap();
        let high = Ecdsa::from_scalars(low.r().to_bytes(), (-*low.s()).to_bytes()).unwrap();
        assert!(!verify(&key.public_key(), b"unit 7", &high.to_bytes()));
    }

    #[test]
    fn debug_shows_the_public_key_only() {
        let key = SigningKey::from_bytes(&[0x11; 32]).unwrap();
        let shown = format!("{key:?}");
        assert!(shown.contains(&hex::encode(key.public_key().as_bytes())));
        assert!(!shown.contains(&hex::encode([0x11; 32])));
    }

    #[test]
    fn zero_and_short_scalars_are_no_keys() {
        assert!(SigningKey::from_bytes(&[0; 32]).is_err());
        assert!(SigningKey::from_bytes(&[1; 31]).is_err());
        assert!(PublicKey::from_bytes(&[2; 32]).is_err());
    }
}
