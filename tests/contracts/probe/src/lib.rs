//! A contract that misbehaves on request: what a chain does about it is tested with it.

#![allow(clippy::panic)] // It is asked to.

use cosmwasm_std::{
    entry_point, to_json_binary, BankMsg, Binary, Coin, Deps, DepsMut, Empty, Env, MessageInfo, Response,
    StdError, StdResult, WasmMsg,
};
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
    /// Stores the product of both, which may be more than there is room for, after it wrote something else.
    Multiply {
        left: u64,
        right: u64,
    },
    /// Says anything to any contract, as a token does to whom it is sent to.
    Say {
        to: String,
        msg: Binary,
    },
    /// What a token is asked for when it is paid out: this one never comes to an end.
    Transfer {
        recipient: String,
        amount: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryMsg {
    /// The block's time in seconds and its height.
    Block {},
    Panic {},
}

#[entry_point]
pub fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

#[entry_point]
pub fn execute(deps: DepsMut, env: Env, _: MessageInfo, msg: ExecuteMsg) -> StdResult<Response> {
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
        ExecuteMsg::Multiply { left, right } => {
            deps.storage.set(b"mark", b"written");
            deps.storage.set(b"product", &(left * right).to_be_bytes());
            Ok(Response::new())
        }
        ExecuteMsg::Say { to, msg } => Ok(Response::new().add_message(WasmMsg::Execute {
            contract_addr: to,
            msg,
            funds: vec![],
        })),
        ExecuteMsg::Transfer { .. } => loop {
            std::hint::black_box(());
        },
    }
}

#[entry_point]
pub fn sudo(deps: DepsMut, _: Env, msg: String) -> StdResult<Response> {
    deps.storage.set(b"sudo", msg.as_bytes());
    Ok(Response::new().add_attribute("sudo", msg))
}

#[entry_point]
pub fn query(_: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    match msg {
        QueryMsg::Block {} => to_json_binary(&(env.block.time.seconds(), env.block.height)),
        QueryMsg::Panic {} => panic!("as asked"),
    }
}
