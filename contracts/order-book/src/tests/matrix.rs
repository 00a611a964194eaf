//! Every message in every state of an order, and by everybody.

use cosmwasm_std::Uint128;
use market_control::ControlError;
use market_types::order::AwardRule;
use market_types::order_book::{ExecuteMsg, OrderStatus, ParamsUpdate};
use market_types::OrderId;

use super::world::*;
use crate::ContractError;

/// One of each message but `Control`, about [`ORDER`].
pub fn every_message() -> Vec<(&'static str, ExecuteMsg)> {
    vec![
        ("update_params", ExecuteMsg::UpdateParams(ParamsUpdate::default())),
        ("open", ExecuteMsg::Open(opening(ORDER, stream()))),
        ("bid", bid()),
        ("award", ExecuteMsg::Award { order: ORDER }),
        ("pick", pick()),
        ("cancel", ExecuteMsg::Cancel { order: ORDER }),
        ("expire", ExecuteMsg::Expire { order: ORDER }),
        (
            "prune",
            ExecuteMsg::Prune {
                order: ORDER,
                limit: 1,
            },
        ),
    ]
}

fn bid() -> ExecuteMsg {
    ExecuteMsg::Bid {
        order: ORDER,
        price: price(400),
        work_bond: Uint128::zero(),
    }
}

fn pick() -> ExecuteMsg {
    ExecuteMsg::Pick {
        order: ORDER,
        provider: addr("p1").into(),
    }
}

/// An order of `rule` in `status` with one bid of `p1`.
fn ended(rule: AwardRule, status: OrderStatus) -> World {
    let mut spec = stream();
    spec.award = rule;
    let mut world = World::with(spec);
    world.bid("p1", 500).unwrap();
    match status {
        OrderStatus::Open => {}
        OrderStatus::Awarded if rule == AwardRule::TenantPicks => {
            world.at(100).send("tenant", pick()).unwrap();
        }
        OrderStatus::Awarded => {
            world.at(100).award().unwrap();
        }
        OrderStatus::Unfilled => {
            world.occupy("p1");
            world.at(100).award().unwrap();
            world.sisters.borrow_mut().refusals.clear();
        }
        OrderStatus::Cancelled => {
            world.send("tenant", ExecuteMsg::Cancel { order: ORDER }).unwrap();
        }
        OrderStatus::Expired => {
            world
                .at(300)
                .send("anybody", ExecuteMsg::Expire { order: ORDER })
                .unwrap();
        }
    }
    assert_eq!(world.order().status, status);
    world
}

#[test]
fn an_ended_order_takes_nothing_but_pruning_at_any_time() {
    let endings = [
        (AwardRule::Lowest, OrderStatus::Awarded),
        (AwardRule::TenantPicks, OrderStatus::Awarded),
        (AwardRule::Lowest, OrderStatus::Unfilled),
        (AwardRule::Lowest, OrderStatus::Cancelled),
        (AwardRule::TenantPicks, OrderStatus::Expired),
    ];
    for (rule, status) in endings {
        for second in [50, 150, 350] {
            let mut attempts = vec![
                ("p2", bid()),
                ("tenant", ExecuteMsg::Cancel { order: ORDER }),
                ("anybody", ExecuteMsg::Award { order: ORDER }),
                ("anybody", ExecuteMsg::Expire { order: ORDER }),
            ];
            if rule == AwardRule::TenantPicks {
                attempts.push(("tenant", pick()));
            }
            for (sender, msg) in attempts {
                let mut world = ended(rule, status);
                let before = world.order();
                let refused = world.at(second).send(sender, msg.clone());
                let expected = ContractError::OrderEnded { order: ORDER, status };
                assert_eq!(refused, Err(expected), "{status:?} {second} {msg:?}");
                assert_eq!(world.order(), before);
            }
            let again = ended(rule, status).at(second).open(ORDER, stream());
            assert_eq!(again, Err(ContractError::OrderExists { order: ORDER }));
            let prune = ExecuteMsg::Prune {
                order: ORDER,
                limit: 1,
            };
            ended(rule, status).at(second).send("anybody", prune).unwrap();
        }
    }
}

#[test]
fn an_unknown_order_is_an_error_of_its_own() {
    for (name, msg) in every_message() {
        if matches!(name, "update_params" | "open") {
            continue;
        }
        let mut world = World::new();
        world.open(OrderId(8), stream()).unwrap();
        let refused = world.send("tenant", msg);
        assert_eq!(
            refused,
            Err(ContractError::OrderUnknown { order: ORDER }),
            "{name}"
        );
    }
}

#[test]
fn every_message_asks_for_its_role() {
    // who may send each message; everybody else is told which role is missing
    let roles: [(&str, Option<(&str, &str)>); 8] = [
        ("update_params", Some(("gov", "governor"))),
        ("open", Some(("lease-escrow", "lease escrow"))),
        ("bid", None),
        ("award", None),
        ("pick", Some(("tenant", "tenant of the order"))),
        ("cancel", Some(("tenant", "tenant of the order"))),
        ("expire", None),
        ("prune", None),
    ];
    let senders = [
        "gov",
        "guard",
        "wirer",
        "tenant",
        "p1",
        "p1-agent",
        "provider-registry",
        "lease-escrow",
        "attestation",
        "take-rate-burn",
        "order-book",
        "network-token",
        "stablecoin",
        "anybody",
    ];
    assert_eq!(
        roles.map(|(name, _)| name).to_vec(),
        every_message().iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
    for ((name, msg), (_, role)) in every_message().into_iter().zip(roles) {
        for sender in senders {
            let mut world = World::new();
            if name != "open" {
                let mut spec = stream();
                if name == "pick" {
                    spec.award = AwardRule::TenantPicks;
                }
                world.open(ORDER, spec).unwrap();
                if name != "bid" {
                    world.bid("p1", 500).unwrap();
                }
            }
            match name {
                "award" | "pick" => world.at(100),
                "expire" => world.at(300),
                "prune" => {
                    world.send("tenant", ExecuteMsg::Cancel { order: ORDER }).unwrap();
                    &mut world
                }
                _ => &mut world,
            };
            let result = world.send(sender, msg.clone());
            match role {
                Some((holder, role)) if holder != sender => {
                    let expected = ControlError::Unauthorized {
                        sender: addr(sender),
                        role,
                    };
                    assert_eq!(result, Err(expected.into()), "{name} by {sender}");
                }
                // a bid needs a provider, which is the registry's to say
                None if name == "bid" && !sender.starts_with("p1") => {
                    assert!(
                        matches!(result, Err(ContractError::Refused { .. })),
                        "{name} by {sender}"
                    );
                }
                _ => assert!(result.is_ok(), "{name} by {sender}: {result:?}"),
            }
        }
    }
}
