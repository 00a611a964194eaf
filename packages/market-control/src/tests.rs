use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi, MockQuerier};
use cosmwasm_std::{
    coin, from_json, to_json_binary, Addr, ContractResult, Env, MemoryStorage, OwnedDeps, QuerierWrapper,
    SystemError, SystemResult, Uint128, WasmQuery,
};
use cw20::{BalanceResponse, Cw20QueryMsg, TokenInfoResponse};
use market_types::control::Wiring;
use market_types::{Seconds, UnixTime};

use super::*;

type Mock = OwnedDeps<MemoryStorage, MockApi, MockQuerier>;

fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

fn names() -> Wiring<String> {
    Wiring {
        provider_registry: addr("provider-registry").into(),
        order_book: addr("order-book").into(),
        lease_escrow: addr("lease-escrow").into(),
        attestation: addr("attestation").into(),
        take_rate_burn: addr("take-rate-burn").into(),
        network_token: addr("network-token").into(),
    }
}

/// A fresh order book whose sisters carry the right names.
fn fresh() -> (Mock, Env) {
    let mut deps = mock_dependencies();
    deps.querier.update_wasm(|query| match query {
        WasmQuery::Raw { contract_addr, .. } => {
            let known = [
                "provider-registry",
                "order-book",
                "lease-escrow",
                "attestation",
                "take-rate-burn",
            ];
            match known
                .into_iter()
                .find(|name| addr(name).as_str() == contract_addr)
            {
                Some(name) => SystemResult::Ok(ContractResult::Ok(
                    to_json_binary(&cw2::ContractVersion {
                        contract: format!("crates.io:{name}"),
                        version: "0.1.0".into(),
                    })
                    .unwrap(),
                )),
                None => SystemResult::Err(SystemError::NoSuchContract {
                    addr: contract_addr.clone(),
                }),
            }
        }
        WasmQuery::Smart { contract_addr, msg } if *contract_addr == addr("network-token").to_string() => {
            SystemResult::Ok(ContractResult::Ok(match from_json(msg).unwrap() {
                Cw20QueryMsg::TokenInfo {} => to_json_binary(&TokenInfoResponse {
                    name: "Lease".into(),
                    symbol: "LEASE".into(),
                    decimals: 6,
                    total_supply: Uint128::new(1),
                })
                .unwrap(),
                _ => to_json_binary(&BalanceResponse {
                    balance: Uint128::new(100),
                })
                .unwrap(),
            }))
        }
        WasmQuery::Smart { contract_addr, .. } => SystemResult::Err(SystemError::NoSuchContract {
            addr: contract_addr.clone(),
        }),
        _ => SystemResult::Err(SystemError::Unknown {}),
    });
    let mut env = mock_env();
    env.contract.address = addr("order-book");
    let roles = Roles {
        governor: addr("gov").into(),
        guardian: Some(addr("guard").into()),
        wirer: addr("wirer").into(),
    };
    instantiate(deps.as_mut(), "crates.io:order-book", "0.1.0", &roles).unwrap();
    (deps, env)
}

fn wired() -> (Mock, Env) {
    let (mut deps, env) = fresh();
    send(&mut deps, &env, "wirer", ControlMsg::Wire(names())).unwrap();
    (deps, env)
}

fn send(deps: &mut Mock, env: &Env, sender: &str, msg: ControlMsg) -> Result<Response, ControlError> {
    execute(deps.as_mut(), env, &message_info(&addr(sender), &[]), msg)
}

fn unauthorized(sender: &str, role: &'static str) -> ControlError {
    ControlError::Unauthorized {
        sender: addr(sender),
        role,
    }
}

fn later(env: &Env, seconds: u64) -> Env {
    let mut env = env.clone();
    env.block.time = env.block.time.plus_seconds(seconds);
    env
}

#[test]
fn wiring_happens_once_and_only_by_the_wirer() {
    let (mut deps, env) = fresh();
    assert_eq!(wiring(&deps.storage), Err(ControlError::NotWired {}));
    for sender in ["gov", "guard", "stranger"] {
        let refused = send(&mut deps, &env, sender, ControlMsg::Wire(names()));
        assert_eq!(refused, Err(unauthorized(sender, "wirer")));
    }
    send(&mut deps, &env, "wirer", ControlMsg::Wire(names())).unwrap();
    assert_eq!(wiring(&deps.storage).unwrap().order_book, addr("order-book"));
    assert_eq!(
        send(&mut deps, &env, "wirer", ControlMsg::Wire(names())),
        Err(ControlError::AlreadyWired {})
    );
}

#[test]
fn wiring_refuses_a_contract_of_another_name() {
    let (mut deps, env) = fresh();
    let mut swapped = names();
    std::mem::swap(&mut swapped.lease_escrow, &mut swapped.attestation);
    assert_eq!(
        send(&mut deps, &env, "wirer", ControlMsg::Wire(swapped)),
        Err(ControlError::WrongContract {
            role: "lease_escrow",
            expected: "crates.io:lease-escrow",
            address: addr("attestation").into(),
            found: "crates.io:attestation".into(),
        })
    );
    let mut plain = names();
    plain.attestation = addr("stranger").into();
    assert!(matches!(
        send(&mut deps, &env, "wirer", ControlMsg::Wire(plain)),
        Err(ControlError::WrongContract {
            role: "attestation",
            ..
        })
    ));
    let mut no_token = names();
    no_token.network_token = addr("stranger").into();
    assert!(matches!(
        send(&mut deps, &env, "wirer", ControlMsg::Wire(no_token)),
        Err(ControlError::Std(_))
    ));
}

#[test]
fn wiring_refuses_another_instance_of_oneself() {
    let (mut deps, mut env) = fresh();
    env.contract.address = addr("second-order-book");
    assert_eq!(
        send(&mut deps, &env, "wirer", ControlMsg::Wire(names())),
        Err(ControlError::NotThis {
            role: "order_book",
            this: addr("second-order-book"),
            address: addr("order-book")
        })
    );
}

#[test]
fn nothing_but_wiring_works_before_wiring() {
    let (mut deps, env) = fresh();
    let all = [
        ControlMsg::OfferGovernor {
            governor: addr("next").into(),
            expires_in: Seconds(1),
        },
        ControlMsg::WithdrawOffer {},
        ControlMsg::AcceptGovernor {},
        ControlMsg::SetGuardian { guardian: None },
        ControlMsg::Pause { duration: Seconds(1) },
        ControlMsg::Unpause {},
    ];
    for msg in all {
        assert_eq!(send(&mut deps, &env, "gov", msg), Err(ControlError::NotWired {}));
    }
}

#[test]
fn the_office_changes_in_two_steps() {
    let (mut deps, env) = wired();
    let offer = ControlMsg::OfferGovernor {
        governor: addr("next").into(),
        expires_in: Seconds(100),
    };
    assert_eq!(
        send(&mut deps, &env, "guard", offer.clone()),
        Err(unauthorized("guard", "governor"))
    );
    assert_eq!(
        send(&mut deps, &env, "next", ControlMsg::AcceptGovernor {}),
        Err(ControlError::NoOffer {})
    );
    send(&mut deps, &env, "gov", offer.clone()).unwrap();
    assert_eq!(
        send(&mut deps, &env, "gov", ControlMsg::AcceptGovernor {}),
        Err(unauthorized("gov", "offered governor"))
    );
    // the offer ends at second 100
    let expired = send(
        &mut deps,
        &later(&env, 100),
        "next",
        ControlMsg::AcceptGovernor {},
    );
    assert_eq!(expired, Err(ControlError::NoOffer {}));
    ensure_governor(&deps.storage, &addr("gov")).unwrap();
    send(&mut deps, &later(&env, 99), "next", ControlMsg::AcceptGovernor {}).unwrap();
    ensure_governor(&deps.storage, &addr("next")).unwrap();
    assert_eq!(
        ensure_governor(&deps.storage, &addr("gov")),
        Err(unauthorized("gov", "governor"))
    );
}

#[test]
fn an_offer_can_be_taken_back_and_has_bounds() {
    let (mut deps, env) = wired();
    for length in [Seconds(0), Seconds(30 * 86_400 + 1)] {
        let offer = ControlMsg::OfferGovernor {
            governor: addr("next").into(),
            expires_in: length,
        };
        assert_eq!(
            send(&mut deps, &env, "gov", offer),
            Err(ControlError::OfferLength {
                asked: length,
                max: Seconds(30 * 86_400)
            })
        );
    }
    let offer = ControlMsg::OfferGovernor {
        governor: addr("next").into(),
        expires_in: Seconds(100),
    };
    send(&mut deps, &env, "gov", offer).unwrap();
    send(&mut deps, &env, "gov", ControlMsg::WithdrawOffer {}).unwrap();
    assert_eq!(
        send(&mut deps, &env, "next", ControlMsg::AcceptGovernor {}),
        Err(ControlError::NoOffer {})
    );
}

#[test]
fn a_pause_is_bounded_ends_by_itself_and_is_followed_by_a_rest() {
    let (mut deps, env) = wired();
    let now = UnixTime::from(env.block.time);
    let pause = |seconds| ControlMsg::Pause {
        duration: Seconds(seconds),
    };
    let fortnight = 14 * 86_400;
    assert_eq!(
        send(&mut deps, &env, "stranger", pause(1)),
        Err(unauthorized("stranger", "guardian or governor"))
    );
    for bad in [0, fortnight + 1] {
        assert_eq!(
            send(&mut deps, &env, "guard", pause(bad)),
            Err(ControlError::PauseLength {
                asked: Seconds(bad),
                max: Seconds(fortnight)
            })
        );
    }
    ensure_entry_open(&deps.storage, now).unwrap();
    send(&mut deps, &env, "guard", pause(fortnight)).unwrap();
    let until = now.plus(Seconds(fortnight));
    assert_eq!(
        ensure_entry_open(&deps.storage, now),
        Err(ControlError::Paused { until })
    );
    assert_eq!(
        ensure_entry_open(&deps.storage, UnixTime(until.0 - 1)),
        Err(ControlError::Paused { until })
    );
    ensure_entry_open(&deps.storage, until).unwrap();

    let rested = UnixTime(until.0 + 7 * 86_400);
    assert_eq!(
        send(&mut deps, &later(&env, rested.0 - now.0 - 1), "gov", pause(1)),
        Err(ControlError::PauseTooSoon { from: rested })
    );
    send(&mut deps, &later(&env, rested.0 - now.0), "gov", pause(1)).unwrap();
}

#[test]
fn unpausing_early_starts_the_rest_early() {
    let (mut deps, env) = wired();
    assert_eq!(
        send(&mut deps, &env, "guard", ControlMsg::Unpause {}),
        Err(ControlError::NotPaused {})
    );
    send(
        &mut deps,
        &env,
        "gov",
        ControlMsg::Pause {
            duration: Seconds(1_000),
        },
    )
    .unwrap();
    send(&mut deps, &later(&env, 10), "guard", ControlMsg::Unpause {}).unwrap();
    let at = UnixTime::from(env.block.time).plus(Seconds(10));
    ensure_entry_open(&deps.storage, at).unwrap();
    assert_eq!(
        send(
            &mut deps,
            &later(&env, 11),
            "guard",
            ControlMsg::Pause { duration: Seconds(1) }
        ),
        Err(ControlError::PauseTooSoon {
            from: UnixTime(at.0 + 7 * 86_400)
        })
    );
}

#[test]
fn the_chain_acts_as_governor_but_neither_wires_nor_accepts() {
    let (mut deps, env) = fresh();
    assert!(matches!(
        sudo(deps.as_mut(), &env, ControlMsg::Wire(names())),
        Err(ControlError::Unauthorized { role: "wirer", .. })
    ));
    send(&mut deps, &env, "wirer", ControlMsg::Wire(names())).unwrap();
    sudo(deps.as_mut(), &env, ControlMsg::SetGuardian { guardian: None }).unwrap();
    assert_eq!(query(deps.as_ref(), &env).unwrap().guardian, None);
    let offer = ControlMsg::OfferGovernor {
        governor: addr("next").into(),
        expires_in: Seconds(9),
    };
    sudo(deps.as_mut(), &env, offer).unwrap();
    assert_eq!(
        sudo(deps.as_mut(), &env, ControlMsg::AcceptGovernor {}),
        Err(ControlError::NoOffer {})
    );
}

#[test]
fn native_coins_are_refused() {
    let info = message_info(&addr("gov"), &[coin(5, "ulease"), coin(6, "uother")]);
    assert_eq!(
        refuse_coins(&info),
        Err(ControlError::CoinsAttached {
            coins: 2,
            first: "5ulease".into()
        })
    );
    let (mut deps, env) = wired();
    let refused = execute(deps.as_mut(), &env, &info, ControlMsg::Unpause {});
    assert!(matches!(refused, Err(ControlError::CoinsAttached { .. })));
}

#[test]
fn migration_wants_the_same_contract_and_a_newer_version() {
    let (mut deps, _) = fresh();
    assert_eq!(
        migrate(deps.as_mut(), "crates.io:lease-escrow", "0.2.0"),
        Err(ControlError::MigrateOther {
            found: "crates.io:order-book".into(),
            expected: "crates.io:lease-escrow".into()
        })
    );
    for to in ["0.1.0", "0.0.9"] {
        assert_eq!(
            migrate(deps.as_mut(), "crates.io:order-book", to),
            Err(ControlError::MigrateNotNewer {
                from: "0.1.0".into(),
                to: to.into()
            })
        );
    }
    assert!(matches!(
        migrate(deps.as_mut(), "crates.io:order-book", "1.0"),
        Err(ControlError::Std(_))
    ));
    assert_eq!(
        migrate(deps.as_mut(), "crates.io:order-book", "0.10.0"),
        Ok("0.1.0".into())
    );
    assert!(migrate(deps.as_mut(), "crates.io:order-book", "0.9.0").is_err());
}

#[test]
fn solvency_adds_up_what_is_owed() {
    let (deps, env) = wired();
    let querier = QuerierWrapper::new(&deps.querier);
    let token = addr("network-token");
    let owed = vec![("bonded", Uint128::new(60)), ("claimable", Uint128::new(40))];
    let report = solvency(&querier, &env.contract.address, &token, owed).unwrap();
    assert_eq!(
        (report.held, report.owed_total),
        (Uint128::new(100), Uint128::new(100))
    );
    let too_much = vec![("a", Uint128::MAX), ("b", Uint128::new(1))];
    assert!(solvency(&querier, &env.contract.address, &token, too_much).is_err());
}
