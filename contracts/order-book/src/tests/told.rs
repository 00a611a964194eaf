//! Reading what a response says.

use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::{Addr, Binary, CosmosMsg, Event, Response, Uint128, WasmMsg};
use market_types::escrow;
use market_types::events::MarketEvent;
use market_types::registry::{self};

use super::sisters::json;
use super::world::{addr, ORDER};

pub fn event<E: MarketEvent>(response: &Response) -> E {
    events(response).pop().expect("the event is there")
}

pub fn events<E: MarketEvent>(response: &Response) -> Vec<E> {
    let read = |event: &Event| {
        E::read(|key| {
            event
                .attributes
                .iter()
                .find(|a| a.key == key)
                .map(|a| a.value.clone())
        })
        .unwrap()
    };
    response
        .events
        .iter()
        .filter(|event| event.ty == E::TYPE)
        .map(read)
        .collect()
}

/// The messages of a response: to whom, and what as JSON.
pub fn messages(response: &Response) -> Vec<(Addr, Binary)> {
    let message = |msg: &CosmosMsg| match msg {
        CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr,
            msg,
            funds,
        }) => {
            assert!(funds.is_empty());
            (Addr::unchecked(contract_addr), msg.clone())
        }
        other => panic!("unexpected message {other:?}"),
    };
    response.messages.iter().map(|sub| message(&sub.msg)).collect()
}

/// `msg` as the book sends it to the contract called `name`.
pub fn sent<M: Serialize>(name: &str, msg: &M) -> (Addr, Binary) {
    (addr(name), json(msg))
}

/// The reservation of [`ORDER`] returns.
pub fn freed() -> (Addr, Binary) {
    sent(
        "lease-escrow",
        &escrow::ExecuteMsg::FreeReservation { order: ORDER },
    )
}

/// `name` pays for not showing up.
pub fn charged(name: &str) -> (Addr, Binary) {
    let msg = registry::ExecuteMsg::NoShow {
        order: ORDER,
        provider: addr(name).into(),
        tenant: addr("tenant").into(),
        token: addr("stablecoin").into(),
        value: Uint128::new(1_000),
    };
    sent("provider-registry", &msg)
}
