use market_types::registry::*;

use super::market::*;
use crate::ContractError;

fn priced(price: u128) -> Market {
    let mut market = Market::new();
    market.set_price("governor", price).unwrap();
    market
}

fn keeper(market: &mut Market, price: u128) -> Result<(), ContractError> {
    market.set_price("keeper", price).map(drop)
}

fn outside(market: &Market, price: u128, low: u128, high: u128, since: u64) -> Result<(), ContractError> {
    let until = market_types::UnixTime(market.now().0 - since + DAY);
    Err(ContractError::PriceStep {
        price: n(price),
        low: n(low),
        high: n(high),
        until,
    })
}

#[test]
fn the_governor_sets_any_price_and_the_first_one() {
    let mut market = Market::new();
    let first = ContractError::FirstPrice { token: addr("usd") };
    assert_eq!(keeper(&mut market, 1_000), Err(first));
    let response = market.set_price("governor", 1_000).unwrap();
    assert_eq!(
        (event(&response, "old"), event(&response, "new")),
        ("0".into(), "1000".into())
    );
    let response = market.set_price("governor", 1).unwrap();
    assert_eq!(
        (event(&response, "old"), event(&response, "new")),
        ("1000".into(), "1".into())
    );
    market.set_price("governor", u128::MAX).unwrap();
    assert_eq!(
        market.set_price("governor", 0).unwrap_err(),
        ContractError::PriceZero {}
    );
    assert_eq!(keeper(&mut market, 0), Err(ContractError::PriceZero {}));
}

#[test]
fn a_keeper_moves_the_price_a_tenth_a_day_however_many_steps_it_takes() {
    let mut market = priced(1_000);
    assert_eq!(keeper(&mut market, 1_101), outside(&market, 1_101, 900, 1_100, 0));
    assert_eq!(keeper(&mut market, 899), outside(&market, 899, 900, 1_100, 0));
    assert_eq!(keeper(&mut market, 1_050), Ok(()));
    assert_eq!(keeper(&mut market, 1_100), Ok(()));
    assert_eq!(keeper(&mut market, 1_101), outside(&market, 1_101, 900, 1_100, 0));
    assert_eq!(keeper(&mut market, 900), Ok(()));
    market.wait(DAY - 1);
    assert_eq!(
        keeper(&mut market, 899),
        outside(&market, 899, 900, 1_100, DAY - 1)
    );
    // The next window is anchored at the price until then.
    market.wait(1);
    assert_eq!(keeper(&mut market, 809), outside(&market, 809, 810, 990, 0));
    assert_eq!(keeper(&mut market, 810), Ok(()));
    market.wait(10);
    assert_eq!(keeper(&mut market, 809), outside(&market, 809, 810, 990, 10));
    assert_eq!(keeper(&mut market, 990), Ok(()));
}

#[test]
fn long_rest_buys_no_longer_step() {
    let mut market = priced(1_000);
    market.wait(365 * DAY);
    assert_eq!(keeper(&mut market, 1_101), outside(&market, 1_101, 900, 1_100, 0));
    assert_eq!(keeper(&mut market, 1_100), Ok(()));
}

#[test]
fn the_governors_price_is_the_next_anchor() {
    let mut market = priced(1_000);
    keeper(&mut market, 1_100).unwrap();
    market.set_price("governor", 5_000).unwrap();
    assert_eq!(
        keeper(&mut market, 5_501),
        outside(&market, 5_501, 4_500, 5_500, 0)
    );
    assert_eq!(keeper(&mut market, 5_500), Ok(()));
}

#[test]
fn a_daily_move_of_zero_lets_keepers_only_refresh() {
    let mut market = priced(1_000);
    let update = ParamsUpdate {
        bond_price_daily_move: Some(market_types::BasisPoints(0)),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    assert_eq!(
        keeper(&mut market, 1_001),
        outside(&market, 1_001, 1_000, 1_000, 0)
    );
    market.wait(100);
    assert_eq!(keeper(&mut market, 1_000), Ok(()));
    let price: Option<BondPriceResponse> = market.ask(QueryMsg::BondPrice { token: text("usd") });
    assert_eq!(
        price,
        Some(BondPriceResponse {
            price: n(1_000),
            updated_at: market.now(),
            stale: false
        })
    );
}

#[test]
fn nobody_else_sets_prices_and_the_network_token_has_none() {
    let mut market = priced(1_000);
    for sender in ["alice", "guardian", "wirer", "book", "escrow", "token"] {
        let refused = market.set_price(sender, 1_000).unwrap_err();
        assert_eq!(refused, ContractError::NotPriceKeeper { sender: addr(sender) });
    }
    for sender in ["governor", "keeper"] {
        let msg = ExecuteMsg::SetBondPrice {
            token: text("token"),
            price: n(1),
        };
        assert_eq!(market.err(sender, msg), ContractError::PriceOfItself {});
    }
    let msg = ExecuteMsg::SetBondPrice {
        token: "USD".into(),
        price: n(1),
    };
    assert!(matches!(market.err("governor", msg), ContractError::Std(_)));
}

#[test]
fn a_price_is_stale_once_it_is_older_than_its_greatest_age() {
    let mut market = priced(1_000);
    let stale = |market: &Market, token: &str| {
        let price: Option<BondPriceResponse> = market.ask(QueryMsg::BondPrice { token: text(token) });
        price.map(|price| price.stale)
    };
    market.wait(7 * DAY);
    assert_eq!(stale(&market, "usd"), Some(false));
    market.wait(1);
    assert_eq!(stale(&market, "usd"), Some(true));
    assert_eq!(stale(&market, "token"), Some(false));
    assert_eq!(stale(&market, "eur"), None);
}
