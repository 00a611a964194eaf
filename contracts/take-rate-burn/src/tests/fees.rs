//! Where fees go.

use market_control::ControlError;
use market_types::events::{FeesCollected, Skimmed};

use super::*;

#[test]
fn fees_of_a_payment_token_are_split_and_wait() {
    let mut market = Market::new();
    let response = market.fees(&usdc(), 1_001).unwrap();
    assert!(response.messages.is_empty());
    assert_eq!(
        response.events,
        events([FeesCollected {
            token: usdc(),
            amount: n(1_001)
        }
        .into()])
    );
    let totals = market.totals(&usdc());
    // 15 % and 5 % rounded down, the rest is for burning
    assert_eq!(totals.audit_seed, n(150));
    assert_eq!(totals.insurance, n(50));
    assert_eq!(totals.waiting, n(801));
    market.assert_sound();
}

#[test]
fn network_tokens_for_burning_burn_at_once() {
    let mut market = Market::new();
    let response = market.fees(&network_token(), 1_001).unwrap();
    assert_eq!(token_calls(&response), vec![(network_token(), burn(801))]);
    let totals = market.totals(&network_token());
    assert_eq!((totals.burned, totals.waiting), (n(801), n(0)));
    assert_eq!((totals.audit_seed, totals.insurance), (n(150), n(50)));
    market.assert_sound();
}

#[test]
fn anybody_may_pay_fees() {
    let mut market = Market::new();
    for (from, token) in [
        ("anybody", usdc()),
        ("governor", network_token()),
        ("take-rate-burn", usdc()),
    ] {
        market.send(&token, from, 10, &Hook::Fees {}).unwrap();
    }
    assert_eq!(market.totals(&usdc()).collected, n(20));
    market.assert_sound();
}

#[test]
fn the_audit_seed_goes_to_the_pool_of_the_escrow_once() {
    let mut market = Market::new();
    let seed = || ExecuteMsg::SeedAudits { token: usdc().into() };
    assert_eq!(
        market.execute("anybody", seed()).unwrap_err(),
        ContractError::NothingToSeed { token: usdc() }
    );
    market.fees(&usdc(), 1_000).unwrap();
    let response = market.execute("anybody", seed()).unwrap();
    let fund = Cw20ExecuteMsg::Send {
        contract: addr("lease-escrow").into(),
        amount: n(150),
        msg: to_json_binary(&escrow::Hook::FundAudits {}).unwrap(),
    };
    assert_eq!(token_calls(&response), vec![(usdc(), fund)]);
    assert!(market.execute("anybody", seed()).is_err());
    let totals = market.totals(&usdc());
    assert_eq!((totals.audit_seed, totals.seeded), (n(0), n(150)));
    market.assert_sound();
}

#[test]
fn the_seed_of_network_tokens_that_the_escrow_does_not_take_is_burned() {
    let mut market = Market::new();
    market.fees(&network_token(), 1_000).unwrap();
    let seed = ExecuteMsg::SeedAudits {
        token: network_token().into(),
    };
    let response = market.execute("anybody", seed).unwrap();
    assert_eq!(token_calls(&response), vec![(network_token(), burn(150))]);
    let totals = market.totals(&network_token());
    assert_eq!((totals.audit_seed, totals.seeded), (n(0), n(0)));
    assert_eq!(totals.burned, n(950));
    market.assert_sound();
}

#[test]
fn only_its_keeper_takes_the_insurance_share_and_no_more_than_there_is() {
    let mut market = Market::new();
    market.fees(&usdc(), 1_000).unwrap();
    let take = |amount| ExecuteMsg::TakeInsurance {
        token: usdc().into(),
        amount: n(amount),
    };
    for stranger in ["governor", "guardian", "anybody"] {
        assert!(matches!(
            market.execute(stranger, take(1)),
            Err(ContractError::Control(ControlError::Unauthorized { .. }))
        ));
    }
    let insurer = "insurer";
    assert_eq!(
        market.execute(insurer, take(0)).unwrap_err(),
        ContractError::ZeroAmount {}
    );
    assert_eq!(
        market.execute(insurer, take(51)).unwrap_err(),
        ContractError::InsuranceShort {
            asked: n(51),
            has: n(50)
        }
    );
    let response = market.execute(insurer, take(20)).unwrap();
    assert_eq!(token_calls(&response), vec![(usdc(), transfer(insurer, 20))]);
    market.execute(insurer, take(30)).unwrap();
    assert!(market.execute(insurer, take(1)).is_err());
    assert_eq!(market.totals(&usdc()).insured, n(50));
    market.assert_sound();
}

#[test]
fn a_gift_becomes_fees_and_only_a_gift() {
    let mut market = Market::new();
    market.fees(&usdc(), 10_000).unwrap();
    market.kick().unwrap();
    let skim = |token: Addr| ExecuteMsg::Skim { token: token.into() };
    assert_eq!(
        market.execute("anybody", skim(usdc())).unwrap_err(),
        ContractError::NothingToSkim {
            held: n(10_000),
            owed: n(10_000)
        }
    );
    market.gift(&usdc(), 100);
    let response = market.execute("anybody", skim(usdc())).unwrap();
    let skimmed = Skimmed {
        token: usdc(),
        amount: n(100),
    };
    assert!(response.events.contains(&skimmed.into()));
    assert_eq!(market.totals(&usdc()).waiting, n(80));
    assert_eq!(market.totals(&usdc()).collected, n(10_100));

    market.gift(&network_token(), 100);
    let response = market.execute("anybody", skim(network_token())).unwrap();
    assert_eq!(token_calls(&response), vec![(network_token(), burn(80))]);
    market.assert_sound();

    let foreign = addr("foreign-token");
    market.gift(&foreign, 100);
    assert_eq!(
        market.execute("anybody", skim(foreign.clone())).unwrap_err(),
        ContractError::NotListed { token: foreign }
    );
}

#[test]
fn fees_beyond_128_bits_are_an_error_and_change_nothing() {
    let mut market = Market::new();
    market.fees(&usdc(), u128::MAX).unwrap();
    let before = market.totals(&usdc());
    let msg = ExecuteMsg::Receive(Cw20ReceiveMsg {
        sender: addr("anybody").into(),
        amount: n(1),
        msg: to_json_binary(&Hook::Fees {}).unwrap(),
    });
    assert!(matches!(
        market.execute_as(&usdc(), msg),
        Err(ContractError::Overflow(_))
    ));
    assert_eq!(market.totals(&usdc()), before);
}
