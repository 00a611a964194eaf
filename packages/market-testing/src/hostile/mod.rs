//! A cw20 that keeps the standard's words and not its promises. It is cw20-base until [`Behaviour`] says otherwise.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{
    to_json_binary, Addr, Binary, Deps, DepsMut, Env, Event, MessageInfo, Reply, Response, StdError,
    StdResult, SubMsg, SubMsgResult, Uint128, WasmMsg,
};
use cw20::BalanceResponse;
use cw20_base::msg::{ExecuteMsg, InstantiateMsg, QueryMsg};
use cw_multi_test::ContractWrapper;
use cw_storage_plus::Item;
use thiserror::Error;

use crate::chain::Code;

/// Set by `sudo`, which in these tests is the token's own will.
#[cw_serde]
pub enum Behaviour {
    Honest {},
    /// `Transfer` and `Send` fail.
    Fails {},
    /// `Transfer` and `Send` to this account fail, as tokens with a list of blocked accounts do.
    Blocks {
        account: Addr,
    },
    /// Each `Transfer` first sends these messages, whatever becomes of them. What does, is counted.
    Reenters {
        calls: Vec<Reentry>,
    },
    /// `Balance` of this account is answered with this figure.
    Lies {
        about: Addr,
        balance: Uint128,
    },
}

#[cw_serde]
pub struct Reentry {
    pub contract: Addr,
    pub msg: Binary,
}

#[derive(Error, Debug, PartialEq)]
pub enum HostileError {
    #[error(transparent)]
    Std(#[from] StdError),
    #[error(transparent)]
    Token(#[from] cw20_base::ContractError),
    #[error("this token moves nowhere today")]
    Refuses {},
    #[error("{account} is blocked")]
    Blocked { account: String },
}

const BEHAVIOUR: Item<Behaviour> = Item::new("behaviour");

/// The event of a re-entering message, with attribute `outcome`: `ok` or the error.
pub const REENTERED: &str = "reentered";

pub fn hostile_token_code() -> Code {
    Box::new(
        ContractWrapper::new(execute, instantiate, query)
            .with_sudo(sudo)
            .with_reply(reply),
    )
}

fn instantiate(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, HostileError> {
    BEHAVIOUR.save(deps.storage, &Behaviour::Honest {})?;
    Ok(cw20_base::contract::instantiate(deps.branch(), env, info, msg)?)
}

fn sudo(deps: DepsMut, _env: Env, msg: Behaviour) -> Result<Response, HostileError> {
    BEHAVIOUR.save(deps.storage, &msg)?;
    Ok(Response::new())
}

fn execute(deps: DepsMut, env: Env, info: MessageInfo, msg: ExecuteMsg) -> Result<Response, HostileError> {
    let moves_to = match &msg {
        ExecuteMsg::Transfer { recipient, .. } => Some(recipient.clone()),
        ExecuteMsg::Send { contract, .. } => Some(contract.clone()),
        _ => None,
    };
    let transfer = matches!(msg, ExecuteMsg::Transfer { .. });
    let behaviour = BEHAVIOUR.load(deps.storage)?;
    match (&behaviour, moves_to) {
        (Behaviour::Fails {}, Some(_)) => return Err(HostileError::Refuses {}),
        (Behaviour::Blocks { account }, Some(to)) if account.as_str() == to => {
            return Err(HostileError::Blocked { account: to })
        }
        _ => {}
    }
    let response = cw20_base::contract::execute(deps, env, info, msg)?;
    let Behaviour::Reenters { calls } = behaviour else {
        return Ok(response);
    };
    if !transfer {
        return Ok(response);
    }
    Ok(response.add_submessages(calls.into_iter().map(|call| {
        SubMsg::reply_always(
            WasmMsg::Execute {
                contract_addr: call.contract.into(),
                msg: call.msg,
                funds: vec![],
            },
            1,
        )
    })))
}

fn reply(_deps: DepsMut, _env: Env, reply: Reply) -> StdResult<Response> {
    let outcome = match reply.result {
        SubMsgResult::Ok(_) => "ok".to_string(),
        SubMsgResult::Err(error) => error,
    };
    Ok(Response::new().add_event(Event::new(REENTERED).add_attribute("outcome", outcome)))
}

fn query(deps: Deps, env: Env, msg: QueryMsg) -> StdResult<Binary> {
    if let (QueryMsg::Balance { address }, Behaviour::Lies { about, balance }) =
        (&msg, BEHAVIOUR.load(deps.storage)?)
    {
        if about.as_str() == address {
            return to_json_binary(&BalanceResponse { balance });
        }
    }
    cw20_base::contract::query(deps, env, msg)
}
