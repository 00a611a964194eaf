use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env};
use cosmwasm_std::{coin, Addr, Uint128};
use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::registry::*;
use market_types::{BasisPoints, Seconds};

use super::market::*;
use crate::bounds::MAX_AMOUNT;
use crate::contract::instantiate;
use crate::state::PRICES;
use crate::ContractError;

fn instantiated(params: Params<String>) -> Result<(), ContractError> {
    let msg = InstantiateMsg {
        roles: roles(),
        params,
        bond_prices: vec![],
    };
    instantiate(
        mock_dependencies().as_mut(),
        mock_env(),
        message_info(&addr("deployer"), &[]),
        msg,
    )
    .map(drop)
}

/// The parameter with its greatest and least value, and how to set it.
type Bound = (&'static str, u128, u128, fn(&mut ParamsUpdate, u128));

const BOUNDS: [Bound; 7] = [
    ("audit_bond_unit", 1, MAX_AMOUNT, |u, v| {
        u.audit_bond_unit = Some(n(v))
    }),
    ("unbonding_period", 86_400, 90 * 86_400, |u, v| {
        u.unbonding_period = Some(Seconds(v as u64))
    }),
    ("min_bond", 0, MAX_AMOUNT, |u, v| u.min_bond = Some(n(v))),
    ("bond_price_daily_move", 0, 5_000, |u, v| {
        u.bond_price_daily_move = Some(BasisPoints(v as u16))
    }),
    ("bond_price_max_age", 3_600, 30 * 86_400, |u, v| {
        u.bond_price_max_age = Some(Seconds(v as u64))
    }),
    ("evidence_unit", 1, MAX_AMOUNT, |u, v| {
        u.evidence_unit = Some(n(v))
    }),
    ("evidence_half_life", 7 * 86_400, 730 * 86_400, |u, v| {
        u.evidence_half_life = Some(Seconds(v as u64))
    }),
];

fn with(update: ParamsUpdate) -> Params<String> {
    let params = params();
    Params {
        unbonding_period: update.unbonding_period.unwrap_or(params.unbonding_period),
        min_bond: update.min_bond.unwrap_or(params.min_bond),
        bond_price_daily_move: update
            .bond_price_daily_move
            .unwrap_or(params.bond_price_daily_move),
        bond_price_max_age: update.bond_price_max_age.unwrap_or(params.bond_price_max_age),
        audit_bond_unit: update.audit_bond_unit.unwrap_or(params.audit_bond_unit),
        evidence_unit: update.evidence_unit.unwrap_or(params.evidence_unit),
        evidence_half_life: update.evidence_half_life.unwrap_or(params.evidence_half_life),
        ..params
    }
}

#[test]
fn every_figure_has_bounds_the_same_on_instantiate_update_and_sudo() {
    for (what, min, max, set) in BOUNDS {
        let tries = [min.checked_sub(1), Some(min), Some(max), Some(max + 1)];
        for value in tries.into_iter().flatten() {
            let mut update = ParamsUpdate::default();
            set(&mut update, value);
            // The least unbonding does not outlast what the mocked attestation may need.
            let vested = what != "unbonding_period" || value > u128::from(LONGEST);
            let expected = if value < min || value > max {
                Err(ContractError::OutOfBounds {
                    what,
                    value: n(value),
                    min: n(min),
                    max: n(max),
                })
            } else {
                Ok(())
            };
            assert_eq!(instantiated(with(update.clone())), expected, "{what} {value}");
            if expected.is_err() || vested {
                let mut market = Market::new();
                let executed = market
                    .exec("governor", ExecuteMsg::UpdateParams(update.clone()))
                    .map(drop);
                assert_eq!(executed, expected, "{what} {value}");
                assert_eq!(
                    Market::new().sudo(SudoMsg::UpdateParams(update)).map(drop),
                    expected,
                    "{what} {value}"
                );
            }
        }
    }
}

#[test]
fn lists_are_short_valid_and_without_duplicates() {
    let names = |count: usize| (0..count).map(|i| text(&format!("name{i}"))).collect::<Vec<_>>();
    let keepers = |list: Vec<String>| ParamsUpdate {
        price_keepers: Some(list),
        ..Default::default()
    };
    let auditors = |list: Vec<String>| ParamsUpdate {
        attribute_auditors: Some(list),
        ..Default::default()
    };
    let mut market = Market::new();
    let mut update = |update| {
        market
            .exec("governor", ExecuteMsg::UpdateParams(update))
            .map(drop)
    };
    let count = |what, count, max| {
        Err(ContractError::Count {
            what,
            count,
            min: 0,
            max,
        })
    };
    let last_resort = |list: Vec<String>| ParamsUpdate {
        last_resort: Some(list),
        ..Default::default()
    };
    assert_eq!(update(last_resort(names(16))), Ok(()));
    assert_eq!(update(last_resort(names(17))), count("last_resort", 17, 16));
    assert_eq!(
        update(last_resort(vec![text("x"), text("x")])),
        Err(ContractError::Duplicate {
            what: "last_resort",
            value: text("x")
        })
    );
    assert_eq!(update(keepers(names(4))), Ok(()));
    assert_eq!(update(keepers(names(5))), count("price_keepers", 5, 4));
    assert_eq!(update(auditors(names(16))), Ok(()));
    assert_eq!(update(auditors(names(17))), count("attribute_auditors", 17, 16));
    let twice = vec![text("x"), text("x")];
    let duplicate = |what| {
        Err(ContractError::Duplicate {
            what,
            value: text("x"),
        })
    };
    assert_eq!(update(keepers(twice.clone())), duplicate("price_keepers"));
    assert_eq!(update(auditors(twice.clone())), duplicate("attribute_auditors"));
    assert_eq!(
        instantiated(Params {
            price_keepers: twice,
            ..params()
        }),
        duplicate("price_keepers")
    );
    for bad in [
        "",
        "x",
        &text("x").to_uppercase(),
        &text("x").replace("cosmwasm", "osmo"),
        &"a".repeat(91),
    ] {
        assert!(
            matches!(update(keepers(vec![bad.into()])), Err(ContractError::Std(_))),
            "{bad}"
        );
    }
}

#[test]
fn each_change_tells_old_and_new_and_the_rest_stays() {
    let mut market = Market::new();
    let before: Params<Addr> = market.ask(QueryMsg::Params {});
    let update = ParamsUpdate {
        min_bond: Some(n(7)),
        price_keepers: Some(vec![text("a"), text("b")]),
        evidence_unit: Some(before.evidence_unit),
        ..Default::default()
    };
    let response = market.ok("governor", ExecuteMsg::UpdateParams(update));
    let told: Vec<Vec<_>> = response
        .events
        .iter()
        .map(|event| event.attributes.iter().map(|a| a.value.clone()).collect())
        .collect();
    let keepers = format!("{},{}", text("a"), text("b"));
    assert_eq!(
        told,
        [
            vec!["min_bond".into(), (1_000 * TOKEN).to_string(), "7".into()],
            vec!["price_keepers".into(), text("keeper"), keepers],
        ]
    );
    let after: Params<Addr> = market.ask(QueryMsg::Params {});
    let expected = Params {
        min_bond: n(7),
        price_keepers: vec![addr("a"), addr("b")],
        ..before
    };
    assert_eq!(after, expected);
    let nothing = market.ok("governor", ExecuteMsg::UpdateParams(ParamsUpdate::default()));
    assert!(nothing.events.is_empty());
}

#[test]
fn only_the_governor_and_the_chain_change_parameters() {
    let mut market = Market::new();
    for sender in [
        "guardian", "wirer", "deployer", "keeper", "alice", "book", "escrow", "token",
    ] {
        let msg = ExecuteMsg::UpdateParams(ParamsUpdate::default());
        assert_eq!(market.err(sender, msg), unauthorized(sender, "governor"));
    }
    market
        .sudo(SudoMsg::UpdateParams(ParamsUpdate {
            min_bond: Some(n(1)),
            ..Default::default()
        }))
        .unwrap();
    assert_eq!(market.ask::<Params<Addr>>(QueryMsg::Params {}).min_bond, n(1));
}

#[test]
fn unbonding_outlasts_the_longest_vesting_and_audit() {
    let mut market = Market::new();
    let set = |seconds: u64| ParamsUpdate {
        unbonding_period: Some(Seconds(seconds)),
        ..Default::default()
    };
    let short = ContractError::UnbondingTooShort {
        unbonding: Seconds(LONGEST),
        longest: Seconds(LONGEST),
    };
    assert_eq!(
        market.err("governor", ExecuteMsg::UpdateParams(set(LONGEST))),
        short
    );
    market.ok("governor", ExecuteMsg::UpdateParams(set(LONGEST + 1)));
}

#[test]
fn instantiation_takes_no_coins() {
    let msg = InstantiateMsg {
        roles: roles(),
        params: params(),
        bond_prices: vec![],
    };
    let info = message_info(&addr("deployer"), &[coin(1, "denom")]);
    let refused = instantiate(mock_dependencies().as_mut(), mock_env(), info, msg).unwrap_err();
    assert!(matches!(
        refused,
        ContractError::Control(ControlError::CoinsAttached { coins: 1, .. })
    ));
}

#[test]
fn a_market_may_start_with_bond_prices_but_not_with_two_for_a_token_or_one_of_zero() {
    let start = |prices: &[(&str, u128)]| {
        let bond_prices = prices
            .iter()
            .map(|(token, price)| TokenPrice {
                token: addr(token).into(),
                price: Uint128::new(*price),
            })
            .collect();
        let msg = InstantiateMsg {
            roles: roles(),
            params: params(),
            bond_prices,
        };
        let mut deps = mock_dependencies();
        instantiate(
            deps.as_mut(),
            mock_env(),
            message_info(&addr("deployer"), &[]),
            msg,
        )?;
        Ok::<_, ContractError>(PRICES.load(&deps.storage, &addr("usdc"))?.price)
    };
    assert_eq!(start(&[("usdc", 5), ("other", 6)]), Ok(Uint128::new(5)));
    assert_eq!(start(&[("usdc", 0)]), Err(ContractError::PriceZero {}));
    assert!(matches!(
        start(&[("usdc", 5), ("usdc", 6)]),
        Err(ContractError::Duplicate {
            what: "bond_prices",
            ..
        })
    ));
}

#[test]
fn a_market_is_not_wired_in_which_stake_leaves_before_work_has_vested() {
    let mut market = Market::bare_with(Params {
        unbonding_period: Seconds(LONGEST),
        ..params()
    });
    let wire = || ExecuteMsg::Control(ControlMsg::Wire(wiring()));
    assert_eq!(
        market.exec("wirer", wire()).unwrap_err(),
        ContractError::UnbondingTooShort {
            unbonding: Seconds(LONGEST),
            longest: Seconds(LONGEST)
        }
    );
    let mut market = Market::bare_with(Params {
        unbonding_period: Seconds(LONGEST + 1),
        ..params()
    });
    market.ok("wirer", wire());
}
