//! What differs between two sets of answers, and which differences are meant.

use std::fmt;

use serde_json::Value;

pub struct Difference {
    /// Name of the request and path into its answer, such as `block/result/block/header`.
    pub place: String,
    recorded: Option<Value>,
    here: Option<Value>,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), Value::to_string);
        let (recorded, here) = (text(&self.recorded), text(&self.here));
        write!(out, "{}\n  node:   {recorded}\n  devnet: {here}", self.place)
    }
}

pub fn between(recorded: &Value, here: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk(String::new(), recorded, here, &mut found);
    found
}

fn walk(place: String, recorded: &Value, here: &Value, found: &mut Vec<Difference>) {
    let below = |key: &str| match place.as_str() {
        "" => key.to_owned(),
        place => format!("{place}/{key}"),
    };
    match (recorded, here) {
        (Value::Object(left), Value::Object(right)) => {
            for (key, value) in left {
                match right.get(key) {
                    Some(other) => walk(below(key), value, other, found),
                    None => found.push(Difference {
                        place: below(key),
                        recorded: Some(value.clone()),
                        here: None,
                    }),
                }
            }
            for (key, value) in right.iter().filter(|(key, _)| !left.contains_key(*key)) {
                found.push(Difference {
                    place: below(key),
                    recorded: None,
                    here: Some(value.clone()),
                });
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (value, other)) in left.iter().zip(right).enumerate() {
                walk(below(&index.to_string()), value, other, found);
            }
        }
        _ if recorded == here => {}
        _ => found.push(Difference {
            place,
            recorded: Some(recorded.clone()),
            here: Some(here.clone()),
        }),
    }
}

/// Where the devnet differs on purpose or for want of what a whole node has: places (a `*` stands for one step,
/// and all below a place is meant) and why.
const DOCUMENTED: &[(&str, &str)] = &[
    (
        "account empty/result/response/log",
        "text only: an empty address is a bad address here",
    ),
    (
        "account malformed/result/response/log",
        "text only: what exactly is wrong with the address is not said",
    ),
    ("block of nonsense/error/data", "text only"),
    (
        "block_results/result/consensus_param_updates",
        "the node repeats its parameters in each block; the devnet has none",
    ),
    (
        "block_results/result/finalize_block_events",
        "the devnet has no mint and no staking, whose events these are",
    ),
    (
        "broadcast_tx_commit/result/check_tx",
        "the events of the checks are shown",
    ),
    ("check: bytes that are no transaction/result/log", "text only"),
    (
        "check: from an account that is not there/result/log",
        "the node prints the address's raw bytes",
    ),
    (
        "check: too little gas for the checks/result/log",
        "where gas runs out differs: gas is an estimate here",
    ),
    ("check: unknown field/result/log", "text only"),
    (
        "check: unknown message/result",
        "the devnet says which message it lacks",
    ),
    (
        "contract calls itself until its gas is gone/log",
        "where gas runs out differs",
    ),
    (
        "contract panics/log",
        "native code: the virtual machine's trap is a panic caught",
    ),
    (
        "contract pays no address/log",
        "text only: what exactly is wrong with the address is not said",
    ),
    (
        "contract writes until its gas is gone/log",
        "where gas runs out differs",
    ),
    (
        "deliver: sent to no address/log",
        "text only: what exactly is wrong with the address is not said",
    ),
    (
        "event of a block/value/result_finalize_block/consensus_param_updates",
        "see block_results",
    ),
    (
        "event of a block/value/result_finalize_block/events",
        "see block_results",
    ),
    (
        "event of a tx/result/data/value/TxResult",
        "the node leaves out what is zero or empty",
    ),
    ("execute: out of gas/log", "where gas runs out differs"),
    (
        "migrate/events/8",
        "order of two attributes, which cw-multi-test writes",
    ),
    ("net_info/result/listeners", "the devnet has no peers"),
    (
        "query of an unknown path/result/response/log",
        "the devnet names the path",
    ),
    (
        "simulate: a failing call/result/response/log",
        "the node adds the line of its source",
    ),
    (
        "simulate: too much/result/response/log",
        "the node adds the line of its source",
    ),
    (
        "smart query: a bad address/result/response/log",
        "text only: what exactly is wrong with the address is not said",
    ),
    (
        "smart query: a panic/result/response/log",
        "native code: the virtual machine's trap is a panic caught",
    ),
    ("subscribe: nonsense/error/data", "text only"),
    ("tx_search without sense/error/data", "text only"),
    (
        "unknown method/error/data",
        "the devnet says which method it lacks",
    ),
];

pub fn documented() -> impl Iterator<Item = &'static str> {
    DOCUMENTED.iter().map(|(pattern, _)| *pattern)
}

/// Why a difference at `place` is meant.
pub fn reason(place: &str) -> Option<&'static str> {
    let (_, why) = DOCUMENTED.iter().find(|(pattern, _)| covers(pattern, place))?;
    Some(why)
}

pub fn covers(pattern: &str, place: &str) -> bool {
    let mut steps = place.split('/');
    pattern
        .split('/')
        .all(|wanted| steps.next().is_some_and(|step| wanted == "*" || wanted == step))
}
