//! What verdicts do to units, bonds and those who sat.

use market_types::attestation::{AuditOutcome, AuditStep, BatchStatus, BreakerResponse, LeaseAuditsResponse};
use market_types::audit::{Answer, AuditClass};

use super::court::*;
use super::*;

fn ended(outcome: AuditOutcome) -> AuditStep {
    AuditStep::Ended { outcome }
}

fn slashes(court: &Court) -> Vec<(u16, bool, usize)> {
    court
        .registry
        .iter()
        .filter_map(|msg| match msg {
            registry::ExecuteMsg::Slash {
                share,
                convict,
                rewards,
                ..
            } => Some((share.0, *convict, rewards.len())),
            _ => None,
        })
        .collect()
}

fn refunds(court: &Court) -> u32 {
    let refunds = court.escrow.iter().filter_map(|msg| match msg {
        escrow::ExecuteMsg::Refund { units, .. } => Some(*units),
        _ => None,
    });
    refunds.sum()
}

fn convictions(court: &Court) -> usize {
    let convict = |msg: &&escrow::ExecuteMsg| matches!(msg, escrow::ExecuteMsg::Convict { .. });
    court.escrow.iter().filter(convict).count()
}

fn unavailable() -> Answer {
    Answer::Unavailable {}
}

#[test]
fn a_conviction_takes_the_bond_before_the_lease_is_closed_and_rewards_who_found_it() {
    let mut court = Court::new();
    court.seated(0);
    court.found_guilty(0);
    assert!(matches!(
        court.step(0),
        AuditStep::Decided {
            outcome: AuditOutcome::Convicted,
            ..
        }
    ));
    assert_eq!(convictions(&court), 0, "it can be appealed");
    let before = court.registry.len();
    court.expire(0);
    assert_eq!(court.step(0), ended(AuditOutcome::Convicted));
    assert_eq!(convictions(&court), 1);
    let Some(registry::ExecuteMsg::Slash {
        share,
        rewards,
        convict: true,
        ..
    }) = court.registry.get(before)
    else {
        panic!("{:?}", &court.registry[before..])
    };
    // A fifth of 10,000 among seven, rounded down.
    assert_eq!((*share, rewards.len()), (BasisPoints::WHOLE, 7));
    assert!(rewards.iter().all(|reward| reward.amount == n(285)));
    assert_eq!(court.paid().len(), 7);
    let lease: LeaseAuditsResponse = court.market.ask(QueryMsg::LeaseAudits { lease: LEASE }).unwrap();
    assert!(lease.convicted);
    assert_eq!(court.market.batch(0).status, BatchStatus::Convicted);
}

#[test]
fn after_a_conviction_nothing_of_the_lease_is_drawn_opened_or_released_and_other_audits_are_moot() {
    let mut court = Court::new();
    court.seated(0);
    court.ok("anybody", open_audit(1));
    court.fill(1);
    let sitter = court.sitters(1)[0].no.0;
    court.commit_as(sitter, 1, good(1)).unwrap();
    court.found_guilty(0);
    // The other audit waits for its answers meanwhile.
    court.expire(0);
    let convicted = ContractError::Convicted { lease: LEASE };
    assert_eq!(court.refused("anybody", release(0)), convicted);
    assert_eq!(court.refused("anybody", draw()), convicted);
    assert_eq!(court.refused("anybody", open_audit(2)), convicted);
    let paid = court.paid().len();
    court.ok("anybody", advance(1));
    assert_eq!(court.step(1), ended(AuditOutcome::Moot));
    assert_eq!(court.paid().len(), paid + 1, "who had committed is paid");
    assert_eq!((convictions(&court), slashes(&court).len()), (1, 1));
}

#[test]
fn the_convicted_provider_appeals_and_eleven_overturn_it() {
    let mut court = Court::new();
    court.seated(0);
    court.found_guilty(0);
    let appeal = ExecuteMsg::Appeal { audit: audit(0) };
    for sender in ["tenant", "anybody", "agent-10"] {
        assert!(court.send(sender, appeal.clone()).is_err());
    }
    court.ok("owner", appeal.clone());
    assert!(court.send("owner", appeal.clone()).is_err(), "twice");
    court.fill(0);
    court.hear(0, &[good(0); 11]);
    assert_eq!(court.step(0), ended(AuditOutcome::Passed));
    assert_eq!((convictions(&court), slashes(&court).len()), (0, 0));
    // Both accusers; the five were of one mind, so none of them stood alone.
    assert_eq!(court.at_fault().len(), 2);
}

#[test]
fn an_appeal_is_refused_late_and_where_nothing_is_at_stake() {
    let mut court = Court::new();
    court.seated(0);
    court.found_guilty(0);
    court.wait(DAY);
    let appeal = ExecuteMsg::Appeal { audit: audit(0) };
    assert!(matches!(
        court.refused("owner", appeal),
        ContractError::TooLate { .. }
    ));
}

#[test]
fn the_accuser_appeals_a_pass_and_the_provider_does_not() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[bad(), good(0)]);
    let accuser = {
        let audit = court.audit(0);
        let seat = audit.seats.iter().find(|seat| {
            seat.state
                == market_types::attestation::SeatState::Revealed {
                    verdict: market_types::audit::AuditVerdict::Mismatch,
                }
        });
        seat.unwrap().provider.0
    };
    court.fill(0);
    court.hear(0, &[good(0); 5]);
    let appeal = ExecuteMsg::Appeal { audit: audit(0) };
    assert!(court.send("owner", appeal.clone()).is_err());
    court.ok(&format!("owner-{accuser}"), appeal);
}

#[test]
fn a_false_accuser_loses_its_lock_of_which_the_jury_is_paid() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[bad(), good(0)]);
    court.fill(0);
    court.hear(0, &[good(0); 5]);
    court.expire(0);
    assert_eq!(court.step(0), ended(AuditOutcome::Passed));
    let at_fault = court.at_fault();
    assert_eq!(at_fault.len(), 1);
    assert_eq!(at_fault[0].penalty, n(LOCK));
    let rewards: Vec<_> = court
        .registry
        .iter()
        .filter_map(|msg| match msg {
            registry::ExecuteMsg::Unseat { rewards, .. } => Some(rewards.clone()),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(rewards.len(), 5);
    assert!(rewards.iter().all(|reward| reward.amount == n(LOCK / 10)));
    // The auditor that was right has its fee; what was set aside for the jury returns.
    assert_eq!(court.paid().len(), 1);
}

#[test]
fn a_divided_jury_refunds_the_unit_and_pays_all() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[bad(), good(0)]);
    court.fill(0);
    court.hear(0, &[bad(), bad(), good(0), good(0), good(0)]);
    assert_eq!(court.step(0), ended(AuditOutcome::Undecided));
    assert_eq!((refunds(&court), slashes(&court).len()), (1, 0));
    assert_eq!((court.paid().len(), court.at_fault().len()), (7, 0));
}

#[test]
fn the_first_missed_opening_costs_the_unit_and_a_tenth_the_second_convicts() {
    let mut court = Court::new();
    for unit in [0, 1] {
        if unit == 0 {
            court.seated(0);
        } else {
            court.ok("anybody", open_audit(1));
            court.fill(1);
        }
        for sitter in court.sitters(unit) {
            court.commit_as(sitter.no.0, unit, good(unit)).unwrap();
        }
        court.expire(unit);
        assert_eq!(court.step(unit), ended(AuditOutcome::NotOpened));
    }
    assert_eq!(slashes(&court), [(1_000, false, 0), (10_000, true, 0)]);
    assert_eq!((refunds(&court), convictions(&court)), (1, 1));
    let missed = |msg: &&registry::ExecuteMsg| matches!(msg, registry::ExecuteMsg::Record(evidence) if evidence.fact == registry::Fact::MissedOpening {});
    assert_eq!(court.registry.iter().filter(missed).count(), 2);
}

#[test]
fn openings_missed_in_one_absence_are_one_and_a_month_forgives() {
    let mut court = Court::new();
    court.seated(0);
    court.ok("anybody", open_audit(1));
    court.fill(1);
    for unit in [0, 1] {
        for sitter in court.sitters(unit) {
            court.commit_as(sitter.no.0, unit, good(unit)).unwrap();
        }
    }
    court.expire(0);
    court.ok("cranker", advance(1));
    assert_eq!(slashes(&court), [(1_000, false, 0), (1_000, false, 0)]);
    court.wait(30 * DAY);
    court.ok("anybody", open_audit(2));
    court.fill(2);
    for sitter in court.sitters(2) {
        court.commit_as(sitter.no.0, 2, good(2)).unwrap();
    }
    court.expire(2);
    assert_eq!(slashes(&court).last(), Some(&(1_000, false, 0)));
    assert_eq!(convictions(&court), 0);
}

#[test]
fn data_withheld_from_two_pairs_is_a_missed_opening() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[unavailable(), unavailable()]);
    court.fill(0);
    court.hear(0, &[unavailable(), unavailable()]);
    assert_eq!(court.step(0), ended(AuditOutcome::Unavailable));
    assert_eq!((refunds(&court), slashes(&court)), (1, vec![(1_000, false, 0)]));
}

#[test]
fn a_comparison_with_tolerance_opens_first_and_takes_the_auditors_word() {
    let mut court = Court::of(ComparisonClass::Image, |_| {});
    court.seated(0);
    let fine = Answer::Compared {
        matches: true,
        score: 17,
    };
    court.hear(0, &[fine, fine]);
    assert_eq!(court.step(0), ended(AuditOutcome::Passed));
    assert_eq!(court.audit(0).class.0, "image/software-vulkan");
    // A tenth of the price.
    assert!(court.paid().iter().all(|reward| reward.amount == n(PRICE / 10)));
}

#[test]
fn five_operators_convicted_in_a_day_make_convictions_of_their_class_wait() {
    let mut court = Court::new();
    {
        let storage = &mut court.market.deps.storage;
        let mut record = crate::breaker::Record::default();
        for operator in 1..=4 {
            assert_eq!(
                record.convict(operator, market_types::UnixTime(START + 80_000)),
                None
            );
        }
        crate::state::BREAKERS.save(storage, "exact", &record).unwrap();
    }
    court.seated(0);
    court.found_guilty(0);
    court.wait(4_000);
    court.ok("anybody", advance(0));
    let AuditStep::Frozen { until } = court.step(0) else {
        panic!("{:?}", court.step(0))
    };
    assert_eq!(until, court.now().plus(Seconds(DAY)));
    let class = AuditClass("exact".into());
    let breaker: BreakerResponse = court.market.ask(QueryMsg::Breaker { class }).unwrap();
    assert_eq!((breaker.frozen_until, breaker.operators), (Some(until), 5));
    assert!(matches!(
        court.refused("anybody", advance(0)),
        ContractError::NothingToDo { step: "frozen", .. }
    ));
    assert_eq!(convictions(&court), 0);
    court.wait(DAY);
    court.ok("anybody", advance(0));
    assert_eq!(court.step(0), ended(AuditOutcome::Convicted));
    assert_eq!(convictions(&court), 1);
}
