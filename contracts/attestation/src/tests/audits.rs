//! Each message of an audit: whose turn it is, what is shown, and what is refused.

use market_types::attestation::{AuditOutcome, Panel, SeatState};
use market_types::audit::{commitment, Answer, AuditVerdict};
use market_types::receipt::OpeningError;
use market_types::{Page, Paging};

use super::court::*;
use super::*;

fn wrong_step(error: ContractError) -> bool {
    matches!(error, ContractError::WrongStep { .. })
}

fn commit(no: u32, answer: Answer) -> ExecuteMsg {
    ExecuteMsg::Commit {
        audit: audit(0),
        commitment: commitment(audit(0), ProviderNo(no), &answer, &SALT),
    }
}

fn show(opening: market_types::receipt::Opening) -> ExecuteMsg {
    ExecuteMsg::Open {
        audit: audit(0),
        opening,
    }
}

#[test]
fn only_drawn_units_are_opened_once_and_two_fees_are_set_aside() {
    let mut court = Court::new();
    court.post();
    assert!(matches!(
        court.refused("anybody", open_audit(0)),
        ContractError::NotDrawn { .. }
    ));
    court.beacons();
    court.draw();
    assert!(matches!(
        court.refused("anybody", open_audit(UNITS)),
        ContractError::OtherBatch { unit: UNITS, .. }
    ));
    court.ok("anybody", open_audit(0));
    assert_eq!(
        *court.escrow.last().unwrap(),
        escrow::ExecuteMsg::SetAside {
            audit: audit(0),
            amount: n(2 * PRICE),
            payer: escrow::Payer::Pool
        }
    );
    assert_eq!(
        court.refused("anybody", open_audit(0)),
        ContractError::AlreadyAudited { audit: audit(0) }
    );
}

#[test]
fn a_unit_that_was_not_drawn_is_not_audited() {
    let mut court = Court::of(ComparisonClass::Exact, |params| {
        params.classes[0].audit_floor_ppm = 0;
    });
    court.market.work.borrow_mut().work_bond_value = n(1_000_000_000_000);
    court.post();
    court.beacons();
    court.draw();
    assert_eq!(
        court.refused("anybody", open_audit(1)),
        ContractError::UnitNotDrawn { audit: audit(1) }
    );
}

#[test]
fn a_passed_audit_pays_two_auditors_frees_them_and_is_evidence() {
    let mut court = Court::new();
    court.seated(0);
    court.hear(0, &[good(0), good(0)]);
    let response = court.audit(0);
    assert_eq!(
        response.step,
        market_types::attestation::AuditStep::Ended {
            outcome: AuditOutcome::Passed
        }
    );
    assert_eq!(response.result, Some(result(0)));
    assert!(response.seats.iter().all(|seat| {
        seat.panel == Panel::Auditors
            && seat.state
                == SeatState::Revealed {
                    verdict: AuditVerdict::Match,
                }
    }));
    let paid = court.paid();
    assert_eq!(paid.len(), 2);
    for seat in &response.seats {
        assert!(paid
            .iter()
            .any(|reward| reward.to == seat.owner.as_str() && reward.amount == n(PRICE)));
    }
    assert!(court
        .ends()
        .iter()
        .all(|end| end.outcome == registry::SeatOutcome::Met && end.penalty.is_zero()));
    assert!(court.registry.iter().any(|msg| matches!(
        msg,
        registry::ExecuteMsg::Record(evidence) if evidence.fact == registry::Fact::AuditPassed {}
    )));
    for msg in [advance(0), commit(10, good(0)), show(court.opening(0))] {
        assert_eq!(
            court.refused("agent", msg),
            ContractError::AuditEnded {
                audit: audit(0),
                outcome: AuditOutcome::Passed
            }
        );
    }
}

#[test]
fn seats_lock_ten_fees_valued_by_the_leases_own_bond() {
    let mut court = Court::new();
    court.seated(0);
    let Some(registry::ExecuteMsg::Seat {
        providers,
        bond,
        class,
        ..
    }) = court.registry.first()
    else {
        panic!("seats are taken first")
    };
    assert_eq!((providers.len(), *bond), (2, n(LOCK)));
    assert_eq!(class.0, "exact");
}

#[test]
fn each_message_has_its_turn() {
    let mut court = Court::new();
    court.opened(0);
    let opening = court.opening(0);
    let reveal = ExecuteMsg::Reveal {
        audit: audit(0),
        answer: good(0),
        salt: SALT,
    };
    let appeal = ExecuteMsg::Appeal { audit: audit(0) };
    // Seats are empty.
    for msg in [
        commit(10, good(0)),
        show(opening.clone()),
        reveal.clone(),
        appeal.clone(),
    ] {
        assert!(wrong_step(court.refused("agent-10", msg)));
    }
    court.fill(0);
    let sitters = court.sitters(0);
    let (first, second) = (sitters[0].no.0, sitters[1].no.0);
    let agent = format!("agent-{first}");
    for msg in [show(opening.clone()), reveal.clone(), appeal.clone()] {
        assert!(wrong_step(court.refused(&agent, msg)));
    }
    assert!(matches!(
        court.refused("anybody", advance(0)),
        ContractError::NothingToDo {
            step: "committing",
            ..
        }
    ));
    court.commit_as(first, 0, good(0)).unwrap();
    court.commit_as(second, 0, good(0)).unwrap();
    for msg in [commit(first, good(0)), reveal.clone(), appeal.clone()] {
        assert!(wrong_step(court.refused(&agent, msg)));
    }
    court.open(0);
    for msg in [commit(first, good(0)), show(opening), appeal] {
        assert!(wrong_step(court.refused("agent", msg)));
    }
    court.reveal_as(first, 0, good(0)).unwrap();
    court.reveal_as(second, 0, good(0)).unwrap();
}

#[test]
fn only_who_is_seated_answers_by_agent_or_owner() {
    let mut court = Court::new();
    court.seated(0);
    let sitter = court.sitters(0)[0].no.0;
    let outsider = (10..40)
        .find(|no| court.sitters(0).iter().all(|sitter| sitter.no.0 != *no))
        .unwrap();
    for sender in [
        "agent",
        "owner",
        "tenant",
        "anybody",
        &format!("agent-{outsider}"),
    ] {
        assert!(matches!(
            court.refused(sender, commit(sitter, good(0))),
            ContractError::NotSeated { .. }
        ));
    }
    let msg = commit(sitter, good(0));
    court.ok(&format!("owner-{sitter}"), msg);
}

#[test]
fn nobody_commits_or_reveals_twice() {
    let mut court = Court::new();
    court.seated(0);
    let sitters = court.sitters(0);
    let (first, second) = (sitters[0].no.0, sitters[1].no.0);
    court.commit_as(first, 0, good(0)).unwrap();
    assert!(matches!(
        court.commit_as(first, 0, bad()),
        Err(ContractError::AnsweredAlready { .. })
    ));
    court.commit_as(second, 0, good(0)).unwrap();
    court.open(0);
    court.reveal_as(first, 0, good(0)).unwrap();
    assert!(matches!(
        court.reveal_as(first, 0, good(0)),
        Err(ContractError::AnsweredAlready { .. })
    ));
}

#[test]
fn an_answer_is_the_one_committed_to_and_of_the_right_kind() {
    let mut court = Court::new();
    court.seated(0);
    let sitters = court.sitters(0);
    let (first, second) = (sitters[0].no.0, sitters[1].no.0);
    let compared = Answer::Compared {
        matches: true,
        score: 1,
    };
    court.commit_as(first, 0, good(0)).unwrap();
    court.commit_as(second, 0, compared).unwrap();
    court.open(0);
    // Copied, or thought better of.
    assert_eq!(
        court.reveal_as(first, 0, bad()).unwrap_err(),
        ContractError::WrongReveal { audit: audit(0) }
    );
    assert_eq!(
        court.reveal_as(second, 0, compared).unwrap_err(),
        ContractError::WrongAnswer { audit: audit(0) }
    );
    court.reveal_as(first, 0, good(0)).unwrap();
}

#[test]
fn anothers_commitment_cannot_be_copied() {
    let mut court = Court::new();
    court.seated(0);
    let sitters = court.sitters(0);
    let (first, second) = (sitters[0].no.0, sitters[1].no.0);
    court.commit_as(first, 0, good(0)).unwrap();
    let copied = commit(first, good(0));
    court.ok(&format!("agent-{second}"), copied);
    court.open(0);
    court.reveal_as(first, 0, good(0)).unwrap();
    assert_eq!(
        court.reveal_as(second, 0, good(0)).unwrap_err(),
        ContractError::WrongReveal { audit: audit(0) }
    );
}

/// At the opening of an exact unit.
fn at_the_opening() -> Court {
    let mut court = Court::new();
    court.seated(0);
    for sitter in court.sitters(0) {
        court.commit_as(sitter.no.0, 0, good(0)).unwrap();
    }
    court
}

#[test]
fn only_the_providers_side_opens() {
    let mut court = at_the_opening();
    for sender in ["tenant", "anybody", "agent-10", "governor"] {
        assert!(matches!(
            court.refused(sender, show(court.opening(0))),
            ContractError::Control(market_control::ControlError::Unauthorized { .. })
        ));
    }
    let opening = court.opening(0);
    court.ok("owner", show(opening));
}

#[test]
fn only_the_units_own_receipt_opens_it() {
    let mut court = at_the_opening();
    let not_under_root =
        |error: ContractError| matches!(error, ContractError::Opening(OpeningError::NotUnderRoot { .. }));
    // A proof for another index.
    let other = court.opening(1);
    assert!(not_under_root(court.refused("agent", show(other))));
    // A second leaf for the same unit.
    let mut second = court.opening(0);
    second.statement.result = Hash32([77; 32]);
    assert!(not_under_root(court.refused("agent", show(second))));
    // A path of another length.
    let mut longer = court.opening(0);
    longer.path.push(Hash32([0; 32]));
    assert!(not_under_root(court.refused("agent", show(longer))));
    let mut shorter = court.opening(0);
    shorter.path.pop();
    assert!(not_under_root(court.refused("agent", show(shorter))));
    let mut unsigned = court.opening(0);
    unsigned.signature = vec![].into();
    assert!(matches!(
        court.refused("agent", show(unsigned)),
        ContractError::Opening(OpeningError::Signature(0))
    ));
}

#[test]
fn a_receipt_of_another_lease_provider_chain_or_contract_opens_nothing() {
    use market_types::receipt::{MarketTag, Tree};
    let own = rooted(Hash32([0; 32]));
    let others = [
        market_types::receipt::Batch {
            lease: LeaseId(9),
            ..own
        },
        market_types::receipt::Batch {
            provider: ProviderNo(4),
            ..own
        },
        market_types::receipt::Batch {
            market: MarketTag::new("another-chain", addr("attestation").as_str()),
            ..own
        },
        market_types::receipt::Batch {
            market: MarketTag::new("cosmos-testnet-14002", addr("another").as_str()),
            ..own
        },
    ];
    for other in others {
        let mut court = Court::new();
        let statement = court.opening(0).statement;
        let leaves: Vec<_> = (0..UNITS)
            .map(|unit| other.receipt(unit, &statement).leaf())
            .collect();
        court.tree = Tree::of_batch(&leaves, blind()).unwrap();
        court.seated(0);
        for sitter in court.sitters(0) {
            court.commit_as(sitter.no.0, 0, good(0)).unwrap();
        }
        let opening = court.opening(0);
        assert!(matches!(
            court.refused("agent", show(opening)),
            ContractError::Opening(OpeningError::NotUnderRoot { .. })
        ));
    }
}

#[test]
fn late_is_refused_and_only_cranked_past() {
    let mut court = Court::new();
    court.seated(0);
    let sitter = court.sitters(0)[0].no.0;
    court.wait(DAY);
    assert!(matches!(
        court.commit_as(sitter, 0, good(0)),
        Err(ContractError::TooLate { .. })
    ));
    let mut court = at_the_opening();
    court.wait(DAY);
    let opening = court.opening(0);
    assert!(matches!(
        court.refused("agent", show(opening)),
        ContractError::TooLate { .. }
    ));
    let mut court = at_the_opening();
    let sitter = court.sitters(0)[0].no.0;
    court.open(0);
    court.wait(DAY);
    assert!(matches!(
        court.reveal_as(sitter, 0, good(0)),
        Err(ContractError::TooLate { .. })
    ));
}

#[test]
fn a_chain_that_stood_still_makes_nobody_late() {
    let mut court = Court::new();
    court.seated(0);
    let sitter = court.sitters(0)[0].no.0;
    let later = court.now().0 + DAY;
    court.market.at(later);
    assert!(matches!(
        court.refused("anybody", advance(0)),
        ContractError::NothingToDo { .. }
    ));
    court.commit_as(sitter, 0, good(0)).unwrap();
}

#[test]
fn who_does_not_commit_pays_its_fee_who_does_not_reveal_its_lock_and_the_crank_is_tipped() {
    let mut court = Court::new();
    court.seated(0);
    let sitters = court.sitters(0);
    court.commit_as(sitters[0].no.0, 0, good(0)).unwrap();
    court.expire(0);
    let Some(registry::ExecuteMsg::Unseat {
        ends, tip, rewards, ..
    }) = court.registry.last()
    else {
        panic!("{:?}", court.registry)
    };
    assert_eq!(
        *ends,
        [registry::SeatEnd {
            provider: sitters[1].no,
            outcome: registry::SeatOutcome::Missed,
            penalty: n(LOCK / 10)
        }]
    );
    assert_eq!(tip.as_ref().unwrap().to, addr("cranker").as_str());
    assert!(rewards.is_empty());
    // Somebody else takes the seat, by a later round; the first need not commit again.
    assert!(matches!(
        court.refused("anybody", advance(0)),
        ContractError::NoBeaconSince { .. }
    ));
    court.fill(0);
    let third = court.audit(0).seats[2].provider.0;
    court.commit_as(third, 0, good(0)).unwrap();
    court.open(0);
    court.reveal_as(third, 0, good(0)).unwrap();
    court.expire(0);
    let ends = court.ends();
    assert_eq!(ends.last().unwrap().penalty, n(LOCK));
    assert_eq!(ends.last().unwrap().provider, sitters[0].no);
}

#[test]
fn duties_are_listed_until_they_end() {
    let duties = |court: &Court, no: u32| -> Vec<market_types::audit::AuditId> {
        let paging = Paging::default();
        let provider = ProviderNo(no);
        let page: Page<_, market_types::audit::AuditId> =
            court.market.ask(QueryMsg::Duties { provider, paging }).unwrap();
        page.items
    };
    let mut court = Court::new();
    court.seated(0);
    let sitters = court.sitters(0);
    for sitter in &sitters {
        assert_eq!(duties(&court, sitter.no.0), [audit(0)]);
    }
    court.hear(0, &[good(0), good(0)]);
    for sitter in &sitters {
        assert_eq!(duties(&court, sitter.no.0), []);
    }
}

#[test]
fn audits_are_read_in_pages() {
    let mut court = Court::new();
    court.opened(0);
    for unit in 1..UNITS {
        court.ok("anybody", open_audit(unit));
    }
    let page: Page<market_types::attestation::AuditResponse, u32> = court
        .market
        .ask(QueryMsg::Audits {
            lease: LEASE,
            paging: Paging {
                start_after: Some(0),
                limit: Some(2),
            },
        })
        .unwrap();
    let units: Vec<u32> = page.items.iter().map(|audit| audit.audit.unit).collect();
    assert_eq!((units, page.next_start_after), (vec![1, 2], Some(2)));
}

#[test]
fn there_is_nothing_to_say_about_an_audit_that_is_not_there() {
    let mut court = Court::new();
    let messages = [
        advance(0),
        commit(10, good(0)),
        show(court.opening(0)),
        ExecuteMsg::Appeal { audit: audit(0) },
        ExecuteMsg::Reveal {
            audit: audit(0),
            answer: good(0),
            salt: SALT,
        },
    ];
    for msg in messages {
        assert_eq!(
            court.refused("agent", msg),
            ContractError::NoAudit { audit: audit(0) }
        );
    }
}
