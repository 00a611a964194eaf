//! State that was stored once goes on: a small market of this version lies in `market.json`, byte for byte, and is migrated by the
//! current code and read back. `LEASEBOOK_RECORD=1 cargo test -p leasebook-tests --test state` writes it anew, which is right only
//! before the version it shows was ever deployed.

mod fixture;
mod questions;
mod walk;

use cosmwasm_std::WasmMsg;
use cw_multi_test::Executor;
use market_testing::Suite;
use serde_json::{json, Value};

use fixture::{contracts, Fixture};
use questions::questions;
use walk::walked;

#[test]
fn stored_state_is_migrated_and_answers_as_before() {
    if std::env::var_os("LEASEBOOK_RECORD").is_some() {
        let suite = walked();
        Fixture::of(&suite, &questions(&suite)).save();
    }
    let fixture = Fixture::load();
    let mut suite = walk::empty();
    fixture.restore(&mut suite);
    migrate(&mut suite);
    let mut differences = vec![];
    for (question, answer) in fixture.answers {
        let now: Value = suite
            .app
            .wrap()
            .query_wasm_smart(
                contracts(&suite)[question.contract.as_str()].clone(),
                &question.query,
            )
            .unwrap_or_else(|error| panic!("{} {}: {error}", question.contract, question.query));
        missing(
            &format!("{} {}", question.contract, question.query),
            &answer,
            &now,
            &mut differences,
        );
    }
    assert!(differences.is_empty(), "{differences:#?}");
    suite.check().unwrap_or_else(|broken| panic!("{broken}"));
    walk::goes_on(&mut suite);
}

/// Each contract as an older version left it, migrated by its admin.
fn migrate(suite: &mut Suite) {
    for (name, address) in contracts(suite) {
        if name == "usdc" || name == "lease" {
            continue;
        }
        let stored = cw2::query_contract_info(&suite.app.wrap(), address.to_string()).unwrap();
        let mut storage = suite.app.contract_storage_mut(&address);
        cw2::set_contract_version(&mut *storage, stored.contract, "0.0.1").unwrap();
        drop(storage);
        let new_code_id = suite.app.contract_data(&address).unwrap().code_id;
        let migrate = WasmMsg::Migrate {
            contract_addr: address.to_string(),
            new_code_id,
            msg: cosmwasm_std::to_json_binary(&json!({})).unwrap(),
        };
        let admin = suite.governor.clone();
        suite
            .app
            .execute(admin, migrate.into())
            .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        let now = cw2::query_contract_info(&suite.app.wrap(), address.to_string()).unwrap();
        assert_ne!(now.version, "0.0.1", "{name}");
    }
}

/// What was answered must still be there; a later version may say more.
fn missing(place: &str, was: &Value, now: &Value, found: &mut Vec<String>) {
    match (was, now) {
        (Value::Object(was), Value::Object(now)) => {
            // The version is what a migration changes.
            for (key, value) in was.iter().filter(|(key, _)| *key != "version") {
                let place = format!("{place}/{key}");
                missing(&place, value, now.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(was), Value::Array(now)) if was.len() == now.len() => {
            for (index, (was, now)) in was.iter().zip(now).enumerate() {
                missing(&format!("{place}/{index}"), was, now, found);
            }
        }
        _ if was == now => {}
        _ => found.push(format!("{place}: was {was}, is {now}")),
    }
}
