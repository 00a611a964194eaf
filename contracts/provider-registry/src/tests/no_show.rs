use market_types::registry::*;
use market_types::OrderId;

use super::market::*;
use crate::ContractError;

fn no_show_msg(token: &str, value: u128) -> ExecuteMsg {
    ExecuteMsg::NoShow {
        order: OrderId(1),
        provider: text("alice"),
        tenant: text("tenant"),
        token: text(token),
        value: n(value),
    }
}

fn bond(market: &Market) -> (u128, u128, Vec<u128>) {
    let bond = market.provider("alice").bond;
    let unbonding = bond.unbonding.iter().map(|entry| entry.amount.u128()).collect();
    (bond.bonded.u128(), bond.locked.u128(), unbonding)
}

#[test]
fn a_no_show_pays_its_value_in_bond_to_the_tenant() {
    let mut market = Market::with_alice();
    let response = market.ok("book", no_show_msg("usd", 10 * TOKEN));
    assert_eq!(
        (event(&response, "order"), event(&response, "amount")),
        ("1".into(), (10 * TOKEN).to_string())
    );
    assert_eq!(market.claimable("tenant"), 10 * TOKEN);
    assert_eq!(bond(&market), (9_990 * TOKEN, 0, vec![]));
    let reputation: ReputationResponse = market.ask(QueryMsg::Reputation { owner: text("alice") });
    assert_eq!(reputation.no_shows, 1);
}

#[test]
fn free_bond_pays_first_then_what_unbonds_and_locked_bond_never() {
    let mut market = Market::with_lease();
    let unbond = |market: &mut Market, amount: u128| {
        market.ok(
            "alice",
            ExecuteMsg::Unbond {
                amount: n(amount * TOKEN),
            },
        );
        market.wait(1);
    };
    unbond(&mut market, 300);
    unbond(&mut market, 9_500);
    assert_eq!(
        bond(&market),
        (200 * TOKEN, 100 * TOKEN, vec![300 * TOKEN, 9_500 * TOKEN])
    );
    market.ok("book", no_show_msg("usd", 450 * TOKEN));
    assert_eq!(bond(&market), (100 * TOKEN, 100 * TOKEN, vec![9_450 * TOKEN]));
    market.ok("book", no_show_msg("usd", u128::MAX));
    assert_eq!(bond(&market), (100 * TOKEN, 100 * TOKEN, vec![]));
    assert_eq!(market.claimable("tenant"), 9_900 * TOKEN);
    let response = market.ok("book", no_show_msg("usd", TOKEN));
    assert_eq!(event(&response, "amount"), "0");
}

#[test]
fn an_old_price_serves_and_without_one_nothing_is_paid() {
    let mut market = Market::with_alice();
    market.wait(365 * DAY);
    market.ok("book", no_show_msg("usd", 10 * TOKEN));
    market.ok("book", no_show_msg("eur", 10 * TOKEN));
    assert_eq!(market.claimable("tenant"), 10 * TOKEN);
    market.ok("book", no_show_msg("token", 10 * TOKEN));
    assert_eq!(market.claimable("tenant"), 30 * TOKEN);
}

#[test]
fn the_retired_pay_as_well_and_strangers_cannot() {
    let mut market = Market::with_alice();
    market.ok("alice", ExecuteMsg::Retire {});
    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(10_000 * TOKEN),
        },
    );
    market.ok("book", no_show_msg("usd", 10 * TOKEN));
    assert_eq!(market.claimable("tenant"), 10 * TOKEN);
    let msg = ExecuteMsg::NoShow {
        order: OrderId(1),
        provider: text("bob"),
        tenant: text("tenant"),
        token: text("usd"),
        value: n(1),
    };
    assert_eq!(
        market.err("book", msg),
        ContractError::NotAProvider { address: addr("bob") }
    );
}
