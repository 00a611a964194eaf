use market_types::escrow::{ExecuteMsg, ParamsUpdate, Progress};
use market_types::registry::{ExecuteMsg as TellRegistry, Fact};
use market_types::{CloseReason, LeaseId, Seconds};

use super::desk::*;
use crate::ContractError;

/// 1,000 base units a second.
const PRICE: u128 = 3_600_000;

fn ten_hours(desk: &mut Desk) -> LeaseId {
    let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
    desk.beat_for(lease, 120);
    lease
}

fn failed(desk: &mut Desk, lease: LeaseId) -> Result<cosmwasm_std::Response, ContractError> {
    desk.exec("anyone", ExecuteMsg::CloseFailed { lease })
}

#[test]
fn anybody_closes_a_silent_stream_after_the_grace_and_it_is_paid_to_its_last_beat() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.pass(300);
    assert_eq!(
        failed(&mut desk, lease).unwrap_err(),
        ContractError::NothingFailed { lease }
    );
    desk.pass(1);
    let response = failed(&mut desk, lease).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Silent));
    assert_eq!(desk.money(lease).gross, n(120_000));
    assert_eq!(desk.available("tenant"), 10 * PRICE - 120_000);
    // 241 s beyond the interval: unpaid, and no more than that.
    assert_eq!(penalties(&response), []);
    assert_eq!(events(&response, "outage")[0].attributes[1].value, "241");
}

#[test]
fn a_halted_chain_makes_nobody_silent() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.halt(20_000);
    assert_eq!(
        failed(&mut desk, lease).unwrap_err(),
        ContractError::NothingFailed { lease }
    );
    let response = desk.beat(lease);
    assert!(response.events.is_empty() && response.messages.is_empty());
    assert_eq!(desk.credited(lease), 120);

    // 30 blocks are a tenth of the grace in seconds; 29 are too few.
    for (blocks, silent) in [(29, false), (30, true)] {
        let mut desk = Desk::new();
        let lease = ten_hours(&mut desk);
        desk.env.block.time = desk.env.block.time.plus_seconds(1_000);
        desk.env.block.height += blocks;
        assert_eq!(failed(&mut desk, lease).is_ok(), silent, "{blocks}");
    }
}

#[test]
fn ending_a_long_silence_is_tipped_out_of_the_penalty() {
    for (gap, share) in [
        (960, None),
        (961, Some(500)),
        (7_260, Some(500)),
        (7_261, Some(10_000)),
    ] {
        let mut desk = Desk::new();
        let lease = ten_hours(&mut desk);
        desk.pass(gap);
        let response = failed(&mut desk, lease).unwrap();
        let tip = Some((addr("anyone").to_string(), 100_000));
        let expected: Vec<_> = share.map(|share| (share, tip)).into_iter().collect();
        assert_eq!(penalties(&response), expected, "{gap}");
    }
}

#[test]
fn the_first_outage_is_forgiven_its_share_and_the_second_is_not() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    for (gap, expected) in [
        (1_000, vec![]),
        (1_000, vec![(500, None)]),
        (7_300, vec![(10_000, None)]),
    ] {
        desk.pass(gap);
        let response = desk.beat(lease);
        assert_eq!(penalties(&response), expected);
        let facts = told(&response);
        let TellRegistry::Record(evidence) = &facts[0] else {
            panic!()
        };
        let length = Seconds(gap - 60);
        assert_eq!(evidence.fact, Fact::Outage { length });
        desk.beat_for(lease, 60);
    }
    let Progress::Stream {
        outages, credited, ..
    } = desk.lease(lease).progress
    else {
        panic!()
    };
    assert_eq!((outages, credited), (3, Seconds(300)));
}

#[test]
fn a_short_outage_uses_up_no_forgiveness() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    for gap in [500, 1_000] {
        desk.pass(gap);
        let response = desk.beat(lease);
        assert_eq!(events(&response, "outage").len(), 1);
        assert_eq!(penalties(&response), []);
    }
}

#[test]
fn forgiveness_returns_after_its_time() {
    let mut desk = Desk::new();
    desk.update(ParamsUpdate {
        outage_forgiveness: Some(Seconds(2_000)),
        ..ParamsUpdate::default()
    })
    .unwrap();
    let lease = ten_hours(&mut desk);
    desk.pass(1_000);
    assert_eq!(penalties(&desk.beat(lease)), []);
    desk.pass(1_999);
    assert_eq!(penalties(&desk.beat(lease)), [(500, None)]);
    desk.pass(1_000);
    assert_eq!(penalties(&desk.beat(lease)), []);
}

#[test]
fn a_tenant_that_closes_a_silent_stream_closes_it_as_silent() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.pass(1_000);
    let response = desk.exec("tenant", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Silent));
    assert_eq!(penalties(&response), [(500, None)]);
}

#[test]
fn an_outage_up_to_the_end_counts_however_late_it_is_settled() {
    for late in [0, 100_000] {
        let mut desk = Desk::new();
        let lease = desk.active(fixed(8_000, PRICE), 3 * PRICE, PRICE);
        desk.pass(8_000 + late);
        let response = desk.settle(lease);
        assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::DurationEnded));
        assert_eq!(penalties(&response), [(10_000, None)]);
        assert_eq!(events(&response, "outage")[0].attributes[1].value, "7940");
        assert_eq!(desk.money(lease).gross, n(0));
    }
}

#[test]
fn announced_maintenance_is_free() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    let last = desk.now();
    desk.world.borrow_mut().maintenance = Some((last.plus(Seconds(100)), last.plus(Seconds(10_100))));
    desk.pass(10_300);
    assert_eq!(
        failed(&mut desk, lease).unwrap_err(),
        ContractError::NothingFailed { lease }
    );
    let response = desk.beat(lease);
    assert_eq!(events(&response, "outage")[0].attributes[1].value, "240");
    assert_eq!(penalties(&response), []);
    assert_eq!(desk.credited(lease), 120);

    desk.world.borrow_mut().maintenance = None;
    desk.pass(10_300);
    assert_eq!(penalties(&desk.beat(lease)), [(10_000, None)]);
}

#[test]
fn silence_after_the_tenant_suspended_is_no_failure() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.pass(60);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(20_000);
    let response = failed(&mut desk, lease).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Suspended));
    assert_eq!(penalties(&response), []);
}

#[test]
fn silence_from_before_a_suspension_stays_a_failure() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.pass(1_000);
    desk.exec("tenant", ExecuteMsg::Suspend { lease }).unwrap();
    desk.pass(20_000);
    let response = failed(&mut desk, lease).unwrap();
    assert_eq!(desk.lease(lease).close_reason, Some(CloseReason::Silent));
    assert_eq!(penalties(&response).len(), 1);
    assert_eq!(events(&response, "outage")[0].attributes[1].value, "940");
}

#[test]
fn open_leases_keep_the_service_terms_they_were_ordered_with() {
    let mut desk = Desk::new();
    let order = desk.place(fixed(36_000, PRICE), 10 * PRICE);
    desk.update(ParamsUpdate {
        heartbeat_window: Some(Seconds(30)),
        heartbeat_interval: Some(Seconds(10)),
        grace: Some(Seconds(31)),
        min_silent_blocks: Some(0),
        outage_max: Some(Seconds(1)),
        outage_unpaid: Some(Seconds(0)),
        silence_tip: Some(n(7)),
        ..ParamsUpdate::default()
    })
    .unwrap();
    let award = desk.award(order, PRICE);
    let lease = award.lease;
    desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
    desk.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
    desk.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
    desk.pass(120);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 120);
    desk.pass(300);
    assert_eq!(
        failed(&mut desk, lease).unwrap_err(),
        ContractError::NothingFailed { lease }
    );
    desk.pass(700);
    let tip = Some((addr("anyone").to_string(), 100_000));
    assert_eq!(penalties(&failed(&mut desk, lease).unwrap()), [(500, tip)]);

    let lease = desk.active(fixed(36_000, PRICE), 10 * PRICE, PRICE);
    desk.pass(31);
    desk.beat(lease);
    assert_eq!(desk.credited(lease), 0);
}

#[test]
fn a_lease_without_bond_is_charged_nothing() {
    let mut desk = Desk::new();
    let order = desk.place(fixed(36_000, PRICE), 10 * PRICE);
    let mut award = desk.award(order, PRICE);
    award.lease_bond = n(0);
    let lease = award.lease;
    desk.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
    let response = desk.exec("agent", ExecuteMsg::Close { lease }).unwrap();
    assert_eq!(penalties(&response), []);
}

#[test]
fn heartbeats_are_bounded_unique_and_ones_own() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    let mut beat = |sender: &str, leases: Vec<LeaseId>| desk.exec(sender, ExecuteMsg::Heartbeat { leases });
    let count = |count| ContractError::LeaseCount { count, max: 100 };
    assert_eq!(beat("agent", vec![]).unwrap_err(), count(0));
    assert_eq!(beat("agent", vec![lease; 101]).unwrap_err(), count(101));
    assert_eq!(
        beat("agent", vec![lease, lease]).unwrap_err(),
        ContractError::DuplicateLease { lease }
    );
    let unknown = LeaseId(800);
    assert_eq!(
        beat("agent", vec![unknown]).unwrap_err(),
        ContractError::UnknownLease { lease: unknown }
    );
    assert_eq!(
        beat("other agent", vec![lease]).unwrap_err(),
        ContractError::NotTheProvider {
            lease,
            provider: NO,
            sender: addr("other agent")
        }
    );
    assert_eq!(
        beat("anyone", vec![lease]).unwrap_err(),
        ContractError::NoProvider {
            sender: addr("anyone")
        }
    );
    beat("agent", vec![lease]).unwrap();
}

#[test]
fn a_rotated_agent_speaks_and_the_old_one_does_not() {
    let mut desk = Desk::new();
    let lease = ten_hours(&mut desk);
    desk.world.borrow_mut().agent = addr("new agent");
    let leases = vec![lease];
    assert_eq!(
        desk.exec(
            "agent",
            ExecuteMsg::Heartbeat {
                leases: leases.clone()
            }
        )
        .unwrap_err(),
        ContractError::NoProvider {
            sender: addr("agent")
        }
    );
    desk.exec("new agent", ExecuteMsg::Heartbeat { leases }).unwrap();
}
