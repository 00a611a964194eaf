//! The devnet against what a real node answered: the same requests, answer by answer.
//!
//! `tests/fixtures/wasmd-0.70.3.json` was recorded by `scripts/record-wasmd`, which runs the test below with
//! `LEASEBOOK_RECORD` set to the RPC of a fresh wasmd whose genesis has wallets 1 to 3 of the tests.

mod differences;
mod mask;
mod node;
mod script;

use std::path::PathBuf;

use serde_json::Value;

use crate::client::config;
use devnet::Devnet;
use node::Node;

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wasmd-0.70.3.json")
}

#[tokio::test]
async fn the_devnet_answers_what_a_real_node_answered() {
    if let Ok(url) = std::env::var("LEASEBOOK_RECORD") {
        let node = Node::new(url).await;
        node.store_codes().await;
        let answers = script::answers(&node).await;
        let text = serde_json::to_string_pretty(&answers).unwrap();
        std::fs::write(fixture(), text + "\n").unwrap();
        return;
    }
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(fixture()).unwrap()).unwrap();
    let quick = devnet::Config {
        batch_window: std::time::Duration::from_millis(5),
        ..config()
    };
    let running = Devnet::start(quick).await.unwrap();
    let answers = script::answers(&Node::new(running.rpc_url()).await).await;
    let found = differences::between(&recorded, &Value::Object(answers));
    let unlisted: Vec<String> = found
        .iter()
        .filter(|difference| differences::reason(&difference.place).is_none())
        .map(ToString::to_string)
        .collect();
    assert!(
        unlisted.is_empty(),
        "{} differences from a real node are not documented:\n{}",
        unlisted.len(),
        unlisted.join("\n")
    );
    let stale: Vec<&str> = differences::documented()
        .filter(|pattern| {
            !found
                .iter()
                .any(|difference| differences::covers(pattern, &difference.place))
        })
        .collect();
    assert!(
        stale.is_empty(),
        "documented differences that are none any more: {stale:?}"
    );
}
