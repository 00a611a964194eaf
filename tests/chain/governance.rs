//! The chain's own x/gov governs the market.

use chain_client::{Msg, TxOptions};
use cosmwasm_std::Uint128;
use market_client::Market;
use market_types::control::{ControlResponse, Solvency};
use market_types::take_rate::{Hook, ParamsResponse, QueryMsg, RateResponse, TotalsResponse};

use crate::network::{codes, next, Office};

async fn rate(office: &Office) -> u16 {
    let token = office.market.token("usdc").unwrap().address.clone();
    let rate: RateResponse = office.market.take_rate(&QueryMsg::Rate { token }).await.unwrap();
    rate.rate.0
}

#[tokio::test]
async fn a_take_rate_that_passes_counts() {
    let office = Office::open().await;
    assert_eq!(rate(&office).await, 200);
    let shown = office.decide("take-rate 250bps", "yes").await;
    assert_eq!(shown["status"], "passed, and was carried out");
    assert_eq!(rate(&office).await, 250);
}

#[tokio::test]
async fn a_take_rate_that_is_rejected_does_not() {
    let office = Office::open().await;
    let shown = office.decide("take-rate 250bps", "no").await;
    assert_eq!(shown["status"], "was rejected");
    assert_eq!(rate(&office).await, 200);
}

#[tokio::test]
async fn the_chain_itself_may_change_it_by_sudo() {
    let office = Office::open().await;
    let shown = office.decide("take-rate 2.5% --sudo", "yes").await;
    assert_eq!(shown["status"], "passed, and was carried out");
    assert_eq!(rate(&office).await, 250);
}

#[tokio::test]
async fn out_of_bounds_it_fails_with_the_contracts_own_words() {
    let office = Office::open().await;
    for how in ["", " --sudo"] {
        let shown = office.decide(&format!("take-rate 1500bps{how}"), "yes").await;
        let status = shown["status"].as_str().unwrap();
        assert!(status.starts_with("passed, but failed: "), "{status}");
        assert!(
            status.contains("a take rate of 1500 bps is outside the bounds 0 to 1000 bps"),
            "{status}"
        );
        assert_eq!(rate(&office).await, 200);
    }
}

#[tokio::test]
async fn a_contract_is_migrated_and_keeps_its_state() {
    let office = Office::open().await;
    let contract = office.market.deployment.contracts.take_rate_burn.clone();
    pay_fees(&office).await;
    let before = state(&office).await;
    assert_eq!(control(&office).await.version, env!("CARGO_PKG_VERSION"));

    let wasm = next("take-rate-burn").wasm;
    let store = [Msg::StoreCode { wasm }];
    let stored = office.me.submit(&store, &TxOptions::default()).await.unwrap();
    let (old, new) = (codes().await.take_rate_burn, stored.code_id().unwrap());
    let shown = office
        .decide(&format!("migrate take-rate-burn {new}"), "yes")
        .await;
    assert_eq!(shown["status"], "passed, and was carried out");

    let info = office.market.chain.contract_info(&contract).await.unwrap();
    assert_eq!(info.code_id, new);
    assert_ne!(control(&office).await.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(state(&office).await, before);
    // And it works on.
    pay_fees(&office).await;
    assert_eq!(
        state(&office).await.2.collected,
        before.2.collected * Uint128::new(2)
    );

    let back = office
        .decide(&format!("migrate take-rate-burn {old}"), "yes")
        .await;
    let status = back["status"].as_str().unwrap();
    assert!(status.contains("not newer"), "{status}");
    let info = office.market.chain.contract_info(&contract).await.unwrap();
    assert_eq!(info.code_id, new);
}

#[tokio::test]
async fn the_markets_codes_are_pinned_by_vote() {
    let office = Office::open().await;
    let shown = office.decide("pin", "yes").await;
    assert_eq!(shown["status"], "passed, and was carried out");
    let pinned = office.market.chain.pinned_codes().await.unwrap();
    for code in codes().await.all() {
        assert!(pinned.contains(&code), "{code} of {pinned:?}");
    }
}

async fn pay_fees(office: &Office) {
    let contract = &office.market.deployment.contracts.take_rate_burn;
    let usdc = &office.market.token("usdc").unwrap().address;
    let send = Market::send_with_hook(contract, Uint128::new(5_000_000), &Hook::Fees {}).unwrap();
    office.me.forget_sequence().await;
    office.me.execute(usdc, &send, &[]).await.unwrap();
}

async fn control(office: &Office) -> ControlResponse {
    office.market.take_rate(&QueryMsg::Control {}).await.unwrap()
}

/// What the contract holds, by its own answers.
async fn state(office: &Office) -> (ParamsResponse, Vec<Solvency>, TotalsResponse) {
    let market = &office.market;
    let token = market.token("usdc").unwrap().address.clone();
    (
        market.take_rate(&QueryMsg::Params {}).await.unwrap(),
        market.take_rate(&QueryMsg::Solvency {}).await.unwrap(),
        market.take_rate(&QueryMsg::Totals { token }).await.unwrap(),
    )
}
