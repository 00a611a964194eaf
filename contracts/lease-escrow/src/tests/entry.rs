use cosmwasm_std::testing::message_info;
use cosmwasm_std::{coins, to_json_binary, Binary};
use cw20::Cw20ReceiveMsg;
use market_control::ControlError;
use market_types::control::{ControlMsg, Solvency};
use market_types::escrow::{ExecuteMsg, Hook, InstantiateMsg, MigrateMsg, PoolsResponse, QueryMsg, SudoMsg};
use market_types::{LeaseId, OrderId, Page, Paging, Seconds};

use super::desk::*;
use crate::{contract, ContractError};

fn hooks() -> Vec<Binary> {
    let order = Hook::PlaceOrder(Box::new(task(1, 10_000, None)));
    let lease = LeaseId(8);
    [
        Hook::Deposit { owner: None },
        order,
        Hook::TopUp { lease },
        Hook::FundAudits {},
    ]
    .iter()
    .map(|hook| to_json_binary(hook).unwrap())
    .collect()
}

#[test]
fn a_hook_counts_from_payment_tokens_only() {
    let mut desk = Desk::new();
    for msg in hooks() {
        for caller in ["foreign", "tenant", "network-token", "order-book", "lease-escrow"] {
            let receive = ExecuteMsg::Receive(Cw20ReceiveMsg {
                sender: addr("tenant").into(),
                amount: n(10_000),
                msg: msg.clone(),
            });
            let token = addr(caller);
            assert_eq!(
                desk.exec(caller, receive).unwrap_err(),
                ContractError::UnknownToken { token }
            );
        }
    }
}

#[test]
fn a_hook_credits_the_sender_it_names_or_the_owner_the_sender_names() {
    let mut desk = Desk::new();
    let owner = Some(addr("friend").to_string());
    desk.send("usd", "tenant", 5, &Hook::Deposit { owner }).unwrap();
    desk.send("usd", "tenant", 7, &Hook::Deposit { owner: None })
        .unwrap();
    assert_eq!((desk.available("friend"), desk.available("tenant")), (5, 7));
    // The token, the sisters and this contract as senders gain nothing but their own deposit.
    for sender in ["usd", "order-book", "attestation"] {
        desk.send("usd", sender, 3, &Hook::Deposit { owner: None })
            .unwrap();
        assert_eq!(desk.available(sender), 3);
    }
    let own = Some(addr("lease-escrow").to_string());
    let refused = desk.send("usd", "tenant", 5, &Hook::Deposit { owner: own });
    assert_eq!(refused.unwrap_err(), ContractError::OwnAccount {});
}

#[test]
fn an_account_of_one_token_is_not_one_of_another() {
    let mut desk = Desk::new();
    desk.deposit("tenant", 5);
    desk.send("eur", "tenant", 9, &Hook::Deposit { owner: None })
        .unwrap();
    let token = addr("eur").to_string();
    let over = ExecuteMsg::Withdraw {
        token,
        amount: Some(n(10)),
    };
    assert_eq!(
        desk.exec("tenant", over).unwrap_err(),
        ContractError::Insufficient {
            owner: addr("tenant"),
            available: n(9),
            needed: n(10)
        }
    );
    assert_eq!(desk.available("tenant"), 5);
}

#[test]
fn zero_is_refused() {
    let mut desk = Desk::new();
    let zero = desk.send("usd", "tenant", 0, &Hook::Deposit { owner: None });
    assert_eq!(zero.unwrap_err(), ContractError::ZeroAmount {});
    for amount in [None, Some(n(0))] {
        let token = addr("usd").to_string();
        let refused = desk.exec("tenant", ExecuteMsg::Withdraw { token, amount });
        assert_eq!(refused.unwrap_err(), ContractError::ZeroAmount {});
    }
    let token = addr("usd");
    let sweep = ExecuteMsg::SweepFees {
        token: token.to_string(),
    };
    let nothing = ContractError::NothingToSend { token };
    assert_eq!(desk.exec("anyone", sweep).unwrap_err(), nothing);
    let token = addr("usd").to_string();
    assert_eq!(
        desk.exec("anyone", ExecuteMsg::Skim { token }).unwrap_err(),
        nothing
    );
}

#[test]
fn bad_addresses_are_refused_everywhere() {
    let mut desk = Desk::new();
    let upper = addr("friend").to_string().to_uppercase();
    for bad in ["", "x", "osmo1xyz", &upper, &"a".repeat(100)] {
        let owner = Some(bad.to_string());
        let refused = desk.send("usd", "tenant", 5, &Hook::Deposit { owner });
        assert!(matches!(refused, Err(ContractError::Std(_))), "{bad}");
        let (token, amount) = (bad.to_string(), None);
        let refused = desk.exec("tenant", ExecuteMsg::Withdraw { token, amount });
        assert!(matches!(refused, Err(ContractError::Std(_))), "{bad}");
    }
}

#[test]
fn a_misspelt_field_is_refused() {
    let mut desk = Desk::new();
    let hook = serde_json_like("{\"deposit\":{\"ownr\":\"x\"}}");
    let receive = ExecuteMsg::Receive(Cw20ReceiveMsg {
        sender: addr("tenant").into(),
        amount: n(5),
        msg: hook,
    });
    assert!(matches!(desk.exec("usd", receive), Err(ContractError::Std(_))));
}

fn serde_json_like(text: &str) -> Binary {
    Binary::from(text.as_bytes())
}

#[test]
fn fees_are_swept_to_take_rate_burn_and_gifts_become_fees() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, 3_600_000), 3_600_000, 3_600_000);
    desk.beat_for(lease, 600);
    desk.settle(lease);
    *desk.world.borrow_mut().held.get_mut(&addr("usd")).unwrap() += 77;
    let token = addr("usd").to_string();
    desk.exec("anyone", ExecuteMsg::Skim { token: token.clone() })
        .unwrap();
    let pools: PoolsResponse = desk.ask(QueryMsg::Pools { token: token.clone() });
    assert_eq!(pools.fees, n(12_077));
    let response = desk
        .exec("anyone", ExecuteMsg::SweepFees { token: token.clone() })
        .unwrap();
    let sent = format!("{:?}", response.messages[0].msg);
    assert!(sent.contains(addr("usd").as_str()));
    let pools: PoolsResponse = desk.ask(QueryMsg::Pools { token });
    assert_eq!(pools.fees, n(0));
    let solvency: Vec<Solvency> = desk.ask(QueryMsg::Solvency {});
    assert_eq!(solvency.len(), 2);
    assert!(solvency.iter().all(|sides| sides.held == sides.owed_total));
}

#[test]
fn audits_are_funded_by_anybody() {
    let mut desk = Desk::new();
    desk.send("usd", "friend", 9, &Hook::FundAudits {}).unwrap();
    let pools: PoolsResponse = desk.ask(QueryMsg::Pools {
        token: addr("usd").into(),
    });
    assert_eq!(pools.audit_pool, n(9));
}

#[test]
fn a_pause_stops_entry_and_no_exit() {
    let mut desk = Desk::new();
    desk.deposit("tenant", 50_000);
    let pending = desk.place(task(1, 10_000, None), 10_000);
    let to_free = desk.place(task(1, 10_000, None), 10_000);
    let task_lease = desk.open(task(10, 10_000, None), 100_000, 10_000);
    let stream = desk.active(fixed(3_600, 3_600_000), 3_600_000, 3_600_000);
    let silent = desk.active(fixed(3_600, 3_600_000), 3_600_000, 3_600_000);
    desk.beat_for(stream, 600);
    let duration = Seconds(1_000);
    let until = desk.now().plus(duration);
    desk.exec("guardian", ExecuteMsg::Control(ControlMsg::Pause { duration }))
        .unwrap();

    let paused = || ContractError::Control(ControlError::Paused { until });
    let deposit = desk.send("usd", "tenant", 5, &Hook::Deposit { owner: None });
    assert_eq!(deposit.unwrap_err(), paused());
    let order = Hook::PlaceOrder(Box::new(task(1, 10_000, None)));
    let order = desk.send("usd", "tenant", 10_000, &order);
    assert_eq!(order.unwrap_err(), paused());
    let place = ExecuteMsg::PlaceOrder {
        token: addr("usd").into(),
        spec: task(1, 10_000, None),
    };
    assert_eq!(desk.exec("tenant", place).unwrap_err(), paused());
    let award = desk.award(pending, 10_000);
    let award = desk.exec("order-book", ExecuteMsg::OpenLease(award));
    assert_eq!(award.unwrap_err(), paused());

    let token = addr("usd").to_string();
    let premium = n(0);
    for (sender, exit) in [
        ("order-book", ExecuteMsg::FreeReservation { order: to_free }),
        ("anyone", ExecuteMsg::CloseFailed { lease: silent }),
        ("anyone", ExecuteMsg::Settle { lease: stream }),
        ("tenant", ExecuteMsg::Suspend { lease: stream }),
        ("agent", ExecuteMsg::Heartbeat { leases: vec![stream] }),
        ("tenant", ExecuteMsg::Close { lease: stream }),
        (
            "attestation",
            ExecuteMsg::Hold {
                lease: task_lease,
                units: 2,
            },
        ),
        (
            "attestation",
            ExecuteMsg::Vest {
                lease: task_lease,
                units: 1,
                premium,
            },
        ),
        (
            "attestation",
            ExecuteMsg::Refund {
                lease: task_lease,
                units: 1,
            },
        ),
        ("tenant", ExecuteMsg::Close { lease: task_lease }),
        ("anyone", ExecuteMsg::SweepFees { token: token.clone() }),
        (
            "tenant",
            ExecuteMsg::Withdraw {
                token: token.clone(),
                amount: None,
            },
        ),
        ("owner", ExecuteMsg::Withdraw { token, amount: None }),
    ] {
        desk.exec(sender, exit).unwrap();
    }
}

#[test]
fn everything_but_wiring_waits_for_the_wiring() {
    let mut desk = Desk::bare();
    let not_wired = || ContractError::Control(ControlError::NotWired {});
    let token = addr("usd").to_string();
    let withdraw = ExecuteMsg::Withdraw { token, amount: None };
    assert_eq!(desk.exec("tenant", withdraw).unwrap_err(), not_wired());
    let deposit = desk.send("usd", "tenant", 5, &Hook::Deposit { owner: None });
    assert_eq!(deposit.unwrap_err(), not_wired());
    let update = ExecuteMsg::UpdateParams(Default::default());
    assert_eq!(desk.exec("governor", update).unwrap_err(), not_wired());
    let sudo = SudoMsg::UpdateParams(Default::default());
    let refused = contract::sudo(desk.deps.as_mut(), desk.env.clone(), sudo);
    assert_eq!(refused.unwrap_err(), not_wired());
}

#[test]
fn native_coins_are_refused_in_every_message() {
    let mut desk = Desk::new();
    let lease = desk.active(fixed(3_600, 3_600_000), 3_600_000, 3_600_000);
    for msg in super::roles::every_message(lease, OrderId(1)) {
        for funds in [
            coins(1, "stake"),
            vec![coins(1, "a")[0].clone(), coins(2, "b")[0].clone()],
        ] {
            let info = message_info(&addr("tenant"), &funds);
            let refused = contract::execute(desk.deps.as_mut(), desk.env.clone(), info, msg.clone());
            assert!(
                matches!(
                    refused,
                    Err(ContractError::Control(ControlError::CoinsAttached { .. }))
                ),
                "{msg:?}"
            );
        }
    }
    let msg = InstantiateMsg {
        roles: roles(),
        params: params(),
    };
    let info = message_info(&addr("tenant"), &coins(1, "stake"));
    let refused = contract::instantiate(desk.deps.as_mut(), desk.env.clone(), info, msg);
    assert!(matches!(
        refused,
        Err(ContractError::Control(ControlError::CoinsAttached { .. }))
    ));
}

#[test]
fn migration_takes_this_contract_and_a_newer_version_only() {
    let mut desk = Desk::new();
    let same = contract::migrate(desk.deps.as_mut(), desk.env.clone(), MigrateMsg {});
    assert!(matches!(
        same,
        Err(ContractError::Control(ControlError::MigrateNotNewer { .. }))
    ));
    cw2::set_contract_version(&mut desk.deps.storage, contract::NAME, "0.0.9").unwrap();
    contract::migrate(desk.deps.as_mut(), desk.env.clone(), MigrateMsg {}).unwrap();
    cw2::set_contract_version(&mut desk.deps.storage, "crates.io:other", "0.0.9").unwrap();
    let other = contract::migrate(desk.deps.as_mut(), desk.env.clone(), MigrateMsg {});
    assert!(matches!(
        other,
        Err(ContractError::Control(ControlError::MigrateOther { .. }))
    ));
}

#[test]
fn lists_are_paged_with_a_hard_limit() {
    let mut desk = Desk::new();
    let mut placed = vec![];
    for _ in 0..103 {
        placed.push(desk.open(task(1, 10_000, None), 10_000, 10_000));
    }
    type Leases = Page<market_types::escrow::LeaseResponse, LeaseId>;
    let paging = |start_after, limit| Paging { start_after, limit };
    let of_tenant = |paging| QueryMsg::LeasesOfTenant {
        tenant: addr("tenant").into(),
        paging,
    };
    let of_provider = |paging| QueryMsg::LeasesOfProvider { provider: NO, paging };
    let queries: [&dyn Fn(Paging<LeaseId>) -> QueryMsg; 3] =
        [&of_tenant, &of_provider, &|paging| QueryMsg::Leases { paging }];
    for query in queries {
        let first: Leases = desk.ask(query(paging(None, Some(u32::MAX))));
        assert_eq!(first.items.len(), 100);
        let rest: Leases = desk.ask(query(paging(first.next_start_after, Some(3))));
        assert_eq!((rest.items.len(), rest.next_start_after), (3, None));
        let seen: Vec<_> = first
            .items
            .iter()
            .chain(&rest.items)
            .map(|lease| lease.lease)
            .collect();
        assert_eq!(seen, placed);
        let least: Leases = desk.ask(query(paging(None, Some(0))));
        assert_eq!(least.items.len(), 1);
    }
}
