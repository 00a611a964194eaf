//! A contract that misbehaves on request.

use cosmwasm_std::{
    to_json_binary, BankMsg, Binary, Checksum, Coin, Deps, DepsMut, Empty, Env, MessageInfo, Response,
    StdError, StdResult, WasmMsg,
};
use cw_multi_test::{Contract, ContractWrapper};
use devnet::Code;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecuteMsg {
    /// Calls itself without end.
    Recurse {},
    Panic {},
    /// Stores `count` values of a kilobyte.
    Fill {
        count: u32,
    },
    Send {
        to: String,
        amount: Vec<Coin>,
    },
    /// Fails after it wrote.
    Fail {},
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// The block's time in seconds and its height.
    Block {},
    Panic {},
}

pub const CODE: Code = Code { name: "probe", make };

fn make() -> Box<dyn Contract<Empty>> {
    let code = ContractWrapper::new(execute, instantiate, query).with_sudo(sudo);
    Box::new(code.with_checksum(Checksum::generate(b"probe")))
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(deps: DepsMut, env: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
    match msg {
        ExecuteMsg::Recurse {} => {
            let msg = to_json_binary(&ExecuteMsg::Recurse {})?;
            let contract_addr = env.contract.address.to_string();
            Ok(Response::new().add_message(WasmMsg::Execute {
                contract_addr,
                msg,
                funds: vec![],
            }))
        }
        ExecuteMsg::Panic {} => panic!("as asked"),
        ExecuteMsg::Fill { count } => {
            for index in 0..count {
                deps.storage.set(&index.to_be_bytes(), &[7; 1024]);
            }
            Ok(Response::new().add_attribute("filled", count.to_string()))
        }
        ExecuteMsg::Send { to, amount } => Ok(Response::new().add_message(BankMsg::Send {
            to_address: to,
            amount,
        })),
        ExecuteMsg::Fail {} => {
            deps.storage.set(b"mark", b"written");
            Err(StdError::generic_err("as asked"))
        }
    }
}

fn sudo(deps: DepsMut, _: Env, msg: String) -> StdResult<Response> {
    deps.storage.set(b"sudo", msg.as_bytes());
    Ok(Response::new().add_attribute("sudo", msg))
}

fn query(_: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Block {} => to_json_binary(&(env.block.time.seconds(), env.block.height)),
        QueryMsg::Panic {} => panic!("as asked"),
    }
}
