use market_types::audit::Reward;
use market_types::registry::*;
use market_types::{BasisPoints, CloseReason, LeaseId};

use super::market::*;
use crate::ContractError;

/// Alice has a task with a work bond of 60 tokens.
fn with_task() -> Market {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("book", commit_msg(8, task_candidacy("alice")));
    market
}

fn slash(share: u16, convict: bool, rewards: Vec<Reward>, tip: Option<(&str, u128)>) -> ExecuteMsg {
    ExecuteMsg::Slash {
        lease: LeaseId(8),
        share: BasisPoints(share),
        rewards,
        tip: tip.map(|(to, amount)| Tip {
            to: text(to),
            amount: n(amount),
        }),
        convict,
    }
}

fn bond(market: &Market) -> (u128, u128) {
    let bond = market.provider("alice").bond;
    (bond.bonded.u128(), bond.locked.u128())
}

fn commitment(market: &Market) -> CommitmentResponse {
    market.ask(QueryMsg::Commitment { lease: LeaseId(8) })
}

#[test]
fn reporters_get_at_most_a_fifth_and_the_rest_is_burned() {
    let mut market = with_task();
    let rewards = vec![reward("bob", 10 * TOKEN), reward("carol", 10 * TOKEN)];
    let response = market.ok(
        "attestation",
        slash(10_000, true, rewards, Some(("keeper", TOKEN))),
    );
    // 12 of 60.
    assert_eq!(market.claimable("keeper"), TOKEN);
    assert_eq!(market.claimable("bob"), 10 * TOKEN);
    assert_eq!(market.claimable("carol"), TOKEN);
    assert_eq!(burned(&response), 48 * TOKEN);
    assert_eq!(
        market.ask::<cosmwasm_std::Uint128>(QueryMsg::Burned {}),
        n(48 * TOKEN)
    );
    assert_eq!(bond(&market), (9_940 * TOKEN, 0));
}

#[test]
fn a_share_is_of_the_whole_work_bond_and_never_more_than_is_left() {
    let mut market = with_task();
    for left in [54, 48] {
        market.ok("attestation", slash_msg(1_000, false));
        assert_eq!(commitment(&market).slashed, n((60 - left) * TOKEN));
    }
    assert!(!market.provider("alice").suspended);
    let response = market.ok("attestation", slash_msg(10_000, true));
    assert_eq!(burned(&response), 48 * TOKEN);
    let response = market.ok("attestation", slash_msg(10_000, true));
    assert_eq!(burned(&response), 0);
    assert_eq!(bond(&market), (9_940 * TOKEN, 0));
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(bond(&market), (9_940 * TOKEN, 0), "what is gone is not freed");
    let gone = ContractError::NoCommitment { lease: LeaseId(8) };
    assert_eq!(market.err("attestation", slash_msg(1, false)), gone);
}

#[test]
fn the_share_has_a_bound_and_dust_stays_with_the_provider() {
    let mut market = with_task();
    let refused = market.err("attestation", slash_msg(10_001, false));
    assert!(matches!(
        refused,
        ContractError::OutOfBounds { what: "share", .. }
    ));
    market.ok(
        "alice",
        ExecuteMsg::AddWorkBond {
            lease: LeaseId(8),
            amount: n(9),
        },
    );
    market.ok("attestation", slash_msg(1_000, false));
    assert_eq!(
        commitment(&market).slashed,
        n(6 * TOKEN),
        "nine tenths of a unit are none"
    );
}

#[test]
fn the_convicted_get_no_award_and_judge_nobody_until_reinstated() {
    let mut market = with_task();
    market.wait(5);
    let response = market.ok("attestation", slash_msg(10_000, true));
    assert_eq!(event(&response, "convicted"), "true");
    let alice = market.provider("alice");
    assert!(alice.suspended);
    assert_eq!(
        alice.shrunk_at,
        Some(market.now()),
        "a bid it cannot keep is a no-show"
    );
    assert_eq!(market.refusal(candidacy("alice")), Some(Refusal::Suspended {}));
    let table: AuditTable = market.ask(QueryMsg::AuditTable { class: exact() });
    assert_eq!((table.live, table.operators), (1, 1));
    let offer = ExecuteMsg::OfferAudits {
        class: exact(),
        places: 1,
    };
    let suspended = ContractError::Suspended {
        provider: number_of("alice"),
    };
    assert_eq!(market.err("alice", offer.clone()), suspended);
    let reputation: ReputationResponse = market.ask(QueryMsg::Reputation { owner: text("alice") });
    assert_eq!(reputation.convictions, 1);

    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(8_941 * TOKEN),
        },
    );
    let short = ContractError::FreeBondShort {
        asked: n(1_000 * TOKEN),
        free: n(999 * TOKEN),
    };
    assert_eq!(market.err("alice", ExecuteMsg::Reinstate {}), short);
    market.bond("alice", TOKEN).unwrap();
    market.ok("alice", ExecuteMsg::Reinstate {});
    assert_eq!(market.refusal(candidacy("alice")), None);
    let again = ContractError::NotSuspended {
        provider: number_of("alice"),
    };
    assert_eq!(market.err("alice", ExecuteMsg::Reinstate {}), again);
    market.ok("alice", offer);
}

#[test]
fn slashed_work_bond_weighs_against_its_lease_when_it_ends() {
    let mut market = with_task();
    market.ok("attestation", slash_msg(1_000, false));
    let ended = ExecuteMsg::Record(Evidence {
        provider: number_of("alice"),
        lease: LeaseId(8),
        token: text("usd"),
        fact: Fact::Ended {
            reason: CloseReason::Completed,
            gross: n(100 * TOKEN),
            fee: n(2 * TOKEN),
            fee_expected: n(20 * TOKEN),
        },
    });
    market.ok("escrow", ended);
    let reputation: ReputationResponse = market.ask(QueryMsg::Reputation { owner: text("alice") });
    assert_eq!(
        (reputation.success_weight, reputation.failure_weight),
        (n(1_000_000), n(1_000_000))
    );
}

#[test]
fn attestation_tells_of_passed_audits_and_missed_openings_and_of_nothing_else() {
    let mut market = with_task();
    let record = |fact| {
        ExecuteMsg::Record(Evidence {
            provider: number_of("alice"),
            lease: LeaseId(8),
            token: text("usd"),
            fact,
        })
    };
    market.ok("attestation", record(Fact::AuditPassed {}));
    market.ok("attestation", record(Fact::MissedOpening {}));
    let reputation: ReputationResponse = market.ask(QueryMsg::Reputation { owner: text("alice") });
    assert_eq!((reputation.audits_passed, reputation.missed_openings), (1, 1));
    for fact in [Fact::AuditPassed {}, Fact::MissedOpening {}] {
        assert_eq!(
            market.err("escrow", record(fact)),
            unauthorized("escrow", "attestation contract")
        );
    }
    let outage = record(Fact::Outage {
        length: market_types::Seconds(1),
    });
    assert_eq!(
        market.err("attestation", outage),
        unauthorized("attestation", "lease escrow")
    );
}

#[test]
fn free_bond_may_be_put_behind_a_running_task() {
    let mut market = with_task();
    let add = |amount| ExecuteMsg::AddWorkBond {
        lease: LeaseId(8),
        amount: n(amount),
    };
    market.ok("alice", add(40 * TOKEN));
    assert_eq!(commitment(&market).work_bond, n(100 * TOKEN));
    assert_eq!(bond(&market), (10_000 * TOKEN, 100 * TOKEN));
    assert_eq!(market.err("alice", add(0)), ContractError::ZeroAmount {});
    assert!(matches!(
        market.err("alice", add(9_901 * TOKEN)),
        ContractError::FreeBondShort { .. }
    ));
    let others = ContractError::NoWorkBond {
        lease: LeaseId(8),
        provider: number_of("bob"),
    };
    assert_eq!(market.err("bob", add(1)), others);
    let mut stream = Market::with_lease();
    assert!(matches!(
        stream.err("alice", add(1)),
        ContractError::NoWorkBond { .. }
    ));
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(bond(&market), (10_000 * TOKEN, 0));
}
