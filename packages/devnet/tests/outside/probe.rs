//! The probe contract as native code.

use cosmwasm_std::{Checksum, Empty};
use cw_multi_test::{Contract, ContractWrapper};
use devnet::Code;

pub use ::probe::{ExecuteMsg, QueryMsg};

pub const CODE: Code = Code { name: "probe", make };

fn make() -> Box<dyn Contract<Empty>> {
    let code =
        ContractWrapper::new(::probe::execute, ::probe::instantiate, ::probe::query).with_sudo(::probe::sudo);
    Box::new(code.with_checksum(Checksum::generate(b"probe")))
}
