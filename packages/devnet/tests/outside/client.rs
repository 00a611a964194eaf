//! A client of nothing but public crates.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::crypto::secp256k1::SigningKey;
use cosmrs::proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use cosmrs::proto::cosmos::bank::v1beta1::{MsgSend, QueryBalanceRequest, QueryBalanceResponse};
use cosmrs::proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, SimulateResponse};
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContractResponse, QueryCodesRequest,
    QueryCodesResponse, QuerySmartContractStateRequest, QuerySmartContractStateResponse,
};
use cosmrs::proto::traits::{Message, Name};
use cosmrs::tx::{Body, Fee, SignDoc, SignerInfo};
use cosmrs::{Any, Coin};
use devnet::{Config, Devnet, Running};
use serde::de::DeserializeOwned;
use serde::Serialize;
use tendermint_rpc::endpoint::{abci_query::AbciQuery, broadcast::tx_sync, tx};
use tendermint_rpc::{Client, HttpClient};

use crate::probe;

pub const CHAIN_ID: &str = "outside-1";

pub struct Wallet {
    key: SigningKey,
    pub address: String,
}

impl Wallet {
    pub fn new(seed: u8) -> Self {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let address = key.public_key().account_id("lease").unwrap().to_string();
        Self { key, address }
    }
}

/// A transaction about to be signed; a test bends what it wants bent.
pub struct Draft {
    pub messages: Vec<Any>,
    pub gas: u64,
    pub fee: u128,
    pub sequence: Option<u64>,
    pub chain_id: String,
    pub timeout_height: u32,
}

impl Draft {
    pub fn of(messages: Vec<Any>) -> Self {
        let chain_id = CHAIN_ID.to_owned();
        Self {
            messages,
            gas: 2_000_000,
            fee: 1_000,
            sequence: None,
            chain_id,
            timeout_height: 0,
        }
    }
}

pub struct Chain {
    pub running: Running,
    pub rpc: HttpClient,
    pub web: reqwest::Client,
}

/// Wallets 1 to 3 hold a million each; blocks are made when the test says so.
pub fn config() -> Config {
    let held = || vec![cosmwasm_std::coin(1_000_000, "ulease")];
    Config {
        chain_id: CHAIN_ID.to_owned(),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        genesis: (1..=3).map(|seed| (Wallet::new(seed).address, held())).collect(),
        block_interval: Duration::from_secs(3_600),
        batch_window: Duration::from_secs(3_600),
        extra_codes: vec![probe::CODE],
        ..Config::default()
    }
}

impl Chain {
    pub async fn start() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: Config) -> Self {
        let running = Devnet::start(config).await.unwrap();
        let rpc = HttpClient::new(running.rpc_url().as_str()).unwrap();
        Self {
            running,
            rpc,
            web: reqwest::Client::new(),
        }
    }

    pub async fn query(&self, path: &str, data: Vec<u8>) -> AbciQuery {
        self.rpc
            .abci_query(Some(path.to_owned()), data, None, false)
            .await
            .unwrap()
    }

    pub async fn ask<Q: Message, A: Message + Default>(&self, path: &str, request: Q) -> A {
        let answer = self.query(path, request.encode_to_vec()).await;
        assert!(answer.code.is_ok(), "{path}: {}", answer.log);
        A::decode(answer.value.as_slice()).unwrap()
    }

    pub async fn account(&self, address: &str) -> BaseAccount {
        let request = QueryAccountRequest {
            address: address.to_owned(),
        };
        let answer: QueryAccountResponse = self.ask("/cosmos.auth.v1beta1.Query/Account", request).await;
        BaseAccount::decode(answer.account.unwrap().value.as_slice()).unwrap()
    }

    pub async fn balance(&self, address: &str, denom: &str) -> u128 {
        let request = QueryBalanceRequest {
            address: address.to_owned(),
            denom: denom.to_owned(),
        };
        let answer: QueryBalanceResponse = self.ask("/cosmos.bank.v1beta1.Query/Balance", request).await;
        answer.balance.unwrap().amount.parse().unwrap()
    }

    pub async fn sign(&self, wallet: &Wallet, draft: Draft) -> Vec<u8> {
        let account = self.account(&wallet.address).await;
        signed(wallet, draft, account.account_number, account.sequence)
    }

    pub async fn broadcast(&self, bytes: Vec<u8>) -> tx_sync::Response {
        self.rpc.broadcast_tx_sync(bytes).await.unwrap()
    }

    /// Makes a block and tells its height.
    pub async fn block(&self) -> u64 {
        self.local("block", serde_json::json!({})).await
    }

    /// Moves the clock, which makes a block, and tells its height.
    pub async fn advance(&self, seconds: u64) -> u64 {
        self.local("time", serde_json::json!({ "advance_seconds": seconds }))
            .await
    }

    pub async fn local(&self, what: &str, body: serde_json::Value) -> u64 {
        let url = format!("{}/devnet/{what}", self.running.rpc_url());
        let answer = self.web.post(url).json(&body).send().await.unwrap();
        let answer: serde_json::Value = answer.error_for_status().unwrap().json().await.unwrap();
        answer["height"].as_str().unwrap().parse().unwrap()
    }

    /// Signs, broadcasts, makes the block and returns what became of the transaction.
    pub async fn deliver(&self, wallet: &Wallet, messages: Vec<Any>) -> tx::Response {
        self.deliver_draft(wallet, Draft::of(messages)).await
    }

    pub async fn deliver_draft(&self, wallet: &Wallet, draft: Draft) -> tx::Response {
        let bytes = self.sign(wallet, draft).await;
        let checked = self.broadcast(bytes).await;
        assert!(checked.code.is_ok(), "{}", checked.log);
        self.block().await;
        self.rpc.tx(checked.hash, false).await.unwrap()
    }

    pub async fn simulate(&self, wallet: &Wallet, messages: Vec<Any>) -> SimulateResponse {
        let tx_bytes = self.sign(wallet, Draft::of(messages)).await;
        #[allow(deprecated)]
        let request = SimulateRequest { tx: None, tx_bytes };
        self.ask("/cosmos.tx.v1beta1.Service/Simulate", request).await
    }

    /// The code id the probe has: the last one.
    pub async fn probe_code(&self) -> u64 {
        let request = QueryCodesRequest::default();
        let answer: QueryCodesResponse = self.ask("/cosmwasm.wasm.v1.Query/Codes", request).await;
        answer.code_infos.last().unwrap().code_id
    }

    pub async fn instantiate(&self, wallet: &Wallet, code_id: u64, msg: &impl Serialize) -> String {
        let msg = MsgInstantiateContract {
            sender: wallet.address.clone(),
            admin: wallet.address.clone(),
            code_id,
            label: "test".to_owned(),
            msg: serde_json::to_vec(msg).unwrap(),
            funds: vec![],
        };
        let done = self.deliver(wallet, vec![any(&msg)]).await;
        assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
        let response: MsgInstantiateContractResponse = response_of(&done);
        response.address
    }

    pub async fn probe(&self, wallet: &Wallet) -> String {
        self.instantiate(wallet, self.probe_code().await, &serde_json::json!({}))
            .await
    }

    pub async fn smart<T: DeserializeOwned>(&self, contract: &str, msg: &impl Serialize) -> T {
        let answer = self.smart_raw(contract, serde_json::to_vec(msg).unwrap()).await;
        assert!(answer.code.is_ok(), "{}", answer.log);
        let data = QuerySmartContractStateResponse::decode(answer.value.as_slice())
            .unwrap()
            .data;
        serde_json::from_slice(&data).unwrap()
    }

    pub async fn smart_raw(&self, contract: &str, query_data: Vec<u8>) -> AbciQuery {
        let request = QuerySmartContractStateRequest {
            address: contract.to_owned(),
            query_data,
        };
        self.query(
            "/cosmwasm.wasm.v1.Query/SmartContractState",
            request.encode_to_vec(),
        )
        .await
    }
}

/// The bytes of a signed transaction; `sequence` unless the draft has one of its own.
pub fn signed(wallet: &Wallet, draft: Draft, account_number: u64, sequence: u64) -> Vec<u8> {
    let body = Body::new(draft.messages, "", draft.timeout_height);
    let fee = Coin {
        denom: "ulease".parse().unwrap(),
        amount: draft.fee,
    };
    let auth = SignerInfo::single_direct(Some(wallet.key.public_key()), draft.sequence.unwrap_or(sequence))
        .auth_info(Fee::from_amount_and_gas(fee, draft.gas));
    let chain_id = draft.chain_id.parse().unwrap();
    let doc = SignDoc::new(&body, &auth, &chain_id, account_number).unwrap();
    doc.sign(&wallet.key).unwrap().to_bytes().unwrap()
}

/// The first message's response out of a transaction's data.
pub fn response_of<T: Message + Default>(done: &tx::Response) -> T {
    use cosmrs::proto::cosmos::base::abci::v1beta1::TxMsgData;
    // tendermint-rpc hands out `data` as it stands in the JSON.
    let data = STANDARD.decode(&done.tx_result.data).unwrap();
    let data = TxMsgData::decode(data.as_slice()).unwrap();
    T::decode(data.msg_responses[0].value.as_slice()).unwrap()
}

pub fn any<T: Name + Message>(msg: &T) -> Any {
    Any {
        type_url: format!("/{}", T::full_name()),
        value: msg.encode_to_vec(),
    }
}

pub fn send(from: &Wallet, to: &str, amount: u128) -> Any {
    let amount = ProtoCoin {
        denom: "ulease".to_owned(),
        amount: amount.to_string(),
    };
    let msg = MsgSend {
        from_address: from.address.clone(),
        to_address: to.to_owned(),
        amount: vec![amount],
    };
    any(&msg)
}

pub fn execute(from: &str, contract: &str, msg: &impl Serialize) -> Any {
    let msg = MsgExecuteContract {
        sender: from.to_owned(),
        contract: contract.to_owned(),
        msg: serde_json::to_vec(msg).unwrap(),
        funds: vec![],
    };
    any(&msg)
}
