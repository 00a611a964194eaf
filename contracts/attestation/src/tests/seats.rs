//! Who may sit, and that nobody can change who is drawn by coming, going or bonding.

use market_types::attestation::{AuditOutcome, AuditStep};
use market_types::UnixTime;

use super::court::*;
use super::*;

/// The table before the audit is opened.
fn with_table(table: Vec<Option<registry::AuditEntry>>) -> Court {
    let court = Court::new();
    court.bench.borrow_mut().table = table;
    court
}

fn seats(court: &Court) -> Vec<u32> {
    court.audit(0).seats.iter().map(|seat| seat.provider.0).collect()
}

#[test]
fn the_provider_the_tenant_and_their_groups_never_sit() {
    let mut own = entry(10);
    own.auditor.no = ProviderNo(3);
    let mut group = entry(11);
    group.auditor.group = "the provider's".into();
    let mut tenant = entry(12);
    tenant.auditor.owner = addr("tenant");
    let mut tenants_agent = entry(13);
    tenants_agent.auditor.agent = addr("tenant");
    let mut tenants_group = entry(14);
    tenants_group.auditor.group = "the tenant's".into();
    let all = [own, group, tenant, tenants_agent, tenants_group];
    let mut court = with_table(all.into_iter().map(Some).collect());
    let tenant = addr("tenant").to_string();
    court
        .bench
        .borrow_mut()
        .known
        .insert(tenant, known(99, "the tenant's"));
    court.seated(0);
    assert_eq!(
        court.step(0),
        AuditStep::Ended {
            outcome: AuditOutcome::Unaudited
        }
    );
    assert_eq!(seats(&court), [0u32; 0]);
}

#[test]
fn one_operator_sits_once() {
    let mut twin = entry(11);
    twin.auditor.group = "group-10".into();
    let mut court = with_table(vec![Some(entry(10)), Some(twin)]);
    court.seated(0);
    assert_eq!(seats(&court).len(), 1);
}

#[test]
fn who_came_or_grew_after_the_opening_is_not_drawn() {
    let mut court = Court::new();
    court.post();
    court.beacons();
    court.draw();
    let now = court.now();
    for entry in court.bench.borrow_mut().table.iter_mut().flatten() {
        entry.since = now;
    }
    court.ok("anybody", open_audit(0));
    court.fill(0);
    assert_eq!(seats(&court), [0u32; 0]);
}

#[test]
fn a_table_that_grew_after_the_opening_changes_nobodys_seat() {
    let drawn = |change: fn(&mut Vec<Option<registry::AuditEntry>>)| {
        let mut court = Court::new();
        court.opened(0);
        change(&mut court.bench.borrow_mut().table);
        court.fill(0);
        seats(&court)
    };
    let as_it_was = drawn(|_| {});
    let grown = drawn(|table| {
        table.extend((50..90).map(|no| {
            let mut late = entry(no);
            late.since = UnixTime(START + DAY);
            Some(late)
        }))
    });
    assert_eq!(grown, as_it_was);
}

#[test]
fn leaving_gives_ones_own_seat_away_and_changes_no_other() {
    let mut court = Court::new();
    court.opened(0);
    court.fill(0);
    let (first, second) = (seats(&court)[0], seats(&court)[1]);
    let mut again = Court::new();
    again.opened(0);
    again.bench.borrow_mut().table[first as usize - 10] = None;
    again.fill(0);
    let after = seats(&again);
    assert_eq!(after[0], second);
    assert_ne!(after[1], first);
}

#[test]
fn a_pair_rests_for_a_week_unless_nobody_else_can_be_found() {
    let mut court = Court::new();
    court.seated(0);
    let first = seats(&court);
    court.ok("anybody", open_audit(1));
    court.fill(1);
    let sitters: Vec<u32> = court.sitters(1).iter().map(|sitter| sitter.no.0).collect();
    assert!(sitters.iter().all(|no| !first.contains(no)));

    // A market of four operators: the pair that rests is asked again rather than nobody.
    let mut small = with_table((10..12).map(|no| Some(entry(no))).collect());
    small.seated(0);
    small.ok("anybody", open_audit(1));
    small.fill(1);
    assert_eq!(small.sitters(1).len(), 2);
}

#[test]
fn a_message_looks_at_sixty_four_tries_and_after_256_the_last_resort_serves() {
    let mut court = with_table(vec![None; 16]);
    court.bench.borrow_mut().last_resort = vec![operator(70), operator(71), operator(72)];
    court.opened(0);
    court.beacons();
    for cranks in 1..=4 {
        assert!(matches!(court.step(0), AuditStep::Seating { .. }));
        court.ok("anybody", advance(0));
        assert_eq!(court.bench.borrow().tried, 64 * cranks);
    }
    assert_eq!(seats(&court), [70, 71]);
    assert!(matches!(court.step(0), AuditStep::Committing { .. }));
}

#[test]
fn those_of_last_resort_are_no_judges_of_their_own_either() {
    let mut court = with_table(vec![]);
    let mut own = operator(70);
    own.group = "the provider's".into();
    court.bench.borrow_mut().last_resort = vec![own, operator(71)];
    court.seated(0);
    assert_eq!(seats(&court), [71]);
}

#[test]
fn a_stage_is_filled_by_a_later_round_than_the_end_of_the_one_before() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[bad(), good(0)]);
    let AuditStep::Seating { height, .. } = court.step(0) else {
        panic!("a jury is called")
    };
    assert_eq!(height, court.market.env.block.height);
    assert_eq!(
        court.refused("anybody", advance(0)),
        ContractError::NoBeaconSince { height }
    );
    court.wait(60);
    let rounds = crate::beacon::rounds(&beacon_params(&court.key));
    let latest = rounds.latest(court.now()).unwrap();
    court.submit(latest - latest % 20).unwrap();
    // It is there, and none that was known then is taken.
    assert!(matches!(
        court.refused("anybody", advance(0)),
        ContractError::NoBeacon { round, .. } if round > latest - latest % 20
    ));
}
