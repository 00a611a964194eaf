use market_types::registry::*;
use market_types::{BasisPoints, CloseReason, LeaseId, Seconds};

use super::market::*;
use crate::ContractError;

fn record_msg(token: &str, fact: Fact) -> ExecuteMsg {
    ExecuteMsg::Record(Evidence {
        provider: provider_no(1),
        lease: LeaseId(8),
        token: text(token),
        fact,
    })
}

/// The lease ended with `fee` paid out of `fee_expected`, in millionths of the payment token.
fn ended(reason: CloseReason, fee: u128, fee_expected: u128) -> Fact {
    Fact::Ended {
        reason,
        gross: n(50 * fee),
        fee: n(fee),
        fee_expected: n(fee_expected),
    }
}

fn reputation(market: &Market) -> ReputationResponse {
    market.ask(QueryMsg::Reputation { owner: text("alice") })
}

fn weights(market: &Market) -> (u128, u128) {
    let reputation = reputation(market);
    (reputation.success_weight.u128(), reputation.failure_weight.u128())
}

#[test]
fn newcomers_stand_at_the_floor() {
    let market = Market::with_alice();
    assert_eq!(
        (weights(&market), reputation(&market).score),
        ((0, 0), BasisPoints(1_000))
    );
}

#[test]
fn fees_weigh_by_what_they_are_worth_in_network_tokens() {
    let mut market = Market::with_alice();
    // One network token of fee is one observation; it is worth two of the payment token.
    market.ok(
        "escrow",
        record_msg("usd", ended(CloseReason::Completed, 20 * TOKEN, 20 * TOKEN)),
    );
    assert_eq!(weights(&market), (10_000_000, 0));
    assert_eq!(reputation(&market).score, BasisPoints(7_880));
    market.ok(
        "escrow",
        record_msg("token", ended(CloseReason::Completed, 20 * TOKEN, 20 * TOKEN)),
    );
    assert_eq!(weights(&market), (30_000_000, 0));
    market.ok(
        "escrow",
        record_msg("eur", ended(CloseReason::Completed, 20 * TOKEN, 20 * TOKEN)),
    );
    assert_eq!(weights(&market), (30_000_000, 0));
}

#[test]
fn what_was_paid_counts_for_whoever_ended_it_and_provider_closes_count_against() {
    for reason in CloseReason::ALL {
        let mut market = Market::with_alice();
        market.ok("escrow", record_msg("usd", ended(reason, 2 * TOKEN, 6 * TOKEN)));
        let failed = matches!(
            reason,
            CloseReason::ProviderClosed
                | CloseReason::NotReady
                | CloseReason::NoProgress
                | CloseReason::Silent
                | CloseReason::Convicted
        );
        let proven = if reason == CloseReason::Convicted {
            0
        } else {
            1_000_000
        };
        let expected = (proven, if failed { 3_000_000 } else { 0 });
        assert_eq!(weights(&market), expected, "{reason:?}");
        let ReputationResponse {
            leases_ended_by_tenant: tenant,
            leases_ended_by_provider: provider,
            leases_ended_by_network: network,
            ..
        } = reputation(&market);
        let counts = match reason.code() {
            0..=9_999 => (1, 0, 0),
            10_000..=19_999 => (0, 1, 0),
            _ => (0, 0, 1),
        };
        assert_eq!((tenant, provider, network), counts, "{reason:?}");
    }
}

#[test]
fn a_lease_without_fees_weighs_nothing() {
    let mut market = Market::with_alice();
    market.ok(
        "escrow",
        record_msg("usd", ended(CloseReason::TenantClosed, 0, 0)),
    );
    market.ok("escrow", record_msg("usd", ended(CloseReason::Silent, 0, 0)));
    assert_eq!(
        (weights(&market), reputation(&market).score),
        ((0, 0), BasisPoints(1_000))
    );
}

#[test]
fn outages_are_counted_with_their_length() {
    let mut market = Market::with_alice();
    let response = market.ok("escrow", record_msg("usd", Fact::Outage { length: Seconds(120) }));
    assert_eq!(event(&response, "fact"), "outage:120");
    market.ok("escrow", record_msg("usd", Fact::Outage { length: Seconds(30) }));
    let reputation = reputation(&market);
    assert_eq!((reputation.outages, reputation.outage_seconds), (2, 150));
    let response = market.ok("escrow", record_msg("usd", ended(CloseReason::Silent, 0, 0)));
    assert_eq!(event(&response, "fact"), "ended:10004");
}

#[test]
fn weights_halve_every_half_life_however_often_they_are_touched() {
    let mut quiet = Market::with_alice();
    let mut busy = Market::with_alice();
    for market in [&mut quiet, &mut busy] {
        market.ok(
            "escrow",
            record_msg("usd", ended(CloseReason::Completed, 16 * TOKEN, 16 * TOKEN)),
        );
        market.ok(
            "escrow",
            record_msg("usd", ended(CloseReason::Silent, 0, 8 * TOKEN)),
        );
        assert_eq!(weights(market), (8_000_000, 4_000_000));
    }
    quiet.wait(90 * DAY - 1);
    assert_eq!(weights(&quiet), (8_000_000, 4_000_000));
    quiet.wait(1);
    assert_eq!(weights(&quiet), (4_000_000, 2_000_000));
    quiet.wait(90 * DAY);
    assert_eq!(weights(&quiet), (2_000_000, 1_000_000));
    for _ in 0..18 {
        busy.wait(10 * DAY);
        busy.ok("escrow", record_msg("usd", Fact::Outage { length: Seconds(1) }));
    }
    assert_eq!(weights(&busy), weights(&quiet));
    quiet.wait(365 * 100 * DAY);
    assert_eq!(
        (weights(&quiet), reputation(&quiet).score),
        ((0, 0), BasisPoints(1_000))
    );
}

#[test]
fn no_figure_keeps_a_lease_from_ending() {
    let mut market = Market::with_alice();
    market.set_price("governor", 1).unwrap();
    for _ in 0..2 {
        let most = Fact::Ended {
            reason: CloseReason::Silent,
            gross: n(u128::MAX),
            fee: n(u128::MAX),
            fee_expected: n(u128::MAX),
        };
        market.ok("escrow", record_msg("usd", most));
        market.ok(
            "escrow",
            record_msg(
                "usd",
                Fact::Outage {
                    length: Seconds(u64::MAX),
                },
            ),
        );
    }
    assert_eq!(weights(&market), (u128::MAX, u128::MAX));
    assert_eq!(reputation(&market).score, BasisPoints(4_999));
}

#[test]
fn evidence_is_about_a_provider_that_exists() {
    let mut market = Market::with_alice();
    let fact = Fact::Outage { length: Seconds(1) };
    let evidence = Evidence {
        provider: provider_no(2),
        lease: LeaseId(8),
        token: text("usd"),
        fact,
    };
    let refused = market.err("escrow", ExecuteMsg::Record(evidence));
    assert_eq!(refused, ContractError::UnknownProvider { no: provider_no(2) });
}

#[test]
fn a_bond_penalty_counts_against_by_the_part_of_the_bond_it_took() {
    let penalize = |share| ExecuteMsg::Penalize {
        lease: LeaseId(8),
        tenant: text("tenant"),
        share: BasisPoints(share),
        tip: None,
    };
    let closed = |reason| record_msg("usd", ended(reason, 2 * TOKEN, 6 * TOKEN));
    let mut market = Market::with_lease();
    market.ok("escrow", penalize(500));
    market.ok("escrow", closed(CloseReason::DurationEnded));
    assert_eq!(weights(&market), (1_000_000, 150_000));
    // a provider that ended the lease as well has failed once
    let mut market = Market::with_lease();
    market.ok("escrow", penalize(500));
    market.ok("escrow", closed(CloseReason::Silent));
    assert_eq!(weights(&market), (1_000_000, 3_000_000));
}

#[test]
fn the_half_life_begins_with_the_first_evidence_even_when_that_is_a_no_show() {
    let mut market = Market::with_alice();
    let no_show = ExecuteMsg::NoShow {
        order: market_types::OrderId(1),
        provider: text("alice"),
        tenant: text("tenant"),
        token: text("usd"),
        value: n(1),
    };
    market.ok("book", no_show);
    market.ok(
        "escrow",
        record_msg("usd", ended(CloseReason::Completed, 2 * TOKEN, 2 * TOKEN)),
    );
    market.wait(90 * DAY - 1);
    assert_eq!(weights(&market), (1_000_000, 0));
    market.wait(1);
    assert_eq!(weights(&market), (500_000, 0));
}
