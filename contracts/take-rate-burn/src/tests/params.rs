//! Bounds, schedules, and what a change tells.

use market_types::events::{ParamChanged, RateScheduled};
use market_types::take_rate::{ParamsResponse, ParamsUpdate, RateResponse, ScheduledRate};

use super::*;

fn instantiate(msg: InstantiateMsg) -> Result<Response, ContractError> {
    let mut market = Market::bare();
    let info = message_info(&addr("deployer"), &[]);
    contract::instantiate(market.deps.as_mut(), market.env.clone(), info, msg)
}

fn with(change: impl FnOnce(&mut Params<String>)) -> Result<Response, ContractError> {
    let mut params = params();
    change(&mut params);
    instantiate(instantiate_msg(params))
}

fn update(market: &mut Market, update: ParamsUpdate) -> Result<Response, ContractError> {
    market.execute("governor", ExecuteMsg::UpdateParams(update))
}

fn default_to(rate: u16) -> ParamsUpdate {
    ParamsUpdate {
        default_rate: Some(BasisPoints(rate)),
        ..Default::default()
    }
}

fn token_to(token: &Addr, rate: u16) -> TokenRate<String> {
    TokenRate {
        token: token.to_string(),
        rate: BasisPoints(rate),
    }
}

fn rate(market: &Market, token: &Addr) -> RateResponse {
    let token = token.to_string();
    market.ask(QueryMsg::Rate { token }).unwrap()
}

fn rate_now(market: &Market, token: &Addr) -> u16 {
    rate(market, token).rate.0
}

#[test]
fn every_parameter_has_bounds_at_instantiation() {
    for (days, fits) in [(0, false), (1, true), (90, true), (91, false)] {
        assert_eq!(with(|p| p.max_lot_wait = Seconds(days * 86_400)).is_ok(), fits);
    }
    for (seconds, fits) in [(0, true), (30 * 86_400, true), (30 * 86_400 + 1, false)] {
        assert_eq!(with(|p| p.rate_delay = Seconds(seconds)).is_ok(), fits);
    }
    for (step, fits) in [(0, false), (1, true), (10_000, true), (10_001, false)] {
        assert_eq!(with(|p| p.rate_step = BasisPoints(step)).is_ok(), fits);
    }
    for (rate, fits) in [(49, false), (50, true), (500, true), (501, false)] {
        assert_eq!(with(|p| p.default_rate = BasisPoints(rate)).is_ok(), fits);
        assert_eq!(with(|p| p.rates[0].rate = BasisPoints(rate)).is_ok(), fits);
    }
    for (lot, fits) in [(0, false), (1, true), (u128::MAX, true)] {
        assert_eq!(with(|p| p.auctions[0].min_lot = n(lot)).is_ok(), fits);
    }
    for (price, fits) in [
        (127, false),
        (128, true),
        (10u128.pow(30), true),
        (10u128.pow(30) + 1, false),
    ] {
        assert_eq!(with(|p| p.auctions[0].first_price = n(price)).is_ok(), fits);
    }
}

#[test]
fn the_hard_bounds_of_the_rate_rise_and_end_at_half() {
    let bounds = |min, max| {
        let mut msg = instantiate_msg(params());
        (msg.min_rate, msg.max_rate) = (BasisPoints(min), BasisPoints(max));
        instantiate(msg)
    };
    assert!(bounds(0, 5_000).is_ok());
    assert!(bounds(0, 5_001).is_err());
    assert!(matches!(bounds(400, 399), Err(ContractError::RateBounds { .. })));
}

#[test]
fn the_shares_make_the_whole() {
    assert!(with(|p| p.shares.burn = BasisPoints(7_999)).is_err());
    assert_eq!(
        with(|p| p.shares.burn = BasisPoints(u16::MAX)).unwrap_err(),
        ContractError::SharesSum {
            sum: 65_535 + 1_500 + 500
        }
    );
}

#[test]
fn lists_have_no_duplicates_and_at_most_sixteen_entries() {
    let tokens: Vec<Addr> = (0..17).map(|i| addr(&format!("token-{i}"))).collect();
    let auctions = |range: std::ops::Range<usize>| tokens[range].iter().map(|t| auction(t, 1)).collect();
    let rates = |range: std::ops::Range<usize>| tokens[range].iter().map(|t| token_to(t, 200)).collect();
    assert!(with(|p| (p.auctions, p.rates) = (auctions(0..16), rates(0..16))).is_ok());
    assert!(matches!(
        with(|p| p.auctions = auctions(0..17)),
        Err(ContractError::TooMany {
            count: 17,
            max: 16,
            ..
        })
    ));
    assert!(matches!(
        with(|p| p.rates = rates(0..17)),
        Err(ContractError::TooMany { .. })
    ));
    assert!(matches!(
        with(|p| p.auctions = vec![auction(&usdc(), 1), auction(&usdc(), 2)]),
        Err(ContractError::Duplicate { .. })
    ));
    assert!(matches!(
        with(|p| p.rates = vec![token_to(&usdc(), 200), token_to(&usdc(), 200)]),
        Err(ContractError::Duplicate { .. })
    ));

    let mut market = Market::new();
    let more = |rates| ParamsUpdate {
        rates: Some(rates),
        ..Default::default()
    };
    // one token has a rate of its own already
    update(&mut market, more(rates(0..15))).unwrap();
    assert!(matches!(
        update(&mut market, more(rates(15..16))),
        Err(ContractError::TooMany { count: 17, .. })
    ));
}

#[test]
fn addresses_in_parameters_are_validated() {
    assert!(with(|p| p.shares.insurance_to = "nobody".into()).is_err());
    assert!(with(|p| p.rates[0].token = eurc().to_string().to_uppercase()).is_err());
    assert!(with(|p| p.auctions[0].token = String::new()).is_err());
}

#[test]
fn a_refused_update_by_sudo_is_refused_as_by_the_governor() {
    let mut market = Market::new();
    let wrong = ParamsUpdate {
        rate_step: Some(BasisPoints(0)),
        ..Default::default()
    };
    assert!(update(&mut market, wrong.clone()).is_err());
    let sudo = market_types::take_rate::SudoMsg::UpdateParams(wrong);
    assert!(contract::sudo(market.deps.as_mut(), market.env.clone(), sudo).is_err());
}

#[test]
fn the_default_rate_changes_after_its_delay_and_leaves_named_tokens_alone() {
    let mut market = Market::new();
    let response = update(&mut market, default_to(300)).unwrap();
    assert_eq!(
        response.events,
        events([RateScheduled {
            token: "default".into(),
            old: BasisPoints(200),
            new: BasisPoints(300),
            from: UnixTime(START + 1_000)
        }
        .into()])
    );
    assert_eq!(
        rate(&market, &usdc()),
        RateResponse {
            token: usdc(),
            rate: BasisPoints(200),
            next: Some(ScheduledRate {
                rate: BasisPoints(300),
                from: UnixTime(START + 1_000)
            })
        }
    );
    market.at(START + 999);
    assert_eq!(rate_now(&market, &usdc()), 200);
    market.at(START + 1_000);
    assert_eq!(rate_now(&market, &usdc()), 300);
    assert_eq!(rate(&market, &usdc()).next, None);
    assert_eq!(rate(&market, &eurc()).next, None);
}

#[test]
fn a_token_that_gets_its_own_rate_starts_from_the_default() {
    let mut market = Market::new();
    let own = ParamsUpdate {
        rates: Some(vec![token_to(&usdc(), 250)]),
        ..Default::default()
    };
    update(&mut market, own).unwrap();
    update(&mut market, default_to(150)).unwrap();
    assert_eq!(rate_now(&market, &usdc()), 200);
    market.at(START + 1_000);
    assert_eq!(rate_now(&market, &usdc()), 250);
    assert_eq!(rate_now(&market, &addr("other")), 150);
}

#[test]
fn a_rate_moves_one_step_and_stays_within_the_hard_bounds() {
    let mut market = Market::new();
    assert!(matches!(
        update(&mut market, default_to(301)),
        Err(ContractError::RateStep { .. })
    ));
    assert!(matches!(
        update(&mut market, default_to(99)),
        Err(ContractError::RateStep { .. })
    ));
    assert!(matches!(
        update(&mut market, default_to(501)),
        Err(ContractError::RateOutside { .. })
    ));
    assert!(matches!(
        update(&mut market, default_to(0)),
        Err(ContractError::RateOutside { .. })
    ));
    update(&mut market, default_to(100)).unwrap();
}

#[test]
fn a_message_that_shortens_the_delay_does_not_shorten_its_own() {
    let mut market = Market::new();
    let both = ParamsUpdate {
        rate_delay: Some(Seconds(0)),
        rate_step: Some(BasisPoints(10_000)),
        ..default_to(300)
    };
    update(&mut market, both.clone()).unwrap();
    assert_eq!(rate_now(&market, &usdc()), 200);
    assert!(matches!(
        update(
            &mut Market::new(),
            ParamsUpdate {
                default_rate: Some(BasisPoints(400)),
                ..both
            }
        ),
        Err(ContractError::RateStep { .. })
    ));
}

#[test]
fn the_network_token_is_never_auctioned() {
    let mut market = Market::new();
    let wrong = ParamsUpdate {
        auctions: Some(vec![auction(&network_token(), 1)]),
        ..Default::default()
    };
    assert_eq!(
        update(&mut market, wrong).unwrap_err(),
        ContractError::NetworkTokenAuction {}
    );
}

#[test]
fn every_changed_parameter_is_told_with_old_and_new() {
    let mut market = Market::new();
    let change = ParamsUpdate {
        rate_step: Some(BasisPoints(100)), // as it is
        max_lot_wait: Some(Seconds(86_400)),
        shares: Some(Shares {
            burn: BasisPoints(10_000),
            audit_seed: BasisPoints(0),
            insurance: BasisPoints(0),
            insurance_to: addr("insurer").into(),
        }),
        auctions: Some(vec![auction(&eurc(), 5)]),
        ..Default::default()
    };
    let response = update(&mut market, change).unwrap();
    let changed = |param: &str, old: &str, new: &str| -> Event {
        ParamChanged {
            param: param.into(),
            old: old.into(),
            new: new.into(),
        }
        .into()
    };
    let of = |token: Addr, what: &str| format!("auctions.{token}.{what}");
    assert_eq!(
        response.events,
        events([
            changed("max_lot_wait", "604800", "86400"),
            changed("shares.burn", "8000", "10000"),
            changed("shares.audit_seed", "1500", "0"),
            changed("shares.insurance", "500", "0"),
            changed(&of(eurc(), "min_lot"), "", "5"),
            changed(&of(eurc(), "first_price"), "", "1000000"),
            changed(&of(usdc(), "min_lot"), "1000", ""),
            changed(&of(usdc(), "first_price"), "1000000", ""),
        ])
    );
    let stored: ParamsResponse = market.ask(QueryMsg::Params {}).unwrap();
    assert_eq!(stored.params.max_lot_wait, Seconds(86_400));
    assert_eq!(stored.params.auctions.len(), 1);
    assert_eq!(
        (stored.min_rate, stored.max_rate),
        (BasisPoints(50), BasisPoints(500))
    );
}

#[test]
fn fees_that_came_before_keep_the_shares_they_were_split_by() {
    let mut market = Market::new();
    market.fees(&usdc(), 1_000).unwrap();
    let change = ParamsUpdate {
        shares: Some(Shares {
            burn: BasisPoints(0),
            audit_seed: BasisPoints(0),
            insurance: BasisPoints(10_000),
            insurance_to: addr("insurer").into(),
        }),
        ..Default::default()
    };
    update(&mut market, change).unwrap();
    market.fees(&usdc(), 1_000).unwrap();
    let totals = market.totals(&usdc());
    assert_eq!(
        (totals.waiting, totals.audit_seed, totals.insurance),
        (n(800), n(150), n(1_050))
    );
    market.assert_sound();
}
