//! A contract that tells the world when it is rung.

use chain_client::{Chain, Msg, Signer, TxOptions};
use cosmrs::proto::cosmwasm::wasm::v1::{QueryCodesRequest, QueryCodesResponse};
use cosmwasm_std::{
    Binary, Checksum, Deps, DepsMut, Empty, Env, Event, MessageInfo, Response, StdError, StdResult,
};
use cw_multi_test::{Contract, ContractWrapper};
use devnet::Code;
use serde::{Deserialize, Serialize};

pub const CODE: Code = Code {
    name: "bell",
    make: bell,
};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ring {
    Ring { times: u32 },
    Break {},
}

fn bell() -> Box<dyn Contract<Empty>> {
    Box::new(ContractWrapper::new(execute, instantiate, query).with_checksum(Checksum::generate(b"bell")))
}

fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

fn execute(_: DepsMut, _: Env, info: MessageInfo, msg: Ring) -> StdResult<Response> {
    match msg {
        Ring::Ring { times } => {
            let rung = Event::new("rung")
                .add_attribute("times", times.to_string())
                .add_attribute("by", info.sender);
            Ok(Response::new().add_event(rung).set_data(times.to_be_bytes()))
        }
        Ring::Break {} => Err(StdError::generic_err("the bell is made of bronze")),
    }
}

fn query(_: Deps, _: Env, _: Empty) -> StdResult<Binary> {
    Err(StdError::generic_err("a bell answers nothing"))
}

/// Address of a new bell.
pub async fn hang(chain: &Chain, signer: &Signer) -> String {
    let codes: QueryCodesResponse = chain
        .query(
            "/cosmwasm.wasm.v1.Query/Codes",
            &QueryCodesRequest { pagination: None },
        )
        .await
        .unwrap();
    let code_id = codes.code_infos.iter().map(|code| code.code_id).max().unwrap();
    let msg = Msg::instantiate(code_id, "bell", Some(signer.address()), &Empty {}).unwrap();
    signer
        .submit(&[msg], &TxOptions::default())
        .await
        .unwrap()
        .contract_address()
        .unwrap()
}
