//! Lots: opened, sold, expired, restarted.

use market_types::events::{Burned, LotOpened, LotRestarted, LotTaken};
use market_types::take_rate::{LotResponse, ParamsUpdate, QuoteResponse};
use market_types::LotId;

use super::*;

const HOUR: u64 = 3_600;
/// Eight times the first price of a million.
const FIRST_START: u128 = 8_000_000;

/// A market with a lot of `amount` usdc, opened at [`START`].
fn with_lot(amount: u128) -> Market {
    let mut market = Market::new();
    // 80 % of fees are for burning.
    market.fees(&usdc(), amount * 10 / 8).unwrap();
    market.kick().unwrap();
    assert_eq!(lot(&market).opened, n(amount));
    market
}

fn lot(market: &Market) -> LotResponse {
    maybe_lot(market).unwrap()
}

fn maybe_lot(market: &Market) -> Option<LotResponse> {
    market.ask(QueryMsg::Lot { token: usdc().into() }).unwrap()
}

#[test]
fn a_lot_opens_at_eight_times_the_last_price_with_all_that_waits() {
    let mut market = Market::new();
    market.fees(&usdc(), 10_000).unwrap();
    let response = market.kick().unwrap();
    assert_eq!(
        response.events,
        events([LotOpened {
            lot: LotId(1),
            token: usdc(),
            amount: n(8_000),
            start_price: n(FIRST_START)
        }
        .into()])
    );
    let lot = lot(&market);
    assert_eq!(
        (lot.price, lot.floor_price),
        (n(FIRST_START), n(FIRST_START / 1_024))
    );
    assert_eq!((lot.opened_at, lot.expired), (UnixTime(START), false));
    let totals = market.totals(&usdc());
    assert_eq!((totals.waiting, totals.in_lot), (n(0), n(8_000)));
    market.assert_sound();
}

#[test]
fn a_small_lot_waits_for_its_time() {
    let mut market = Market::new();
    market.fees(&usdc(), 1_248).unwrap();
    let until = START + 7 * 86_400;
    let too_small = |waiting| ContractError::LotTooSmall {
        waiting: n(waiting),
        min_lot: n(1_000),
        from: UnixTime(until),
    };
    assert_eq!(market.kick().unwrap_err(), too_small(999));
    market.at(until - 1);
    assert_eq!(market.kick().unwrap_err(), too_small(999));
    let mut waited = market;
    waited.at(until);
    waited.kick().unwrap();
}

#[test]
fn a_lot_of_the_least_size_need_not_wait() {
    let mut market = Market::new();
    market.fees(&usdc(), 1_248).unwrap();
    market.fees(&usdc(), 1).unwrap();
    assert_eq!(market.totals(&usdc()).waiting, n(1_000));
    market.kick().unwrap();
}

#[test]
fn there_is_one_open_lot_a_token() {
    let mut market = with_lot(8_000);
    market.fees(&usdc(), 10_000).unwrap();
    let open = ContractError::LotOpen {
        token: usdc(),
        lot: LotId(1),
    };
    assert_eq!(market.kick().unwrap_err(), open);
    // not even after it expired
    market.at(START + 20 * HOUR);
    assert_eq!(market.kick().unwrap_err(), open);
}

#[test]
fn nothing_is_kicked_where_nothing_waits_or_nothing_is_auctioned() {
    let mut market = Market::new();
    assert_eq!(
        market.kick().unwrap_err(),
        ContractError::NothingWaiting { token: usdc() }
    );
    market.fees(&eurc(), 10_000).unwrap();
    let msg = ExecuteMsg::Kick { token: eurc().into() };
    assert_eq!(
        market.execute("anybody", msg).unwrap_err(),
        ContractError::NoAuction { token: eurc() }
    );
}

#[test]
fn a_take_burns_what_is_paid_and_returns_the_rest() {
    let mut market = with_lot(8_000);
    market.at(START + 1_800);
    // 6 network tokens a usdc: 12,005 buy 2,000 and leave 5
    let response = market.take(12_005, 2_000).unwrap();
    assert_eq!(
        token_calls(&response),
        vec![
            (network_token(), burn(12_000)),
            (network_token(), transfer("buyer", 5)),
            (usdc(), transfer("buyer", 2_000)),
        ]
    );
    assert_eq!(
        response.events,
        events([
            LotTaken {
                lot: LotId(1),
                token: usdc(),
                buyer: addr("buyer"),
                amount: n(2_000),
                paid: n(12_000)
            }
            .into(),
            Burned { amount: n(12_000) }.into(),
        ])
    );
    let totals = market.totals(&usdc());
    assert_eq!(
        (totals.sold, totals.brought, totals.in_lot),
        (n(2_000), n(12_000), n(6_000))
    );
    assert_eq!(market.totals(&network_token()).burned, n(12_000));
    market.assert_sound();
}

#[test]
fn the_sold_token_moves_after_everything_of_the_network_token() {
    // A hostile sold token runs its code when nothing of the payment is here any more.
    let mut market = with_lot(8_000);
    let calls = token_calls(&market.take(1_000_000, 0).unwrap());
    assert_eq!(calls.last().unwrap().0, usdc());
    assert_eq!(calls.iter().filter(|(token, _)| *token == usdc()).count(), 1);
}

#[test]
fn the_cost_is_rounded_up() {
    let mut market = with_lot(8_000);
    // the price is 7,998,889 and a fraction
    market.at(START + 1);
    assert_eq!(lot(&market).price, n(7_998_889));
    market.take(100_000, 0).unwrap();
    let totals = market.totals(&usdc());
    assert_eq!(totals.sold, n(8_000));
    assert_eq!(totals.brought, n(63_992)); // 63,991.112
}

#[test]
fn a_take_is_at_least_a_twentieth_of_the_lot() {
    let mut market = with_lot(8_000);
    assert_eq!(
        market.take(399 * 8, 0).unwrap_err(),
        ContractError::TakeTooSmall {
            out: n(399),
            least: n(400)
        }
    );
    assert_eq!(
        market.take(1, 0).unwrap_err(),
        ContractError::TakeTooSmall {
            out: n(0),
            least: n(400)
        }
    );
    market.take(400 * 8, 0).unwrap();
}

#[test]
fn what_is_left_below_a_twentieth_is_taken_as_a_whole() {
    let mut market = with_lot(8_000);
    market.take(7_700 * 8, 0).unwrap();
    assert_eq!(
        market.take(299 * 8, 0).unwrap_err(),
        ContractError::TakeTooSmall {
            out: n(299),
            least: n(300)
        }
    );
    market.take(300 * 8, 300).unwrap();
    assert_eq!(maybe_lot(&market), None);
    assert_eq!(
        market.take(100, 0).unwrap_err(),
        ContractError::NoLot { token: usdc() }
    );
    market.assert_sound();
}

#[test]
fn a_buyer_gets_what_it_asked_for_or_nothing_happens() {
    let mut market = with_lot(8_000);
    assert_eq!(
        market.take(8_000, 1_001).unwrap_err(),
        ContractError::OutBelowMinimum {
            out: n(1_000),
            min_out: n(1_001)
        }
    );
    market.take(8_000, 1_000).unwrap();
    market.assert_sound();
}

#[test]
fn lots_are_paid_for_in_network_tokens_only() {
    let mut market = with_lot(8_000);
    let hook = Hook::Take {
        token: usdc().into(),
        min_out: n(0),
    };
    for token in [usdc(), eurc()] {
        assert_eq!(
            market.send(&token, "buyer", 1_000, &hook).unwrap_err(),
            ContractError::NotNetworkToken {
                token,
                network_token: network_token()
            }
        );
    }
}

#[test]
fn nobody_buys_below_the_floor_and_nobody_restarts_above() {
    let mut market = with_lot(8_000);
    let floor = n(FIRST_START / 1_024);
    market.at(START + 10 * HOUR);
    assert_eq!(lot(&market).price, floor);
    assert_eq!(
        market.restart().unwrap_err(),
        ContractError::LotNotExpired {
            lot: LotId(1),
            price: floor,
            floor
        }
    );
    market.at(START + 10 * HOUR + 1);
    assert_eq!(lot(&market).price, n(7_811));
    assert!(lot(&market).expired);
    assert_eq!(
        market.take(1_000_000, 0).unwrap_err(),
        ContractError::LotExpired {
            lot: LotId(1),
            price: n(7_811),
            floor
        }
    );
    market.restart().unwrap();
}

#[test]
fn a_lot_sold_at_its_floor_is_still_sold() {
    let mut market = with_lot(8_000);
    market.at(START + 10 * HOUR);
    market.take(1_000, 8_000).unwrap();
    // 8,000 at 7,812 a million
    assert_eq!(market.totals(&usdc()).brought, n(63));
}

#[test]
fn an_unsold_lot_restarts_from_eight_times_its_floor_with_what_waits() {
    let mut market = with_lot(8_000);
    market.fees(&usdc(), 100).unwrap();
    market.take(1_000 * 8, 0).unwrap();
    market.at(START + 11 * HOUR);
    let start_price = n(8 * (FIRST_START / 1_024));
    assert_eq!(
        market.restart().unwrap().events,
        events([LotRestarted {
            lot: LotId(2),
            token: usdc(),
            amount: n(7_080),
            start_price
        }
        .into()])
    );
    let lot = lot(&market);
    assert_eq!(
        (lot.opened, lot.left, lot.price),
        (n(7_080), n(7_080), start_price)
    );
    assert_eq!(lot.opened_at, UnixTime(START + 11 * HOUR));
    assert_eq!(market.totals(&usdc()).waiting, n(0));
    market.assert_sound();
}

#[test]
fn a_lot_half_sold_moves_the_last_price_and_its_rest_starts_from_there() {
    let mut market = with_lot(8_000);
    market.at(START + 2 * HOUR);
    market.take(4_000 * 2, 4_000).unwrap();
    market.at(START + 11 * HOUR);
    market.restart().unwrap();
    // 2 network tokens a usdc, times eight
    assert_eq!(lot(&market).start_price, n(16_000_000));
}

#[test]
fn the_last_price_is_the_volume_weighted_price_of_a_sold_lot() {
    let mut market = with_lot(8_000);
    market.at(START + HOUR); // 4
    market.take(2_000 * 4, 0).unwrap();
    market.at(START + 3 * HOUR); // 1
    market.take(6_000, 6_000).unwrap();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    // 14,000 for 8,000
    assert_eq!(lot(&market).start_price, n(8 * 1_750_000));
    market.assert_sound();
}

#[test]
fn the_last_price_moves_at_most_fourfold_a_lot() {
    let mut market = with_lot(8_000);
    market.take(64_000, 8_000).unwrap();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    assert_eq!(lot(&market).start_price, n(8 * 4_000_000));

    let mut market = with_lot(8_000);
    market.at(START + 10 * HOUR);
    market.take(64_000, 8_000).unwrap();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    assert_eq!(lot(&market).start_price, n(8 * 250_000));
}

#[test]
fn an_open_lot_does_not_depend_on_the_list_of_auctions() {
    let mut market = with_lot(8_000);
    let update = ParamsUpdate {
        auctions: Some(vec![]),
        ..Default::default()
    };
    market
        .execute("governor", ExecuteMsg::UpdateParams(update))
        .unwrap();
    market.take(4_000, 0).unwrap();
    market.at(START + 11 * HOUR);
    market.restart().unwrap();
    market.take(1_000_000, 7_500).unwrap();
    market.fees(&usdc(), 10_000).unwrap();
    assert_eq!(
        market.kick().unwrap_err(),
        ContractError::NoAuction { token: usdc() }
    );
    market.assert_sound();
}

#[test]
fn a_lot_nobody_wants_restarts_for_ever_and_can_always_be_bought() {
    let mut market = with_lot(8_000);
    let mut now = START;
    for _ in 0..12 {
        now += 12 * HOUR;
        market.at(now);
        market.restart().unwrap();
        assert!(lot(&market).floor_price >= n(1));
    }
    let price = lot(&market).price;
    assert_eq!(price, n(1_024));
    market.take(1_000, 8_000).unwrap();
    market.assert_sound();
}

#[test]
fn a_year_of_silence_changes_nothing_but_the_price() {
    let mut market = with_lot(8_000);
    market.at(START + 366 * 86_400);
    assert_eq!((lot(&market).price, lot(&market).left), (n(0), n(8_000)));
    market.restart().unwrap();
    market.assert_sound();
}

#[test]
fn a_quote_is_what_a_take_then_does() {
    let mut market = with_lot(8_000);
    market.at(START + 777);
    let quote = |pay| QueryMsg::Quote {
        token: usdc().into(),
        pay: n(pay),
    };
    let quoted: QuoteResponse = market.ask(quote(10_000)).unwrap();
    market.take(10_000, quoted.out.u128()).unwrap();
    let totals = market.totals(&usdc());
    assert_eq!((totals.sold, totals.brought), (quoted.out, quoted.pay));
    let all: QuoteResponse = market.ask(quote(u128::MAX)).unwrap();
    assert_eq!(all.out, totals.in_lot);
    market.at(START + 11 * HOUR);
    assert!(matches!(
        market.ask::<QuoteResponse>(quote(1)),
        Err(ContractError::LotExpired { .. })
    ));
}
