//! Where the devnet may differ from a node, and why. Each limit takes out of an answer what is not compared; all else must be equal.

use serde_json::{json, Value};

struct Limit {
    why: &'static str,
    ignore: fn(&mut Value),
}

const LIMITS: &[Limit] = &[
    Limit {
        why: "blocks are counted from another genesis, and the devnet makes one when there is something to put into it",
        ignore: heights,
    },
    Limit {
        why: "a node sorts the attributes of what a contract's message to another emits; they are read by key",
        ignore: order_of_attributes,
    },
    Limit {
        why: "tokens are listed in the order of their addresses, which differ from chain to chain",
        ignore: order_of_tokens,
    },
    Limit {
        why: "the devnet puts `dispatch: submessages` before an error of a contract that was called by another, and leaves out that it was a query when one asked another",
        ignore: calls_between,
    },
    Limit {
        why: "text only: what exactly is wrong with an address is not said",
        ignore: bad_addresses,
    },
];

/// What is not compared, in words.
pub fn whys() -> impl Iterator<Item = &'static str> {
    LIMITS.iter().map(|limit| limit.why)
}

/// What is left to be compared.
pub fn ignore(mut answer: Value) -> Value {
    for limit in LIMITS {
        (limit.ignore)(&mut answer);
    }
    answer
}

fn heights(answer: &mut Value) {
    each_field(answer, &|key, value| {
        if key == "posted_height" || key == "height" {
            *value = json!("<height>");
        }
    });
}

fn order_of_attributes(answer: &mut Value) {
    each_field(answer, &|key, value| {
        if let ("attributes", Value::Array(attributes)) = (key, value) {
            attributes.sort_by_key(Value::to_string);
        }
    });
}

/// In parameters and in answers about solvency.
fn order_of_tokens(answer: &mut Value) {
    let sort = |list: &mut Value| {
        let Value::Array(items) = list else { return };
        let by_token = |item: &Value| item.get("held").or(item.get("min_order")).is_some();
        if items.iter().all(by_token) {
            items.sort_by_key(|item| item["token"].to_string());
        }
    };
    sort(answer);
    each_field(answer, &|_, value| sort(value));
}

fn calls_between(answer: &mut Value) {
    each_field(answer, &|key, value| {
        if let ("log", Value::String(log)) = (key, value) {
            *log = log
                .replace("dispatch: submessages: ", "")
                .replace(": query wasm contract failed", "");
        }
    });
}

fn bad_addresses(answer: &mut Value) {
    each_field(answer, &|key, value| {
        let ("log" | "error", Value::String(text)) = (key, value) else {
            return;
        };
        let said = [
            "addr_validate errored",
            "Generic error: Invalid input",
            "Error decoding bech32",
        ];
        if said.iter().any(|said| text.contains(said)) {
            *text = "<a bad address>".into();
        }
    });
}

/// Every field of every object, with its key.
fn each_field(answer: &mut Value, change: &dyn Fn(&str, &mut Value)) {
    match answer {
        Value::Object(fields) => {
            for (key, value) in fields {
                change(key, value);
                each_field(value, change);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each_field(item, change)),
        _ => {}
    }
}
