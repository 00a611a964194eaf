//! The chain itself, by `sudo`: it has the governor's rights and no others.

use market_control::ControlError;
use market_types::control::ControlMsg;
use market_types::{attestation, escrow, order_book, registry, take_rate, Seconds};
use serde::Serialize;

use crate::roles::Role;
use crate::rows;
use crate::rows::control::{offer, wire};
use crate::variants;
use crate::world::{controls, told, Scene, World};

/// Scene, message, and what comes of it: `None` goes through.
type Case = (Scene, ControlMsg, Option<fn(&World, Role) -> ControlError>);

fn cases(world: &World) -> Vec<Case> {
    let guardian = Some(world.text(Role::Crank));
    vec![
        (
            Scene::Unwired,
            wire(world),
            Some(|world, contract| ControlError::Unauthorized {
                sender: world.address(contract),
                role: "wirer",
            }),
        ),
        (Scene::Base, offer(world), None),
        (Scene::Offered, ControlMsg::WithdrawOffer {}, None),
        (
            Scene::Offered,
            ControlMsg::AcceptGovernor {},
            Some(|_, _| ControlError::NoOffer {}),
        ),
        (Scene::Base, ControlMsg::SetGuardian { guardian }, None),
        (
            Scene::Base,
            ControlMsg::Pause {
                duration: Seconds::DAY,
            },
            None,
        ),
        (Scene::Paused, ControlMsg::Unpause {}, None),
    ]
}

#[test]
fn sudo_does_what_the_governor_may_and_nothing_else() {
    let mut world = World::new();
    let cases = cases(&world);
    assert_eq!(cases.len(), variants::of::<ControlMsg>().len());
    for (at, contract) in Role::CONTRACTS.into_iter().enumerate() {
        for (scene, msg, refusal) in &cases {
            world.enter(*scene);
            // Each contract's `SudoMsg::Control` reads as its `ExecuteMsg::Control` does.
            let call = controls(msg)[at].clone();
            let expected = match refusal {
                Some(refusal) => Err(rows::control(&call, refusal(&world, contract))),
                None => Ok(()),
            };
            let msg_json: serde_json::Value = serde_json::from_slice(&call.json().unwrap()).unwrap();
            let outcome = world.sudo(contract, &msg_json);
            assert!(outcome == expected, "{contract:?} {msg:?}: {}", told(&outcome));
        }
    }
}

#[test]
fn sudo_changes_parameters() {
    let mut world = World::new();
    let updates = [
        json(&registry::SudoMsg::UpdateParams(Default::default())),
        json(&order_book::SudoMsg::UpdateParams(Default::default())),
        json(&escrow::SudoMsg::UpdateParams(Default::default())),
        json(&attestation::SudoMsg::UpdateParams(Default::default())),
        json(&take_rate::SudoMsg::UpdateParams(Default::default())),
    ];
    for (contract, update) in Role::CONTRACTS.into_iter().zip(updates) {
        world.enter(Scene::Base);
        let outcome = world.sudo(contract, &update);
        assert!(outcome == Ok(()), "{contract:?}: {}", told(&outcome));
        world.enter(Scene::Unwired);
        let outcome = told(&world.sudo(contract, &update));
        assert_eq!(
            outcome.split_once(": ").unwrap().1,
            ControlError::NotWired {}.to_string(),
            "{contract:?}"
        );
    }
}

/// There are no other sudo messages.
#[test]
fn every_sudo_message_is_control_or_parameters() {
    let both = ["control", "update_params"].map(String::from).into();
    assert_eq!(variants::of::<registry::SudoMsg>(), both);
    assert_eq!(variants::of::<order_book::SudoMsg>(), both);
    assert_eq!(variants::of::<escrow::SudoMsg>(), both);
    assert_eq!(variants::of::<attestation::SudoMsg>(), both);
    assert_eq!(variants::of::<take_rate::SudoMsg>(), both);
}

fn json(msg: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(msg).unwrap()
}
