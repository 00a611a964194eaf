//! What all five contracts have in common.

use market_control::ControlError;
use market_testing::Call;
use market_types::control::{ControlMsg, Wiring};
use market_types::{attestation, escrow, order_book, registry, take_rate, Seconds};

use super::{Refusal, Row};
use crate::roles::Role::{self, Governor, Guardian, Nominee, Wirer};
use crate::world::{controls, Scene, World};

pub fn rows() -> Vec<Row> {
    let mut rows = vec![];
    for contract in 0..Role::CONTRACTS.len() {
        let mut row = |scene, allowed: &[Role], office, msg: fn(&World) -> ControlMsg| {
            let message = move |world: &World, _| controls(&msg(world))[contract].clone();
            rows.push(Row::only(scene, allowed, Refusal::Office(office), message));
        };
        row(Scene::Unwired, &[Wirer], "wirer", wire);
        row(Scene::Base, &[Governor], "governor", offer);
        row(Scene::Offered, &[Governor], "governor", |_| {
            ControlMsg::WithdrawOffer {}
        });
        row(Scene::Offered, &[Nominee], "offered governor", |_| {
            ControlMsg::AcceptGovernor {}
        });
        row(Scene::Base, &[Governor], "governor", |world| {
            ControlMsg::SetGuardian {
                guardian: Some(world.text(Role::Crank)),
            }
        });
        row(Scene::Base, &[Governor, Guardian], "guardian or governor", |_| {
            ControlMsg::Pause {
                duration: Seconds::DAY,
            }
        });
        row(
            Scene::Paused,
            &[Governor, Guardian],
            "guardian or governor",
            |_| ControlMsg::Unpause {},
        );
        rows.push(wired_already(contract));
        rows.push(update_params(contract));
    }
    rows
}

pub fn wire(world: &World) -> ControlMsg {
    ControlMsg::Wire(Wiring {
        provider_registry: world.text(Role::Registry),
        order_book: world.text(Role::Book),
        lease_escrow: world.text(Role::Escrow),
        attestation: world.text(Role::Attestation),
        take_rate_burn: world.text(Role::TakeRate),
        network_token: world.text(Role::NetworkToken),
    })
}

pub fn offer(world: &World) -> ControlMsg {
    ControlMsg::OfferGovernor {
        governor: world.text(Nominee),
        expires_in: Seconds::DAY,
    }
}

/// Nobody wires twice, the wirer itself included.
fn wired_already(contract: usize) -> Row {
    let message = move |world: &World, _| controls(&wire(world))[contract].clone();
    let mut row = Row::only(Scene::Base, &[], Refusal::Office("wirer"), message);
    row.except = vec![(Wirer, || ControlError::AlreadyWired {})];
    row
}

fn update_params(contract: usize) -> Row {
    let message = move |_: &World, _| -> Call {
        match Role::CONTRACTS[contract] {
            Role::Registry => registry::ExecuteMsg::UpdateParams(Default::default()).into(),
            Role::Book => order_book::ExecuteMsg::UpdateParams(Default::default()).into(),
            Role::Escrow => escrow::ExecuteMsg::UpdateParams(Default::default()).into(),
            Role::Attestation => attestation::ExecuteMsg::UpdateParams(Default::default()).into(),
            _ => take_rate::ExecuteMsg::UpdateParams(Default::default()).into(),
        }
    };
    Row::only(Scene::Base, &[Governor], Refusal::Office("governor"), message)
}
