//! Reading what a response says.

use cosmwasm_std::{from_json, CosmosMsg, Event, Response, WasmMsg};
use market_types::registry::ExecuteMsg as TellRegistry;

use super::desk::addr;

/// What a response asks of the registry, in order.
pub fn told(response: &Response) -> Vec<TellRegistry> {
    response
        .messages
        .iter()
        .filter_map(|message| match &message.msg {
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr, msg, ..
            }) if *contract_addr == addr("provider-registry").as_str() => Some(from_json(msg).unwrap()),
            _ => None,
        })
        .collect()
}

/// The penalties among them: share in basis points, and tip.
pub fn penalties(response: &Response) -> Vec<(u16, Option<(String, u128)>)> {
    told(response)
        .into_iter()
        .filter_map(|call| match call {
            TellRegistry::Penalize { share, tip, .. } => {
                Some((share.0, tip.map(|tip| (tip.to, tip.amount.u128()))))
            }
            _ => None,
        })
        .collect()
}

pub fn events<'a>(response: &'a Response, ty: &str) -> Vec<&'a Event> {
    response.events.iter().filter(|event| event.ty == ty).collect()
}

pub fn types(response: &Response) -> Vec<&str> {
    response.events.iter().map(|event| event.ty.as_str()).collect()
}
