//! An HTTP server that answers JSON-RPC as a test tells it to.

use std::sync::{Arc, Mutex};

use serde_json::{json, Value};
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

pub enum Reply {
    Result(Value),
    /// JSON-RPC error -32603 with this `data`.
    Error(&'static str),
    /// This HTTP status and body.
    Body(u16, Vec<u8>),
    /// Promises this many bytes more than it sends, and hangs up.
    Half(Vec<u8>, usize),
    /// Keeps the connection open and says nothing.
    Silence,
    /// Hangs up without a word.
    HangUp,
}

type Calls = Arc<Mutex<Vec<(String, Value)>>>;

pub struct FakeNode {
    pub url: String,
    calls: Calls,
    server: JoinHandle<()>,
}

impl FakeNode {
    pub async fn start(answer: impl FnMut(&str, &Value) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Calls::default();
        let answer = Arc::new(Mutex::new(answer));
        let server = tokio::spawn({
            let calls = calls.clone();
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, answer.clone(), calls.clone()));
                }
            }
        });
        Self { url, calls, server }
    }

    /// A node of chain `lease-1` at height 10 that answers all but `status` by `answer`.
    pub async fn of_chain(mut answer: impl FnMut(&str, &Value) -> Reply + Send + 'static) -> Self {
        Self::start(move |method, params| match method {
            "status" => Reply::Result(status("lease-1", 10)),
            _ => answer(method, params),
        })
        .await
    }

    /// Parameters of all calls of a method so far.
    pub fn calls(&self, method: &str) -> Vec<Value> {
        let calls = self.calls.lock().unwrap();
        calls
            .iter()
            .filter(|(called, _)| called == method)
            .map(|(_, params)| params.clone())
            .collect()
    }
}

impl Drop for FakeNode {
    fn drop(&mut self) {
        self.server.abort();
    }
}

pub fn status(chain_id: &str, height: u64) -> Value {
    status_from(chain_id, height, 1)
}

pub fn status_from(chain_id: &str, height: u64, earliest: u64) -> Value {
    json!({
        "node_info": { "network": chain_id, "version": "0.38.17", "moniker": "fake" },
        "sync_info": {
            "latest_block_height": height.to_string(),
            "latest_block_hash": block_hash(height, "a"),
            "latest_block_time": "2026-01-02T03:04:05.000000006Z",
            "earliest_block_height": earliest.to_string(),
            "catching_up": false,
        },
        "validator_info": {},
    })
}

/// The hash of a block, in a history of that name.
pub fn block_hash(height: u64, history: &str) -> String {
    hex::encode_upper(Sha256::digest(format!("{history}/{height}")))
}

/// A port that nothing listens on.
pub async fn dead_url() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve<F: FnMut(&str, &Value) -> Reply>(mut stream: TcpStream, answer: Arc<Mutex<F>>, calls: Calls) {
    while let Some(request) = read_request(&mut stream).await {
        let method = request["method"].as_str().unwrap().to_owned();
        let params = request["params"].clone();
        calls.lock().unwrap().push((method.clone(), params.clone()));
        let reply = (answer.lock().unwrap())(&method, &params);
        let id = request["id"].clone();
        let (status, body, missing) = match reply {
            Reply::Result(result) => (
                200,
                json!({ "jsonrpc": "2.0", "id": id, "result": result }).to_string(),
                0,
            ),
            Reply::Error(data) => {
                let error = json!({ "code": -32603, "message": "Internal error", "data": data });
                (
                    200,
                    json!({ "jsonrpc": "2.0", "id": id, "error": error }).to_string(),
                    0,
                )
            }
            Reply::Body(status, body) => (status, String::from_utf8(body).unwrap(), 0),
            Reply::Half(body, missing) => (200, String::from_utf8(body).unwrap(), missing),
            Reply::Silence => return std::future::pending().await,
            Reply::HangUp => return,
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n",
            body.len() + missing
        );
        if stream.write_all(head.as_bytes()).await.is_err()
            || stream.write_all(body.as_bytes()).await.is_err()
        {
            return;
        }
        if missing > 0 {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    let body_at = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..body_at].to_vec())
        .unwrap()
        .to_ascii_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .unwrap()
        .split("\r\n")
        .next()
        .unwrap();
    let end = body_at + length.parse::<usize>().unwrap();
    while bytes.len() < end {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(serde_json::from_slice(&bytes[body_at..end]).unwrap())
}
