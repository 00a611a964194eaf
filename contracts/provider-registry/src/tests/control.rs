//! Tables over every message: unwired, with coins, by every role.

use cosmwasm_std::{from_json, to_json_vec};
use market_control::ControlError;
use market_types::control::{ControlMsg, ControlResponse};
use market_types::registry::*;
use market_types::{BasisPoints, LeaseId, OrderId, Seconds, UnixTime};

use super::market::*;
use crate::contract::{migrate, NAME, VERSION};
use crate::ContractError;

/// Whom a message is reserved to.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Reserved {
    Nobody,
    To(&'static str, &'static str),
}

/// Every message but `Control`, as it could be sent, with its reservation.
fn messages() -> Vec<(ExecuteMsg, Reserved)> {
    use Reserved::{Nobody, To};
    let penalize = ExecuteMsg::Penalize {
        lease: LeaseId(8),
        tenant: text("tenant"),
        share: BasisPoints(1),
        tip: None,
    };
    let no_show = ExecuteMsg::NoShow {
        order: OrderId(1),
        provider: text("alice"),
        tenant: text("tenant"),
        token: text("usd"),
        value: n(1),
    };
    let record = ExecuteMsg::Record(Evidence {
        provider: provider_no(1),
        lease: LeaseId(8),
        token: text("usd"),
        fact: Fact::Outage { length: Seconds(1) },
    });
    let attributes = vec![attribute("region", "eu-west")];
    let passed = ExecuteMsg::Record(Evidence {
        provider: provider_no(1),
        lease: LeaseId(8),
        token: text("usd"),
        fact: Fact::AuditPassed {},
    });
    let attestation = To("attestation", "attestation contract");
    let (escrow, book) = (To("escrow", "lease escrow"), To("book", "order book"));
    vec![
        (
            ExecuteMsg::UpdateParams(ParamsUpdate::default()),
            To("governor", "governor"),
        ),
        (
            Market::hook("alice", 5, &Hook::Bond { provider: None }),
            To("token", "network token"),
        ),
        (ExecuteMsg::Register(registration("alice", 1)), Nobody),
        (ExecuteMsg::Update(ProfileUpdate::default()), Nobody),
        (
            ExecuteMsg::RotateAgent {
                agent: agent_key(2, "alice"),
            },
            Nobody,
        ),
        (ExecuteMsg::SetAgentLimits(AgentLimits::default()), Nobody),
        (
            ExecuteMsg::AnnounceMaintenance {
                from: UnixTime(1),
                until: UnixTime(2),
            },
            Nobody,
        ),
        (ExecuteMsg::Retire {}, Nobody),
        (ExecuteMsg::Unbond { amount: n(1) }, Nobody),
        (ExecuteMsg::WithdrawUnbonded {}, Nobody),
        (ExecuteMsg::Claim {}, Nobody),
        (
            ExecuteMsg::SignAttributes {
                provider: text("alice"),
                attributes: attributes.clone(),
            },
            Nobody,
        ),
        (
            ExecuteMsg::RevokeAttributes {
                provider: text("alice"),
                attributes,
            },
            Nobody,
        ),
        (
            ExecuteMsg::SetBondPrice {
                token: text("usd"),
                price: n(1),
            },
            Nobody,
        ),
        (ExecuteMsg::Skim {}, Nobody),
        (commit_msg(16, candidacy("alice")), book),
        (no_show, book),
        (release_msg(8, ReleasePart::Capacity), escrow),
        (penalize, escrow),
        (record, escrow),
        (
            ExecuteMsg::OfferAudits {
                class: exact(),
                places: 1,
            },
            Nobody,
        ),
        (ExecuteMsg::LeaveAudits { class: exact() }, Nobody),
        (ExecuteMsg::Reinstate {}, Nobody),
        (
            ExecuteMsg::AddWorkBond {
                lease: LeaseId(8),
                amount: n(1),
            },
            Nobody,
        ),
        (passed, attestation),
        (seat_msg(0, &["alice"], 1), attestation),
        (unseat_msg(0, vec![]), attestation),
        (slash_msg(1, false), attestation),
    ]
}

const ROLES: [&str; 14] = [
    "governor",
    "guardian",
    "wirer",
    "deployer",
    "keeper",
    "auditor",
    "book",
    "escrow",
    "attestation",
    "burn",
    "token",
    "alice",
    "tenant",
    "usd",
];

#[test]
fn nothing_but_wiring_is_taken_before_wiring() {
    for (msg, _) in messages() {
        for sender in ROLES {
            let refused = Market::bare().exec(sender, msg.clone()).unwrap_err();
            assert_eq!(
                refused,
                ContractError::Control(ControlError::NotWired {}),
                "{msg:?} by {sender}"
            );
        }
    }
    let pause = ControlMsg::Pause { duration: Seconds(1) };
    let not_wired = ContractError::Control(ControlError::NotWired {});
    assert_eq!(
        Market::bare().exec("guardian", ExecuteMsg::Control(pause.clone())),
        Err(not_wired)
    );
    let not_wired = ContractError::Control(ControlError::NotWired {});
    assert_eq!(Market::bare().sudo(SudoMsg::Control(pause)), Err(not_wired));
    let not_wired = ContractError::Control(ControlError::NotWired {});
    assert_eq!(
        Market::bare().sudo(SudoMsg::UpdateParams(ParamsUpdate::default())),
        Err(not_wired)
    );
}

#[test]
fn native_coins_are_refused_with_every_message() {
    let control = ExecuteMsg::Control(ControlMsg::Unpause {});
    for msg in messages().into_iter().map(|(msg, _)| msg).chain([control]) {
        for coins in 1..=2 {
            for sender in ROLES {
                let refused = Market::with_lease()
                    .exec_with_coins(sender, coins, msg.clone())
                    .unwrap_err();
                let first = "1denom1".to_string();
                let expected = ControlError::CoinsAttached {
                    coins: coins as usize,
                    first,
                };
                assert_eq!(refused, ContractError::Control(expected), "{msg:?} by {sender}");
            }
        }
    }
}

#[test]
fn a_reserved_message_is_refused_to_everybody_else() {
    for (msg, reserved) in messages() {
        let Reserved::To(holder, role) = reserved else {
            continue;
        };
        for sender in ROLES.into_iter().filter(|sender| *sender != holder) {
            assert_eq!(
                Market::with_lease().err(sender, msg.clone()),
                unauthorized(sender, role),
                "{msg:?}"
            );
        }
        Market::with_lease().ok(holder, msg);
    }
}

#[test]
fn an_owners_message_does_nothing_for_who_owns_no_provider() {
    let owners = |msg: &ExecuteMsg| {
        matches!(
            msg,
            ExecuteMsg::Update(_)
                | ExecuteMsg::RotateAgent { .. }
                | ExecuteMsg::SetAgentLimits(_)
                | ExecuteMsg::AnnounceMaintenance { .. }
                | ExecuteMsg::Retire {}
                | ExecuteMsg::Unbond { .. }
                | ExecuteMsg::WithdrawUnbonded {}
        )
    };
    let owned: Vec<_> = messages()
        .into_iter()
        .map(|(msg, _)| msg)
        .filter(owners)
        .collect();
    assert_eq!(owned.len(), 7);
    for msg in owned {
        for sender in ROLES.into_iter().filter(|sender| *sender != "alice") {
            let refused = Market::with_lease().err(sender, msg.clone());
            assert_eq!(
                refused,
                ContractError::NotAProvider {
                    address: addr(sender)
                },
                "{msg:?}"
            );
        }
        // Nor for the agent key.
        let mut market = Market::with_lease();
        let agent = market.provider("alice").agent;
        let info = cosmwasm_std::testing::message_info(&agent, &[]);
        let env = market.env.clone();
        let refused = crate::contract::execute(market.deps.as_mut(), env, info, msg.clone()).unwrap_err();
        assert_eq!(refused, ContractError::NotAProvider { address: agent }, "{msg:?}");
    }
}

#[test]
fn a_message_with_a_misspelt_or_unknown_field_is_refused() {
    // The words of `Receive` are cw20's; those of its hook are ours and have a test of their own.
    let ours = messages()
        .into_iter()
        .map(|(msg, _)| msg)
        .filter(|msg| !matches!(msg, ExecuteMsg::Receive(_)));
    for msg in ours {
        let json = String::from_utf8(to_json_vec(&msg).unwrap()).unwrap();
        let inner = json
            .replacen(":{", ":{\"unknown_field\":1,", 1)
            .replace(",}", "}");
        assert!(from_json::<ExecuteMsg>(&json).is_ok(), "{json}");
        assert!(from_json::<ExecuteMsg>(&inner).is_err(), "{inner}");
    }
}

#[test]
fn control_answers_who_governs_and_what_it_is_wired_to() {
    let market = Market::new();
    let control: ControlResponse = market.ask(QueryMsg::Control {});
    assert_eq!(
        (control.governor, control.contract.as_str()),
        (addr("governor"), NAME)
    );
    assert_eq!(control.version, VERSION);
    assert_eq!(control.wiring.unwrap().network_token, addr("token"));
    assert_eq!(control.paused_until, None);
}

#[test]
fn only_an_older_version_of_this_contract_migrates() {
    let run = |name: &str, version: &str| {
        let mut market = Market::with_lease();
        cw2::set_contract_version(&mut market.deps.storage, name, version).unwrap();
        let before = market.provider("alice");
        let migrated = migrate(market.deps.as_mut(), market.env.clone(), MigrateMsg {}).map(drop);
        assert_eq!(market.provider("alice"), before);
        migrated
    };
    assert_eq!(run(NAME, "0.0.9"), Ok(()));
    let not_newer = |from: &str| {
        Err(ContractError::Control(ControlError::MigrateNotNewer {
            from: from.into(),
            to: VERSION.into(),
        }))
    };
    assert_eq!(run(NAME, VERSION), not_newer(VERSION));
    assert_eq!(run(NAME, "99.0.0"), not_newer("99.0.0"));
    let other = ControlError::MigrateOther {
        found: "crates.io:order-book".into(),
        expected: NAME.into(),
    };
    assert_eq!(
        run("crates.io:order-book", "0.0.9"),
        Err(ContractError::Control(other))
    );
}
