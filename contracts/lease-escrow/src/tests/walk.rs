//! Random actors, messages and times. The desk checks the books after every step; at the end cranks alone must bring every
//! lease to its end and everybody's money out.

use std::collections::BTreeMap;

use market_types::audit::{AuditId, Reward};
use market_types::escrow::{Acknowledgement, Amendment, ExecuteMsg, Hook, LeaseStatus, Payer};
use market_types::{LeaseId, OrderId, Price, Seconds};

use super::desk::*;

/// Xorshift: the seed is all there is to a run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.roll(from.len() as u64) as usize]
    }
}

const PRICE: u128 = 36_007;

/// One random message; its kind, if it was taken.
fn step(desk: &mut Desk, dice: &mut Dice) -> Option<&'static str> {
    let sender = dice.pick(&["tenant", "tenant", "owner", "agent", "anyone", "heir"]);
    let recent = dice.roll(desk.orders.clamp(1, 4));
    let order = OrderId(desk.orders.saturating_sub(recent).max(1));
    let lease = LeaseId(order.0 * 8);
    let units = 1 + dice.roll(4) as u32;
    let amount = n(u128::from(dice.roll(40_000)));
    let premium = n(u128::from(dice.roll(3_000)));
    let (by, msg) = match dice.roll(42) {
        40 if dice.roll(2) == 0 => {
            let audit = AuditId {
                lease,
                unit: dice.roll(2) as u32,
            };
            let payer = [Payer::Pool, Payer::Tenant][dice.roll(2) as usize];
            let amount = n(u128::from(dice.roll(200)));
            ("attestation", ExecuteMsg::SetAside { audit, amount, payer })
        }
        40 => {
            let audit = AuditId {
                lease,
                unit: dice.roll(2) as u32,
            };
            let amount = n(u128::from(dice.roll(60)));
            let payments = ["owner", "friend"].map(|to| Reward {
                to: addr(to).into(),
                amount,
            });
            (
                "attestation",
                ExecuteMsg::PayAudit {
                    audit,
                    payments: payments.into(),
                },
            )
        }
        41 => {
            let mut world = desk.world.borrow_mut();
            world.work_bond = 5_000_000 + u128::from(dice.roll(5_000_000));
            world.bond_price = 100_000 + u128::from(dice.roll(400_000));
            drop(world);
            (sender, ExecuteMsg::Revalue { lease })
        }
        0 => {
            let spec = match dice.roll(4) {
                0 => fixed(60 + dice.roll(4_000), PRICE),
                1 => with(
                    open_ended(10_000 + u128::from(dice.roll(30_000)), PRICE),
                    Some(600),
                    dice.roll(2) * 300,
                ),
                2 => with(fixed(60 + dice.roll(4_000), PRICE), Some(600), dice.roll(2) * 300),
                _ => task(1 + dice.roll(20) as u32, PRICE, None),
            };
            let hook = Hook::PlaceOrder(Box::new(spec));
            let placed = desk.send("usd", "tenant", 1_000_000, &hook).is_ok();
            desk.orders += u64::from(placed);
            return placed.then_some("place_order");
        }
        2..=4 => {
            let mut award = desk.award(order, u128::from(dice.roll(PRICE as u64 + 1)));
            award.lease_bond = n(u128::from(dice.roll(2)));
            award.work_bond = n(7_000_000);
            award.work_bond_value = n(720_140);
            ("order-book", ExecuteMsg::OpenLease(award))
        }
        5 if dice.roll(3) == 0 => ("order-book", ExecuteMsg::FreeReservation { order }),
        1 | 5..=7 => ("agent", ExecuteMsg::Ready { lease }),
        8 | 9 => ("tenant", ExecuteMsg::Accept { lease }),
        10..=12 | 34.. => {
            let leases = (1..=desk.orders).map(|order| LeaseId(order * 8));
            let leases: Vec<_> = leases
                .filter(|lease| desk.stored_beat(*lease).is_some())
                .take(50)
                .collect();
            ("agent", ExecuteMsg::Heartbeat { leases })
        }
        13 | 32 => ("tenant", ExecuteMsg::Suspend { lease }),
        14 | 33 => ("tenant", ExecuteMsg::Resume { lease }),
        15 if dice.roll(2) > 0 => ("anyone", ExecuteMsg::Settle { lease }),
        15 => (sender, ExecuteMsg::Close { lease }),
        16 if dice.roll(2) > 0 => ("anyone", ExecuteMsg::Settle { lease }),
        16 => (sender, ExecuteMsg::CloseFailed { lease }),
        17 => (sender, ExecuteMsg::Settle { lease }),
        18 => (sender, ExecuteMsg::TopUp { lease, amount }),
        19 | 30 | 31 => ("attestation", ExecuteMsg::Hold { lease, units }),
        20 => (
            "attestation",
            ExecuteMsg::Vest {
                lease,
                units,
                premium,
            },
        ),
        21 if dice.roll(4) == 0 => ("attestation", ExecuteMsg::Convict { lease }),
        21 => ("attestation", ExecuteMsg::Refund { lease, units }),
        22 => ("agent", ExecuteMsg::Waiting { lease }),
        23 => ("tenant", ExecuteMsg::InputsDelivered { lease }),
        24 => ("agent", ExecuteMsg::GiveNotice { lease }),
        25 => {
            let amendment = Amendment {
                price_per_hour: Some(Price::new(1 + u128::from(dice.roll(3)) * 9_999)),
                duration: None,
            };
            (
                dice.pick(&["tenant", "owner"]),
                ExecuteMsg::Amend { lease, amendment },
            )
        }
        26 => {
            let acknowledgement = Acknowledgement {
                sequence: 1 + dice.roll(1_000),
                good_until: desk.now().plus(Seconds(dice.roll(601))),
                signature: None,
            };
            (
                "tenant",
                ExecuteMsg::Acknowledge {
                    lease,
                    acknowledgement,
                },
            )
        }
        27 => {
            let token = addr("usd").to_string();
            (sender, ExecuteMsg::Withdraw { token, amount: None })
        }
        28 => {
            let token = addr("usd").to_string();
            (sender, ExecuteMsg::SweepFees { token })
        }
        _ => {
            let to = addr(dice.pick(&["tenant", "tenant", "tenant", "heir"])).to_string();
            (dice.pick(&["heir", "tenant"]), ExecuteMsg::Transfer { lease, to })
        }
    };
    let kind = kind(&msg);
    desk.exec(by, msg).is_ok().then_some(kind)
}

/// The variant's name.
pub fn kind(msg: &ExecuteMsg) -> &'static str {
    use ExecuteMsg::*;
    match msg {
        OpenLease(_) => "open_lease",
        FreeReservation { .. } => "free_reservation",
        Ready { .. } => "ready",
        Accept { .. } => "accept",
        Heartbeat { .. } => "heartbeat",
        Suspend { .. } => "suspend",
        Resume { .. } => "resume",
        Close { .. } => "close",
        CloseFailed { .. } => "close_failed",
        Settle { .. } => "settle",
        TopUp { .. } => "top_up",
        Hold { .. } => "hold",
        Vest { .. } => "vest",
        Refund { .. } => "refund",
        Waiting { .. } => "waiting",
        InputsDelivered { .. } => "inputs_delivered",
        GiveNotice { .. } => "give_notice",
        Amend { .. } => "amend",
        Acknowledge { .. } => "acknowledge",
        Withdraw { .. } => "withdraw",
        SweepFees { .. } => "sweep_fees",
        Transfer { .. } => "transfer",
        PlaceOrder { .. } => "place_order",
        Skim { .. } => "skim",
        SetAside { .. } => "set_aside",
        PayAudit { .. } => "pay_audit",
        Convict { .. } => "convict",
        Revalue { .. } => "revalue",
        Control(_) | UpdateParams(_) | Receive(_) => "other",
    }
}

/// Nobody acts but cranks: time passes, what vests is released, what has failed is closed, everybody withdraws.
fn wind_up(desk: &mut Desk, seed: u64) {
    for order in 1..=desk.orders {
        let order = OrderId(order);
        let _unless_awarded = desk.exec("order-book", ExecuteMsg::FreeReservation { order });
    }
    for _ in 0..4 {
        desk.pass(31 * 86_400);
        for order in 1..=desk.orders {
            let lease = LeaseId(order * 8);
            let Ok(work) = crate::lease::LeaseFile::load(&desk.deps.storage, lease) else {
                continue;
            };
            if let Ok(task) = work.task() {
                let (units, premium) = (task.held(), n(0));
                if units > 0 {
                    desk.exec(
                        "attestation",
                        ExecuteMsg::Vest {
                            lease,
                            units,
                            premium,
                        },
                    )
                    .unwrap();
                }
            }
            desk.settle(lease);
            let _unless_ended = desk.exec("anyone", ExecuteMsg::CloseFailed { lease });
        }
    }
    for order in 1..=desk.orders {
        for unit in 0..2 {
            let audit = AuditId {
                lease: LeaseId(order * 8),
                unit,
            };
            let _unless_no_lease = desk.exec(
                "attestation",
                ExecuteMsg::PayAudit {
                    audit,
                    payments: vec![],
                },
            );
        }
    }
    for order in 1..=desk.orders {
        let lease = LeaseId(order * 8);
        if crate::state::LEASES.has(&desk.deps.storage, lease) {
            assert_eq!(
                desk.lease(lease).status,
                LeaseStatus::Closed,
                "seed {seed} lease {lease}"
            );
        }
    }
    let token = addr("usd").to_string();
    for owner in ACCOUNTS_OF_TESTS {
        if desk.available(owner) > 0 {
            let token = token.clone();
            desk.exec(owner, ExecuteMsg::Withdraw { token, amount: None })
                .unwrap();
        }
    }
    let _unless_none = desk.exec("anyone", ExecuteMsg::SweepFees { token: token.clone() });
    let pools: market_types::escrow::PoolsResponse =
        desk.ask(market_types::escrow::QueryMsg::Pools { token });
    let held = desk.world.borrow().held[&addr("usd")];
    assert_eq!(held, pools.audit_pool.u128(), "seed {seed}");
}

#[test]
fn whatever_happens_the_books_balance_and_cranks_bring_everything_to_its_end() {
    let mut taken = BTreeMap::new();
    for seed in 1..=12u64 {
        println!("seed {seed}");
        let mut desk = Desk::new();
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for _ in 0..700 {
            if let Some(kind) = step(&mut desk, &mut dice) {
                *taken.entry(kind).or_insert(0u32) += 1;
            }
            match dice.roll(60) {
                0 => desk.pass(dice.roll(4_000)),
                1 => desk.halt(dice.roll(4_000)),
                2..=30 => desk.pass(dice.roll(40)),
                _ => {}
            }
        }
        wind_up(&mut desk, seed);
    }
    // A walk in which some message was never taken would prove nothing about it.
    println!("{taken:?}");
    assert_eq!(taken.len(), 27, "{taken:?}");
}
