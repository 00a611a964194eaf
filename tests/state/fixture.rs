//! The file of stored state.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cosmwasm_std::{Addr, Binary, Timestamp};
use market_testing::Suite;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A query of the contract of that name.
#[derive(Clone, Serialize, Deserialize)]
pub struct Question {
    pub contract: String,
    pub query: Value,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    address: Addr,
    /// Key and value of each record, in the order of keys.
    records: Vec<(Binary, Binary)>,
}

#[derive(Serialize, Deserialize)]
pub struct Fixture {
    /// The version that stored it.
    version: String,
    height: u64,
    time: Timestamp,
    contracts: BTreeMap<String, Stored>,
    pub answers: Vec<(Question, Value)>,
}

/// The five contracts and both tokens by name.
pub fn contracts(suite: &Suite) -> BTreeMap<&'static str, Addr> {
    let wiring = &suite.wiring;
    BTreeMap::from([
        ("provider-registry", wiring.provider_registry.clone()),
        ("order-book", wiring.order_book.clone()),
        ("lease-escrow", wiring.lease_escrow.clone()),
        ("attestation", wiring.attestation.clone()),
        ("take-rate-burn", wiring.take_rate_burn.clone()),
        ("lease", wiring.network_token.clone()),
        ("usdc", suite.usdc.clone()),
    ])
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("state/market.json")
}

impl Fixture {
    pub fn of(suite: &Suite, questions: &[Question]) -> Self {
        let block = suite.app.block_info();
        let names = contracts(suite);
        let stored = |address: &Addr| Stored {
            address: address.clone(),
            records: suite
                .app
                .dump_wasm_raw(address)
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        };
        let answer = |question: &Question| {
            let address = names[question.contract.as_str()].clone();
            let answer: Value = suite
                .app
                .wrap()
                .query_wasm_smart(address, &question.query)
                .unwrap();
            (question.clone(), answer)
        };
        Self {
            version: env!("CARGO_PKG_VERSION").into(),
            height: block.height,
            time: block.time,
            contracts: names
                .iter()
                .map(|(name, address)| ((*name).to_owned(), stored(address)))
                .collect(),
            answers: questions.iter().map(answer).collect(),
        }
    }

    pub fn save(&self) {
        let mut text = serde_json::to_string(self).unwrap();
        text.push('\n');
        std::fs::write(path(), text).unwrap();
    }

    pub fn load() -> Self {
        serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
    }

    /// Puts the records in the place of what an empty market stored.
    pub fn restore(&self, suite: &mut Suite) {
        suite.app.update_block(|block| {
            block.height = self.height;
            block.time = self.time;
        });
        for (name, address) in contracts(suite) {
            let stored = &self.contracts[name];
            // Addresses are stored as well, so a market can only stand where it stood.
            assert_eq!(stored.address, address, "{name} of version {}", self.version);
            let old = suite.app.dump_wasm_raw(&address);
            let mut storage = suite.app.contract_storage_mut(&address);
            for (key, _) in old {
                storage.remove(&key);
            }
            for (key, value) in &stored.records {
                storage.set(key, value);
            }
        }
    }
}
