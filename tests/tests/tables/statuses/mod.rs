//! Every message in every state of what it is about, sent twice.
//!
//! A table has a column for each state and a row for each message. A cell says what comes of the message the first and the second
//! time, `ok/said`, or once if both come out alike. The words stand for errors, compared as exact values.

mod audits;
mod leases;
mod orders;

use std::collections::BTreeSet;

use cosmwasm_std::StdError;
use market_testing::{Call, Failure};

use crate::roles::Role;
use crate::variants;
use crate::world::{told, Scene, World};

/// A message by the name of its row, and who sends it.
pub type Message = (&'static str, Role, fn(&World) -> Call);

/// What a word of a cell stands for, in a world before the message.
type Word = fn(&World, &str, &Call) -> Result<(), Failure>;

/// # Panics
/// The table and the messages or columns do not match, or a cell does not hold.
pub fn check(table: &str, columns: &[Scene], messages: &[Message], word: Word) {
    let mut world = World::new();
    let mut wrong = vec![];
    let rows: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let names: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(
        names,
        messages.iter().map(|message| message.0).collect::<Vec<_>>()
    );
    for (row, (name, role, message)) in rows.iter().zip(messages) {
        assert_eq!(row.len(), columns.len() + 1, "{name} has a cell for each state");
        for (cell, scene) in row[1..].iter().zip(columns) {
            let (first, second) = cell.split_once('/').unwrap_or((cell, cell));
            world.enter(*scene);
            let call = message(&world);
            for (time, expected) in [("first", first), ("second", second)] {
                let expected = word(&world, expected, &call);
                let outcome = world.send(*role, &call, &[]);
                if outcome != expected {
                    let (is, should) = (told(&outcome), told(&expected));
                    wrong.push(format!(
                        "{name}, {scene:?}, {time} time: {is}; the table says: {should}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a contract says when a sister contract refuses its question.
fn asked_in_vain(sister: &impl ToString) -> StdError {
    StdError::generic_err(format!("Querier contract error: {}", sister.to_string()))
}

/// Every message is in a table here, or is about neither an order, a lease nor a batch.
#[test]
fn every_message_about_an_order_lease_or_batch_has_its_row() {
    let mut world = World::new();
    world.enter(Scene::StreamActive);
    let named: BTreeSet<String> = leases::messages()
        .iter()
        .chain(&orders::messages())
        .chain(&audits::messages())
        .map(|(_, _, message)| variants::name(&message(&world)))
        .collect();
    // Accounts, providers and offices; tables of who may send them are elsewhere.
    let elsewhere = [
        "attestation update_params",
        "book update_params",
        "escrow place_order",
        "escrow receive",
        "escrow skim",
        "escrow sweep_fees",
        "escrow update_params",
        "escrow withdraw",
        "registry announce_maintenance",
        "registry claim",
        "registry leave_audits",
        "registry no_show",
        "registry offer_audits",
        "registry receive",
        "registry record",
        "registry register",
        "registry reinstate",
        "registry retire",
        "registry revoke_attributes",
        "registry rotate_agent",
        "registry set_agent_limits",
        "registry set_bond_price",
        "registry sign_attributes",
        "registry skim",
        "registry unbond",
        "registry update",
        "registry update_params",
        "registry withdraw_unbonded",
    ];
    let left: Vec<String> = variants::all()
        .into_iter()
        .filter(|name| !name.contains("control") && !name.starts_with("take-rate"))
        .filter(|name| !named.contains(name))
        .collect();
    assert_eq!(left, elsewhere);
}
