//! A node behind a URL, asked in plain JSON-RPC: its answers are kept as they come.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use cosmrs::proto::cosmwasm::wasm::v1::{MsgStoreCode, QueryCodesResponse};
use cosmrs::proto::traits::{Message, Name};
use serde_json::{json, Value};

use crate::client::{any, signed, Draft, Wallet};

pub struct Node {
    pub url: String,
    pub chain_id: String,
    web: reqwest::Client,
}

impl Node {
    pub async fn new(url: String) -> Self {
        let web = reqwest::Client::new();
        let mut node = Self {
            url,
            chain_id: String::new(),
            web,
        };
        let status = node.rpc("status", json!({})).await;
        node.chain_id = status["result"]["node_info"]["network"]
            .as_str()
            .unwrap()
            .to_owned();
        node
    }

    /// The whole answer to one call.
    pub async fn rpc(&self, method: &str, params: Value) -> Value {
        let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.web.post(&self.url).json(&request).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub async fn query_raw(&self, path: &str, data: Vec<u8>) -> Value {
        self.rpc("abci_query", json!({ "path": path, "data": hex::encode(data) }))
            .await
    }

    pub async fn query<Q: Message + Name>(&self, service: &str, method: &str, request: Q) -> Value {
        self.query_raw(&format!("/{service}.Query/{method}"), request.encode_to_vec())
            .await
    }

    pub async fn account(&self, address: &str) -> BaseAccount {
        let address = address.to_owned();
        let answer = self
            .query("cosmos.auth.v1beta1", "Account", QueryAccountRequest { address })
            .await;
        let answer = QueryAccountResponse::decode(value_of(&answer).as_slice()).unwrap();
        BaseAccount::decode(answer.account.unwrap().value.as_slice()).unwrap()
    }

    pub async fn sign(&self, wallet: &Wallet, draft: Draft) -> Vec<u8> {
        let account = self.account(&wallet.address).await;
        signed(wallet, draft, account.account_number, account.sequence)
    }

    pub fn draft(&self, messages: Vec<cosmrs::Any>) -> Draft {
        Draft {
            chain_id: self.chain_id.clone(),
            ..Draft::of(messages)
        }
    }

    pub async fn check(&self, bytes: &[u8]) -> Value {
        self.rpc("broadcast_tx_sync", json!({ "tx": STANDARD.encode(bytes) }))
            .await
    }

    /// Broadcasts and waits for the block.
    pub async fn deliver(&self, bytes: &[u8]) -> Value {
        self.rpc("broadcast_tx_commit", json!({ "tx": STANDARD.encode(bytes) }))
            .await
    }

    /// Stores the contracts under the code ids that the devnet has them under. For a fresh real chain.
    pub async fn store_codes(&self) {
        let stored = self.query_raw("/cosmwasm.wasm.v1.Query/Codes", vec![]).await;
        let stored = QueryCodesResponse::decode(value_of(&stored).as_slice()).unwrap();
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm-artifacts");
        let names = [
            "cw20_token",
            "provider_registry",
            "order_book",
            "lease_escrow",
            "attestation",
            "take_rate_burn",
            "probe",
        ];
        let payer = Wallet::new(3);
        for name in names.iter().skip(stored.code_infos.len()) {
            let msg = MsgStoreCode {
                sender: payer.address.clone(),
                wasm_byte_code: std::fs::read(folder.join(format!("{name}.wasm"))).unwrap(),
                instantiate_permission: None,
            };
            let draft = Draft {
                gas: 50_000_000,
                ..self.draft(vec![any(&msg)])
            };
            let bytes = self.sign(&payer, draft).await;
            let done = self.deliver(&bytes).await;
            assert_eq!(done["result"]["tx_result"]["code"], 0, "{name}: {done}");
        }
    }
}

/// The bytes an `abci_query` answered.
pub fn value_of(answer: &Value) -> Vec<u8> {
    let value = &answer["result"]["response"]["value"];
    STANDARD.decode(value.as_str().unwrap_or_default()).unwrap()
}
