use market_types::registry::*;
use market_types::{BasisPoints, LeaseId};

use super::market::*;
use crate::ContractError;

fn penalize_msg(share: u16, tip: Option<(&str, u128)>) -> ExecuteMsg {
    ExecuteMsg::Penalize {
        lease: LeaseId(8),
        tenant: text("tenant"),
        share: BasisPoints(share),
        tip: tip.map(|(to, amount)| Tip {
            to: text(to),
            amount: n(amount),
        }),
    }
}

fn bond(market: &Market) -> (u128, u128) {
    let bond = market.provider("alice").bond;
    (bond.bonded.u128(), bond.locked.u128())
}

#[test]
fn a_penalty_moves_its_share_of_the_lease_bond_to_the_tenant() {
    let mut market = Market::with_lease();
    let response = market.ok("escrow", penalize_msg(500, None));
    assert_eq!(
        (event(&response, "amount"), event(&response, "tip")),
        ((5 * TOKEN).to_string(), "0".into())
    );
    assert_eq!(market.claimable("tenant"), 5 * TOKEN);
    assert_eq!(bond(&market), (9_995 * TOKEN, 95 * TOKEN));
}

#[test]
fn a_lease_bond_never_pays_more_than_it_is() {
    let mut market = Market::with_lease();
    market.ok("escrow", penalize_msg(6_000, None));
    let rest = market.ok("escrow", penalize_msg(6_000, None));
    assert_eq!(event(&rest, "amount"), (40 * TOKEN).to_string());
    let nothing = market.ok("escrow", penalize_msg(10_000, Some(("crank", 5))));
    assert_eq!(
        (event(&nothing, "amount"), event(&nothing, "tip")),
        ("0".into(), "0".into())
    );
    assert_eq!(
        (market.claimable("tenant"), market.claimable("crank")),
        (100 * TOKEN, 0)
    );
    assert_eq!(bond(&market), (9_900 * TOKEN, 0));
    let commitment: CommitmentResponse = market.ask(QueryMsg::Commitment { lease: LeaseId(8) });
    assert_eq!(
        (commitment.lease_bond, commitment.penalized),
        (n(100 * TOKEN), n(100 * TOKEN))
    );
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    assert_eq!(bond(&market), (9_900 * TOKEN, 0));
}

#[test]
fn a_tip_comes_out_of_the_penalty_and_never_exceeds_it() {
    let mut market = Market::with_lease();
    market.ok("escrow", penalize_msg(500, Some(("crank", TOKEN))));
    assert_eq!(
        (market.claimable("tenant"), market.claimable("crank")),
        (4 * TOKEN, TOKEN)
    );
    market.ok("escrow", penalize_msg(100, Some(("crank", u128::MAX))));
    assert_eq!(
        (market.claimable("tenant"), market.claimable("crank")),
        (4 * TOKEN, 2 * TOKEN)
    );
    // The tenant may have ended the silence itself.
    market.ok("escrow", penalize_msg(100, Some(("tenant", TOKEN / 2))));
    assert_eq!(market.claimable("tenant"), 5 * TOKEN);
}

#[test]
fn the_tenant_of_today_is_paid() {
    let mut market = Market::with_lease();
    let msg = ExecuteMsg::Penalize {
        lease: LeaseId(8),
        tenant: text("heir"),
        share: BasisPoints(500),
        tip: None,
    };
    market.ok("escrow", msg);
    assert_eq!(
        (market.claimable("tenant"), market.claimable("heir")),
        (0, 5 * TOKEN)
    );
}

#[test]
fn a_penalty_leaves_the_work_bond_and_other_leases_alone() {
    let mut market = Market::with_alice();
    let mut both = candidacy("alice");
    both.stakes.work_bond = n(60 * TOKEN);
    market.ok("book", commit_msg(8, both));
    market.ok("book", commit_msg(16, candidacy("alice")));
    market.ok("escrow", penalize_msg(10_000, None));
    assert_eq!(bond(&market), (9_900 * TOKEN, 160 * TOKEN));
}

#[test]
fn dust_of_a_penalty_stays_with_the_provider() {
    let mut market = Market::with_alice();
    let mut small = candidacy("alice");
    small.stakes.lease_bond_value = n(3);
    market.ok("book", commit_msg(8, small));
    let response = market.ok("escrow", penalize_msg(3_333, None));
    assert_eq!(event(&response, "amount"), "0");
    let response = market.ok("escrow", penalize_msg(3_334, None));
    assert_eq!(event(&response, "amount"), "1");
}

#[test]
fn a_penalty_has_a_share_a_lease_and_valid_addresses() {
    let mut market = Market::with_lease();
    let share = ContractError::OutOfBounds {
        what: "share",
        value: n(10_001),
        min: n(0),
        max: n(10_000),
    };
    assert_eq!(market.err("escrow", penalize_msg(10_001, None)), share);
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    let gone = ContractError::NoCommitment { lease: LeaseId(8) };
    assert_eq!(market.err("escrow", penalize_msg(1, None)), gone);
    let tip = Some(Tip {
        to: "Crank".into(),
        amount: n(1),
    });
    let msg = ExecuteMsg::Penalize {
        lease: LeaseId(8),
        tenant: text("tenant"),
        share: BasisPoints(1),
        tip,
    };
    assert!(matches!(market.err("escrow", msg), ContractError::Std(_)));
}
