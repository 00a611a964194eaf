use cosmwasm_std::{to_json_binary, CosmosMsg, WasmMsg};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg};
use market_types::registry::*;
use market_types::{take_rate, Seconds, UnixTime};

use super::market::*;
use crate::execute::unbond::MAX_UNBONDINGS;
use crate::ContractError;

fn unbond(market: &mut Market, amount: u128) -> Result<String, ContractError> {
    market
        .exec("alice", ExecuteMsg::Unbond { amount: n(amount) })
        .map(|response| event(&response, "ready_at"))
}

fn bond_of(market: &Market) -> (u128, u128, u128) {
    let BondResponse {
        bonded,
        locked,
        unbonding,
    } = market.provider("alice").bond;
    (
        bonded.u128(),
        locked.u128(),
        unbonding.iter().map(|entry| entry.amount.u128()).sum(),
    )
}

/// The one message of a response, which goes to the network token.
fn token_call(response: &cosmwasm_std::Response) -> Cw20ExecuteMsg {
    assert_eq!(response.messages.len(), 1);
    match &response.messages[0].msg {
        CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr,
            msg,
            funds,
        }) => {
            assert_eq!((contract_addr, funds.len()), (&text("token"), 0));
            cosmwasm_std::from_json(msg).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

fn transfer(to: &str, amount: u128) -> Cw20ExecuteMsg {
    Cw20ExecuteMsg::Transfer {
        recipient: text(to),
        amount: n(amount),
    }
}

#[test]
fn bond_comes_from_the_network_token_for_the_sender_or_whom_it_names() {
    let mut market = Market::with_alice();
    let response = market.bond("alice", 5).unwrap();
    assert_eq!(
        (event(&response, "amount"), event(&response, "bonded")),
        ("5".into(), "10000000005".into())
    );
    let gift = Market::hook(
        "friend",
        7,
        &Hook::Bond {
            provider: Some(text("alice")),
        },
    );
    market.ok("token", gift);
    assert_eq!(bond_of(&market), (10_000 * TOKEN + 12, 0, 0));
}

#[test]
fn a_hook_from_anybody_but_the_network_token_is_refused() {
    let mut market = Market::with_alice();
    for sender in ["alice", "usd", "escrow", "book", "governor"] {
        for provider in [None, Some(text("alice"))] {
            let msg = Market::hook("alice", 5, &Hook::Bond { provider });
            assert_eq!(market.err(sender, msg), unauthorized(sender, "network token"));
        }
    }
}

#[test]
fn hooks_name_owners_as_beneficiaries_and_nobody_else() {
    let mut market = Market::with_alice();
    for beneficiary in ["token", "book", "escrow", "burn", "friend"] {
        let msg = Market::hook(
            "friend",
            5,
            &Hook::Bond {
                provider: Some(text(beneficiary)),
            },
        );
        assert_eq!(
            market.err("token", msg),
            ContractError::NotAProvider {
                address: addr(beneficiary)
            }
        );
        assert_eq!(
            market.bond(beneficiary, 5),
            Err(ContractError::NotAProvider {
                address: addr(beneficiary)
            })
        );
    }
    let agent = market.provider("alice").agent;
    let msg = Market::hook(
        "friend",
        5,
        &Hook::Bond {
            provider: Some(agent.to_string()),
        },
    );
    assert_eq!(
        market.err("token", msg),
        ContractError::NotAProvider { address: agent }
    );
    assert_eq!(bond_of(&market).0, 10_000 * TOKEN);
}

#[test]
fn a_hook_of_zero_or_of_other_words_is_refused() {
    let mut market = Market::with_alice();
    assert_eq!(market.bond("alice", 0), Err(ContractError::ZeroAmount {}));
    for json in [
        "{\"bond\":{\"providr\":null}}",
        "{\"deposit\":{}}",
        "{}",
        "",
        "{\"bond\":{},\"x\":1}",
    ] {
        let msg = Cw20ReceiveMsg {
            sender: text("alice"),
            amount: n(5),
            msg: json.as_bytes().into(),
        };
        assert!(
            matches!(
                market.err("token", ExecuteMsg::Receive(msg)),
                ContractError::Std(_)
            ),
            "{json}"
        );
    }
}

#[test]
fn unbonding_takes_free_bond_and_dates_the_shrinking() {
    let mut market = Market::with_lease();
    market.wait(10);
    let free = 9_900 * TOKEN;
    let short = ContractError::FreeBondShort {
        asked: n(free + 1),
        free: n(free),
    };
    assert_eq!(unbond(&mut market, free + 1), Err(short));
    assert_eq!(unbond(&mut market, 0), Err(ContractError::ZeroAmount {}));
    let ready_at = market.now().0 + 21 * DAY;
    assert_eq!(unbond(&mut market, free), Ok(ready_at.to_string()));
    assert_eq!(bond_of(&market), (100 * TOKEN, 100 * TOKEN, free));
    assert_eq!(market.provider("alice").shrunk_at, Some(market.now()));
    let nothing = ContractError::FreeBondShort {
        asked: n(1),
        free: n(0),
    };
    assert_eq!(unbond(&mut market, 1), Err(nothing));
    let stranger = market.err("bob", ExecuteMsg::Unbond { amount: n(1) });
    assert_eq!(stranger, ContractError::NotAProvider { address: addr("bob") });
}

#[test]
fn at_most_16_unbondings_run_at_a_time() {
    let mut market = Market::with_alice();
    for _ in 0..MAX_UNBONDINGS {
        unbond(&mut market, 1).unwrap();
        market.wait(1);
    }
    assert_eq!(
        unbond(&mut market, 1),
        Err(ContractError::UnbondingsFull { max: MAX_UNBONDINGS })
    );
    market.wait(21 * DAY);
    let response = market.ok("alice", ExecuteMsg::WithdrawUnbonded {});
    assert_eq!(token_call(&response), transfer("alice", 16));
    unbond(&mut market, 1).unwrap();
}

#[test]
fn an_unbonding_is_paid_from_the_second_it_is_ready() {
    let mut market = Market::with_alice();
    unbond(&mut market, 30).unwrap();
    market.wait(5);
    unbond(&mut market, 12).unwrap();
    market.wait(21 * DAY - 6);
    let nothing = ContractError::NothingUnbonded {};
    assert_eq!(market.err("alice", ExecuteMsg::WithdrawUnbonded {}), nothing);
    market.wait(1);
    let response = market.ok("alice", ExecuteMsg::WithdrawUnbonded {});
    assert_eq!(token_call(&response), transfer("alice", 30));
    assert_eq!(event(&response, "amount"), "30");
    assert_eq!(bond_of(&market).2, 12);
    assert_eq!(market.err("alice", ExecuteMsg::WithdrawUnbonded {}), nothing);
    market.wait(365 * DAY);
    assert_eq!(
        token_call(&market.ok("alice", ExecuteMsg::WithdrawUnbonded {})),
        transfer("alice", 12)
    );
    assert_eq!(market.provider("alice").bond.unbonding, []);
    let stranger = market.err("bob", ExecuteMsg::WithdrawUnbonded {});
    assert_eq!(stranger, ContractError::NotAProvider { address: addr("bob") });
}

#[test]
fn a_changed_unbonding_period_leaves_running_unbondings_as_they_are() {
    let mut market = Market::with_alice();
    let start = market.now();
    unbond(&mut market, 30).unwrap();
    let update = ParamsUpdate {
        unbonding_period: Some(Seconds(7 * DAY)),
        ..Default::default()
    };
    market.ok("governor", ExecuteMsg::UpdateParams(update));
    unbond(&mut market, 12).unwrap();
    let entry = |amount, days: u64| Unbonding {
        amount: n(amount),
        ready_at: UnixTime(start.0 + days * DAY),
    };
    assert_eq!(
        market.provider("alice").bond.unbonding,
        [entry(12, 7), entry(30, 21)]
    );
}

#[test]
fn every_exit_works_while_paused() {
    let mut market = Market::with_lease();
    let penalty = ExecuteMsg::Penalize {
        lease: market_types::LeaseId(8),
        tenant: text("tenant"),
        share: market_types::BasisPoints(500),
        tip: None,
    };
    market.pause();
    market.ok("escrow", penalty);
    market.ok("tenant", ExecuteMsg::Claim {});
    market.ok("escrow", release_msg(8, ReleasePart::Bonds));
    unbond(&mut market, 100).unwrap();
    market.ok("alice", ExecuteMsg::Retire {});
    market.wait(21 * DAY);
    // The pause is long over; a second one begins.
    market.pause();
    market.ok("alice", ExecuteMsg::WithdrawUnbonded {});
}

#[test]
fn a_claim_pays_once_and_in_full() {
    let mut market = Market::with_lease();
    let nothing = |name| ContractError::NothingToClaim { address: addr(name) };
    assert_eq!(market.err("tenant", ExecuteMsg::Claim {}), nothing("tenant"));
    market.ok(
        "escrow",
        ExecuteMsg::Penalize {
            lease: market_types::LeaseId(8),
            tenant: text("tenant"),
            share: market_types::BasisPoints(10_000),
            tip: None,
        },
    );
    let response = market.ok("tenant", ExecuteMsg::Claim {});
    assert_eq!(token_call(&response), transfer("tenant", 100 * TOKEN));
    assert_eq!(
        (event(&response, "owner"), event(&response, "amount")),
        (text("tenant"), "100000000".into())
    );
    assert_eq!(market.err("tenant", ExecuteMsg::Claim {}), nothing("tenant"));
    assert_eq!(market.err("alice", ExecuteMsg::Claim {}), nothing("alice"));
}

#[test]
fn a_skim_makes_gifts_fees_and_touches_nothing_owed() {
    let mut market = Market::with_alice();
    unbond(&mut market, 1_000).unwrap();
    let owed = 10_000 * TOKEN;
    for held in [0, owed - 1, owed] {
        market.held.set(held);
        assert_eq!(
            market.err("anybody", ExecuteMsg::Skim {}),
            ContractError::NothingToSkim {}
        );
    }
    market.held.set(owed + 3);
    let response = market.ok("anybody", ExecuteMsg::Skim {});
    let fees = Cw20ExecuteMsg::Send {
        contract: text("burn"),
        amount: n(3),
        msg: to_json_binary(&take_rate::Hook::Fees {}).unwrap(),
    };
    assert_eq!(token_call(&response), fees);
    assert_eq!(
        (event(&response, "token"), event(&response, "amount")),
        (text("token"), "3".into())
    );
}
