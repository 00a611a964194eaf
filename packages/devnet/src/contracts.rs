//! Code ids and the native contracts behind them.

use cosmwasm_std::{Checksum, Empty};
use cw_multi_test::{Contract, ContractWrapper};

/// A contract that can be instantiated from genesis on.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    pub name: &'static str,
    pub make: fn() -> Box<dyn Contract<Empty>>,
}

impl Code {
    /// Stands in for the hash of the Wasm file: the hash of the contract's name.
    pub fn checksum(&self) -> Checksum {
        Checksum::generate(self.name.as_bytes())
    }
}

/// A contract of the market with every entry point it has.
macro_rules! market {
    ($name:literal, $contract:ident) => {
        Code {
            name: $name,
            make: || {
                use $contract::contract::{execute, instantiate, migrate, query, sudo};
                let code = ContractWrapper::new(execute, instantiate, query);
                let code = code.with_sudo(sudo).with_migrate(migrate);
                Box::new(code.with_checksum(Checksum::generate($name.as_bytes())))
            },
        }
    };
}

/// Code ids 1 to 6, in order. The order is part of the interface: deployments name codes by it.
pub fn genesis_codes() -> Vec<Code> {
    vec![
        Code {
            name: "cw20-base",
            make: cw20,
        },
        market!("provider-registry", provider_registry),
        market!("order-book", order_book),
        market!("lease-escrow", lease_escrow),
        market!("attestation", attestation),
        market!("take-rate-burn", take_rate_burn),
    ]
}

fn cw20() -> Box<dyn Contract<Empty>> {
    use cw20_base::contract::{execute, instantiate, migrate, query};
    let code = ContractWrapper::new(execute, instantiate, query).with_migrate(migrate);
    Box::new(code.with_checksum(Checksum::generate(b"cw20-base")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_ids_are_fixed() {
        let names: Vec<&str> = genesis_codes().iter().map(|code| code.name).collect();
        let fixed = [
            "cw20-base",
            "provider-registry",
            "order-book",
            "lease-escrow",
            "attestation",
            "take-rate-burn",
        ];
        assert_eq!(names, fixed);
    }

    #[test]
    fn every_code_is_registered_under_its_own_checksum() {
        for code in genesis_codes() {
            assert_eq!((code.make)().checksum(), Some(code.checksum()), "{}", code.name);
        }
    }
}
