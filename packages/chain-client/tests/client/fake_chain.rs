//! One account, its sequence, and transactions in blocks of one: as much of a chain as signing needs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use base64::{engine::general_purpose::STANDARD, Engine};
use chain_client::{Chain, Options, Signer, SigningKey, TxBytes, TxHash};
use cosmrs::proto::{
    cosmos::{
        auth::v1beta1::{BaseAccount, QueryAccountResponse},
        base::abci::v1beta1::GasInfo,
        tx::v1beta1::{SimulateRequest, SimulateResponse},
    },
    prost::Message,
    Any,
};
use serde_json::{json, Value};

use crate::{
    fake_node::{status, FakeNode, Reply},
    queries::{abci, abci_failure},
};

#[derive(Default)]
pub struct State {
    /// After the last block.
    pub sequence: u64,
    /// Accepted, in no block yet.
    pub waiting: Vec<TxBytes>,
    /// Transactions stay in `waiting` until a test moves them.
    pub hold: bool,
    pub included: BTreeMap<TxHash, (u64, TxBytes)>,
    /// Every transaction fails in its block with this log.
    pub failing: Option<&'static str>,
    /// Every transaction is refused at broadcast with this log.
    pub refusing: Option<&'static str>,
    /// Accepts the next broadcasts but never answers them.
    pub deaf: u32,
    /// Forgets the next transactions it accepted.
    pub forget: u32,
    /// So many broadcasts are answered from the state before the last block.
    pub lagging: u32,
    /// Blocks without transactions.
    pub empty: u64,
    /// Every simulation fails with this log.
    pub unsound: Option<&'static str>,
    /// There is no such account.
    pub absent: bool,
}

impl State {
    pub fn include_waiting(&mut self) {
        for tx in std::mem::take(&mut self.waiting) {
            self.sequence += 1;
            let height = self.height() + 1;
            self.included.insert(tx.hash(), (height, tx));
        }
    }

    pub fn height(&self) -> u64 {
        10 + self.empty + self.included.len() as u64
    }

    fn next(&self) -> u64 {
        self.sequence + self.waiting.len() as u64
    }
}

pub struct FakeChain {
    pub node: FakeNode,
    state: Arc<Mutex<State>>,
}

impl FakeChain {
    pub async fn start() -> Self {
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        let node =
            FakeNode::start(move |method, params| answer(&mut shared.lock().unwrap(), method, params)).await;
        Self { node, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Another node of the same chain.
    pub async fn another_node(&self) -> FakeNode {
        let shared = self.state.clone();
        FakeNode::start(move |method, params| answer(&mut shared.lock().unwrap(), method, params)).await
    }

    pub async fn signer(&self, options: Options) -> Signer {
        let chain = Chain::connect(&[&self.node.url], options).await.unwrap();
        Signer::new(chain, SigningKey::from_bytes(&[5; 32]).unwrap()).unwrap()
    }
}

fn answer(state: &mut State, method: &str, params: &Value) -> Reply {
    match method {
        "status" => Reply::Result(status("lease-1", state.height())),
        "abci_query" => {
            let mut reply = match params["path"].as_str().unwrap() {
                "/cosmos.auth.v1beta1.Query/Account" => account(state),
                "/cosmos.tx.v1beta1.Service/Simulate" => simulate(state, params),
                _ => abci_failure(6, "unknown query path: unknown request"),
            };
            if let Reply::Result(answer) = &mut reply {
                answer["response"]["height"] = json!(state.height().to_string());
            }
            reply
        }
        "broadcast_tx_sync" => broadcast(state, params),
        "tx" => look_up(state, params),
        _ => Reply::Error("unexpected"),
    }
}

fn account(state: &State) -> Reply {
    if state.absent {
        return abci_failure(
            22,
            "rpc error: code = NotFound desc = account not found: key not found",
        );
    }
    account_at(state.sequence)
}

/// The answer about an account.
pub fn account_at(sequence: u64) -> Reply {
    let base = BaseAccount {
        account_number: 7,
        sequence,
        ..BaseAccount::default()
    };
    let any = Any {
        type_url: "/cosmos.auth.v1beta1.BaseAccount".into(),
        value: base.encode_to_vec(),
    };
    abci(QueryAccountResponse { account: Some(any) }.encode_to_vec())
}

/// Counts committed transactions alone, as a node does that simulates on the last block.
fn simulate(state: &State, params: &Value) -> Reply {
    if let Some(log) = state.unsound {
        return abci_failure(6, log);
    }
    let request = hex::decode(params["data"].as_str().unwrap()).unwrap();
    let request = SimulateRequest::decode(request.as_slice()).unwrap();
    let got = TxBytes::from_vec(request.tx_bytes).sequence().unwrap();
    if got != state.sequence {
        let log = format!(
            "account sequence mismatch, expected {}, got {got}: incorrect account sequence",
            state.sequence
        );
        return abci_failure(6, &log);
    }
    let gas_info = Some(GasInfo {
        gas_wanted: 0,
        gas_used: 100_001,
    });
    abci(
        SimulateResponse {
            gas_info,
            result: None,
        }
        .encode_to_vec(),
    )
}

fn broadcast(state: &mut State, params: &Value) -> Reply {
    let tx = TxBytes::from_vec(STANDARD.decode(params["tx"].as_str().unwrap()).unwrap());
    let hash = tx.hash();
    if state.included.contains_key(&hash) || state.waiting.contains(&tx) {
        return Reply::Error("tx already exists in cache");
    }
    let verdict = |code: u32, log: &str| {
        Reply::Result(json!({
            "code": code, "data": "", "log": log, "codespace": if code == 0 { "" } else { "sdk" },
            "hash": hash.to_string(),
        }))
    };
    if let Some(log) = state.refusing {
        return verdict(13, log);
    }
    let got = tx.sequence().unwrap();
    let mut expected = state.next();
    if state.lagging > 0 {
        state.lagging -= 1;
        expected -= 1;
    }
    if got != expected {
        let log =
            format!("account sequence mismatch, expected {expected}, got {got}: incorrect account sequence");
        return verdict(32, &log);
    }
    if state.forget > 0 {
        state.forget -= 1;
        return verdict(0, "");
    }
    state.waiting.push(tx);
    if !state.hold {
        state.include_waiting();
    }
    if state.deaf > 0 {
        state.deaf -= 1;
        return Reply::HangUp;
    }
    verdict(0, "")
}

fn look_up(state: &State, params: &Value) -> Reply {
    let hash = STANDARD.decode(params["hash"].as_str().unwrap()).unwrap();
    let hash: TxHash = hex::encode(hash).parse().unwrap();
    let Some((height, tx)) = state.included.get(&hash) else {
        return Reply::Error("tx (HASH) not found");
    };
    Reply::Result(json!({
        "hash": hash.to_string(),
        "height": height.to_string(),
        "index": 0,
        "tx_result": {
            "code": if state.failing.is_some() { 5 } else { 0 },
            "data": null,
            "log": state.failing.unwrap_or_default(),
            "info": "",
            "gas_wanted": "140002",
            "gas_used": "120000",
            "events": [],
            "codespace": if state.failing.is_some() { "wasm" } else { "" },
        },
        "tx": STANDARD.encode(tx.as_slice()),
    }))
}
