//! A token that lies about its balances.

use market_testing::hostile::Behaviour;
use market_testing::Failure;
use market_types::escrow::ExecuteMsg as Escrow;

use crate::support::{n, TOKEN};
use crate::{behave, everybody_else_gets_out, two_leases};

#[test]
fn a_token_that_lies_about_its_balance_makes_fees_of_nothing_but_itself() {
    let (mut m, evil, theirs, other) = two_leases();
    m.beat(theirs, 10, 60);
    let (tenant, escrow) = (m.tenant.clone(), m.suite.wiring.lease_escrow.clone());
    m.suite.settle(&tenant, theirs).unwrap();
    let stable = m.suite.pools(&m.usdc);
    behave(
        &mut m,
        &evil,
        &Behaviour::Lies {
            about: escrow,
            balance: n(1_000_000 * TOKEN),
        },
    );
    // Skim believes it: fees of that token that are not there. Solvency of no other token changes.
    m.suite.checks = false;
    let skim = Escrow::Skim {
        token: evil.to_string(),
    };
    m.suite.send(&tenant, skim).unwrap();
    assert_eq!(m.suite.pools(&m.usdc), stable);
    // Sweeping them would pay out what is other people's in that token, and nothing else: that is all a listed token's own lie can do.
    assert!(m.suite.sweep(&tenant, &evil).is_err());
    behave(&mut m, &evil, &Behaviour::Honest {});
    let sides = m.suite.solvency();
    let usdc = sides.iter().filter(|(_, side)| side.token == m.usdc);
    assert!(usdc.into_iter().all(|(_, side)| side.held == side.owed_total));
    everybody_else_gets_out(&mut m, other);
}

#[test]
fn a_token_that_lies_low_hides_no_debt_and_blocks_no_exit() {
    let (mut m, evil, theirs, other) = two_leases();
    m.beat(theirs, 10, 60);
    let (tenant, owner) = (m.tenant.clone(), m.providers[0].0.clone());
    let escrow = m.suite.wiring.lease_escrow.clone();
    behave(
        &mut m,
        &evil,
        &Behaviour::Lies {
            about: escrow,
            balance: n(0),
        },
    );
    m.suite.checks = false;
    let skim = Escrow::Skim {
        token: evil.to_string(),
    };
    let nothing = lease_escrow::ContractError::NothingToSend { token: evil.clone() };
    assert_eq!(m.suite.send(&tenant, skim).unwrap_err(), Failure::Escrow(nothing));
    m.suite.settle(&tenant, theirs).unwrap();
    m.suite.close(&tenant, theirs).unwrap();
    m.suite.withdraw(&tenant, &evil, None).unwrap();
    m.suite.withdraw(&owner, &evil, None).unwrap();
    everybody_else_gets_out(&mut m, other);
}
