//! Accounts: number, sequence and public key of an address.

use cosmrs::AccountId;
use cosmwasm_std::Storage;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::BECH32_PREFIX;
use crate::state;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub number: u64,
    pub sequence: u64,
    /// Compressed secp256k1 key, known from the first signed transaction on.
    pub public_key: Option<Vec<u8>>,
    /// Name of the module that owns the account.
    pub module: Option<String>,
}

pub const GOV: &str = "gov";
pub const FEE_COLLECTOR: &str = "fee_collector";

/// Address of a module's account: the first 20 bytes of the SHA-256 of its name (Cosmos SDK `NewModuleAddress`).
pub fn module_address(name: &str) -> String {
    let digest = Sha256::digest(name.as_bytes());
    encode(&digest[..20])
}

/// Bech32 form of 20 or 32 raw bytes; empty for any other length.
pub fn encode(raw: &[u8]) -> String {
    AccountId::new(BECH32_PREFIX, raw)
        .map(|id| id.to_string())
        .unwrap_or_default()
}

/// Whether `address` is a well-formed address of this chain.
pub fn is_valid(address: &str) -> bool {
    address
        .parse::<AccountId>()
        .is_ok_and(|id| id.prefix() == BECH32_PREFIX)
}

pub fn load(storage: &dyn Storage, address: &str) -> Option<Account> {
    state::load(storage, &key(address))
}

pub fn save(storage: &mut dyn Storage, address: &str, account: &Account) {
    state::save(storage, &key(address), account);
}

/// The account of `address`, created with the next free number if there is none.
pub fn ensure(storage: &mut dyn Storage, address: &str, module: Option<&str>) -> Account {
    if let Some(account) = load(storage, address) {
        return account;
    }
    let number: u64 = state::load(storage, NEXT_NUMBER).unwrap_or_default();
    state::save(storage, NEXT_NUMBER, &number.saturating_add(1));
    let account = Account {
        number,
        sequence: 0,
        public_key: None,
        module: module.map(str::to_owned),
    };
    save(storage, address, &account);
    account
}

/// Addresses of every account, contracts included.
pub fn addresses(storage: &dyn Storage) -> Vec<String> {
    state::suffixes(storage, b"auth/account/")
}

const NEXT_NUMBER: &[u8] = b"auth/next";

fn key(address: &str) -> Vec<u8> {
    [b"auth/account/", address.as_bytes()].concat()
}
