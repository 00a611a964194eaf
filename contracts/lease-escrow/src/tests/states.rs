//! Every message in every state a lease can be in.

use std::collections::BTreeMap;

use cosmwasm_std::testing::message_info;
use cosmwasm_std::{Order, Storage};
use market_types::escrow::{ExecuteMsg, QueryMsg};
use market_types::{LeaseId, OrderId, Seconds};

use super::desk::*;
use super::roles::{entitled, every_message};
use super::walk::kind;
use crate::contract;
use crate::state::{Beat, BEATS, MONEY};
use crate::ContractError;

const PRICE: u128 = 3_600_000;
/// Messages that concern no lease, or one that is not there yet.
const ELSEWHERE: [&str; 10] = [
    "set_aside",
    "pay_audit",
    "other",
    "place_order",
    "withdraw",
    "sweep_fees",
    "skim",
    "open_lease",
    "free_reservation",
    "top_up",
];

fn stream(desk: &mut Desk) -> LeaseId {
    desk.active(with(fixed(3_600, PRICE), Some(600), 300), PRICE, PRICE)
}

fn ten_units(desk: &mut Desk) -> LeaseId {
    desk.open(task(10, 10_000, None), 100_000, 10_000)
}

fn state(name: &str, desk: &mut Desk) -> LeaseId {
    let hold = |desk: &mut Desk, lease, units| {
        desk.exec("attestation", ExecuteMsg::Hold { lease, units })
            .unwrap();
        lease
    };
    match name {
        "starting" => desk.open(with(fixed(3_600, PRICE), Some(600), 300), PRICE, PRICE),
        "active" => stream(desk),
        "suspended" => {
            let lease = stream(desk);
            desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
            lease
        }
        "silent" => {
            let lease = stream(desk);
            desk.pass(301);
            lease
        }
        "over" => {
            let lease = stream(desk);
            desk.pass(3_600);
            lease
        }
        "stream closed" => {
            let lease = stream(desk);
            desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
            lease
        }
        "task" => ten_units(desk),
        "begun" => {
            let lease = ten_units(desk);
            hold(desk, lease, 2)
        }
        "waiting" => {
            let lease = ten_units(desk);
            desk.exec("agent", ExecuteMsg::Waiting { lease }).unwrap();
            lease
        }
        "completed" => {
            let lease = ten_units(desk);
            hold(desk, lease, 10)
        }
        "overlap" => {
            let lease = ten_units(desk);
            desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
            lease
        }
        "task closed" => {
            let lease = ten_units(desk);
            desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
            lease
        }
        _ => panic!("{name}"),
    }
}

#[test]
fn every_message_is_taken_in_its_states_and_refused_by_name_in_the_others() {
    for (name, taken) in [
        (
            "starting",
            "accept transfer ready heartbeat close amend acknowledge settle",
        ),
        (
            "active",
            "suspend transfer heartbeat give_notice close amend acknowledge settle",
        ),
        (
            "suspended",
            "resume transfer heartbeat give_notice close amend acknowledge settle",
        ),
        (
            "silent",
            "suspend transfer heartbeat give_notice close amend acknowledge settle close_failed",
        ),
        ("over", "transfer heartbeat close amend settle close_failed"),
        ("stream closed", "heartbeat settle"),
        (
            "task",
            "transfer waiting heartbeat close settle hold revalue convict",
        ),
        (
            "begun",
            "transfer heartbeat close settle hold vest refund revalue convict",
        ),
        (
            "waiting",
            "inputs_delivered transfer heartbeat close settle hold revalue convict",
        ),
        ("completed", "heartbeat settle vest refund convict"),
        ("overlap", "heartbeat settle hold convict"),
        ("task closed", "heartbeat settle"),
    ] {
        let mut seen = vec![];
        for index in 0..every_message(LeaseId(8), OrderId(1)).len() {
            let mut desk = Desk::new();
            let lease = state(name, &mut desk);
            let mut msg = every_message(lease, lease.order()).swap_remove(index);
            if let ExecuteMsg::Acknowledge { acknowledgement, .. } = &mut msg {
                acknowledgement.good_until = desk.now();
            }
            let kind = kind(&msg);
            if ELSEWHERE.contains(&kind) {
                continue;
            }
            let sender = entitled(&msg).map_or("anyone", |senders| senders[0]);
            match desk.exec(sender, msg) {
                Ok(_) => seen.push(kind),
                Err(ContractError::Std(error)) => panic!("{kind} when {name}: {error}"),
                Err(ContractError::Math(error)) => panic!("{kind} when {name}: {error}"),
                Err(_) => {}
            }
        }
        let mut expected: Vec<&str> = taken.split(' ').collect();
        expected.sort_unstable();
        seen.sort_unstable();
        assert_eq!(seen, expected, "when {name}");
    }
}

/// Keys that `act` changes, and the length of what it writes there.
fn writes(desk: &mut Desk, act: impl FnOnce(&mut Desk)) -> BTreeMap<Vec<u8>, Option<usize>> {
    let all = |desk: &Desk| -> BTreeMap<Vec<u8>, Vec<u8>> {
        desk.deps.storage.range(None, None, Order::Ascending).collect()
    };
    let before = all(desk);
    act(desk);
    let after = all(desk);
    let removed = before.keys().filter(|key| !after.contains_key(*key));
    let changed = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value));
    changed
        .map(|(key, value)| (key.clone(), Some(value.len())))
        .chain(removed.map(|key| (key.clone(), None)))
        .collect()
}

#[test]
fn an_ordinary_beat_writes_twenty_bytes_and_emits_nothing() {
    let mut desk = Desk::new();
    let lease = stream(&mut desk);
    desk.pass(60);
    let written = writes(&mut desk, |desk| {
        let response = desk.beat(lease);
        assert!(response.events.is_empty() && response.messages.is_empty());
    });
    assert_eq!(written.values().collect::<Vec<_>>(), [&Some(20)]);
}

#[test]
fn settling_writes_the_same_after_a_year_as_after_a_second_among_few_as_among_many() {
    let mut seen = vec![];
    for (credited, others) in [(1, 0), (365 * 86_400, 0), (1, 40)] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(366 * 86_400, PRICE), 366 * 24 * PRICE, PRICE);
        for _ in 0..others {
            stream(&mut desk);
        }
        let beat = desk.stored_beat(lease).unwrap();
        desk.env.block.time = desk.env.block.time.plus_seconds(credited);
        let beat = Beat {
            last: desk.now(),
            credited: Seconds(credited),
            ..beat
        };
        BEATS.save(&mut desk.deps.storage, (NO, lease), &beat);
        let written = writes(&mut desk, |desk| {
            desk.settle(lease);
        });
        seen.push(written);
    }
    assert_eq!(seen[0].len(), 3, "money, totals, the owner's account");
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn a_withdrawal_is_booked_before_its_transfer_leaves() {
    let mut desk = Desk::new();
    desk.deposit("tenant", 9);
    let token = addr("usd").to_string();
    let again = ExecuteMsg::Withdraw { token, amount: None };
    let response = desk.exec("tenant", again.clone()).unwrap();
    assert_eq!(response.messages.len(), 1);
    assert_eq!(
        desk.exec("tenant", again).unwrap_err(),
        ContractError::ZeroAmount {}
    );
}

#[test]
fn settling_before_a_close_changes_nothing() {
    let mut figures = vec![];
    for settle_first in [true, false] {
        let mut desk = Desk::new();
        let lease = stream(&mut desk);
        desk.pass(100);
        if settle_first {
            desk.settle(lease);
        }
        desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
        figures.push((
            desk.money(lease),
            desk.available("owner"),
            desk.available("tenant"),
        ));
    }
    assert_eq!(figures[0], figures[1]);
}

#[test]
fn a_lease_without_its_money_record_is_an_error_and_not_an_empty_lease() {
    let mut desk = Desk::new();
    let lease = stream(&mut desk);
    MONEY.remove(&mut desk.deps.storage, lease);
    let missing = ContractError::MoneyMissing { lease };

    let info = message_info(&addr("tenant"), &[]);
    for msg in [ExecuteMsg::Settle { lease }, ExecuteMsg::Close { lease }] {
        let result = contract::execute(desk.deps.as_mut(), desk.env.clone(), info.clone(), msg);
        assert_eq!(result.unwrap_err(), missing);
    }
    let shown = contract::query(desk.deps.as_ref(), desk.env.clone(), QueryMsg::Lease { lease });
    assert_eq!(shown.unwrap_err(), missing);
}
