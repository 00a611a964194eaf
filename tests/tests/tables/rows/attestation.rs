//! `attestation`.

use market_types::attestation::ExecuteMsg;
use market_types::BatchNo;

use super::{Refusal, Row};
use crate::roles::Role::Agent;
use crate::world::{batch, Scene, LEASE};

pub fn rows() -> Vec<Row> {
    let (lease, first) = (LEASE, BatchNo(0));
    let agent = Refusal::Office("agent of the lease's provider");
    vec![
        Row::only(Scene::TaskActive, &[Agent], agent, |_, _| batch(0, 8)),
        Row::anybody(Scene::TaskVested, move |_, _| ExecuteMsg::Release {
            lease,
            batch: first,
        }),
    ]
}
