//! Who may send what: every message from everybody.

use std::collections::BTreeSet;

use crate::roles::Role;
use crate::world::{told, World};
use crate::{rows, variants};

#[test]
fn every_message_has_a_row() {
    let mut world = World::new();
    let mut named = BTreeSet::new();
    for row in rows::all() {
        world.enter(row.scene);
        named.insert(variants::name(&(row.message)(&world, Role::Crank)));
    }
    assert_eq!(named, variants::all());
}

/// Default deny: who is not named in a row is refused, for exactly the reason the row gives.
#[test]
fn every_message_from_every_role_comes_out_as_its_row_says() {
    let mut world = World::new();
    let (mut wrong, mut count) = (vec![], 0);
    for row in rows::all() {
        for role in Role::ALL {
            world.enter(row.scene);
            let call = (row.message)(&world, role);
            let expected = row.expected(&world, role);
            let outcome = world.send(role, &call, &[]);
            count += 1;
            if outcome != expected {
                let name = variants::name(&call);
                let (is, should) = (told(&outcome), told(&expected));
                wrong.push(format!("{name} from {role:?}: {is}; the row says: {should}"));
            }
        }
    }
    println!("{count} pairs of message and role");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
