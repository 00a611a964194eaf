//! Tokens that fail, re-enter, lie, or are not listed. Nobody else's money is touched, and nobody else's exit is blocked.

mod support;

use cosmwasm_std::{to_json_binary, Addr, Binary};
use cw20::Cw20ReceiveMsg;
use market_testing::hostile::{Behaviour, HostileError, Reentry, REENTERED};
use market_testing::specs::stream;
use market_testing::suite::intentions::send_hook;
use market_testing::{Failure, Suite};
use market_types::escrow::{ExecuteMsg as Escrow, Hook as EscrowHook, LeaseStatus};
use market_types::order_book::ExecuteMsg as Book;
use market_types::registry::{ExecuteMsg as Registry, Hook as BondHook, ReleasePart};
use market_types::take_rate::{ExecuteMsg as TakeRate, Hook as FeeHook};
use market_types::{attestation, BasisPoints, BatchNo, LeaseId, OrderId};
use support::{market_of, n, Market, TOKEN};

const PRICE: u128 = 3_000_000;

/// A market in which a hostile token is listed, with an active stream in it and one in the stablecoin.
fn two_leases() -> (Market, Addr, LeaseId, LeaseId) {
    let mut m = market_of(Suite::builder().hostile_token("EVIL"));
    let evil = m.suite.tokens[2].clone();
    let usdc = m.usdc.clone();
    let theirs = m.active(&evil, 10 * TOKEN, stream(), PRICE);
    let other = m.active(&usdc, 10 * TOKEN, stream(), PRICE);
    let agent = m.providers[0].1.clone();
    m.suite.pass(10);
    m.suite.heartbeat(&agent, vec![theirs, other]).unwrap();
    (m, evil, theirs, other)
}

fn behave(m: &mut Market, token: &Addr, behaviour: &Behaviour) {
    m.suite.app.wasm_sudo(token.clone(), behaviour).unwrap();
}

/// Every exit in the stablecoin and every exit of bond.
fn everybody_else_gets_out(m: &mut Market, lease: LeaseId) {
    let (tenant, usdc, owner) = (m.tenant.clone(), m.usdc.clone(), m.providers[0].0.clone());
    let idle = m.providers[2].0.clone();
    m.suite.close(&tenant, lease).unwrap();
    m.suite.settle(&tenant, lease).unwrap();
    m.suite.withdraw(&tenant, &usdc, None).unwrap();
    m.suite.withdraw(&owner, &usdc, None).unwrap();
    m.suite.sweep(&tenant, &usdc).unwrap();
    m.suite.unbond(&idle, TOKEN).unwrap();
    m.suite.pass(21 * 86_400);
    m.suite.withdraw_unbonded(&idle).unwrap();
}

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

/// Every message of the contracts that hold money, as the token could send it in the middle of a transfer.
fn every_message(m: &Market, evil: &Addr, lease: LeaseId) -> Vec<Reentry> {
    let w = m.suite.wiring.clone();
    let token = evil.to_string();
    let order = OrderId(1);
    let hook = |msg: Binary| Cw20ReceiveMsg {
        sender: m.tenant.to_string(),
        amount: n(1_000_000),
        msg,
    };
    let escrow: Vec<Escrow> = vec![
        Escrow::PlaceOrder {
            token: token.clone(),
            spec: stream(),
        },
        Escrow::TopUp {
            lease,
            amount: n(1_000_000),
        },
        Escrow::Withdraw {
            token: token.clone(),
            amount: None,
        },
        Escrow::Withdraw {
            token: m.usdc.to_string(),
            amount: Some(n(1)),
        },
        Escrow::Accept { lease },
        Escrow::Suspend { lease },
        Escrow::Resume { lease },
        Escrow::InputsDelivered { lease },
        Escrow::Transfer {
            lease,
            to: token.clone(),
        },
        Escrow::Ready { lease },
        Escrow::Waiting { lease },
        Escrow::Heartbeat { leases: vec![lease] },
        Escrow::GiveNotice { lease },
        Escrow::Close { lease },
        Escrow::CloseFailed { lease },
        Escrow::OpenLease(market_types::escrow::Award {
            lease: LeaseId(9),
            provider: market_types::ProviderNo(1),
            owner: token.clone(),
            price: market_types::Price::new(1),
            lease_bond: n(0),
            work_bond: n(0),
            work_bond_value: n(0),
            class: market_testing::specs::class("nvidia-h100-80gb"),
            last: true,
        }),
        Escrow::FreeReservation { order },
        Escrow::Hold { lease, units: 1 },
        Escrow::Vest {
            lease,
            units: 1,
            premium: n(1),
        },
        Escrow::Refund { lease, units: 1 },
        Escrow::Skim { token: token.clone() },
        Escrow::SweepFees {
            token: m.usdc.to_string(),
        },
    ];
    let registry: Vec<Registry> = vec![
        Registry::Receive(hook(to_json_binary(&BondHook::Bond { provider: None }).unwrap())),
        Registry::Unbond { amount: n(1) },
        Registry::WithdrawUnbonded {},
        Registry::Claim {},
        Registry::Skim {},
        Registry::Retire {},
        Registry::SetBondPrice {
            token: token.clone(),
            price: n(1),
        },
        Registry::NoShow {
            order,
            provider: m.providers[0].0.to_string(),
            tenant: token.clone(),
            token: token.clone(),
            value: n(1_000_000),
        },
        Registry::Release {
            lease,
            part: ReleasePart::Bonds,
        },
        Registry::Penalize {
            lease,
            tenant: token.clone(),
            share: BasisPoints::WHOLE,
            tip: None,
        },
    ];
    let take_rate: Vec<TakeRate> = vec![
        TakeRate::Receive(hook(
            to_json_binary(&FeeHook::Take {
                token: token.clone(),
                min_out: n(0),
            })
            .unwrap(),
        )),
        TakeRate::Kick { token: token.clone() },
        TakeRate::Restart { token: token.clone() },
        TakeRate::SeedAudits {
            token: m.usdc.to_string(),
        },
        TakeRate::TakeInsurance {
            token: token.clone(),
            amount: n(1),
        },
        TakeRate::Skim { token },
    ];
    let book: Vec<Book> = vec![
        Book::Award { order },
        Book::Cancel { order },
        Book::Expire { order },
    ];
    let attestation = attestation::ExecuteMsg::Release {
        lease,
        batch: BatchNo(0),
    };
    let to = |contract: &Addr, msg: Binary| Reentry {
        contract: contract.clone(),
        msg,
    };
    let mut all = vec![to(&w.attestation, to_json_binary(&attestation).unwrap())];
    all.extend(
        escrow
            .iter()
            .map(|msg| to(&w.lease_escrow, to_json_binary(msg).unwrap())),
    );
    all.extend(
        registry
            .iter()
            .map(|msg| to(&w.provider_registry, to_json_binary(msg).unwrap())),
    );
    all.extend(
        take_rate
            .iter()
            .map(|msg| to(&w.take_rate_burn, to_json_binary(msg).unwrap())),
    );
    all.extend(
        book.iter()
            .map(|msg| to(&w.order_book, to_json_binary(msg).unwrap())),
    );
    all
}

/// What everybody has of everything, in and out of the contracts.
fn everything(m: &Market) -> Vec<u128> {
    let mut people = vec![m.tenant.clone(), m.buyer.clone()];
    people.extend(m.providers.iter().map(|(owner, _)| owner.clone()));
    let tokens = m.suite.tokens.clone();
    let w = &m.suite.wiring;
    let contracts = [&w.lease_escrow, &w.provider_registry, &w.take_rate_burn];
    let mut figures = vec![];
    for token in &tokens {
        figures.extend(people.iter().map(|who| m.suite.balance(token, who)));
        figures.extend(contracts.map(|contract| m.suite.balance(token, contract)));
        figures.push(m.suite.available(&Addr::unchecked(token), token));
    }
    figures.extend(people.iter().map(|who| m.suite.claimable(who)));
    for (_, sides) in m.suite.solvency() {
        figures.extend(sides.owed.iter().map(|owed| owed.amount.u128()));
    }
    figures
}

#[test]
fn re_entering_any_message_from_a_transfer_comes_to_what_the_honest_token_comes_to() {
    let run = |hostile: bool| {
        let (mut m, evil, theirs, _) = two_leases();
        m.beat(theirs, 10, 60);
        let (tenant, owner) = (m.tenant.clone(), m.providers[0].0.clone());
        m.suite.settle(&tenant, theirs).unwrap();
        let mut outcomes = vec![];
        if hostile {
            let calls = every_message(&m, &evil, theirs);
            behave(&mut m, &evil, &Behaviour::Reenters { calls });
        }
        let response = m.suite.withdraw(&owner, &evil, None).unwrap();
        for event in response.events {
            if event.ty == format!("wasm-{REENTERED}") {
                outcomes.extend(event.attributes.into_iter().map(|a| a.value));
            }
        }
        m.suite.withdraw(&tenant, &evil, None).unwrap();
        (everything(&m), m.suite.lease(theirs), outcomes)
    };
    let (honest, lease, none) = run(false);
    assert!(none.is_empty());
    let (hostile, same_lease, outcomes) = run(true);
    assert_eq!(hostile, honest);
    assert_eq!(same_lease, lease);
    // Some forty messages, each with `_contract_address` and `outcome`; every one refused.
    let outcomes: Vec<_> = outcomes
        .iter()
        .filter(|value| !value.starts_with("lease1"))
        .collect();
    assert!(outcomes.len() >= 40, "{} messages came back", outcomes.len());
    assert!(outcomes.iter().all(|outcome| *outcome != "ok"), "{outcomes:?}");
}

/// Cranks are anybody's, the token's too: they may succeed, and change nothing but what they are there to change.
#[test]
fn a_token_that_cranks_in_its_own_transfer_moves_nobodys_money_elsewhere() {
    let run = |during: bool| {
        let (mut m, evil, theirs, _) = two_leases();
        m.beat(theirs, 10, 60);
        let (tenant, owner) = (m.tenant.clone(), m.providers[0].0.clone());
        m.suite.settle(&tenant, theirs).unwrap();
        m.beat(theirs, 3, 60);
        let msg = |msg: &Escrow| to_json_binary(msg).unwrap();
        let escrow = m.suite.wiring.lease_escrow.clone();
        let cranks = [
            Escrow::Settle { lease: theirs },
            Escrow::SweepFees {
                token: evil.to_string(),
            },
        ];
        if during {
            let calls = cranks
                .iter()
                .map(|crank| Reentry {
                    contract: escrow.clone(),
                    msg: msg(crank),
                })
                .collect();
            behave(&mut m, &evil, &Behaviour::Reenters { calls });
            m.suite.withdraw(&owner, &evil, None).unwrap();
        } else {
            m.suite.withdraw(&owner, &evil, None).unwrap();
            for crank in cranks {
                m.suite.send(&tenant, crank).unwrap();
            }
        }
        (everything(&m), m.suite.lease(theirs))
    };
    assert_eq!(run(true), run(false));
}

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

#[test]
fn a_token_that_is_not_listed_is_refused_by_every_hook() {
    let mut m = market_of(Suite::builder());
    let tenant = m.tenant.clone();
    let foreign = {
        // Another market's stablecoin on the same chain.
        let msg = cw20_base::msg::InstantiateMsg {
            name: "Foreign".into(),
            symbol: "FOR".into(),
            decimals: 6,
            initial_balances: vec![cw20::Cw20Coin {
                address: tenant.to_string(),
                amount: n(TOKEN),
            }],
            mint: None,
            marketing: None,
        };
        use cw_multi_test::Executor;
        let code = m
            .suite
            .app
            .store_code(market_testing::hostile::hostile_token_code());
        m.suite
            .app
            .instantiate_contract(code, tenant.clone(), &msg, &[], "foreign", None)
            .unwrap()
    };
    let w = m.suite.wiring.clone();
    let unknown = || {
        Failure::Escrow(lease_escrow::ContractError::UnknownToken {
            token: foreign.clone(),
        })
    };
    let hooks = [
        EscrowHook::Deposit { owner: None },
        EscrowHook::PlaceOrder(Box::new(stream())),
        EscrowHook::TopUp { lease: LeaseId(8) },
        EscrowHook::FundAudits {},
    ];
    for hook in hooks {
        let outcome = m
            .suite
            .send(&tenant, send_hook(&foreign, &w.lease_escrow, 10, &hook));
        assert_eq!(outcome.unwrap_err(), unknown());
    }
    let bond = BondHook::Bond { provider: None };
    let outcome = m
        .suite
        .send(&tenant, send_hook(&foreign, &w.provider_registry, 10, &bond));
    let only = market_control::ControlError::Unauthorized {
        sender: foreign.clone(),
        role: "network token",
    };
    assert_eq!(
        outcome.unwrap_err(),
        Failure::Registry(provider_registry::ContractError::Control(only))
    );
    for hook in [
        FeeHook::Fees {},
        FeeHook::Take {
            token: m.usdc.to_string(),
            min_out: n(0),
        },
    ] {
        let outcome = m
            .suite
            .send(&tenant, send_hook(&foreign, &w.take_rate_burn, 10, &hook));
        let not_listed = take_rate_burn::ContractError::NotListed {
            token: foreign.clone(),
        };
        assert_eq!(outcome.unwrap_err(), Failure::TakeRate(not_listed));
    }
}

#[test]
fn an_account_that_calls_a_hook_by_itself_is_no_token() {
    let mut m = market_of(Suite::builder());
    let tenant = m.tenant.clone();
    let hook = |msg: Binary| Cw20ReceiveMsg {
        sender: tenant.to_string(),
        amount: n(TOKEN),
        msg,
    };
    let deposit = to_json_binary(&EscrowHook::Deposit { owner: None }).unwrap();
    let unknown = lease_escrow::ContractError::UnknownToken {
        token: tenant.clone(),
    };
    assert_eq!(
        m.suite.send(&tenant, Escrow::Receive(hook(deposit))).unwrap_err(),
        Failure::Escrow(unknown)
    );
    let fees = to_json_binary(&FeeHook::Fees {}).unwrap();
    let not_listed = take_rate_burn::ContractError::NotListed {
        token: tenant.clone(),
    };
    assert_eq!(
        m.suite.send(&tenant, TakeRate::Receive(hook(fees))).unwrap_err(),
        Failure::TakeRate(not_listed)
    );
    let bond = to_json_binary(&BondHook::Bond { provider: None }).unwrap();
    let only = market_control::ControlError::Unauthorized {
        sender: tenant.clone(),
        role: "network token",
    };
    assert_eq!(
        m.suite.send(&tenant, Registry::Receive(hook(bond))).unwrap_err(),
        Failure::Registry(provider_registry::ContractError::Control(only))
    );
}
