//! Where two answers differ.

use std::fmt;

use serde_json::Value;

pub struct Difference {
    /// What was sent or asked, and the path into its answer, such as `batch/posted_height`.
    pub place: String,
    node: Value,
    devnet: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n  node:   {}\n  devnet: {}",
            self.place, self.node, self.devnet
        )
    }
}

pub fn between(place: &str, node: &Value, devnet: &Value) -> Vec<Difference> {
    let mut found = vec![];
    walk(place.to_owned(), node, devnet, &mut found);
    found
}

fn walk(place: String, node: &Value, devnet: &Value, found: &mut Vec<Difference>) {
    match (node, devnet) {
        (Value::Object(left), Value::Object(right)) if left.keys().eq(right.keys()) => {
            for (key, value) in left {
                walk(format!("{place}/{key}"), value, &right[key], found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (value, other)) in left.iter().zip(right).enumerate() {
                walk(format!("{place}/{index}"), value, other, found);
            }
        }
        _ if node == devnet => {}
        _ => found.push(Difference {
            place,
            node: node.clone(),
            devnet: devnet.clone(),
        }),
    }
}
