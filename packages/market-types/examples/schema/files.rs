//! What belongs into `schema/`, made from the message types alone.

use std::collections::BTreeMap;

use cosmwasm_schema::{generate_api, schema_for};
use market_types::deployment::Deployment;
use market_types::{attestation, escrow, events, order_book, registry, take_rate};
use serde::Serialize;
use serde_json::{Map, Value};

/// The content of each file, by its name.
pub fn files() -> serde_json::Result<BTreeMap<&'static str, String>> {
    let apis = [
        (
            "provider-registry.json",
            generate_api! {
                name: "provider-registry",
                instantiate: registry::InstantiateMsg,
                execute: registry::ExecuteMsg,
                query: registry::QueryMsg,
                migrate: registry::MigrateMsg,
                sudo: registry::SudoMsg,
            },
        ),
        (
            "order-book.json",
            generate_api! {
                name: "order-book",
                instantiate: order_book::InstantiateMsg,
                execute: order_book::ExecuteMsg,
                query: order_book::QueryMsg,
                migrate: order_book::MigrateMsg,
                sudo: order_book::SudoMsg,
            },
        ),
        (
            "lease-escrow.json",
            generate_api! {
                name: "lease-escrow",
                instantiate: escrow::InstantiateMsg,
                execute: escrow::ExecuteMsg,
                query: escrow::QueryMsg,
                migrate: escrow::MigrateMsg,
                sudo: escrow::SudoMsg,
            },
        ),
        (
            "attestation.json",
            generate_api! {
                name: "attestation",
                instantiate: attestation::InstantiateMsg,
                execute: attestation::ExecuteMsg,
                query: attestation::QueryMsg,
                migrate: attestation::MigrateMsg,
                sudo: attestation::SudoMsg,
            },
        ),
        (
            "take-rate-burn.json",
            generate_api! {
                name: "take-rate-burn",
                instantiate: take_rate::InstantiateMsg,
                execute: take_rate::ExecuteMsg,
                query: take_rate::QueryMsg,
                migrate: take_rate::MigrateMsg,
                sudo: take_rate::SudoMsg,
            },
        ),
    ];
    let mut files = BTreeMap::new();
    for (name, api) in apis {
        files.insert(name, text(&api.render())?);
    }
    // A cw20 `Send` carries its hook as bytes, which no execute schema shows.
    files.insert("provider-registry.hook.json", text(&schema_for!(registry::Hook))?);
    files.insert("lease-escrow.hook.json", text(&schema_for!(escrow::Hook))?);
    files.insert("take-rate-burn.hook.json", text(&schema_for!(take_rate::Hook))?);
    files.insert("deployment.json", text(&schema_for!(Deployment))?);
    files.insert(
        "events.json",
        text(&events::ALL.iter().copied().collect::<BTreeMap<_, _>>())?,
    );
    Ok(files)
}

/// Indented, keys in alphabetical order: the same bytes whatever features other crates switch on.
fn text(content: &impl Serialize) -> serde_json::Result<String> {
    let sorted = sort(serde_json::to_value(content)?);
    Ok(serde_json::to_string_pretty(&sorted)? + "\n")
}

fn sort(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let entries: BTreeMap<_, _> = map.into_iter().map(|(key, value)| (key, sort(value))).collect();
            Value::Object(Map::from_iter(entries))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sort).collect()),
        other => other,
    }
}
