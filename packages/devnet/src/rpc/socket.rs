//! The WebSocket: every method, and subscriptions to blocks and transactions.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use serde_json::{json, Value};
use tokio::sync::broadcast::error::RecvError;

use super::methods::{Params, RpcError};
use super::{encode, envelope, failure, respond};
use crate::driver::Handle;
use crate::history::Block;
use crate::search::{self, Compare, Condition};

/// As many as a node allows one client.
const MAX_SUBSCRIPTIONS: usize = 100;

struct Subscription {
    id: Value,
    /// Returned byte for byte: clients tell their subscriptions apart by it.
    query: String,
    conditions: Vec<Condition>,
}

/// Serves one connection until either side closes it.
pub async fn serve(mut socket: WebSocket, handle: Handle) {
    let mut news = handle.listen();
    let mut subscriptions: Vec<Subscription> = Vec::new();
    loop {
        tokio::select! {
            incoming = socket.recv() => {
                let text = match incoming {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => continue,
                };
                let reply = match serde_json::from_str::<Value>(&text) {
                    Ok(request) => answer(&handle, &mut subscriptions, &request).await,
                    Err(error) => failure(&Value::Null, -32700, "Parse error", &error.to_string()),
                };
                if socket.send(Message::Text(reply.to_string().into())).await.is_err() {
                    return;
                }
            }
            block = news.recv() => {
                let block = match block {
                    Ok(block) => block,
                    // A client too slow to follow is cut off, as a node does; it can ask by height for what it missed.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                };
                for event in events(&handle, &subscriptions, &block) {
                    if socket.send(Message::Text(event.to_string().into())).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

async fn answer(handle: &Handle, subscriptions: &mut Vec<Subscription>, request: &Value) -> Value {
    let id = request.get("id").cloned().unwrap_or(Value::Null);
    let params = Params {
        values: request.get("params").unwrap_or(&Value::Null),
        from_get: false,
    };
    let query = params.text("query").unwrap_or_default();
    let done = match request.get("method").and_then(Value::as_str) {
        Some("subscribe") => subscribe(subscriptions, &id, query),
        Some("unsubscribe") => {
            subscriptions.retain(|subscription| subscription.query != query);
            Ok(())
        }
        Some("unsubscribe_all") => {
            subscriptions.clear();
            Ok(())
        }
        _ => return respond(handle, request).await,
    };
    match done {
        Ok(()) => envelope(&id, json!({})),
        Err(error) => failure(&id, error.code(), error.message(), &error.to_string()),
    }
}

fn subscribe(subscriptions: &mut Vec<Subscription>, id: &Value, query: &str) -> Result<(), RpcError> {
    let conditions = search::parse(query)?;
    if subscriptions.iter().any(|known| known.query == query) {
        return Err(RpcError::Params("already subscribed".to_owned()));
    }
    if subscriptions.len() >= MAX_SUBSCRIPTIONS {
        return Err(RpcError::Params(format!(
            "max_subscriptions_per_client {MAX_SUBSCRIPTIONS} reached"
        )));
    }
    let kind = conditions
        .iter()
        .find(|condition| condition.key == "tm.event" && condition.compare == Compare::Equal);
    match kind.map(|kind| kind.value.as_str()) {
        Some("NewBlock" | "Tx") => {}
        other => {
            let text = format!(
                "the devnet has the events NewBlock and Tx, not {}",
                other.unwrap_or("an open query")
            );
            return Err(RpcError::Params(text));
        }
    }
    subscriptions.push(Subscription {
        id: id.clone(),
        query: query.to_owned(),
        conditions,
    });
    Ok(())
}

/// What one block means to each subscription, in order of the block.
fn events(handle: &Handle, subscriptions: &[Subscription], block: &Arc<Block>) -> Vec<Value> {
    let Ok(history) = handle.history.read() else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for subscription in subscriptions {
        let mut tell = |(data, events): (Value, Value)| {
            let result = json!({ "query": subscription.query, "data": data, "events": events });
            out.push(envelope(&subscription.id, result));
        };
        let block_matches = subscription
            .conditions
            .iter()
            .all(|condition| match condition.key.as_str() {
                "tm.event" => condition.matches(std::iter::once("NewBlock")),
                "block.height" => condition.matches(std::iter::once(block.height.to_string().as_str())),
                key => condition.matches(search::values_of(&block.events, key)),
            });
        if block_matches {
            tell(encode::new_block(&history, block));
        }
        for (index, tx) in (0..).zip(&block.txs) {
            if search::tx_matches(
                &subscription.conditions,
                &tx.hash(),
                block.height,
                &tx.result.events,
            ) {
                tell(encode::new_tx(tx, block.height, index));
            }
        }
    }
    out
}
