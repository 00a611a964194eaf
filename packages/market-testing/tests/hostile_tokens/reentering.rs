//! A token that sends messages of its own in the middle of a transfer.

use cosmwasm_std::{to_json_binary, Addr, Binary};
use cw20::Cw20ReceiveMsg;
use market_testing::hostile::{Behaviour, Reentry, REENTERED};
use market_testing::specs::stream;
use market_types::escrow::ExecuteMsg as Escrow;
use market_types::order_book::ExecuteMsg as Book;
use market_types::registry::{ExecuteMsg as Registry, Hook as BondHook, ReleasePart};
use market_types::take_rate::{ExecuteMsg as TakeRate, Hook as FeeHook};
use market_types::{attestation, BasisPoints, BatchNo, LeaseId, OrderId};

use crate::support::{n, Market};
use crate::{behave, two_leases};

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
