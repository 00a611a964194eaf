//! Who may call, with what, in which state.

use cosmwasm_std::coins;
use market_control::ControlError;
use market_types::attestation::{MigrateMsg, ParamsUpdate, SudoMsg};
use market_types::control::Solvency;

use super::*;

fn messages() -> Vec<ExecuteMsg> {
    vec![
        ExecuteMsg::Control(ControlMsg::Unpause {}),
        ExecuteMsg::UpdateParams(ParamsUpdate::default()),
        post(0, 1),
        release(0),
    ]
}

#[test]
fn native_coins_are_refused_by_every_message() {
    let mut market = Market::new();
    let mut all = messages();
    all.push(wire());
    for funds in [coins(1, "uatom"), [coins(1, "uatom"), coins(2, "uosmo")].concat()] {
        for msg in all.clone() {
            let info = message_info(&addr("agent"), &funds);
            let error = contract::execute(market.deps.as_mut(), market.env.clone(), info, msg).unwrap_err();
            assert!(matches!(
                error,
                ContractError::Control(ControlError::CoinsAttached { coins, .. }) if coins == funds.len()
            ));
        }
        let info = message_info(&addr("deployer"), &funds);
        let msg = instantiate_msg(super::params());
        assert!(contract::instantiate(market.deps.as_mut(), market.env.clone(), info, msg).is_err());
    }
}

#[test]
fn everything_is_refused_until_wired() {
    let mut market = Market::bare();
    for msg in messages() {
        assert_eq!(
            market.execute("agent", msg).unwrap_err(),
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
    for stranger in ["guardian", "wirer", "agent", "lease-escrow", "anybody"] {
        assert!(matches!(
            market.execute(stranger, ExecuteMsg::UpdateParams(ParamsUpdate::default())),
            Err(ContractError::Control(ControlError::Unauthorized { .. }))
        ));
    }
    market
        .execute("governor", ExecuteMsg::UpdateParams(ParamsUpdate::default()))
        .unwrap();
    let sudo = SudoMsg::UpdateParams(ParamsUpdate::default());
    contract::sudo(market.deps.as_mut(), market.env.clone(), sudo).unwrap();
}

#[test]
fn a_pause_stops_neither_batches_nor_releases() {
    let mut market = Market::new();
    let pause = ControlMsg::Pause {
        duration: Seconds(14 * DAY),
    };
    market.execute("guardian", ExecuteMsg::Control(pause)).unwrap();
    market.execute("agent", post(0, 5)).unwrap();
    market.at(START + DAY);
    market.execute("anybody", release(0)).unwrap();
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
fn attestation_holds_no_money() {
    let market = Market::new();
    assert_eq!(
        market.ask::<Vec<Solvency>>(QueryMsg::Solvency {}).unwrap(),
        vec![]
    );
}
