//! `lease-escrow`.

use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ReceiveMsg;
use lease_escrow::ContractError;
use market_testing::chain::CHAIN_ID;
use market_testing::Failure;
use market_types::escrow::{
    acknowledgement_digest, Acknowledgement, Amendment, Award, ExecuteMsg, Hook, Payer,
};
use market_types::resources::DeviceClass;
use market_types::{Price, Seconds};

use super::{Refusal, Row};
use crate::roles::Role::{self, *};
use crate::world::{a_stream, session_key, Scene, World, BID, TOKEN};

pub fn rows() -> Vec<Row> {
    let rich = [Tenant, OtherTenant];
    let party = [Tenant, Owner, Agent];
    vec![
        Row::only(
            Scene::Base,
            &[PaymentToken],
            Refusal::Other(no_token),
            |world, _| {
                ExecuteMsg::Receive(Cw20ReceiveMsg {
                    sender: world.text(Tenant),
                    amount: Uint128::new(TOKEN),
                    msg: to_json_binary(&Hook::Deposit {
                        owner: Some(world.text(Crank)),
                    })
                    .unwrap(),
                })
            },
        ),
        Row::only(
            Scene::Base,
            &rich,
            Refusal::Other(|w, r| poor(w, r, 3_600_000)),
            |world, _| ExecuteMsg::PlaceOrder {
                token: world.text(PaymentToken),
                spec: a_stream(),
            },
        ),
        Row::only(
            Scene::StreamActive,
            &rich,
            Refusal::Other(|w, r| poor(w, r, TOKEN)),
            |world, _| {
                let amount = Uint128::new(TOKEN);
                ExecuteMsg::TopUp {
                    lease: world.lease,
                    amount,
                }
            },
        ),
        Row::only(
            Scene::Base,
            &rich,
            Refusal::Other(|w, r| poor(w, r, TOKEN)),
            |world, _| ExecuteMsg::Withdraw {
                token: world.text(PaymentToken),
                amount: Some(Uint128::new(TOKEN)),
            },
        ),
        tenant(Scene::StreamStarting, |world| ExecuteMsg::Accept {
            lease: world.lease,
        }),
        tenant(Scene::StreamActive, |world| ExecuteMsg::Suspend {
            lease: world.lease,
        }),
        tenant(Scene::StreamSuspended, |world| ExecuteMsg::Resume {
            lease: world.lease,
        }),
        tenant(Scene::TaskWaiting, |world| ExecuteMsg::InputsDelivered {
            lease: world.lease,
        }),
        tenant(Scene::StreamActive, |world| ExecuteMsg::Transfer {
            lease: world.lease,
            to: world.text(Crank),
        }),
        provider(Scene::StreamStarting, |world| ExecuteMsg::Ready {
            lease: world.lease,
        }),
        provider(Scene::TaskActive, |world| ExecuteMsg::Waiting {
            lease: world.lease,
        }),
        provider(Scene::StreamActive, |world| ExecuteMsg::Heartbeat {
            leases: vec![world.lease],
        }),
        provider(Scene::StreamActive, |world| ExecuteMsg::GiveNotice {
            lease: world.lease,
        }),
        Row::only(
            Scene::StreamActive,
            &party,
            Refusal::Other(no_party),
            |world, _| ExecuteMsg::Close { lease: world.lease },
        ),
        Row::only(
            Scene::StreamActive,
            &[Tenant, Owner],
            Refusal::Other(no_party),
            |world, _| amend(world),
        ),
        tenant(Scene::StreamActive, |world| acknowledge(world, false)),
        Row::anybody(Scene::StreamActive, |world, _| acknowledge(world, true)),
        Row::anybody(Scene::StreamActive, |world, _| ExecuteMsg::Settle {
            lease: world.lease,
        }),
        Row::anybody(Scene::StreamOverdue, |world, _| ExecuteMsg::CloseFailed {
            lease: world.lease,
        }),
        Row::anybody(Scene::StreamClosed, |world, _| ExecuteMsg::SweepFees {
            token: world.text(PaymentToken),
        }),
        Row::anybody(Scene::Gifts, |world, _| ExecuteMsg::Skim {
            token: world.text(PaymentToken),
        }),
        Row::only(
            Scene::OrderBid,
            &[Book],
            Refusal::Office("order book"),
            |world, _| ExecuteMsg::OpenLease(award(world)),
        ),
        Row::only(
            Scene::OrderBid,
            &[Book],
            Refusal::Office("order book"),
            |world, _| ExecuteMsg::FreeReservation { order: world.order },
        ),
        attestation(Scene::TaskActive, |world| ExecuteMsg::Hold {
            lease: world.lease,
            units: 1,
        }),
        attestation(Scene::TaskHeld, |world| ExecuteMsg::Vest {
            lease: world.lease,
            units: 1,
            premium: Uint128::new(1),
        }),
        attestation(Scene::TaskHeld, |world| ExecuteMsg::Refund {
            lease: world.lease,
            units: 1,
        }),
        attestation(Scene::TaskHeld, |world| ExecuteMsg::SetAside {
            audit: world.audit(),
            amount: Uint128::new(1),
            payer: Payer::Tenant,
        }),
        attestation(Scene::AuditSeating, |world| ExecuteMsg::PayAudit {
            audit: world.audit(),
            payments: vec![],
        }),
        attestation(Scene::TaskHeld, |world| ExecuteMsg::Convict {
            lease: world.lease,
        }),
        Row::anybody(Scene::TaskRevalued, |world, _| ExecuteMsg::Revalue {
            lease: world.lease,
        }),
    ]
}

pub fn amend(world: &World) -> ExecuteMsg {
    ExecuteMsg::Amend {
        lease: world.lease,
        amendment: Amendment {
            price_per_hour: Some(Price::new(BID - 1)),
            duration: None,
        },
    }
}

/// By the tenant's account, or by its session key.
pub fn acknowledge(world: &World, signed: bool) -> ExecuteMsg {
    let (sequence, good_until) = (1, world.suite.now().plus(Seconds::HOUR));
    let escrow = world.text(Escrow);
    let digest = acknowledgement_digest(CHAIN_ID, &escrow, world.lease, sequence, good_until);
    ExecuteMsg::Acknowledge {
        lease: world.lease,
        acknowledgement: Acknowledgement {
            sequence,
            good_until,
            signature: signed.then(|| session_key().sign(&digest)),
        },
    }
}

pub fn award(world: &World) -> Award {
    Award {
        lease: world.lease,
        provider: world.number(Owner),
        owner: world.text(Owner),
        price: Price::new(BID),
        lease_bond: Uint128::new(BID),
        work_bond: Uint128::zero(),
        work_bond_value: Uint128::zero(),
        class: DeviceClass(market_testing::specs::H100.into()),
        last: true,
    }
}

fn tenant(scene: Scene, message: fn(&World) -> ExecuteMsg) -> Row {
    let message = move |world: &World, _| message(world);
    Row::only(scene, &[Tenant], Refusal::Other(no_tenant), message)
}

fn provider(scene: Scene, message: fn(&World) -> ExecuteMsg) -> Row {
    Row::only(
        scene,
        &[Owner, Agent],
        Refusal::Other(no_provider),
        move |world, _| message(world),
    )
}

fn attestation(scene: Scene, message: fn(&World) -> ExecuteMsg) -> Row {
    let office = Refusal::Office("attestation contract");
    Row::only(scene, &[Attestation], office, move |world, _| message(world))
}

fn no_token(world: &World, role: Role) -> Failure {
    ContractError::UnknownToken {
        token: world.address(role),
    }
    .into()
}

fn poor(world: &World, role: Role, needed: u128) -> Failure {
    ContractError::Insufficient {
        owner: world.address(role),
        available: Uint128::zero(),
        needed: Uint128::new(needed),
    }
    .into()
}

fn no_tenant(world: &World, role: Role) -> Failure {
    ContractError::NotTheTenant {
        lease: world.lease,
        sender: world.address(role),
    }
    .into()
}

fn no_party(world: &World, role: Role) -> Failure {
    ContractError::NotAParty {
        lease: world.lease,
        sender: world.address(role),
    }
    .into()
}

fn no_provider(world: &World, role: Role) -> Failure {
    let sender = world.address(role);
    match role {
        OtherOwner | OtherAgent => ContractError::NotTheProvider {
            lease: world.lease,
            provider: world.number(Owner),
            sender,
        },
        _ => ContractError::NoProvider { sender },
    }
    .into()
}
