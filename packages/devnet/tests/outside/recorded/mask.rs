//! Takes out of an answer what no two chains have in common: hashes, heights, times, gas, addresses, signatures.

use serde_json::{Map, Value};

/// Keys whose values differ from chain to chain; only their presence and type are compared.
const MASKED: [&str; 22] = [
    "height",
    "hash",
    "time",
    "gas_used",
    "tx",
    "data_hash",
    "app_hash",
    "last_commit_hash",
    "validators_hash",
    "next_validators_hash",
    "consensus_hash",
    "last_results_hash",
    "evidence_hash",
    "proposer_address",
    "validator_address",
    "timestamp",
    "signature",
    "chain_id",
    "id",
    "address",
    "pub_key",
    "voting_power",
];

/// Names for the addresses that an answer may hold.
#[derive(Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    pub fn add(&mut self, address: &str, name: &str) {
        self.0.push((address.to_owned(), format!("<{name}>")));
    }

    fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (address, name) in &self.0 {
            text = text.replace(address, name);
        }
        text
    }
}

/// The answer with names for addresses and marks for values; texts lose the figures of gas and account numbers.
pub fn mask(names: &Names, value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let attribute = fields.contains_key("key") && fields.contains_key("value");
            let key_of_attribute = fields.get("key").and_then(Value::as_str).unwrap_or_default();
            let mut out = Map::new();
            for (key, value) in fields {
                let hidden = MASKED.contains(&key.as_str()) && !value.is_object()
                    || attribute && key == "value" && matches!(key_of_attribute, "signature");
                let value = if hidden { mark(value) } else { mask(names, value) };
                out.insert(key.clone(), value);
            }
            Value::Object(out)
        }
        Value::Array(items) => items.iter().map(|item| mask(names, item)).collect(),
        Value::String(text) => figures(&names.apply(text)).into(),
        other => other.clone(),
    }
}

/// The answer with every value replaced by its type, and arrays by their distinct members.
pub fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), shape(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => {
            let mut shapes: Vec<Value> = Vec::new();
            for item in items.iter().map(shape) {
                if !shapes.contains(&item) {
                    shapes.push(item);
                }
            }
            shapes.into()
        }
        other => mark(other),
    }
}

fn mark(value: &Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => "".into(),
        Value::String(_) => "<text>".into(),
        Value::Number(_) => "<number>".into(),
        Value::Bool(_) => "<bool>".into(),
        other => other.clone(),
    }
}

/// Figures that depend on the chain's history or its price list.
fn figures(text: &str) -> String {
    let mut text = text.to_owned();
    for before in [
        "gasUsed: ",
        "with gas used: '",
        "account number (",
        "current blockchain height ",
        "block height: ",
        "current height ",
    ] {
        let mut from = 0;
        while let Some(at) = text[from..].find(before) {
            let start = from + at + before.len();
            let digits = text[start..].bytes().take_while(u8::is_ascii_digit).count();
            text.replace_range(start..start + digits, "N");
            from = start;
        }
    }
    text
}
