//! What the node tells of its blocks, asked or subscribed to.

use futures::{SinkExt, StreamExt};
use serde_json::{json, Value};
use tokio_tungstenite::tungstenite::Message as Frame;

use super::super::mask::shape;
use super::Script;
use crate::client::{execute, send};

impl Script<'_> {
    pub(super) async fn blocks(&mut self) {
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

    pub(super) async fn subscription(&mut self, token: &str) {
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
