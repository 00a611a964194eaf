//! `attestation`.

use market_types::attestation::ExecuteMsg;
use market_types::BatchNo;

use super::{Refusal, Row};
use crate::roles::Role::Agent;
use crate::world::{batch, Scene};

pub fn rows() -> Vec<Row> {
    let agent = Refusal::Office("agent of the lease's provider");
    vec![
        Row::only(Scene::TaskActive, &[Agent], agent, |world, _| {
            batch(world.lease, 0, 8)
        }),
        Row::anybody(Scene::TaskVested, |world, _| ExecuteMsg::Release {
            lease: world.lease,
            batch: BatchNo(0),
        }),
    ]
}
