//! The chain the contracts run on: in process, with addresses as on a real one.

use cosmwasm_std::{Addr, Api, BlockInfo, CanonicalAddr, Empty, Timestamp};
use cw_multi_test::{no_init, App, AppBuilder, BankKeeper, Contract, ContractWrapper, MockApiBech32};

pub const PREFIX: &str = "lease";
pub const CHAIN_ID: &str = "leasebook-test-1";
/// Time of the first block.
pub const GENESIS: u64 = 1_800_000_000;

pub type Chain = App<BankKeeper, MockApiBech32>;
pub type Code = Box<dyn Contract<Empty>>;

pub fn chain() -> Chain {
    AppBuilder::new()
        .with_api(MockApiBech32::new(PREFIX))
        .with_block(BlockInfo {
            height: 1_000,
            time: Timestamp::from_seconds(GENESIS),
            chain_id: CHAIN_ID.into(),
        })
        .build(no_init)
}

/// The account of this name.
pub fn account(name: &str) -> Addr {
    MockApiBech32::new(PREFIX).addr_make(name)
}

/// The address of 20 bytes, as an account key has it.
///
/// # Panics
/// Never: 20 bytes always have an address.
#[allow(clippy::expect_used)]
pub fn address_of(bytes: [u8; 20]) -> Addr {
    MockApiBech32::new(PREFIX)
        .addr_humanize(&CanonicalAddr::from(bytes))
        .expect("20 bytes have an address")
}

macro_rules! code {
    ($name:ident, $contract:ident) => {
        pub fn $name() -> Code {
            use $contract::contract::{execute, instantiate, migrate, query, sudo};
            Box::new(
                ContractWrapper::new(execute, instantiate, query)
                    .with_sudo(sudo)
                    .with_migrate(migrate),
            )
        }
    };
}
code!(registry_code, provider_registry);
code!(book_code, order_book);
code!(escrow_code, lease_escrow);
code!(attestation_code, attestation);
code!(take_rate_code, take_rate_burn);

pub fn token_code() -> Code {
    use cw20_base::contract::{execute, instantiate, query};
    Box::new(ContractWrapper::new(execute, instantiate, query))
}
