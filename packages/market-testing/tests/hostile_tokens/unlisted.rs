//! What is no token of this market.

use cosmwasm_std::{to_json_binary, Binary};
use cw20::Cw20ReceiveMsg;
use market_testing::specs::stream;
use market_testing::suite::intentions::send_hook;
use market_testing::{Failure, Suite};
use market_types::escrow::{ExecuteMsg as Escrow, Hook as EscrowHook};
use market_types::registry::{ExecuteMsg as Registry, Hook as BondHook};
use market_types::take_rate::{ExecuteMsg as TakeRate, Hook as FeeHook};
use market_types::LeaseId;

use crate::support::{market_of, n, TOKEN};

#[test]
fn a_token_that_is_not_listed_is_refused_by_every_hook() {
    let mut m = market_of(Suite::builder());
    let tenant = m.tenant.clone();
    let foreign = {
        // Another market's stablecoin on the same chain.
        let msg = cw20_base::msg::InstantiateMsg {
            name: "Foreign".into(),
            symbol: "FOR".into(),
            decimals: 6,
            initial_balances: vec![cw20::Cw20Coin {
                address: tenant.to_string(),
                amount: n(TOKEN),
            }],
            mint: None,
            marketing: None,
        };
        use cw_multi_test::Executor;
        let code = m
            .suite
            .app
            .store_code(market_testing::hostile::hostile_token_code());
        m.suite
            .app
            .instantiate_contract(code, tenant.clone(), &msg, &[], "foreign", None)
            .unwrap()
    };
    let w = m.suite.wiring.clone();
    let unknown = || {
        Failure::Escrow(lease_escrow::ContractError::UnknownToken {
            token: foreign.clone(),
        })
    };
    let hooks = [
        EscrowHook::Deposit { owner: None },
        EscrowHook::PlaceOrder(Box::new(stream())),
        EscrowHook::TopUp { lease: LeaseId(8) },
        EscrowHook::FundAudits {},
    ];
    for hook in hooks {
        let outcome = m
            .suite
            .send(&tenant, send_hook(&foreign, &w.lease_escrow, 10, &hook));
        assert_eq!(outcome.unwrap_err(), unknown());
    }
    let bond = BondHook::Bond { provider: None };
    let outcome = m
        .suite
        .send(&tenant, send_hook(&foreign, &w.provider_registry, 10, &bond));
    let only = market_control::ControlError::Unauthorized {
        sender: foreign.clone(),
        role: "network token",
    };
    assert_eq!(
        outcome.unwrap_err(),
        Failure::Registry(provider_registry::ContractError::Control(only))
    );
    for hook in [
        FeeHook::Fees {},
        FeeHook::Take {
            token: m.usdc.to_string(),
            min_out: n(0),
        },
    ] {
        let outcome = m
            .suite
            .send(&tenant, send_hook(&foreign, &w.take_rate_burn, 10, &hook));
        let not_listed = take_rate_burn::ContractError::NotListed {
            token: foreign.clone(),
        };
        assert_eq!(outcome.unwrap_err(), Failure::TakeRate(not_listed));
    }
}

#[test]
fn an_account_that_calls_a_hook_by_itself_is_no_token() {
    let mut m = market_of(Suite::builder());
    let tenant = m.tenant.clone();
    let hook = |msg: Binary| Cw20ReceiveMsg {
        sender: tenant.to_string(),
        amount: n(TOKEN),
        msg,
    };
    let deposit = to_json_binary(&EscrowHook::Deposit { owner: None }).unwrap();
    let unknown = lease_escrow::ContractError::UnknownToken {
        token: tenant.clone(),
    };
    assert_eq!(
        m.suite.send(&tenant, Escrow::Receive(hook(deposit))).unwrap_err(),
        Failure::Escrow(unknown)
    );
    let fees = to_json_binary(&FeeHook::Fees {}).unwrap();
    let not_listed = take_rate_burn::ContractError::NotListed {
        token: tenant.clone(),
    };
    assert_eq!(
        m.suite.send(&tenant, TakeRate::Receive(hook(fees))).unwrap_err(),
        Failure::TakeRate(not_listed)
    );
    let bond = to_json_binary(&BondHook::Bond { provider: None }).unwrap();
    let only = market_control::ControlError::Unauthorized {
        sender: tenant.clone(),
        role: "network token",
    };
    assert_eq!(
        m.suite.send(&tenant, Registry::Receive(hook(bond))).unwrap_err(),
        Failure::Registry(provider_registry::ContractError::Control(only))
    );
}
