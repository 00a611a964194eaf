use market_types::registry::*;
use market_types::{OrderId, Seconds};

use super::market::*;
use crate::ContractError;

fn bond(market: &Market, owner: &str) -> (u128, u128) {
    let bond = market.provider(owner).bond;
    (bond.bonded.u128(), bond.locked.u128())
}

fn unseat(
    unit: u32,
    ends: Vec<SeatEnd>,
    rewards: Vec<market_types::audit::Reward>,
    tip: Option<(&str, u128)>,
) -> ExecuteMsg {
    ExecuteMsg::Unseat {
        audit: audit(unit),
        ends,
        rewards,
        tip: tip.map(|(to, amount)| Tip {
            to: text(to),
            amount: n(amount),
        }),
    }
}

#[test]
fn a_seat_locks_its_bond_and_a_place_until_it_ends() {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("attestation", seat_msg(0, &["alice", "bob"], 30 * TOKEN));
    assert_eq!(bond(&market, "alice"), (10_000 * TOKEN, 30 * TOKEN));
    let used = |market: &Market| -> u32 {
        let offers: Vec<AuditOffer> = market.ask(QueryMsg::AuditOffers { owner: text("alice") });
        offers[0].used
    };
    assert_eq!(used(&market), 1);
    let seats: Vec<SeatResponse> = market.ask(QueryMsg::Seats { audit: audit(0) });
    assert_eq!(seats.len(), 2);
    assert_eq!(
        (seats[1].provider, seats[1].bond),
        (number_of("bob"), n(30 * TOKEN))
    );
    let ends = vec![
        end("alice", SeatOutcome::Met, 0),
        end("bob", SeatOutcome::Missed, 0),
    ];
    let response = market.ok(
        "attestation",
        unseat(0, ends, vec![reward("carol", 9)], Some(("carol", 9))),
    );
    assert_eq!(
        (burned(&response), market.claimable("carol")),
        (0, 0),
        "nothing taken, nothing paid"
    );
    assert_eq!(bond(&market, "alice"), (10_000 * TOKEN, 0));
    assert_eq!(used(&market), 0);
    let of = |owner: &str| -> ReputationResponse { market.ask(QueryMsg::Reputation { owner: text(owner) }) };
    assert_eq!((of("alice").duties_met, of("alice").duties_missed), (1, 0));
    assert_eq!((of("bob").duties_met, of("bob").duties_missed), (0, 1));
}

#[test]
fn a_seat_is_taken_once_and_ended_once() {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("attestation", seat_msg(0, &["alice"], 1));
    let refused = market.err("attestation", seat_msg(0, &["bob", "alice"], 1));
    let seated = ContractError::SeatedAlready {
        provider: number_of("alice"),
        audit: audit(0),
    };
    assert_eq!(refused, seated);
    assert!(matches!(
        market.err("attestation", seat_msg(1, &["bob", "bob"], 1)),
        ContractError::Duplicate { .. }
    ));
    assert!(matches!(
        market.err("attestation", seat_msg(1, &[], 1)),
        ContractError::Count { .. }
    ));
    market.ok("attestation", seat_msg(1, &["alice"], 1));
    let met = vec![end("alice", SeatOutcome::Met, 0)];
    market.ok("attestation", unseat_msg(0, met.clone()));
    let gone = ContractError::NoSeat {
        provider: number_of("alice"),
        audit: audit(0),
    };
    assert_eq!(market.err("attestation", unseat_msg(0, met)), gone);
}

#[test]
fn a_seat_locks_no_more_than_is_free() {
    let mut market = Market::with_auditors(&[]);
    let refused = market.err("attestation", seat_msg(0, &["alice"], 10_000 * TOKEN + 1));
    let short = ContractError::FreeBondShort {
        asked: n(10_000 * TOKEN + 1),
        free: n(10_000 * TOKEN),
    };
    assert_eq!(refused, short);
    market.ok("attestation", seat_msg(0, &["alice"], 10_000 * TOKEN));
    let refused = market.err("alice", ExecuteMsg::Unbond { amount: n(1) });
    assert!(matches!(refused, ContractError::FreeBondShort { .. }));
}

#[test]
fn a_fault_pays_tip_and_rewards_out_of_what_was_taken_and_burns_the_rest() {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("attestation", seat_msg(0, &["alice", "bob"], 100));
    let ends = vec![
        end("alice", SeatOutcome::Fault, 100),
        end("bob", SeatOutcome::Met, 0),
    ];
    let rewards = vec![reward("bob", 60), reward("carol", 20)];
    let response = market.ok("attestation", unseat(0, ends, rewards, Some(("keeper", 5))));
    assert_eq!(burned(&response), 15);
    assert_eq!(
        (
            market.claimable("bob"),
            market.claimable("carol"),
            market.claimable("keeper")
        ),
        (60, 20, 5)
    );
    assert_eq!(bond(&market, "alice"), (10_000 * TOKEN - 100, 0));
    let reputation: ReputationResponse = market.ask(QueryMsg::Reputation { owner: text("alice") });
    assert_eq!(reputation.duties_at_fault, 1);
}

#[test]
fn rewards_end_where_the_penalties_end() {
    let mut market = Market::with_auditors(&["bob"]);
    market.ok("attestation", seat_msg(0, &["alice"], 100));
    let ends = vec![end("alice", SeatOutcome::Fault, 100)];
    let rewards = vec![reward("bob", 60), reward("carol", 60), reward("dave", 60)];
    let response = market.ok("attestation", unseat(0, ends, rewards, Some(("keeper", 10))));
    let paid = ["keeper", "bob", "carol", "dave"].map(|owner| market.claimable(owner));
    assert_eq!((paid, burned(&response)), ([10, 60, 30, 0], 0));
}

#[test]
fn a_penalty_reaches_unbonding_stake_and_never_what_others_hold() {
    let mut market = Market::with_auditors(&[]);
    market.ok("book", commit_msg(8, candidacy("alice")));
    market.ok("attestation", seat_msg(0, &["alice"], 100 * TOKEN));
    market.ok(
        "alice",
        ExecuteMsg::Unbond {
            amount: n(9_700 * TOKEN),
        },
    );
    assert_eq!(bond(&market, "alice"), (300 * TOKEN, 200 * TOKEN));
    let ends = vec![end("alice", SeatOutcome::Fault, 250 * TOKEN)];
    let response = market.ok("attestation", unseat_msg(0, ends));
    assert_eq!(burned(&response), 250 * TOKEN);
    assert_eq!(
        bond(&market, "alice"),
        (100 * TOKEN, 100 * TOKEN),
        "the lease bond stays"
    );
    assert_eq!(
        market.provider("alice").bond.unbonding[0].amount,
        n(9_650 * TOKEN)
    );
}

#[test]
fn a_penalty_beyond_all_there_is_takes_all_there_is() {
    let mut market = Market::with_auditors(&[]);
    market.ok("attestation", seat_msg(0, &["alice"], 1));
    let response = market.ok(
        "attestation",
        unseat_msg(0, vec![end("alice", SeatOutcome::Fault, u128::MAX)]),
    );
    assert_eq!(burned(&response), 10_000 * TOKEN);
}

#[test]
fn leaving_keeps_open_seats_and_their_places() {
    let mut market = Market::with_auditors(&[]);
    market.ok("attestation", seat_msg(0, &["alice"], 5));
    market.ok("alice", ExecuteMsg::LeaveAudits { class: exact() });
    let refused = market.err("alice", ExecuteMsg::Retire {});
    assert_eq!(
        refused,
        ContractError::OpenDuties {
            provider: number_of("alice"),
            duties: 1
        }
    );
    let offers: Vec<AuditOffer> = market.ask(QueryMsg::AuditOffers { owner: text("alice") });
    assert_eq!((offers[0].position, offers[0].used), (None, 1));
    market.ok(
        "alice",
        ExecuteMsg::OfferAudits {
            class: exact(),
            places: 1,
        },
    );
    let entries: Vec<Option<AuditEntry>> = market.ask(QueryMsg::AuditEntries {
        class: exact(),
        tries: vec![AuditTry { position: 0, lot: 0 }],
        bond: n(0),
    });
    assert_eq!(entries, [None], "its one place is taken, however often it leaves");
    market.ok(
        "attestation",
        unseat_msg(0, vec![end("alice", SeatOutcome::Met, 0)]),
    );
    market.ok("alice", ExecuteMsg::Retire {});
}

#[test]
fn those_of_last_resort_take_no_place() {
    let mut market = Market::with_auditors(&[]);
    market.ok("bob", ExecuteMsg::Register(registration("bob", 2)));
    market.bond("bob", 50).unwrap();
    market.ok("attestation", seat_msg(0, &["bob"], 50));
    assert_eq!(bond(&market, "bob"), (50, 50));
    market.ok(
        "attestation",
        unseat_msg(0, vec![end("bob", SeatOutcome::Missed, 10)]),
    );
    assert_eq!(bond(&market, "bob"), (40, 0));
}

#[test]
fn a_no_show_and_a_fault_take_from_the_same_stake_once() {
    let mut market = Market::with_auditors(&[]);
    market.ok("attestation", seat_msg(0, &["alice"], 100));
    let no_show = ExecuteMsg::NoShow {
        order: OrderId(1),
        provider: text("alice"),
        tenant: text("tenant"),
        token: text("usd"),
        value: n(u128::MAX),
    };
    market.ok("book", no_show);
    assert_eq!(
        bond(&market, "alice"),
        (100, 100),
        "what a seat locks answers for the seat"
    );
    market.wait(Seconds::DAY.0);
    let response = market.ok(
        "attestation",
        unseat_msg(0, vec![end("alice", SeatOutcome::Fault, 100)]),
    );
    assert_eq!((burned(&response), bond(&market, "alice")), (100, (0, 0)));
}
