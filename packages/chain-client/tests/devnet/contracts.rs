use chain_client::{address, HeightCursor, Msg, QueryError, TxError, TxOptions};
use cosmwasm_std::{Coin, Empty, Uint128};
use serde_json::json;

use crate::{
    bell::{self, Ring},
    World,
};

#[tokio::test]
async fn coins_move_and_sequences_count() {
    let world = World::start().await;
    let to = address::encode("lease", &[9; 20]).unwrap();
    assert_eq!(world.chain.account(&to).await, Ok(None));
    assert_eq!(world.chain.balance(&to, "ulease").await, Ok(Uint128::zero()));

    let send = Msg::Send {
        to: to.clone(),
        amount: vec![Coin::new(70u128, "ulease")],
    };
    let before = world
        .chain
        .account(world.signer.address())
        .await
        .unwrap()
        .unwrap();
    world.signer.submit(&[send], &TxOptions::default()).await.unwrap();
    let after = world
        .chain
        .account(world.signer.address())
        .await
        .unwrap()
        .unwrap();

    assert_eq!(after.sequence, before.sequence + 1);
    assert_eq!(world.chain.balance(&to, "ulease").await, Ok(Uint128::new(70)));
    assert_eq!(
        world.chain.balances(&to).await,
        Ok(vec![Coin::new(70u128, "ulease")])
    );
    assert!(world.chain.account(&to).await.unwrap().is_some());
    world.devnet.stop().await;
}

#[tokio::test]
async fn a_contract_is_made_executed_and_described() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let outcome = world
        .signer
        .execute(&bell, &Ring::Ring { times: 3 }, &[])
        .await
        .unwrap();

    assert_eq!(outcome.execute_data().unwrap(), 3u32.to_be_bytes());
    assert!(outcome.gas_used <= outcome.gas_wanted);
    let events = outcome.contract_events();
    assert_eq!(events.len(), 1);
    assert_eq!(
        (events[0].ty.as_str(), events[0].contract.as_str()),
        ("wasm-rung", bell.as_str())
    );
    assert_eq!(events[0].attribute("times"), Some("3"));

    let info = world.chain.contract_info(&bell).await.unwrap();
    assert_eq!(
        (info.label.as_str(), info.admin.as_deref()),
        ("bell", Some(world.signer.address()))
    );
    assert_eq!(info.creator, world.signer.address());
    assert_eq!(world.chain.raw(&bell, b"nothing").await, Ok(None));
    world.devnet.stop().await;
}

#[tokio::test]
async fn the_words_of_a_failing_contract_reach_the_caller() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;

    let error = world.chain.smart::<_, Empty>(&bell, &Empty {}).await.unwrap_err();
    assert!(
        matches!(&error, QueryError::Contract { text, .. } if text.contains("a bell answers nothing")),
        "{error}"
    );
    let error = world
        .signer
        .execute(&bell, &Ring::Break {}, &[])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, TxError::Simulation { log, .. } if log.contains("made of bronze")),
        "{error}"
    );

    let fixed = TxOptions {
        gas: chain_client::Gas::Limit(300_000),
        ..TxOptions::default()
    };
    let msg = Msg::execute(&bell, &Ring::Break {}, &[]).unwrap();
    let error = world.signer.submit(&[msg], &fixed).await.unwrap_err();
    let TxError::Failed(outcome) = &error else {
        panic!("{error}")
    };
    assert!(outcome.log.contains("made of bronze"), "{error}");
    assert_eq!((outcome.code, outcome.codespace.as_str()), (5, "wasm"));
    // A failed transaction uses its sequence; the next one follows it.
    world
        .signer
        .execute(&bell, &Ring::Ring { times: 1 }, &[])
        .await
        .unwrap();
    world.devnet.stop().await;
}

#[tokio::test]
async fn an_address_without_contract_is_named() {
    let world = World::start().await;
    let nobody = address::encode("lease", &[9; 32]).unwrap();
    let expected = QueryError::NoSuchContract {
        contract: nobody.clone(),
    };
    assert_eq!(
        world.chain.smart::<_, Empty>(&nobody, &Empty {}).await,
        Err(expected.clone())
    );
    assert_eq!(world.chain.contract_info(&nobody).await, Err(expected));
    world.devnet.stop().await;
}

#[tokio::test]
async fn many_transactions_without_waiting_are_all_confirmed() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let mut sent = Vec::new();
    for times in 0..20 {
        let msg = Msg::execute(&bell, &Ring::Ring { times }, &[]).unwrap();
        sent.push(world.signer.send(&[msg], &TxOptions::default()).await.unwrap());
    }
    for tx in sent {
        let limit = world.chain.options().confirm_timeout;
        assert!(world.chain.confirm(&tx.hash(), limit).await.unwrap().succeeded());
    }
    world.devnet.stop().await;
}

#[tokio::test]
async fn delivering_bytes_again_does_not_repeat_them() {
    let world = World::start().await;
    let to = address::encode("lease", &[9; 20]).unwrap();
    let send = Msg::Send {
        to: to.clone(),
        amount: vec![Coin::new(70u128, "ulease")],
    };
    let tx = world.signer.sign(&[send], &TxOptions::default()).await.unwrap();
    let limit = world.chain.options().confirm_timeout;
    let first = world.chain.deliver(&tx, limit).await.unwrap();
    assert_eq!(world.chain.deliver(&tx, limit).await.unwrap(), first);
    assert_eq!(
        world.chain.broadcast(&tx).await,
        Ok(chain_client::Broadcast::Known)
    );
    assert_eq!(world.chain.balance(&to, "ulease").await, Ok(Uint128::new(70)));
    world.devnet.stop().await;
}

#[tokio::test]
async fn the_cursor_meets_every_contract_event_once() {
    let world = World::start().await;
    let bell = bell::hang(&world.chain, &world.signer).await;
    let start = world.chain.height().await.unwrap();
    let mut heights = Vec::new();
    for times in 1..=3 {
        heights.push(
            world
                .signer
                .execute(&bell, &Ring::Ring { times }, &[])
                .await
                .unwrap()
                .height,
        );
    }
    let mut cursor = HeightCursor::after(world.chain.clone(), start);
    let mut met = Vec::new();
    while cursor.seen() < heights[2] {
        let block = cursor.wait_block().await.unwrap();
        met.extend(
            block
                .events
                .into_iter()
                .map(|event| (event.height, event.attribute("times").map(str::to_owned))),
        );
    }
    let expected: Vec<_> = heights
        .iter()
        .zip(1..)
        .map(|(height, times)| (*height, Some(times.to_string())))
        .collect();
    assert_eq!(met, expected);
    world.devnet.stop().await;
}

#[tokio::test]
async fn the_time_of_the_latest_block_is_the_chains_time() {
    let world = World::start().await;
    let status = world.chain.status().await.unwrap();
    assert_eq!(world.chain.block_time(status.height).await.unwrap(), status.time);
    assert!(world.chain.wait_for_height(status.height + 2).await.unwrap() >= status.height + 2);
    world.devnet.stop().await;
}

#[tokio::test]
async fn a_cw20_token_answers_by_its_own_types() {
    use cw20::{BalanceResponse, Cw20Coin, Cw20ExecuteMsg, Cw20QueryMsg};
    let world = World::start().await;
    let (me, to) = (
        world.signer.address().to_owned(),
        address::encode("lease", &[9; 20]).unwrap(),
    );
    let token = cw20_base::msg::InstantiateMsg {
        name: "Lease dollar".into(),
        symbol: "LUSD".into(),
        decimals: 6,
        initial_balances: vec![Cw20Coin {
            address: me,
            amount: Uint128::new(500),
        }],
        mint: None,
        marketing: None,
    };
    let msg = Msg::instantiate(1, "token", None, &token).unwrap();
    let token = world
        .signer
        .submit(&[msg], &TxOptions::default())
        .await
        .unwrap()
        .contract_address()
        .unwrap();
    let transfer = Cw20ExecuteMsg::Transfer {
        recipient: to.clone(),
        amount: Uint128::new(20),
    };
    world.signer.execute(&token, &transfer, &[]).await.unwrap();
    let answer: BalanceResponse = world
        .chain
        .smart(&token, &Cw20QueryMsg::Balance { address: to })
        .await
        .unwrap();
    assert_eq!(answer.balance, Uint128::new(20));
    let error = world
        .chain
        .smart::<_, Empty>(&token, &json!({ "no_such": {} }))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, QueryError::Contract { text, .. } if text.contains("no_such")),
        "{error}"
    );
    world.devnet.stop().await;
}
