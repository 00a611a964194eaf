//! Answers.

use market_types::take_rate::{LotResponse, QuoteResponse};
use market_types::{Page, Paging};

use super::*;

fn page(market: &Market, start_after: Option<String>, limit: Option<u32>) -> Page<TotalsResponse, String> {
    let paging = Paging { start_after, limit };
    market.ask(QueryMsg::AllTotals { paging }).unwrap()
}

#[test]
fn pages_follow_one_another_and_say_when_there_is_no_more() {
    let mut market = Market::new();
    for token in [usdc(), eurc(), network_token()] {
        market.fees(&token, 100).unwrap();
    }
    let first = page(&market, None, Some(2));
    assert_eq!(first.items.len(), 2);
    let second = page(&market, first.next_start_after.clone(), Some(2));
    assert_eq!((second.items.len(), second.next_start_after), (1, None));
    let all = page(&market, None, Some(u32::MAX));
    assert_eq!((all.items.len(), all.next_start_after), (3, None));
    assert_eq!(all.items, [first.items, second.items].concat());
    // an empty page would look like the end
    assert_eq!(page(&market, None, Some(0)).items.len(), 1);
}

#[test]
fn a_token_never_seen_has_totals_of_zero_and_no_lot() {
    let market = Market::new();
    assert_eq!(market.totals(&usdc()).collected, n(0));
    let token = usdc().to_string();
    let lot: Option<LotResponse> = market.ask(QueryMsg::Lot { token: token.clone() }).unwrap();
    assert_eq!(lot, None);
    assert_eq!(
        market
            .ask::<QuoteResponse>(QueryMsg::Quote { token, pay: n(1) })
            .unwrap_err(),
        ContractError::NoLot { token: usdc() }
    );
}

#[test]
fn solvency_names_both_sides_for_every_token() {
    let mut market = Market::new();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    market.fees(&usdc(), 1_000).unwrap();
    market.gift(&usdc(), 7);
    let all: Vec<Solvency> = market.ask(QueryMsg::Solvency {}).unwrap();
    let [usdc_side] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!((usdc_side.held, usdc_side.owed_total), (n(11_007), n(11_000)));
    let owed: Vec<_> = usdc_side
        .owed
        .iter()
        .map(|owed| (owed.purpose.as_str(), owed.amount.u128()))
        .collect();
    assert_eq!(
        owed,
        [
            ("waiting", 800),
            ("lot", 8_000),
            ("audit_seed", 1_650),
            ("insurance", 550)
        ]
    );
}
