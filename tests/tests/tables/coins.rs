//! The market takes cw20 tokens only: native coins are refused with every message, and with each instantiation.

use cosmwasm_std::{coin, Coin};
use cw_multi_test::Executor;
use market_control::ControlError;
use market_testing::{chain, Failure};
use market_types::control::Roles;
use market_types::{attestation, defaults, escrow, order_book, registry, take_rate};
use serde::Serialize;

use crate::roles::Role;
use crate::world::{told, World};
use crate::{rows, variants};

fn sets() -> [Vec<Coin>; 2] {
    [vec![coin(1, "ustake")], vec![coin(3, "uatom"), coin(2, "ustake")]]
}

#[test]
fn every_message_with_native_coins_is_refused_and_without_them_goes_through() {
    let mut world = World::new();
    for row in rows::all() {
        // A row that nobody is allowed has nothing to show here.
        let Some(&role) = row.allowed.first() else {
            continue;
        };
        for coins in sets() {
            world.enter(row.scene);
            let call = (row.message)(&world, role);
            let refusal = ControlError::CoinsAttached {
                coins: coins.len(),
                first: coins[0].to_string(),
            };
            let name = variants::name(&call);
            let refused = world.send(role, &call, &coins);
            assert!(
                refused == Err(rows::control(&call, refusal)),
                "{name}: {}",
                told(&refused)
            );
            let taken = world.send(role, &call, &[]);
            assert!(taken == Ok(()), "{name}: {}", told(&taken));
        }
    }
}

#[test]
fn no_contract_is_instantiated_with_native_coins() {
    let mut world = World::new();
    let roles = Roles {
        governor: world.text(Role::Governor),
        guardian: None,
        wirer: world.text(Role::Wirer),
    };
    let (usdc, keeper) = (world.text(Role::PaymentToken), world.text(Role::PriceKeeper));
    let insurer = world.text(Role::Insurer);
    let contracts = [
        (
            chain::registry_code(),
            json(&registry::InstantiateMsg {
                roles: roles.clone(),
                params: defaults::registry(&keeper),
                bond_prices: vec![],
            }),
        ),
        (
            chain::book_code(),
            json(&order_book::InstantiateMsg {
                roles: roles.clone(),
                params: defaults::order_book(),
            }),
        ),
        (
            chain::escrow_code(),
            json(&escrow::InstantiateMsg {
                roles: roles.clone(),
                params: defaults::escrow(&usdc),
            }),
        ),
        (
            chain::attestation_code(),
            json(&attestation::InstantiateMsg {
                roles: roles.clone(),
                params: defaults::attestation(),
            }),
        ),
        (
            chain::take_rate_code(),
            json(&take_rate::InstantiateMsg {
                roles,
                min_rate: defaults::MIN_TAKE_RATE,
                max_rate: defaults::MAX_TAKE_RATE,
                params: defaults::take_rate(&usdc, &insurer),
            }),
        ),
    ];
    for (code, msg) in contracts {
        let code = world.suite.app.store_code(code);
        let wirer = world.address(Role::Wirer);
        for coins in sets() {
            let refusal = ControlError::CoinsAttached {
                coins: coins.len(),
                first: coins[0].to_string(),
            };
            let app = &mut world.suite.app;
            let refused = app.instantiate_contract(code, wirer.clone(), &msg, &coins, "market", None);
            let failure = Failure::from(refused.unwrap_err()).to_string();
            assert_eq!(failure.split_once(": ").unwrap().1, refusal.to_string());
            app.instantiate_contract(code, wirer.clone(), &msg, &[], "market", None)
                .unwrap();
        }
    }
}

fn json(msg: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(msg).unwrap()
}
