//! Bech32 addresses of accounts and modules.

use cosmrs::AccountId;
use sha2::{Digest, Sha256};
use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    #[error("{address:?} is not a bech32 address")]
    Malformed { address: String },
    #[error("{address} has the prefix {found:?}; this chain uses {expected:?}")]
    Prefix {
        address: String,
        found: String,
        expected: String,
    },
    #[error("an address has 20 or 32 bytes; {address} has {found}")]
    Length { address: String, found: usize },
    #[error("{prefix:?} is not a bech32 prefix")]
    BadPrefix { prefix: String },
}

/// Bech32 form of raw address bytes (20 for keys and modules, 32 for contracts).
pub fn encode(prefix: &str, bytes: &[u8]) -> Result<String, AddressError> {
    if prefix.is_empty() || prefix.len() > 20 {
        return Err(AddressError::BadPrefix {
            prefix: prefix.to_owned(),
        });
    }
    AccountId::new(prefix, bytes)
        .map(String::from)
        .map_err(|_| AddressError::BadPrefix {
            prefix: prefix.to_owned(),
        })
}

/// Raw bytes of an address that must carry `prefix`.
pub fn decode(prefix: &str, address: &str) -> Result<Vec<u8>, AddressError> {
    let id: AccountId = address.parse().map_err(|_| AddressError::Malformed {
        address: address.to_owned(),
    })?;
    if id.prefix() != prefix {
        return Err(AddressError::Prefix {
            address: address.to_owned(),
            found: id.prefix().to_owned(),
            expected: prefix.to_owned(),
        });
    }
    let bytes = id.to_bytes();
    match bytes.len() {
        20 | 32 => Ok(bytes),
        found => Err(AddressError::Length {
            address: address.to_owned(),
            found,
        }),
    }
}

/// Address of a Cosmos SDK module account: the first 20 bytes of SHA-256 of its name
/// (`authtypes.NewModuleAddress`).
pub fn of_module(prefix: &str, module: &str) -> Result<String, AddressError> {
    encode(prefix, &Sha256::digest(module.as_bytes())[..20])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gov_module_address_is_the_one_cosmos_chains_use() {
        assert_eq!(
            of_module("cosmos", "gov").unwrap(),
            "cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn"
        );
    }

    #[test]
    fn an_address_survives_the_round_trip() {
        let address = encode("lease", &[7; 32]).unwrap();
        assert_eq!(decode("lease", &address).unwrap(), vec![7; 32]);
    }

    #[test]
    fn a_foreign_prefix_is_named() {
        let address = encode("wasm", &[7; 20]).unwrap();
        assert!(
            matches!(decode("lease", &address), Err(AddressError::Prefix { found, .. }) if found == "wasm")
        );
    }

    #[test]
    fn broken_addresses_are_refused() {
        for address in ["", "lease1", "lease1qqqq", "é"] {
            assert!(decode("lease", address).is_err(), "{address}");
        }
        assert!(matches!(
            encode("", &[1; 20]),
            Err(AddressError::BadPrefix { .. })
        ));
        assert!(matches!(
            encode("Lease", &[1; 20]),
            Err(AddressError::BadPrefix { .. })
        ));
    }
}
