//! Nodes that are not there, or not what they should be.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::market::market;
use crate::run::{json, UNREACHABLE, USAGE};

/// A node that answers every request with `answer`.
fn node(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    url
}

/// A port on which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn a_dead_node_is_told_at_once_and_with_what_to_do() {
    let began = Instant::now();
    let ran = market().run(&format!("--node {} market book", nobody()));
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(ran.stderr.contains("leasebook devnet"), "{}", ran.stderr);
    ran.fails(UNREACHABLE, "cannot be reached");
}

#[test]
fn a_dead_node_is_one_json_document_when_asked() {
    let ran = market().run(&format!("--json --node {} account deposit 1", nobody()));
    let document = json(&ran.stderr);
    assert_eq!(document["code"], UNREACHABLE);
    assert!(document["error"].as_str().unwrap().contains("cannot be reached"));
    ran.fails(UNREACHABLE, "");
}

#[test]
fn a_node_that_answers_garbage_is_no_node() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nConnection: close\r\n\r\n{\"jsonrpc\":\"2.0\",",
        "220 smtp.example.com ESMTP\r\n",
        "",
    ] {
        market()
            .run(&format!("--node {} market book", node(answer)))
            .fails(UNREACHABLE, "http://127.0.0.1");
    }
}

#[test]
fn another_node_stands_in_for_a_dead_one() {
    let both = format!("--node {},{} market book", nobody(), market().url());
    market().run(&both).done();
}

#[test]
fn what_is_no_url_is_wrong_usage() {
    for url in ["nonsense", "ftp://127.0.0.1", "''"] {
        market()
            .run(&format!("--node {url} market book"))
            .fails(USAGE, "");
    }
}
