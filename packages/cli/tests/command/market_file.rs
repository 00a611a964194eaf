//! The file with the market's addresses, damaged in every way.

use std::fs;

use crate::market::market;
use crate::run::{Ran, OTHER, REFUSED};

/// `market book` with this text as its market file.
fn with(text: &str) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.json");
    fs::write(&file, text).unwrap();
    market().run(&format!("--market {} market book", file.display()))
}

fn good() -> String {
    fs::read_to_string(market().home().join("market.json")).unwrap()
}

#[test]
fn a_missing_file_is_said_with_its_name() {
    market()
        .run("--market /nowhere/market.json market book")
        .fails(OTHER, "--market FILE");
    market()
        .run("--market /nowhere/market.json market book")
        .fails(OTHER, "/nowhere/market.json");
}

#[test]
fn a_file_that_is_none_is_refused() {
    for text in ["", "hello", "[]", "{}", "{\"chain_id\": 7}"] {
        with(text).fails(OTHER, "cannot read the market's addresses");
    }
    let unknown = good().replacen('{', "{\"colour\": \"blue\",", 1);
    with(&unknown).fails(OTHER, "unknown field `colour`");
    with(&good()[..200]).fails(OTHER, "EOF");
}

#[test]
fn a_file_of_another_chain_is_refused() {
    let other = good().replace("leasebook-devnet", "leasebook-1");
    with(&other).fails(
        OTHER,
        "the addresses are of chain \"leasebook-1\", but the node serves \"leasebook-devnet\"",
    );
}

#[test]
fn addresses_without_a_contract_are_refused() {
    let document: serde_json::Value = serde_json::from_str(&good()).unwrap();
    let book = document["contracts"]["order_book"].as_str().unwrap();
    let governor = document["governor"].as_str().unwrap();
    with(&good().replace(book, governor)).fails(REFUSED, "there is no contract at");
    with(&good().replace(book, "nonsense")).fails(REFUSED, "");
}
