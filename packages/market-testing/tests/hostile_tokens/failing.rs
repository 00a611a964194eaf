//! A token that fails, for everybody or for some.

use market_testing::hostile::{Behaviour, HostileError};
use market_testing::Failure;
use market_types::escrow::LeaseStatus;

use crate::support::TOKEN;
use crate::{behave, everybody_else_gets_out, two_leases};

#[test]
fn a_token_that_fails_blocks_its_own_withdrawals_and_nothing_else() {
    let (mut m, evil, theirs, other) = two_leases();
    m.beat(theirs, 10, 60);
    behave(&mut m, &evil, &Behaviour::Fails {});

    // Leases in it live, settle and close: money moves inside the escrow.
    let (tenant, owner) = (m.tenant.clone(), m.providers[0].0.clone());
    m.suite.settle(&tenant, theirs).unwrap();
    m.suite.close(&tenant, theirs).unwrap();
    assert_eq!(m.suite.lease(theirs).status, LeaseStatus::Closed);
    let refused = Failure::Hostile(HostileError::Refuses {});
    assert_eq!(m.suite.withdraw(&owner, &evil, None).unwrap_err(), refused);
    assert_eq!(m.suite.sweep(&tenant, &evil).unwrap_err(), refused);
    everybody_else_gets_out(&mut m, other);

    // What could not leave is still there, and leaves when the token comes to its senses.
    let income = m.suite.available(&owner, &evil);
    assert_eq!(income, m.suite.lease(theirs).money.income.u128());
    assert!(income > 0);
    behave(&mut m, &evil, &Behaviour::Honest {});
    let before = m.suite.balance(&evil, &owner);
    m.suite.withdraw(&owner, &evil, None).unwrap();
    assert_eq!(m.suite.balance(&evil, &owner), before + income);
    m.suite.sweep(&tenant, &evil).unwrap();
}

#[test]
fn who_is_blocked_by_the_token_blocks_nobody_else() {
    for blocked in 0..2 {
        let (mut m, evil, theirs, other) = two_leases();
        m.beat(theirs, 10, 60);
        let sides = [m.tenant.clone(), m.providers[0].0.clone()];
        let account = sides[blocked].clone();
        behave(
            &mut m,
            &evil,
            &Behaviour::Blocks {
                account: account.clone(),
            },
        );
        let crank = m.buyer.clone();
        m.suite.settle(&crank, theirs).unwrap();
        m.suite.close(&sides[0], theirs).unwrap();
        let refused = Failure::Hostile(HostileError::Blocked {
            account: account.to_string(),
        });
        assert_eq!(m.suite.withdraw(&account, &evil, None).unwrap_err(), refused);
        m.suite.withdraw(&sides[1 - blocked], &evil, None).unwrap();
        m.suite.sweep(&crank, &evil).unwrap();
        everybody_else_gets_out(&mut m, other);
    }
}

#[test]
fn a_blocked_buyer_loses_nothing_and_the_lot_stays() {
    let (mut m, evil, theirs, _) = two_leases();
    m.beat(theirs, 10, 60);
    let (tenant, buyer) = (m.tenant.clone(), m.buyer.clone());
    m.suite.settle(&tenant, theirs).unwrap();
    m.suite.sweep(&tenant, &evil).unwrap();
    m.suite.pass(8 * 86_400);
    m.suite.kick(&tenant, &evil).unwrap();
    behave(
        &mut m,
        &evil,
        &Behaviour::Blocks {
            account: buyer.clone(),
        },
    );
    let network = m.suite.network_token().clone();
    let before = m.suite.balance(&network, &buyer);
    assert!(m.suite.take(&buyer, &evil, TOKEN).is_err());
    assert_eq!(m.suite.balance(&network, &buyer), before);
    let (other, lot) = (m.providers[1].0.clone(), m.suite.totals(&evil).in_lot);
    m.suite.take(&other, &evil, TOKEN).unwrap();
    assert!(m.suite.totals(&evil).in_lot < lot);
}
