//! Keys of agents and of tenants' sessions. They are derived from names, so a run can be repeated.

use cosmwasm_std::{Addr, Binary};
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use market_types::registry::{agent_key_digest, AgentKey};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use crate::chain::{address_of, CHAIN_ID};

#[derive(Clone)]
pub struct Key(SigningKey);

impl Key {
    /// # Panics
    /// If the hash of `name` is no key, which no name has shown yet.
    #[allow(clippy::expect_used)]
    pub fn of(name: &str) -> Self {
        let secret = Sha256::digest(name.as_bytes());
        Self(SigningKey::from_slice(&secret).expect("a hash is a key"))
    }

    pub fn public(&self) -> Binary {
        self.0.verifying_key().to_sec1_bytes().to_vec().into()
    }

    pub fn address(&self) -> Addr {
        address_of_key(&self.public())
    }

    /// # Panics
    /// Never: the digest has 32 bytes.
    #[allow(clippy::expect_used)]
    pub fn sign(&self, digest: &[u8; 32]) -> Binary {
        let signature: Signature = self.0.sign_prehash(digest).expect("32 bytes can be signed");
        signature
            .normalize_s()
            .unwrap_or(signature)
            .to_bytes()
            .to_vec()
            .into()
    }

    /// This key as the agent of `owner`.
    pub fn agent_of(&self, owner: &Addr, registry: &Addr) -> AgentKey {
        AgentKey {
            pubkey: self.public(),
            proof: self.sign(&agent_key_digest(CHAIN_ID, registry.as_str(), owner.as_str())),
        }
    }
}

/// The account of a compressed public key.
pub fn address_of_key(public: &[u8]) -> Addr {
    address_of(Ripemd160::digest(Sha256::digest(public)).into())
}
