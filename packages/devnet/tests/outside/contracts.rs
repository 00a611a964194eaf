use cosmrs::proto::cosmwasm::wasm::v1::{
    MsgMigrateContract, QueryContractInfoRequest, QueryContractInfoResponse, QueryContractsByCodeRequest,
    QueryContractsByCodeResponse, QueryRawContractStateRequest, QueryRawContractStateResponse,
};
use cosmwasm_std::Uint128;
use cw20::{BalanceResponse, Cw20Coin, Cw20ExecuteMsg, Cw20QueryMsg};
use serde_json::json;

use crate::client::{any, execute, Chain, Draft, Wallet};
use crate::probe::{ExecuteMsg, QueryMsg};

async fn token(chain: &Chain, owner: &Wallet) -> String {
    let msg = cw20_base::msg::InstantiateMsg {
        name: "test token".into(),
        symbol: "TEST".into(),
        decimals: 6,
        initial_balances: vec![Cw20Coin {
            address: owner.address.clone(),
            amount: Uint128::new(1_000),
        }],
        mint: None,
        marketing: None,
    };
    chain.instantiate(owner, 1, &msg).await
}

async fn balance(chain: &Chain, token: &str, of: &Wallet) -> u128 {
    let answer: BalanceResponse = chain
        .smart(
            token,
            &Cw20QueryMsg::Balance {
                address: of.address.clone(),
            },
        )
        .await;
    answer.balance.u128()
}

fn transfer(to: &Wallet, amount: u128) -> Cw20ExecuteMsg {
    Cw20ExecuteMsg::Transfer {
        recipient: to.address.clone(),
        amount: amount.into(),
    }
}

#[tokio::test]
async fn a_token_is_instantiated_transferred_and_queried() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let token = token(&chain, &alice).await;
    let simulated = chain
        .simulate(&alice, vec![execute(&alice.address, &token, &transfer(&bob, 40))])
        .await;
    let done = chain
        .deliver(&alice, vec![execute(&alice.address, &token, &transfer(&bob, 40))])
        .await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
    assert_eq!(
        (
            balance(&chain, &token, &alice).await,
            balance(&chain, &token, &bob).await
        ),
        (960, 40)
    );
    let used = u64::try_from(done.tx_result.gas_used).unwrap();
    assert!((90_000..160_000).contains(&used), "a cw20 transfer costs {used}");
    assert!(simulated.gas_info.unwrap().gas_used * 14 / 10 >= used);
    let wasm = done
        .tx_result
        .events
        .iter()
        .find(|event| event.kind == "wasm")
        .unwrap();
    let attributes: Vec<(&str, &str)> = wasm
        .attributes
        .iter()
        .map(|found| (found.key_str().unwrap(), found.value_str().unwrap()))
        .collect();
    assert_eq!(attributes[0], ("_contract_address", token.as_str()));
    assert_eq!(attributes[1], ("action", "transfer"));
    assert_eq!(*attributes.last().unwrap(), ("msg_index", "0"));
}

#[tokio::test]
async fn contract_addresses_are_those_of_a_fresh_wasmd() {
    let chain = Chain::start().await;
    let token = token(&chain, &Wallet::new(1)).await;
    let raw = token.parse::<cosmrs::AccountId>().unwrap().to_bytes();
    let real = "wasm14hj2tavq8fpesdwxxcu44rty3hh90vhujrvcmstl4zr3txmfvw9s0phg4d";
    assert_eq!(raw, real.parse::<cosmrs::AccountId>().unwrap().to_bytes());
}

#[tokio::test]
async fn one_failing_message_undoes_the_others_but_not_the_fee() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let token = token(&chain, &alice).await;
    let before = chain.balance(&alice.address, "ulease").await;
    let messages = vec![
        execute(&alice.address, &token, &transfer(&bob, 40)),
        execute(&alice.address, &token, &transfer(&bob, 5_000)),
    ];
    let done = chain.deliver(&alice, messages).await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (5, "wasm")
    );
    assert_eq!(
        done.tx_result.log,
        "failed to execute message; message index: 1: Overflow: Cannot Sub with given operands: execute wasm contract failed"
    );
    assert_eq!(balance(&chain, &token, &bob).await, 0);
    assert_eq!(chain.balance(&alice.address, "ulease").await, before - 1_000);
    assert_eq!(chain.account(&alice.address).await.sequence, 2);
    assert!(done.tx_result.events.iter().all(|event| event.kind != "wasm"));
}

#[tokio::test]
async fn a_contract_that_calls_itself_without_end_is_stopped_and_the_chain_lives() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let probe = chain.probe(&alice).await;
    let call = execute(&alice.address, &probe, &ExecuteMsg::Recurse {});
    let done = chain
        .deliver_draft(
            &alice,
            Draft {
                gas: 90_000_000,
                ..Draft::of(vec![call.clone()])
            },
        )
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (30, "wasm")
    );
    let done = chain
        .deliver_draft(
            &alice,
            Draft {
                gas: 400_000,
                ..Draft::of(vec![call.clone()])
            },
        )
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (11, "sdk")
    );
    // The depth went back to zero: the same call gets as deep again.
    let done = chain
        .deliver_draft(
            &alice,
            Draft {
                gas: 90_000_000,
                ..Draft::of(vec![call])
            },
        )
        .await;
    assert_eq!(done.tx_result.code.value(), 30);
}

#[tokio::test]
async fn running_out_of_gas_keeps_the_fee_and_nothing_else() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let probe = chain.probe(&alice).await;
    let call = execute(&alice.address, &probe, &ExecuteMsg::Fill { count: 50 });
    let done = chain
        .deliver_draft(
            &alice,
            Draft {
                gas: 300_000,
                ..Draft::of(vec![call])
            },
        )
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (11, "sdk")
    );
    assert!(
        done.tx_result.log.starts_with("out of gas in location"),
        "{}",
        done.tx_result.log
    );
    assert!(done.tx_result.gas_used > done.tx_result.gas_wanted);
    let request = QueryRawContractStateRequest {
        address: probe,
        query_data: 0u32.to_be_bytes().to_vec(),
    };
    let raw: QueryRawContractStateResponse = chain
        .ask("/cosmwasm.wasm.v1.Query/RawContractState", request)
        .await;
    assert!(raw.data.is_empty());
    assert_eq!(chain.account(&alice.address).await.sequence, 2);
}

#[tokio::test]
async fn a_panic_is_a_failed_call_not_the_end_of_the_chain() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let probe = chain.probe(&alice).await;
    let done = chain
        .deliver(
            &alice,
            vec![execute(&alice.address, &probe, &ExecuteMsg::Panic {})],
        )
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (29, "wasm")
    );
    assert!(done.tx_result.log.contains("as asked"), "{}", done.tx_result.log);
    let answer = chain
        .smart_raw(&probe, serde_json::to_vec(&QueryMsg::Panic {}).unwrap())
        .await;
    assert_eq!(answer.code.value(), 6);
    let (_, height): (u64, u64) = chain.smart(&probe, &QueryMsg::Block {}).await;
    assert_eq!(height, chain.block().await - 1);
}

#[tokio::test]
async fn a_contract_cannot_send_to_what_is_no_address() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let probe = chain.probe(&alice).await;
    let amount = vec![cosmwasm_std::coin(1, "ulease")];
    let call = ExecuteMsg::Send {
        to: "notbech32".into(),
        amount: amount.clone(),
    };
    let done = chain
        .deliver(&alice, vec![execute(&alice.address, &probe, &call)])
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (7, "sdk")
    );
    let call = ExecuteMsg::Send {
        to: alice.address.clone(),
        amount,
    };
    let done = chain
        .deliver(&alice, vec![execute(&alice.address, &probe, &call)])
        .await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (5, "sdk")
    );
    let text = "spendable balance 0ulease is smaller than 1ulease: insufficient funds";
    assert!(done.tx_result.log.ends_with(text), "{}", done.tx_result.log);
}

#[tokio::test]
async fn only_the_admin_migrates() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let token = token(&chain, &alice).await;
    let migrate = |who: &Wallet, code_id: u64| {
        any(&MsgMigrateContract {
            sender: who.address.clone(),
            contract: token.clone(),
            code_id,
            msg: b"{}".to_vec(),
        })
    };
    let done = chain.deliver(&bob, vec![migrate(&bob, 1)]).await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (4, "sdk")
    );
    assert!(
        done.tx_result.log.ends_with("can not migrate: unauthorized"),
        "{}",
        done.tx_result.log
    );
    let done = chain.deliver(&alice, vec![migrate(&alice, 99)]).await;
    assert_eq!(
        (done.tx_result.code.value(), done.tx_result.codespace.as_str()),
        (18, "sdk")
    );
    let done = chain.deliver(&alice, vec![migrate(&alice, 1)]).await;
    assert!(done.tx_result.code.is_ok(), "{}", done.tx_result.log);
}

#[tokio::test]
async fn contracts_are_listed_with_who_made_them() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let token = token(&chain, &alice).await;
    let request = QueryContractInfoRequest {
        address: token.clone(),
    };
    let info: QueryContractInfoResponse = chain.ask("/cosmwasm.wasm.v1.Query/ContractInfo", request).await;
    let info = info.contract_info.unwrap();
    assert_eq!(
        (info.code_id, info.creator, info.label.as_str()),
        (1, alice.address.clone(), "test")
    );
    let request = QueryContractsByCodeRequest {
        code_id: 1,
        pagination: None,
    };
    let found: QueryContractsByCodeResponse = chain
        .ask("/cosmwasm.wasm.v1.Query/ContractsByCode", request)
        .await;
    assert_eq!(found.contracts, vec![token]);
}

#[tokio::test]
async fn contracts_see_the_time_the_clock_was_moved_to() {
    let chain = Chain::start().await;
    let probe = chain.probe(&Wallet::new(1)).await;
    let (before, _): (u64, u64) = chain.smart(&probe, &QueryMsg::Block {}).await;
    let height = chain.advance(86_400).await;
    let (after, seen): (u64, u64) = chain.smart(&probe, &QueryMsg::Block {}).await;
    assert_eq!(seen, height);
    assert!(
        (86_400..86_500).contains(&(after - before)),
        "moved by {}",
        after - before
    );
}

#[tokio::test]
async fn failing_queries_answer_as_a_node_does() {
    let chain = Chain::start().await;
    let alice = Wallet::new(1);
    let token = token(&chain, &alice).await;
    let answer = chain
        .smart_raw(&token, serde_json::to_vec(&json!({ "nonsense": {} })).unwrap())
        .await;
    assert_eq!(answer.code.value(), 6);
    assert!(
        answer
            .log
            .ends_with(": query wasm contract failed: unknown request"),
        "{}",
        answer.log
    );
    let answer = chain.smart_raw(&alice.address, b"{}".to_vec()).await;
    assert_eq!(
        answer.log,
        format!("address {}: no such contract: unknown request", alice.address)
    );
    let answer = chain
        .query("/cosmos.staking.v1beta1.Query/Validators", vec![])
        .await;
    assert_eq!((answer.code.value(), answer.height.value()), (6, 0));
}

#[tokio::test]
async fn contracts_take_an_address_only_as_it_is_written_on_chain() {
    let chain = Chain::start().await;
    let (alice, bob) = (Wallet::new(1), Wallet::new(2));
    let token = token(&chain, &alice).await;
    let upper = Cw20ExecuteMsg::Transfer {
        recipient: bob.address.to_uppercase(),
        amount: 40u128.into(),
    };
    let refused = chain
        .deliver(&alice, vec![execute(&alice.address, &token, &upper)])
        .await;
    assert!(refused.tx_result.code.is_err());
    let log = &refused.tx_result.log;
    assert!(log.contains("Invalid input"), "{log}");
    assert_eq!(balance(&chain, &token, &bob).await, 0);
}
