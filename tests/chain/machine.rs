//! What only the virtual machine of a node proves: arithmetic that traps, gas that ends, costs that do not grow.

use chain_client::{Gas, Msg, Signer, TxError, TxOptions, TxOutcome};
use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ReceiveMsg;
use market_client::deploy::Artifact;
use market_testing::specs::stream;
use market_types::escrow::{ExecuteMsg as Escrow, Hook, ParamsUpdate, PaymentToken};
use market_types::order_book::ExecuteMsg as Book;
use market_types::{OrderId, Price, Seconds};
use serde_json::json;

use crate::cast::{keys, Cast, AGENTS, OFFICE, OWNERS, TENANTS};
use crate::engine::Engine;
use crate::network::artifacts;

/// Codespace and code of a transaction whose gas ran out.
const OUT_OF_GAS: (&str, u32) = ("sdk", 11);
const LIMIT: u64 = 2_000_000;
/// Gas may differ by one in so many with what is in the store: 2 %.
const SAME: u64 = 50;

/// The contract that misbehaves on request.
async fn probe(signer: &Signer) -> String {
    let wasm = Artifact::read(&artifacts(), "probe").unwrap().wasm;
    let stored = signer
        .submit(&[Msg::StoreCode { wasm }], &TxOptions::default())
        .await;
    let code = stored.unwrap().code_id().unwrap();
    let new = Msg::instantiate(code, "probe", None, &json!({})).unwrap();
    let made = signer.submit(&[new], &TxOptions::default()).await.unwrap();
    made.contract_address().unwrap()
}

/// What a block makes of a message, whatever that is.
async fn outcome(signer: &Signer, msg: Msg) -> TxOutcome {
    let options = TxOptions {
        gas: Gas::Limit(LIMIT),
        ..TxOptions::default()
    };
    match signer.submit(&[msg], &options).await {
        Ok(outcome) => outcome,
        Err(TxError::Failed(outcome)) => *outcome,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn arithmetic_that_would_wrap_traps_and_changes_nothing() {
    let cast = Cast::gather(Engine::wasmd().await, &keys(), true).await;
    let office = &cast.people[OFFICE];
    let probe = probe(office).await;
    let multiply = |right: u64| {
        cast.msg(
            &probe,
            &json!({ "multiply": { "left": 1u64 << 63, "right": right } }),
        )
    };
    let wrapped = outcome(office, multiply(2)).await;
    assert_eq!(wrapped.codespace, "wasm", "{}", wrapped.log);
    assert!(
        wrapped.log.contains("attempt to multiply with overflow"),
        "{}",
        wrapped.log
    );
    assert_eq!(cast.engine.chain.raw(&probe, b"mark").await.unwrap(), None);
    assert!(outcome(office, multiply(1)).await.succeeded());
    assert_eq!(
        cast.engine.chain.raw(&probe, b"mark").await.unwrap(),
        Some(b"written".to_vec())
    );
}

#[test]
fn every_shipped_contract_has_the_traps() {
    for name in [
        "provider-registry",
        "order-book",
        "lease-escrow",
        "attestation",
        "take-rate-burn",
    ] {
        let wasm = Artifact::read(&artifacts(), name).unwrap().wasm;
        let trap = b"attempt to add with overflow";
        assert!(wasm.windows(trap.len()).any(|window| window == trap), "{name}");
    }
}

#[tokio::test]
async fn a_listed_token_that_never_ends_costs_only_who_touches_it() {
    let cast = Cast::gather(Engine::wasmd().await, &keys(), true).await;
    let (escrow, tenant) = (&cast.wiring().lease_escrow, TENANTS[0]);
    let bomb = probe(&cast.people[OFFICE]).await;
    let listed = |token: &str| PaymentToken {
        token: token.to_owned(),
        listed: true,
        min_order: Uint128::one(),
    };
    let update = ParamsUpdate {
        tokens: Some(vec![listed(&cast.usdc), listed(&bomb)]),
        ..ParamsUpdate::default()
    };
    cast.act(OFFICE, &[cast.escrow(&Escrow::UpdateParams(update))])
        .await;
    let received = Escrow::Receive(Cw20ReceiveMsg {
        sender: cast.address(tenant).to_owned(),
        amount: Uint128::new(100),
        msg: to_json_binary(&Hook::Deposit { owner: None }).unwrap(),
    });
    let say = json!({ "say": { "to": escrow, "msg": to_json_binary(&received).unwrap() } });
    cast.act(OFFICE, &[cast.msg(&bomb, &say)]).await;
    let deposit = cast.pay(&cast.usdc, escrow, 100, &Hook::Deposit { owner: None });
    cast.act(tenant, &[deposit]).await;

    let withdraw = |token: &str| {
        let token = token.to_owned();
        cast.escrow(&Escrow::Withdraw { token, amount: None })
    };
    let burnt = outcome(&cast.people[tenant], withdraw(&bomb)).await;
    assert_eq!(
        (burnt.codespace.as_str(), burnt.code),
        OUT_OF_GAS,
        "{}",
        burnt.log
    );
    // The machine counts in steps of its own and stops within one of them.
    assert!(burnt.gas_used < LIMIT + LIMIT / 10, "{}", burnt.gas_used);
    let owner = cast.address(tenant);
    assert_eq!(cast.market.available(owner, &bomb).await.unwrap().u128(), 100);
    let paid = outcome(&cast.people[tenant], withdraw(&cast.usdc)).await;
    assert!(paid.succeeded(), "{}", paid.log);
    assert!(cast.market.available(owner, &cast.usdc).await.unwrap().is_zero());
}

#[tokio::test]
async fn a_message_costs_the_same_with_few_and_with_many_entries() {
    let cast = Cast::gather(Engine::wasmd().await, &keys(), true).await;
    cast.act(OWNERS[0], &cast.enter(0)).await;
    let mut spec = stream();
    spec.window = Seconds(600);
    let price = spec.max_price.0.u128();
    let hook = Hook::PlaceOrder(Box::new(spec));
    let place = || cast.pay(&cast.usdc, &cast.wiring().lease_escrow, price, &hook);
    let bid = |order| {
        cast.book(&Book::Bid {
            order: OrderId(order),
            price: Price::new(price),
            work_bond: Uint128::zero(),
        })
    };
    // The first of each writes what is there ever after.
    cast.act(TENANTS[0], &[place(), place()]).await;
    cast.act(AGENTS[0], &[bid(1)]).await;
    let few = [
        cast.act(TENANTS[0], &[place()]).await.gas_used,
        cast.act(AGENTS[0], &[bid(2)]).await.gas_used,
    ];
    for _ in 0..3 {
        let many: Vec<_> = (0..40).map(|_| place()).collect();
        cast.act(TENANTS[0], &many).await;
    }
    let bids: Vec<_> = (3..100).map(bid).collect();
    cast.act(AGENTS[0], &bids).await;
    let many = [
        cast.act(TENANTS[0], &[place()]).await.gas_used,
        cast.act(AGENTS[0], &[bid(100)]).await.gas_used,
    ];
    for (few, many) in few.into_iter().zip(many) {
        assert!(
            few.abs_diff(many) * SAME <= few,
            "{few} with few, {many} with many"
        );
    }
}
