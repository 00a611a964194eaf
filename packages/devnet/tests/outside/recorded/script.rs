//! The requests, in order. Every answer has a name; later ones build on earlier ones.

mod chain;
mod contracts;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use cosmrs::proto::cosmos::auth::v1beta1::QueryAccountRequest;
use cosmrs::proto::cosmos::bank::v1beta1::QueryBalanceRequest;
use cosmrs::proto::cosmos::tx::v1beta1::{SimulateRequest, TxRaw};
use cosmrs::proto::traits::Message;
use serde_json::{json, Map, Value};

use super::mask::{mask, shape, Names};
use super::node::Node;
use crate::client::{send, Draft, Wallet};

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
}
