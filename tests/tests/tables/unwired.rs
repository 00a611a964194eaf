//! Before a contract knows the others it refuses everything but `Wire`.

use market_control::ControlError;

use crate::world::{told, World};
use crate::{rows, variants};

#[test]
fn every_message_but_wire_is_refused_until_the_contract_is_wired() {
    let mut world = World::new();
    for row in rows::all() {
        let Some(&role) = row.allowed.first() else {
            continue;
        };
        world.enter(row.scene);
        let call = (row.message)(&world, role);
        let name = variants::name(&call);
        if name.ends_with("control wire") {
            continue;
        }
        let contract = call.target(&world.suite.wiring).clone();
        world.unwire(&contract);
        let outcome = world.send(role, &call, &[]);
        assert!(
            outcome == Err(rows::control(&call, ControlError::NotWired {})),
            "{name}: {}",
            told(&outcome)
        );
    }
}
