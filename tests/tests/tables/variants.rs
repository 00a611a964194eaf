//! The messages there are, as the message types themselves say. A table that lacks one fails.

use std::collections::BTreeSet;

use cosmwasm_schema::schema_for;
use cosmwasm_schema::schemars::JsonSchema;
use market_testing::Call;
use market_types::control::ControlMsg;
use market_types::{attestation, escrow, order_book, registry, take_rate};
use serde::Serialize;
use serde_json::Value;

/// Name of each variant of `M`.
pub fn of<M: JsonSchema>() -> BTreeSet<String> {
    let schema = serde_json::to_value(schema_for!(M)).unwrap();
    let Some(variants) = schema.get("oneOf").and_then(Value::as_array) else {
        return BTreeSet::new();
    };
    variants
        .iter()
        .flat_map(|variant| variant["required"].as_array().unwrap())
        .map(|name| name.as_str().unwrap().to_string())
        .collect()
}

/// Name of a message: its contract, its variant, and for control messages the variant inside.
pub fn name(call: &Call) -> String {
    match call {
        Call::Registry(msg) => format!("registry {}", inner(msg)),
        Call::Book(msg) => format!("book {}", inner(msg)),
        Call::Escrow(msg) => format!("escrow {}", inner(msg)),
        Call::Attestation(msg) => format!("attestation {}", inner(msg)),
        Call::TakeRate(msg) => format!("take-rate {}", inner(msg)),
        Call::Token(..) => "token".into(),
    }
}

fn inner(msg: &impl Serialize) -> String {
    let value = serde_json::to_value(msg).unwrap();
    let (name, content) = value.as_object().unwrap().iter().next().unwrap();
    match name.as_str() {
        "control" => format!("control {}", content.as_object().unwrap().keys().next().unwrap()),
        _ => name.clone(),
    }
}

/// Every message of the market, by [`name`].
pub fn all() -> BTreeSet<String> {
    let contracts = [
        ("registry", of::<registry::ExecuteMsg>()),
        ("book", of::<order_book::ExecuteMsg>()),
        ("escrow", of::<escrow::ExecuteMsg>()),
        ("attestation", of::<attestation::ExecuteMsg>()),
        ("take-rate", of::<take_rate::ExecuteMsg>()),
    ];
    let mut names = BTreeSet::new();
    for (contract, variants) in contracts {
        for variant in variants {
            match variant.as_str() {
                "control" => {
                    let inside = of::<ControlMsg>();
                    names.extend(inside.iter().map(|inside| format!("{contract} control {inside}")));
                }
                _ => {
                    names.insert(format!("{contract} {variant}"));
                }
            }
        }
    }
    names
}

#[test]
fn the_types_name_their_messages() {
    let all = all();
    assert!(all.contains("escrow control wire") && all.contains("registry commit"));
    assert_eq!(
        all.iter().filter(|name| name.starts_with("attestation")).count(),
        7 + 13
    );
}
