//! The requests, in order. Every answer has a name; later ones build on earlier ones.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::proto::cosmos::auth::v1beta1::QueryAccountRequest;
use cosmrs::proto::cosmos::bank::v1beta1::QueryBalanceRequest;
use cosmrs::proto::cosmos::base::abci::v1beta1::TxMsgData;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, TxRaw};
use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgInstantiateContract, MsgInstantiateContractResponse, MsgMigrateContract, QueryContractInfoRequest,
    QueryRawContractStateRequest, QuerySmartContractStateRequest,
};
use cosmrs::proto::traits::Message;
use futures::{SinkExt, StreamExt};
use probe::{ExecuteMsg, QueryMsg};
use serde::Serialize;
use serde_json::{json, Map, Value};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::mask::{mask, shape, Names};
use super::node::Node;
use crate::client::{any, execute, send, Draft, Wallet};

/// Code ids of the token and of the probe, on the devnet and where a chain was prepared for recording.
const TOKEN: u64 = 1;
const PROBE: u64 = 7;
const ENDLESS: u64 = 90_000_000;

struct Script<'a> {
    node: &'a Node,
    alice: Wallet,
    bob: Wallet,
    names: Names,
    answers: Map<String, Value>,
}

/// Asks `node` everything. It has wallets 1 and 2 with a million `ulease` each and nothing else of theirs.
pub async fn answers(node: &Node) -> Map<String, Value> {
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let mut names = Names::default();
    names.add(&alice.address, "alice");
    names.add(&bob.address, "bob");
    names.add(&Wallet::new(99).address, "nobody");
    names.add(&node.chain_id, "chain");
    names.add(&devnet::module_address("fee_collector"), "fee collector");
    let answers = Map::new();
    let mut script = Script {
        node,
        alice,
        bob,
        names,
        answers,
    };
    script.accounts().await;
    script.checks().await;
    script.transfers().await;
    let token = script.contracts().await;
    script.misbehaviour(&token).await;
    script.blocks().await;
    script.subscription(&token).await;
    script.answers
}

impl Script<'_> {
    fn keep(&mut self, name: &str, answer: &Value) {
        let masked = mask(&self.names, answer);
        assert!(
            self.answers.insert(name.to_owned(), masked).is_none(),
            "{name} twice"
        );
    }

    fn keep_shape(&mut self, name: &str, answer: &Value) {
        assert!(
            self.answers.insert(name.to_owned(), shape(answer)).is_none(),
            "{name} twice"
        );
    }

    async fn accounts(&mut self) {
        let account = |address: &str| QueryAccountRequest {
            address: address.to_owned(),
        };
        let balance = |address: &str, denom: &str| QueryBalanceRequest {
            address: address.to_owned(),
            denom: denom.to_owned(),
        };
        let (auth, bank) = ("cosmos.auth.v1beta1", "cosmos.bank.v1beta1");
        let nobody = Wallet::new(99).address;
        let known = self
            .node
            .query(auth, "Account", account(&self.alice.address))
            .await;
        self.keep_shape("account", &known);
        for (name, request) in [
            ("missing", nobody.as_str()),
            ("malformed", "lease1nonsense"),
            ("empty", ""),
        ] {
            let answer = self.node.query(auth, "Account", account(request)).await;
            self.keep(&format!("account {name}"), &answer);
        }
        for (name, address, denom) in [
            ("known", self.alice.address.clone(), "ulease"),
            ("of nobody", nobody, "ulease"),
            ("of an unknown coin", self.alice.address.clone(), "unothing"),
        ] {
            let answer = self.node.query(bank, "Balance", balance(&address, denom)).await;
            self.keep(&format!("balance {name}"), &answer);
        }
        let answer = self.node.query_raw("/leasebook.Nothing/Nowhere", vec![]).await;
        self.keep("query of an unknown path", &answer);
    }

    async fn checks(&mut self) {
        let node = self.node;
        let one = || node.draft(vec![send(&self.alice, &self.bob.address, 1)]);
        let unknown = cosmrs::Any {
            type_url: "/leasebook.v1.MsgNothing".to_owned(),
            value: vec![],
        };
        let mut extra = send(&self.alice, &self.bob.address, 1);
        // Field 15, a varint the message does not have.
        extra.value.extend([0x78, 0x01]);
        let drafts = [
            (
                "wrong sequence",
                Draft {
                    sequence: Some(7),
                    ..one()
                },
            ),
            (
                "wrong chain id",
                Draft {
                    chain_id: "another-1".to_owned(),
                    ..one()
                },
            ),
            (
                "fee above the balance",
                Draft {
                    fee: 9_000_000,
                    ..one()
                },
            ),
            (
                "timeout height passed",
                Draft {
                    timeout_height: 1,
                    ..one()
                },
            ),
            ("too little gas for the checks", Draft { gas: 1_000, ..one() }),
            (
                "gas above the block's",
                Draft {
                    gas: 900_000_000,
                    ..one()
                },
            ),
            ("no messages", node.draft(vec![])),
            ("unknown message", node.draft(vec![unknown])),
            ("unknown field", node.draft(vec![extra])),
        ];
        let mut kept = Vec::new();
        for (name, draft) in drafts {
            let bytes = node.sign(&self.alice, draft).await;
            let answer = node.check(&bytes).await;
            assert_ne!(
                answer["result"]["code"], 0,
                "{name} is taken, which moves the sequence: {answer}"
            );
            kept.push((name, answer));
        }
        let by_another = node.sign(&self.bob, one()).await;
        kept.push(("signed by another", node.check(&by_another).await));
        let from_nobody = node.draft(vec![send(&Wallet::new(99), &self.bob.address, 1)]);
        let from_nobody = crate::client::signed(&Wallet::new(99), from_nobody, 0, 0);
        kept.push((
            "from an account that is not there",
            node.check(&from_nobody).await,
        ));
        let good = TxRaw::decode(node.sign(&self.alice, one()).await.as_slice()).unwrap();
        let mut flipped = good.clone();
        flipped.signatures[0][10] ^= 1;
        kept.push(("bad signature", node.check(&flipped.encode_to_vec()).await));
        let mut none = good;
        none.signatures.clear();
        kept.push(("no signature", node.check(&none.encode_to_vec()).await));
        kept.push(("bytes that are no transaction", node.check(b"nonsense").await));
        for (name, answer) in kept {
            self.keep(&format!("check: {name}"), &answer);
        }
        let simulated = [
            ("enough", send(&self.alice, &self.bob.address, 1)),
            ("too much", send(&self.alice, &self.bob.address, 5_000_000)),
        ];
        for (name, message) in simulated {
            let answer = self.simulate(vec![message]).await;
            self.keep_failure(&format!("simulate: {name}"), &answer);
        }
        let answer = node
            .query_raw("/cosmos.tx.v1beta1.Service/Simulate", vec![])
            .await;
        self.keep("simulate: nothing", &answer);
    }

    /// A success only in shape: its value is bytes with gas and events in them.
    fn keep_failure(&mut self, name: &str, answer: &Value) {
        if answer["result"]["response"]["code"] == 0 {
            self.keep_shape(name, answer);
        } else {
            self.keep(name, answer);
        }
    }

    #[allow(deprecated)]
    async fn simulate(&self, messages: Vec<cosmrs::Any>) -> Value {
        let tx_bytes = self.node.sign(&self.alice, self.node.draft(messages)).await;
        let request = SimulateRequest { tx: None, tx_bytes };
        self.node
            .query_raw("/cosmos.tx.v1beta1.Service/Simulate", request.encode_to_vec())
            .await
    }

    async fn deliver(&mut self, name: &str, gas: u64, messages: Vec<cosmrs::Any>) -> Value {
        let draft = Draft {
            gas,
            ..self.node.draft(messages)
        };
        let bytes = self.node.sign(&self.alice, draft).await;
        let done = self.node.deliver(&bytes).await;
        self.keep(name, &done["result"]["tx_result"]);
        done
    }

    async fn transfers(&mut self) {
        let node = self.node;
        let message = send(&self.alice, &self.bob.address, 123);
        let bytes = node.sign(&self.alice, node.draft(vec![message])).await;
        let answer = node.check(&bytes).await;
        assert_eq!(answer["result"]["code"], 0, "{answer}");
        self.keep("broadcast", &answer);
        let hash = answer["result"]["hash"].as_str().unwrap().to_owned();
        let raw = hex::decode(&hash).unwrap();
        let found = loop {
            let found = node.rpc("tx", json!({ "hash": STANDARD.encode(&raw) })).await;
            if found.get("result").is_some() {
                break found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        self.keep("tx", &found);
        let found = node
            .rpc(
                "tx_search",
                json!({ "query": format!("tx.hash='{hash}'"), "page": "1" }),
            )
            .await;
        self.keep("tx_search by hash", &found);
        let again = node.check(&bytes).await;
        self.keep("check: the same again", &again);
        let missing = node.rpc("tx", json!({ "hash": STANDARD.encode([7; 32]) })).await;
        let lost = "07".repeat(32);
        assert_eq!(missing["error"]["data"], format!("tx ({lost}) not found"));
        self.keep("tx that is not there", &missing);
        for (name, params) in [
            (
                "tx_search for nothing",
                json!({ "query": format!("tx.hash='{lost}'") }),
            ),
            ("tx_search without sense", json!({ "query": "tx.hash=" })),
            (
                "tx_search past the last page",
                json!({ "query": format!("tx.hash='{hash}'"), "page": "2" }),
            ),
            (
                "tx_search in no order",
                json!({ "query": format!("tx.hash='{hash}'"), "order_by": "up" }),
            ),
        ] {
            let answer = node.rpc("tx_search", params).await;
            self.keep(name, &answer);
        }
        for (name, to, amount) in [
            ("nothing sent", self.bob.address.clone(), 0),
            ("sent to no address", "lease1nonsense".to_owned(), 1),
        ] {
            let message = send(&self.alice, &to, amount);
            self.deliver(&format!("deliver: {name}"), 300_000, vec![message])
                .await;
        }
        let too_much = send(&self.alice, &self.bob.address, 5_000_000);
        self.deliver("deliver: out of funds", 300_000, vec![too_much])
            .await;
        let first = send(&self.alice, &self.bob.address, 1);
        let second = send(&self.alice, &self.bob.address, 5_000_000);
        self.deliver("deliver: the second message fails", 300_000, vec![first, second])
            .await;
    }

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

    async fn contracts(&mut self) -> String {
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

    async fn misbehaviour(&mut self, token: &str) {
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

    async fn blocks(&mut self) {
        let node = self.node;
        let bytes = node
            .sign(
                &self.alice,
                node.draft(vec![send(&self.alice, &self.bob.address, 1)]),
            )
            .await;
        let done = node.deliver(&bytes).await;
        self.keep_shape("broadcast_tx_commit", &done);
        let height = done["result"]["height"].as_str().unwrap().to_owned();
        for method in ["block", "block_results", "header", "commit", "validators"] {
            let answer = node.rpc(method, json!({ "height": height })).await;
            self.keep_shape(method, &answer);
        }
        let answer = node.rpc("block", json!({ "height": "1" })).await;
        self.keep_shape("block 1", &answer);
        for (name, height) in [("0", "0"), ("-1", "-1"), ("of the far future", "999999999")] {
            let answer = node.rpc("block", json!({ "height": height })).await;
            self.keep(&format!("block {name}"), &answer);
        }
        let answer = node.rpc("block", json!({ "height": "x" })).await;
        self.keep("block of nonsense", &answer);
        for method in ["status", "health", "net_info", "abci_info"] {
            let answer = node.rpc(method, json!({})).await;
            self.keep_shape(method, &answer);
        }
        let answer = node.rpc("leasebook", json!({})).await;
        self.keep("unknown method", &answer);
    }

    async fn subscription(&mut self, token: &str) {
        let url = format!("{}/websocket", self.node.url.replacen("http", "ws", 1));
        let (mut socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let transfer = json!({ "transfer": { "recipient": self.bob.address, "amount": "1" } });
        let query = format!("tm.event='Tx' AND wasm._contract_address='{token}'");
        let mut kept = Vec::new();
        for (name, query) in [("tx", query.as_str()), ("nonsense", "tm.event=")] {
            let request =
                json!({ "jsonrpc": "2.0", "id": 5, "method": "subscribe", "params": { "query": query } });
            socket.send(Frame::text(request.to_string())).await.unwrap();
            kept.push((format!("subscribe: {name}"), heard(&mut socket).await));
        }
        let draft = self
            .node
            .draft(vec![execute(&self.alice.address, token, &transfer)]);
        let bytes = self.node.sign(&self.alice, draft).await;
        self.node.deliver(&bytes).await;
        let mut event = heard(&mut socket).await;
        // Its keys hold the whole transaction once more; the transaction's own result is compared elsewhere.
        let keys: Vec<String> = event["result"]["events"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        event["result"]["events"] = json!(keys);
        event["result"]["data"] = shape(&event["result"]["data"]);
        kept.push(("event of a tx".to_owned(), event));
        let query = "tm.event='NewBlock'";
        let request =
            json!({ "jsonrpc": "2.0", "id": 6, "method": "subscribe", "params": { "query": query } });
        socket.send(Frame::text(request.to_string())).await.unwrap();
        kept.push(("subscribe: blocks".to_owned(), heard(&mut socket).await));
        let draft = self
            .node
            .draft(vec![execute(&self.alice.address, token, &transfer)]);
        let bytes = self.node.sign(&self.alice, draft).await;
        self.node.check(&bytes).await;
        let block = loop {
            let event = heard(&mut socket).await;
            let txs = &event["result"]["data"]["value"]["block"]["data"]["txs"];
            if event["id"] == 6 && txs.as_array().is_some_and(|txs| !txs.is_empty()) {
                break event;
            }
        };
        for (name, answer) in kept {
            self.keep(&name, &answer);
        }
        self.keep_shape("event of a block", &block["result"]["data"]);
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

async fn heard<S>(socket: &mut S) -> Value
where
    S: futures::Stream<Item = Result<Frame, tokio_tungstenite::tungstenite::Error>> + Unpin,
{
    loop {
        if let Frame::Text(text) = socket.next().await.unwrap().unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}
