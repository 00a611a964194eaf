//! What contracts do, well and badly.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::proto::cosmos::base::abci::v1beta1::TxMsgData;
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgInstantiateContract, MsgInstantiateContractResponse, MsgMigrateContract, QueryContractInfoRequest,
    QueryRawContractStateRequest, QuerySmartContractStateRequest,
};
use cosmrs::proto::traits::Message;
use probe::{ExecuteMsg, QueryMsg};
use serde::Serialize;
use serde_json::{json, Value};

use super::Script;
use crate::client::{any, execute, Draft, Wallet};

/// Code ids of the token and of the probe, on the devnet and where a chain was prepared for recording.
const TOKEN: u64 = 1;
const PROBE: u64 = 7;
const ENDLESS: u64 = 90_000_000;

impl Script<'_> {
    async fn instantiate(&mut self, name: &str, code_id: u64, msg: &impl Serialize) -> String {
        let message = instantiate(&self.alice, code_id, msg);
        let draft = Draft {
            gas: 2_000_000,
            ..self.node.draft(vec![message])
        };
        let bytes = self.node.sign(&self.alice, draft).await;
        let done = self.node.deliver(&bytes).await;
        let result = &done["result"]["tx_result"];
        assert_eq!(result["code"], 0, "{done}");
        let data = STANDARD.decode(result["data"].as_str().unwrap()).unwrap();
        let data = TxMsgData::decode(data.as_slice()).unwrap();
        let response =
            MsgInstantiateContractResponse::decode(data.msg_responses[0].value.as_slice()).unwrap();
        self.names.add(&response.address, name);
        let mut result = result.clone();
        result["data"] = "with the address".into();
        self.keep(&format!("instantiate: {name}"), &result);
        response.address
    }

    async fn smart(&self, contract: &str, query_data: Vec<u8>) -> Value {
        let request = QuerySmartContractStateRequest {
            address: contract.to_owned(),
            query_data,
        };
        self.node
            .query("cosmwasm.wasm.v1", "SmartContractState", request)
            .await
    }

    pub(super) async fn contracts(&mut self) -> String {
        let (wasm, node) = ("cosmwasm.wasm.v1", self.node);
        let msg = json!({
            "name": "test token", "symbol": "TEST", "decimals": 6,
            "initial_balances": [{ "address": self.alice.address, "amount": "1000" }],
        });
        let token = self.instantiate("token", TOKEN, &msg).await;
        let me = self.alice.address.clone();
        let other = self.bob.address.clone();
        let transfer = |amount: &str| {
            execute(
                &me,
                &token,
                &json!({ "transfer": { "recipient": other, "amount": amount } }),
            )
        };

        let simulated = self.simulate(vec![transfer("99999")]).await;
        self.keep("simulate: a failing call", &simulated);
        self.deliver("execute: a transfer", 500_000, vec![transfer("40")])
            .await;
        self.deliver(
            "execute: two transfers",
            500_000,
            vec![transfer("1"), transfer("2")],
        )
        .await;
        self.deliver("execute: a failing call", 500_000, vec![transfer("99999")])
            .await;
        self.deliver(
            "execute: the second call fails",
            500_000,
            vec![transfer("1"), transfer("99999")],
        )
        .await;
        self.deliver("execute: out of gas", 60_000, vec![transfer("1")])
            .await;
        let unknown = execute(&me, &token, &json!({ "nonsense": {} }));
        self.deliver("execute: an unknown message", 500_000, vec![unknown])
            .await;
        let nowhere = execute(&me, &other, &json!({}));
        self.deliver("execute: no contract", 500_000, vec![nowhere]).await;
        let no_code = instantiate(&self.alice, 999, &json!({}));
        self.deliver("instantiate: no such code", 500_000, vec![no_code])
            .await;
        let bad = instantiate(&self.alice, TOKEN, &json!({ "name": 1 }));
        self.deliver("instantiate: a message of another shape", 500_000, vec![bad])
            .await;
        let migrate = |code_id| {
            any(&MsgMigrateContract {
                sender: me.clone(),
                contract: token.clone(),
                code_id,
                msg: b"{}".to_vec(),
            })
        };
        self.deliver("migrate: no such code", 500_000, vec![migrate(999)])
            .await;
        self.deliver("migrate", 500_000, vec![migrate(TOKEN)]).await;

        for (name, contract, msg) in [
            (
                "balance",
                &token,
                json!({ "balance": { "address": self.bob.address } }),
            ),
            ("unknown", &token, json!({ "nonsense": {} })),
            ("no contract", &other, json!({})),
        ] {
            let answer = self.smart(contract, msg.to_string().into_bytes()).await;
            self.keep(&format!("smart query: {name}"), &answer);
        }
        let answer = self.smart("lease1nonsense", b"{}".to_vec()).await;
        self.keep("smart query: a bad address", &answer);
        let answer = self.smart(&token, b"nonsense".to_vec()).await;
        self.keep("smart query: no JSON", &answer);
        for (name, key) in [("there", &b"token_info"[..]), ("absent", b"nothing")] {
            let request = QueryRawContractStateRequest {
                address: token.clone(),
                query_data: key.to_vec(),
            };
            let answer = node.query(wasm, "RawContractState", request).await;
            self.keep(&format!("raw query: {name}"), &answer);
        }
        let info = |address: &str| QueryContractInfoRequest {
            address: address.to_owned(),
        };
        let answer = node.query(wasm, "ContractInfo", info(&token)).await;
        self.keep_shape("contract info", &answer);
        let answer = node.query(wasm, "ContractInfo", info(&self.bob.address)).await;
        self.keep("contract info: no contract", &answer);
        token
    }

    pub(super) async fn misbehaviour(&mut self, token: &str) {
        let probe = self.instantiate("probe", PROBE, &json!({})).await;
        let me = self.alice.address.clone();
        let call = |msg: &ExecuteMsg| execute(&me, &probe, msg);
        let coins = vec![cosmwasm_std::coin(1, "ulease")];
        let pay = |to: &str| ExecuteMsg::Send {
            to: to.to_owned(),
            amount: coins.clone(),
        };
        for (name, gas, msg) in [
            ("fails after a write", 500_000, ExecuteMsg::Fail {}),
            ("panics", 500_000, ExecuteMsg::Panic {}),
            ("calls itself without end", ENDLESS, ExecuteMsg::Recurse {}),
            (
                "calls itself until its gas is gone",
                400_000,
                ExecuteMsg::Recurse {},
            ),
            (
                "writes until its gas is gone",
                300_000,
                ExecuteMsg::Fill { count: 50 },
            ),
            ("pays no address", 500_000, pay("notbech32")),
            (
                "pays what it does not have",
                500_000,
                pay(&self.alice.address.clone()),
            ),
        ] {
            self.deliver(&format!("contract {name}"), gas, vec![call(&msg)])
                .await;
        }
        let query = serde_json::to_vec(&QueryMsg::Panic {}).unwrap();
        let answer = self.smart(&probe, query).await;
        self.keep("smart query: a panic", &answer);
        let migrate = MsgMigrateContract {
            sender: self.bob.address.clone(),
            contract: token.to_owned(),
            code_id: TOKEN,
            msg: b"{}".to_vec(),
        };
        let draft = self.node.draft(vec![any(&migrate)]);
        let bytes = self.node.sign(&self.bob, draft).await;
        let done = self.node.deliver(&bytes).await;
        self.keep("migrate: not the admin", &done["result"]["tx_result"]);
    }
}

fn instantiate(wallet: &Wallet, code_id: u64, msg: &impl Serialize) -> cosmrs::Any {
    any(&MsgInstantiateContract {
        sender: wallet.address.clone(),
        admin: wallet.address.clone(),
        code_id,
        label: "recorded".to_owned(),
        msg: serde_json::to_vec(msg).unwrap(),
        funds: vec![],
    })
}
