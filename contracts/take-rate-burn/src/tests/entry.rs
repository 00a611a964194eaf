//! Who may call, with what, in which state.

use market_control::ControlError;
use market_types::take_rate::{MigrateMsg, ParamsUpdate, SudoMsg};

use super::*;

/// One of each message.
fn messages() -> Vec<ExecuteMsg> {
    let token = usdc().to_string();
    vec![
        ExecuteMsg::Control(ControlMsg::Unpause {}),
        ExecuteMsg::UpdateParams(ParamsUpdate::default()),
        ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: addr("anybody").into(),
            amount: n(1),
            msg: to_json_binary(&Hook::Fees {}).unwrap(),
        }),
        ExecuteMsg::Kick { token: token.clone() },
        ExecuteMsg::Restart { token: token.clone() },
        ExecuteMsg::SeedAudits { token: token.clone() },
        ExecuteMsg::TakeInsurance {
            token: token.clone(),
            amount: n(1),
        },
        ExecuteMsg::Skim { token },
    ]
}

#[test]
fn native_coins_are_refused_by_every_message() {
    let mut market = Market::new();
    let mut all = messages();
    all.push(wire());
    for funds in [coins(1, "uatom"), [coins(1, "uatom"), coins(2, "uosmo")].concat()] {
        for msg in all.clone() {
            let info = message_info(&addr("governor"), &funds);
            let error = contract::execute(market.deps.as_mut(), market.env.clone(), info, msg).unwrap_err();
            assert!(matches!(
                error,
                ContractError::Control(ControlError::CoinsAttached { coins, .. }) if coins == funds.len()
            ));
        }
        let info = message_info(&addr("deployer"), &funds);
        let msg = instantiate_msg(params());
        assert!(contract::instantiate(market.deps.as_mut(), market.env.clone(), info, msg).is_err());
    }
}

#[test]
fn everything_is_refused_until_wired() {
    let mut market = Market::bare();
    for msg in messages() {
        assert_eq!(
            market.execute("governor", msg).unwrap_err(),
            ContractError::Control(ControlError::NotWired {})
        );
    }
    let sudo = SudoMsg::UpdateParams(ParamsUpdate::default());
    assert_eq!(
        contract::sudo(market.deps.as_mut(), market.env.clone(), sudo).unwrap_err(),
        ContractError::Control(ControlError::NotWired {})
    );
}

#[test]
fn only_the_governor_and_the_chain_itself_change_parameters() {
    let mut market = Market::new();
    for stranger in ["guardian", "wirer", "insurer", "lease-escrow", "anybody"] {
        assert!(matches!(
            market.execute(stranger, ExecuteMsg::UpdateParams(ParamsUpdate::default())),
            Err(ContractError::Control(ControlError::Unauthorized { .. }))
        ));
    }
    let update = || ParamsUpdate {
        rate_step: Some(BasisPoints(7)),
        ..Default::default()
    };
    market
        .execute("governor", ExecuteMsg::UpdateParams(update()))
        .unwrap();
    let sudo = SudoMsg::UpdateParams(update());
    contract::sudo(market.deps.as_mut(), market.env.clone(), sudo).unwrap();
}

#[test]
fn a_hook_counts_from_listed_tokens_only_whoever_it_names() {
    let mut market = Market::new();
    for hook in [
        Hook::Fees {},
        Hook::Take {
            token: usdc().into(),
            min_out: n(0),
        },
    ] {
        for caller in ["foreign-token", "anybody", "lease-escrow", "governor"] {
            let result = market.send(&addr(caller), "lease-escrow", 5, &hook);
            assert_eq!(
                result.unwrap_err(),
                ContractError::NotListed { token: addr(caller) }
            );
        }
    }
    let all: Vec<Solvency> = market.ask(QueryMsg::Solvency {}).unwrap();
    assert!(all.is_empty());
}

#[test]
fn fees_of_a_delisted_token_still_come() {
    let mut market = Market::new();
    market.fees(&eurc(), 100).unwrap();
    assert_eq!(market.totals(&eurc()).collected, n(100));
}

#[test]
fn a_hook_without_tokens_or_with_another_meaning_is_refused() {
    let mut market = Market::new();
    assert_eq!(market.fees(&usdc(), 0).unwrap_err(), ContractError::ZeroAmount {});
    let msg = ExecuteMsg::Receive(Cw20ReceiveMsg {
        sender: addr("anybody").into(),
        amount: n(1),
        msg: br#"{"fees":{"surplus":1}}"#.into(),
    });
    assert!(matches!(
        market.execute_as(&usdc(), msg),
        Err(ContractError::Std(_))
    ));
}

#[test]
fn addresses_that_are_none_are_refused() {
    let mut market = Market::new();
    let upper = usdc().to_string().to_uppercase();
    for bad in ["", "usdc", &upper, &"c".repeat(200), "osmo1qqqqqqqq"] {
        let token = bad.to_string();
        for msg in [
            ExecuteMsg::Kick { token: token.clone() },
            ExecuteMsg::Restart { token: token.clone() },
            ExecuteMsg::SeedAudits { token: token.clone() },
            ExecuteMsg::Skim { token: token.clone() },
            ExecuteMsg::TakeInsurance {
                token: token.clone(),
                amount: n(1),
            },
        ] {
            let result = market.execute("insurer", msg);
            assert!(matches!(result, Err(ContractError::Std(_))), "{bad}");
        }
        assert!(market.ask::<TotalsResponse>(QueryMsg::Totals { token }).is_err());
    }
}

#[test]
fn a_migration_needs_an_older_version_of_this_contract() {
    let mut market = Market::new();
    let mut migrate = |name: &str, version: &str| {
        cw2::set_contract_version(market.deps.as_mut().storage, name, version).unwrap();
        contract::migrate(market.deps.as_mut(), mock_env(), MigrateMsg {})
    };
    assert!(migrate("crates.io:order-book", "0.0.1").is_err());
    assert!(migrate(contract::NAME, contract::VERSION).is_err());
    assert!(migrate(contract::NAME, "99.0.0").is_err());
    migrate(contract::NAME, "0.0.1").unwrap();
}

#[test]
fn storage_keys_are_unique() {
    let mut keys: Vec<&str> = crate::state::KEYS.into();
    keys.extend(market_control::KEYS);
    let unique: std::collections::BTreeSet<_> = keys.iter().collect();
    assert_eq!(unique.len(), keys.len());
}

#[test]
fn a_pause_stops_nothing_here() {
    let mut market = Market::new();
    let pause = ControlMsg::Pause {
        duration: Seconds(86_400),
    };
    market.execute("guardian", ExecuteMsg::Control(pause)).unwrap();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    market.take(64_000, 8_000).unwrap();
    let token = usdc().to_string();
    market
        .execute("anybody", ExecuteMsg::SeedAudits { token: token.clone() })
        .unwrap();
    market
        .execute(
            "insurer",
            ExecuteMsg::TakeInsurance {
                token,
                amount: n(500),
            },
        )
        .unwrap();
    market.assert_sound();
}
