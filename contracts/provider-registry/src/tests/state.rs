use std::collections::BTreeSet;

use cosmwasm_std::testing::message_info;
use cosmwasm_std::{Order, StdError, Storage};
use market_types::registry::ExecuteMsg;

use super::market::*;
use crate::state::{keys, ACCOUNTS};
use crate::ContractError;

#[test]
fn storage_keys_are_unique_among_themselves_and_those_of_control() {
    let all: Vec<_> = keys::ALL.into_iter().chain(market_control::KEYS).collect();
    let unique: BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
}

#[test]
fn everything_stored_lies_under_a_listed_key() {
    let mut market = Market::with_lease();
    let limits = market_types::registry::AgentLimits::default();
    market.ok("alice", ExecuteMsg::SetAgentLimits(limits));
    market.ok("alice", ExecuteMsg::Unbond { amount: n(1) });
    market.pause();
    for (key, _) in market.deps.storage.range(None, None, Order::Ascending) {
        let listed = keys::ALL.into_iter().chain(market_control::KEYS).any(|name| {
            let prefixed = [&(name.len() as u16).to_be_bytes(), name.as_bytes()].concat();
            key == name.as_bytes() || key.starts_with(&prefixed)
        });
        assert!(listed, "{}", String::from_utf8_lossy(&key));
    }
}

#[test]
fn a_provider_without_its_bond_record_is_an_error_and_not_one_without_bond() {
    let mut market = Market::with_lease();
    let no = market.provider("alice").no;
    ACCOUNTS.remove(&mut market.deps.storage, no);
    let info = message_info(&addr("alice"), &[]);
    let msg = ExecuteMsg::Unbond { amount: n(1) };
    let result = crate::contract::execute(market.deps.as_mut(), market.env.clone(), info, msg);
    assert!(matches!(
        result.unwrap_err(),
        ContractError::Std(StdError::NotFound { .. })
    ));
}
