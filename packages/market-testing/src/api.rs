//! Addresses as a real chain checks them: what does not read back as it was written is refused, upper case included.

use cosmwasm_std::{Addr, Api, CanonicalAddr, RecoverPubkeyError, StdError, StdResult, VerificationError};
use cw_multi_test::MockApiBech32;

/// The chain's functions for contracts.
pub struct ChainApi(MockApiBech32);

impl ChainApi {
    pub fn new(prefix: &'static str) -> Self {
        Self(MockApiBech32::new(prefix))
    }
}

impl Api for ChainApi {
    fn addr_validate(&self, input: &str) -> StdResult<Addr> {
        let addr = self.0.addr_validate(input)?;
        match addr.as_str() == input {
            true => Ok(addr),
            false => Err(StdError::generic_err("Invalid input: address not normalized")),
        }
    }

    fn addr_canonicalize(&self, input: &str) -> StdResult<CanonicalAddr> {
        self.0.addr_canonicalize(input)
    }

    fn addr_humanize(&self, canonical: &CanonicalAddr) -> StdResult<Addr> {
        self.0.addr_humanize(canonical)
    }

    fn secp256k1_verify(&self, hash: &[u8], signature: &[u8], key: &[u8]) -> Result<bool, VerificationError> {
        self.0.secp256k1_verify(hash, signature, key)
    }

    fn secp256k1_recover_pubkey(
        &self,
        hash: &[u8],
        signature: &[u8],
        param: u8,
    ) -> Result<Vec<u8>, RecoverPubkeyError> {
        self.0.secp256k1_recover_pubkey(hash, signature, param)
    }

    fn ed25519_verify(
        &self,
        message: &[u8],
        signature: &[u8],
        key: &[u8],
    ) -> Result<bool, VerificationError> {
        self.0.ed25519_verify(message, signature, key)
    }

    fn ed25519_batch_verify(
        &self,
        messages: &[&[u8]],
        signatures: &[&[u8]],
        keys: &[&[u8]],
    ) -> Result<bool, VerificationError> {
        self.0.ed25519_batch_verify(messages, signatures, keys)
    }

    fn debug(&self, message: &str) {
        self.0.debug(message);
    }
}
