//! `provider-registry`.

use cosmwasm_std::{to_json_binary, Uint128};
use cw20::Cw20ReceiveMsg;
use market_testing::specs::{machines, H100};
use market_testing::suite::intentions::registration;
use market_testing::{Failure, Key};
use market_types::audit::Reward;
use market_types::registry::{
    BidPrice, Candidacy, Commitment, Evidence, ExecuteMsg, Fact, Hook, ReleasePart, SeatEnd, SeatOutcome,
    Stakes, Tip,
};
use market_types::{BasisPoints, LeaseId, Price, Seconds};
use provider_registry::ContractError;

use super::{Refusal, Row};
use crate::roles::Role::{self, *};
use crate::world::{exact, needs, region, Scene, World, BID, TOKEN};

pub fn rows() -> Vec<Row> {
    vec![
        Row::only(
            Scene::Base,
            &[NetworkToken],
            Refusal::Office("network token"),
            |world, _| {
                ExecuteMsg::Receive(Cw20ReceiveMsg {
                    sender: world.text(Owner),
                    amount: Uint128::new(TOKEN),
                    msg: to_json_binary(&Hook::Bond {
                        provider: Some(world.text(OtherOwner)),
                    })
                    .unwrap(),
                })
            },
        ),
        Row::only(Scene::Base, &newcomers(), Refusal::Other(known), |world, role| {
            let (owner, registry) = (world.address(role), world.address(Registry));
            let agent = Key::of(&format!("newcomer {role:?}"));
            ExecuteMsg::Register(registration(&owner, &agent, vec![machines(H100, 1)], &registry))
        }),
        owners(Scene::Base, |_, _| ExecuteMsg::Update(Default::default())),
        owners(Scene::Base, |world, role| ExecuteMsg::RotateAgent {
            agent: Key::of(&format!("next of {role:?}"))
                .agent_of(&world.address(role), &world.address(Registry)),
        }),
        owners(Scene::Base, |_, _| ExecuteMsg::SetAgentLimits(Default::default())),
        owners(Scene::Base, |world, _| ExecuteMsg::AnnounceMaintenance {
            from: world.suite.now().plus(Seconds::DAY),
            until: world.suite.now().plus(Seconds(2 * 86_400)),
        }),
        owners(Scene::Base, |_, _| ExecuteMsg::Retire {}),
        owners(Scene::Base, |_, _| ExecuteMsg::Unbond {
            amount: Uint128::new(TOKEN),
        }),
        owners(Scene::Unbonded, |_, _| ExecuteMsg::WithdrawUnbonded {}),
        Row::only(
            Scene::Claimable,
            &[Tenant],
            Refusal::Other(nothing_to_claim),
            |_, _| ExecuteMsg::Claim {},
        ),
        Row::only(
            Scene::Base,
            &[AttributeAuditor],
            Refusal::Other(no_auditor),
            |world, _| ExecuteMsg::SignAttributes {
                provider: world.text(Owner),
                attributes: vec![region()],
            },
        ),
        Row::only(
            Scene::Signed,
            &[AttributeAuditor],
            Refusal::Other(not_signed),
            |world, _| ExecuteMsg::RevokeAttributes {
                provider: world.text(Owner),
                attributes: vec![region()],
            },
        ),
        Row::only(
            Scene::Base,
            &[Governor, PriceKeeper],
            Refusal::Other(no_keeper),
            |world, _| ExecuteMsg::SetBondPrice {
                token: world.text(PaymentToken),
                price: Uint128::new(TOKEN + TOKEN / 20),
            },
        ),
        Row::anybody(Scene::Gifts, |_, _| ExecuteMsg::Skim {}),
        Row::only(Scene::Base, &[Book], Refusal::Office("order book"), |world, _| {
            ExecuteMsg::Commit(Commitment {
                lease: LeaseId(world.lease.0 + 8),
                tenant: world.text(Tenant),
                candidacy: candidacy(world),
            })
        }),
        Row::only(Scene::Base, &[Book], Refusal::Office("order book"), |world, _| {
            ExecuteMsg::NoShow {
                order: world.order,
                provider: world.text(Owner),
                tenant: world.text(Tenant),
                token: world.text(PaymentToken),
                value: Uint128::new(TOKEN),
            }
        }),
        sister(|world| ExecuteMsg::Release {
            lease: world.lease,
            part: ReleasePart::Bonds,
        }),
        sister(|world| ExecuteMsg::Penalize {
            lease: world.lease,
            tenant: world.text(Tenant),
            share: BasisPoints(500),
            tip: Some(Tip {
                to: world.text(Crank),
                amount: Uint128::new(1),
            }),
        }),
        sister(|world| {
            ExecuteMsg::Record(Evidence {
                provider: world.number(Owner),
                lease: world.lease,
                token: world.text(PaymentToken),
                fact: Fact::Outage { length: Seconds(60) },
            })
        }),
        owners(Scene::Base, |_, _| ExecuteMsg::OfferAudits {
            class: exact(),
            places: 1,
        }),
        owners(Scene::Auditing, |_, _| ExecuteMsg::LeaveAudits { class: exact() }),
        Row::only(
            Scene::Suspended,
            &[Owner],
            Refusal::Other(not_suspended),
            |_, _| ExecuteMsg::Reinstate {},
        ),
        Row::only(
            Scene::TaskActive,
            &[Owner],
            Refusal::Other(no_work_bond),
            |world, _| ExecuteMsg::AddWorkBond {
                lease: world.lease,
                amount: Uint128::new(TOKEN),
            },
        ),
        judge(Scene::Auditing, |world| ExecuteMsg::Seat {
            audit: world.audit(),
            class: exact(),
            providers: vec![world.number(OtherOwner)],
            bond: Uint128::new(TOKEN),
        }),
        judge(Scene::Seated, |world| ExecuteMsg::Unseat {
            audit: world.audit(),
            ends: vec![SeatEnd {
                provider: world.number(OtherOwner),
                outcome: SeatOutcome::Fault,
                penalty: Uint128::new(TOKEN),
            }],
            rewards: vec![Reward {
                to: world.text(Owner),
                amount: Uint128::new(1),
            }],
            tip: Some(Tip {
                to: world.text(Crank),
                amount: Uint128::new(1),
            }),
        }),
        judge(Scene::TaskHeld, |world| ExecuteMsg::Slash {
            lease: world.lease,
            share: BasisPoints(10_000),
            rewards: vec![Reward {
                to: world.text(OtherOwner),
                amount: Uint128::new(1),
            }],
            tip: None,
            convict: true,
        }),
    ]
}

pub fn candidacy(world: &World) -> Candidacy {
    Candidacy {
        bidder: world.text(Owner),
        needs: needs(),
        stakes: Stakes {
            token: world.text(PaymentToken),
            lease_bond_value: Uint128::new(BID),
            work_bond: Uint128::zero(),
            min_work_bond_value: Uint128::zero(),
            no_show_value: Uint128::new(BID),
        },
        price: BidPrice::PerHour(Price::new(BID)),
        binding: true,
        audited: None,
    }
}

/// Owners, each of its own provider; everybody else owns none.
fn owners(scene: Scene, message: fn(&World, Role) -> ExecuteMsg) -> Row {
    Row::only(scene, &[Owner, OtherOwner], Refusal::Other(no_owner), message)
}

/// The attestation contract.
fn judge(scene: Scene, message: fn(&World) -> ExecuteMsg) -> Row {
    let message = move |world: &World, _| message(world);
    Row::only(
        scene,
        &[Attestation],
        Refusal::Office("attestation contract"),
        message,
    )
}

/// The escrow, of a lease that has a commitment.
fn sister(message: fn(&World) -> ExecuteMsg) -> Row {
    let message = move |world: &World, _| message(world);
    Row::only(
        Scene::StreamActive,
        &[Escrow],
        Refusal::Office("lease escrow"),
        message,
    )
}

fn newcomers() -> Vec<Role> {
    let known = [Owner, OtherOwner, Agent, OtherAgent];
    Role::ALL
        .into_iter()
        .filter(|role| !known.contains(role))
        .collect()
}

fn known(world: &World, role: Role) -> Failure {
    let (address, provider) = (world.address(role), world.number(role));
    match role {
        Owner | OtherOwner => ContractError::AlreadyRegistered {
            owner: address,
            provider,
        },
        _ => ContractError::AddressTaken { address, provider },
    }
    .into()
}

fn no_owner(world: &World, role: Role) -> Failure {
    ContractError::NotAProvider {
        address: world.address(role),
    }
    .into()
}

fn not_suspended(world: &World, role: Role) -> Failure {
    match role {
        OtherOwner => ContractError::NotSuspended {
            provider: world.number(role),
        }
        .into(),
        _ => no_owner(world, role),
    }
}

fn no_work_bond(world: &World, role: Role) -> Failure {
    match role {
        OtherOwner => ContractError::NoWorkBond {
            lease: world.lease,
            provider: world.number(role),
        }
        .into(),
        _ => no_owner(world, role),
    }
}

fn nothing_to_claim(world: &World, role: Role) -> Failure {
    ContractError::NothingToClaim {
        address: world.address(role),
    }
    .into()
}

fn no_auditor(world: &World, role: Role) -> Failure {
    ContractError::NotAuditor {
        sender: world.address(role),
    }
    .into()
}

fn not_signed(world: &World, role: Role) -> Failure {
    let auditor = world.address(role);
    let market_types::resources::Attribute { key, value } = region();
    ContractError::NotSigned { auditor, key, value }.into()
}

fn no_keeper(world: &World, role: Role) -> Failure {
    ContractError::NotPriceKeeper {
        sender: world.address(role),
    }
    .into()
}
