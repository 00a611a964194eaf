//! `attestation`.

use ::attestation::ContractError;
use market_testing::Failure;
use market_types::attestation::ExecuteMsg;
use market_types::BatchNo;

use super::{Refusal, Row};
use crate::court::good;
use crate::roles::Role::{self, Agent, OtherAgent, OtherOwner, Owner, Tenant};
use crate::world::{batch, Scene, World};

pub fn rows() -> Vec<Row> {
    let agent = || Refusal::Office("agent of the lease's provider");
    let seated = [OtherOwner, OtherAgent];
    vec![
        Row::only(Scene::TaskActive, &[Agent], agent(), |world, _| {
            batch(world.lease, 0, 8)
        }),
        Row::anybody(Scene::TaskVested, |world, _| ExecuteMsg::Release {
            lease: world.lease,
            batch: BatchNo(0),
        }),
        Row::anybody(Scene::Audited, |world, _| world.beacon()),
        Row::anybody(Scene::Drawable, |world, _| world.draw()),
        Row::anybody(Scene::Drawn, |world, _| world.open_drawn()),
        Row::only(
            Scene::Drawable,
            &[Tenant],
            Refusal::Office("tenant of the lease"),
            |world, _| world.force(),
        ),
        Row::anybody(Scene::AuditOver, |world, _| world.advance()),
        Row::only(
            Scene::AuditCommitting,
            &seated,
            Refusal::Other(not_seated),
            |world, _| world.commit(world.number(OtherOwner), good()),
        ),
        Row::only(Scene::AuditOpening, &[Owner, Agent], agent(), |world, _| {
            world.opening()
        }),
        Row::only(
            Scene::AuditRevealing,
            &seated,
            Refusal::Other(not_seated),
            |world, _| world.reveal(good()),
        ),
        Row::only(
            Scene::AuditConvicted,
            &[Owner, Agent],
            Refusal::Office("party whose bond is at stake"),
            |world, _| world.appeal(),
        ),
        Row::only(Scene::AuditDecided, &[Owner, Agent], agent(), |world, _| {
            world.planted()
        }),
    ]
}

fn not_seated(world: &World, role: Role) -> Failure {
    ContractError::NotSeated {
        audit: world.audit(),
        sender: world.address(role),
    }
    .into()
}
