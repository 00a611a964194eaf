//! The situations, and how each is reached from the one it is built on.

use cosmwasm_std::{Addr, Uint128};
use market_testing::chain::account;
use market_testing::specs::{machines, H100};
use market_testing::suite::intentions::send_hook;
use market_testing::Call;
use market_types::audit::Answer;
use market_types::control::ControlMsg;
use market_types::order::{AwardRule, OrderSpec};
use market_types::{attestation, escrow, order_book, registry, take_rate, BasisPoints, BatchNo, Seconds};

use crate::court::{bad, good};
use crate::roles::Role;
use crate::specs::{a_stream, a_task, batch, controls, exact, region};
use crate::world::{World, BID, TOKEN, UNIT, WORK_BOND};

/// A situation. Each is reached by real messages from the one it is built on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scene {
    /// Everybody is registered, bonded, and has money.
    Base,
    /// No contract knows the others.
    Unwired,
    /// Every contract's office of governor is offered to the nominee.
    Offered,
    Paused,
    /// Both owners have unbonded, and the time has come.
    Unbonded,
    /// The attribute auditor has signed.
    Signed,
    /// Registry, escrow and take-rate-burn hold what nobody owns.
    Gifts,

    /// A stream order takes bids and has none.
    OrderOpen,
    /// It has one of each provider.
    OrderBid,
    OrderCloses,
    OrderExpires,
    OrderUnfilled,
    OrderCancelled,
    OrderExpired,
    /// The same, and the tenant picks.
    PicksOpen,
    PicksBid,
    PicksClose,
    PicksExpire,
    PicksCancelled,
    PicksExpired,
    PicksAwarded,

    /// Both owners are in an audit table.
    Auditing,
    /// The other owner has a seat in an audit.
    Seated,
    /// The owner was convicted.
    Suspended,

    /// The task's units are audited: there is a beacon, a pool that pays, and the owners are in an audit table.
    Audited,
    /// All units are posted, and the round that draws them is there.
    Drawable,
    Drawn,
    /// The tenant has forced the audit of unit 0, and no seat is filled.
    AuditSeating,
    /// Its one auditor, the other owner, is to commit.
    AuditCommitting,
    /// The owner is to show its receipt.
    AuditOpening,
    AuditRevealing,
    /// The auditor found the unit good, and planters may speak.
    AuditDecided,
    /// Nobody spoke in time.
    AuditOver,
    AuditEnded,
    /// The auditor and a jury found the unit bad; the owner may appeal.
    AuditConvicted,

    /// The stream order is awarded to the owner.
    StreamStarting,
    /// Its start time is over.
    StreamOverdue,
    StreamActive,
    StreamSuspended,
    StreamSilent,
    StreamClosed,
    /// The owner left without notice, and its bond is the tenant's to claim.
    Claimable,

    TaskActive,
    TaskWaiting,
    /// The bond price has risen by 30 %.
    TaskRevalued,
    /// A batch vests.
    TaskHeld,
    /// A batch has vested.
    TaskVested,
    /// The tenant closed while a batch vested.
    TaskClosing,
    /// Every unit was attested, vested and paid.
    TaskClosed,

    /// Fees are with take-rate-burn.
    Collected,
    /// They have waited long enough to be sold.
    Waited,
    LotOpen,
    LotExpired,
}

impl World {
    fn after(&mut self, scene: Scene, role: Role, call: impl Into<Call>) {
        self.enter(scene);
        self.must(role, call);
    }

    fn later(&mut self, scene: Scene, seconds: u64) {
        self.enter(scene);
        self.suite.pass(seconds);
    }

    pub fn build(&mut self, scene: Scene) {
        use attestation::ExecuteMsg as Attestation;
        use escrow::ExecuteMsg as Escrow;
        use order_book::ExecuteMsg as Book;
        use registry::ExecuteMsg as Registry;
        use take_rate::ExecuteMsg as TakeRate;
        let (order, lease, token) = (self.order, self.lease, self.suite.usdc.to_string());
        match scene {
            Scene::Base => unreachable!("it is there from the beginning"),
            Scene::Unwired => {
                self.enter(Scene::Base);
                for role in Role::CONTRACTS {
                    self.unwire(&self.address(role));
                }
            }
            Scene::Offered => {
                self.enter(Scene::Base);
                let governor = self.text(Role::Nominee);
                let expires_in = Seconds::DAY;
                for call in controls(&ControlMsg::OfferGovernor { governor, expires_in }) {
                    self.must(Role::Governor, call);
                }
            }
            Scene::Paused => {
                self.enter(Scene::Base);
                let duration = Seconds::DAY;
                for call in controls(&ControlMsg::Pause { duration }) {
                    self.must(Role::Guardian, call);
                }
            }
            Scene::Unbonded => {
                self.enter(Scene::Base);
                for role in [Role::Owner, Role::OtherOwner] {
                    let amount = Uint128::new(TOKEN);
                    self.must(role, Registry::Unbond { amount });
                }
                self.suite.pass(21 * 86_400);
            }
            Scene::Signed => {
                self.enter(Scene::Base);
                let (provider, attributes) = (self.text(Role::Owner), vec![region()]);
                self.must(
                    Role::AttributeAuditor,
                    Registry::SignAttributes { provider, attributes },
                );
            }
            Scene::Gifts => {
                self.enter(Scene::Base);
                let giver = self.address(Role::Crank);
                let (usdc, network) = (self.suite.usdc.clone(), self.suite.wiring.network_token.clone());
                for (token, role) in [
                    (&network, Role::Registry),
                    (&network, Role::TakeRate),
                    (&usdc, Role::Escrow),
                    (&usdc, Role::TakeRate),
                ] {
                    let to = self.address(role);
                    self.suite.give(&giver, token, &to, TOKEN).unwrap();
                }
            }

            Scene::OrderOpen => self.after(
                Scene::Base,
                Role::Tenant,
                Escrow::PlaceOrder {
                    token,
                    spec: a_stream(),
                },
            ),
            Scene::OrderBid => self.bids_on(Scene::OrderOpen, BID, 0),
            Scene::OrderCloses => self.later(Scene::OrderBid, 100),
            Scene::OrderExpires => self.later(Scene::OrderBid, 700),
            Scene::OrderUnfilled => {
                self.later(Scene::OrderOpen, 100);
                self.must(Role::Crank, Book::Award { order });
            }
            Scene::OrderCancelled => self.after(Scene::OrderBid, Role::Tenant, Book::Cancel { order }),
            Scene::OrderExpired => self.after(Scene::OrderExpires, Role::Crank, Book::Expire { order }),
            Scene::PicksOpen => {
                let award = AwardRule::TenantPicks;
                let spec = OrderSpec { award, ..a_stream() };
                self.after(Scene::Base, Role::Tenant, Escrow::PlaceOrder { token, spec });
            }
            Scene::PicksBid => self.bids_on(Scene::PicksOpen, BID, 0),
            Scene::PicksClose => self.later(Scene::PicksBid, 100),
            Scene::PicksExpire => self.later(Scene::PicksBid, 700),
            Scene::PicksCancelled => self.after(Scene::PicksBid, Role::Tenant, Book::Cancel { order }),
            Scene::PicksExpired => self.after(Scene::PicksExpire, Role::Crank, Book::Expire { order }),
            Scene::PicksAwarded => {
                let provider = self.text(Role::Owner);
                self.after(Scene::PicksClose, Role::Tenant, Book::Pick { order, provider });
            }

            Scene::Auditing => {
                self.enter(Scene::TaskHeld);
                for owner in [Role::Owner, Role::OtherOwner] {
                    self.must(
                        owner,
                        Registry::OfferAudits {
                            class: exact(),
                            places: 2,
                        },
                    );
                }
            }
            Scene::Seated => {
                let seat = Registry::Seat {
                    audit: self.audit(),
                    class: exact(),
                    providers: vec![self.number(Role::OtherOwner)],
                    bond: Uint128::new(TOKEN),
                };
                self.after(Scene::Auditing, Role::Attestation, seat);
            }
            Scene::Suspended => {
                let slash = Registry::Slash {
                    lease,
                    share: BasisPoints::WHOLE,
                    rewards: vec![],
                    tip: None,
                    convict: true,
                };
                self.after(Scene::TaskHeld, Role::Attestation, slash);
            }

            Scene::Audited => {
                self.after(Scene::TaskActive, Role::Governor, self.audited());
                for owner in [Role::Owner, Role::OtherOwner] {
                    let class = exact();
                    self.must(owner, Registry::OfferAudits { class, places: 2 });
                }
                let (giver, usdc) = (self.address(Role::Crank), self.suite.usdc.clone());
                let escrow = self.address(Role::Escrow);
                let fund = send_hook(&usdc, &escrow, 50 * TOKEN, &escrow::Hook::FundAudits {});
                self.suite.send(&giver, fund).unwrap();
            }
            Scene::Drawable => {
                self.enter(Scene::Audited);
                self.must(Role::Agent, self.post());
                self.beacons();
            }
            Scene::Drawn => {
                self.enter(Scene::Drawable);
                self.must(Role::Crank, self.draw());
            }
            Scene::AuditSeating => {
                self.enter(Scene::Drawable);
                self.must(Role::Tenant, self.force());
            }
            Scene::AuditCommitting => {
                self.enter(Scene::AuditSeating);
                self.seat_all();
            }
            Scene::AuditOpening => self.answered(good()),
            Scene::AuditRevealing => {
                self.enter(Scene::AuditOpening);
                self.must(Role::Agent, self.opening());
            }
            Scene::AuditDecided => {
                self.enter(Scene::AuditRevealing);
                self.must(Role::OtherAgent, self.reveal(good()));
            }
            Scene::AuditOver => self.later(Scene::AuditDecided, 7_200),
            Scene::AuditEnded => {
                self.enter(Scene::AuditOver);
                self.must(Role::Crank, self.advance());
            }
            Scene::AuditConvicted => {
                self.answered(bad());
                self.must(Role::Agent, self.opening());
                self.must(Role::OtherAgent, self.reveal(bad()));
                self.must(Role::Crank, self.advance());
                self.tried();
            }

            Scene::StreamStarting => self.after(Scene::OrderCloses, Role::Crank, Book::Award { order }),
            Scene::StreamOverdue => self.later(Scene::StreamStarting, 600),
            Scene::StreamActive => {
                self.after(Scene::StreamStarting, Role::Agent, Escrow::Ready { lease });
                self.must(Role::Tenant, Escrow::Accept { lease });
                for _ in 0..10 {
                    self.suite.pass(60);
                    self.must(Role::Agent, Escrow::Heartbeat { leases: vec![lease] });
                }
            }
            Scene::StreamSuspended => {
                self.after(Scene::StreamActive, Role::Tenant, Escrow::Suspend { lease });
                self.suite.pass(60);
            }
            Scene::StreamSilent => self.later(Scene::StreamActive, 600),
            Scene::StreamClosed => self.after(Scene::StreamActive, Role::Tenant, Escrow::Close { lease }),
            Scene::Claimable => self.after(Scene::StreamActive, Role::Owner, Escrow::Close { lease }),

            Scene::TaskActive => {
                self.after(
                    Scene::Base,
                    Role::Tenant,
                    Escrow::PlaceOrder {
                        token,
                        spec: a_task(),
                    },
                );
                self.bid(UNIT, WORK_BOND);
                self.suite.pass(100);
                self.must(Role::Crank, Book::Award { order });
            }
            Scene::TaskRevalued => {
                let price = Uint128::new(TOKEN * 13 / 10);
                self.after(
                    Scene::TaskActive,
                    Role::Governor,
                    Registry::SetBondPrice { token, price },
                );
            }
            Scene::TaskWaiting => self.after(Scene::TaskActive, Role::Agent, Escrow::Waiting { lease }),
            Scene::TaskHeld => self.after(Scene::TaskActive, Role::Agent, batch(lease, 0, 8)),
            Scene::TaskVested => self.later(Scene::TaskHeld, 86_400),
            Scene::TaskClosing => self.after(Scene::TaskHeld, Role::Tenant, Escrow::Close { lease }),
            Scene::TaskClosed => {
                self.after(Scene::TaskActive, Role::Agent, batch(lease, 0, 48));
                self.suite.pass(86_400);
                let batch = BatchNo(0);
                self.must(Role::Crank, Attestation::Release { lease, batch });
            }

            Scene::Collected => self.after(Scene::StreamClosed, Role::Crank, Escrow::SweepFees { token }),
            Scene::Waited => self.later(Scene::Collected, 7 * 86_400),
            Scene::LotOpen => self.after(Scene::Waited, Role::Crank, TakeRate::Kick { token }),
            Scene::LotExpired => self.later(Scene::LotOpen, 12 * 3_600),
        }
    }

    /// The auditor has committed to this.
    fn answered(&mut self, answer: Answer) {
        self.enter(Scene::AuditCommitting);
        self.must(
            Role::OtherAgent,
            self.commit(self.number(Role::OtherOwner), answer),
        );
    }

    /// Five of last resort are the jury, and find the unit bad.
    fn tried(&mut self) {
        let jurors: Vec<Addr> = (0..5).map(|n| account(&format!("juror {n}"))).collect();
        for juror in &jurors {
            let (giver, network) = (self.address(Role::Crank), self.address(Role::NetworkToken));
            self.suite.register(juror, vec![machines(H100, 1)]).unwrap();
            self.suite.give(&giver, &network, juror, 2_000 * TOKEN).unwrap();
            self.suite.bond(juror, 2_000 * TOKEN).unwrap();
        }
        let listed = registry::ExecuteMsg::UpdateParams(registry::ParamsUpdate {
            last_resort: Some(jurors.iter().map(Addr::to_string).collect()),
            ..Default::default()
        });
        self.must(Role::Governor, listed);
        self.seat_all();
        for juror in &jurors {
            let commit = self.commit(self.suite.provider(juror).no, bad());
            self.suite.send(juror, commit).unwrap();
        }
        for juror in &jurors {
            let reveal = self.reveal(bad());
            self.suite.send(juror, reveal).unwrap();
        }
    }

    fn bids_on(&mut self, scene: Scene, price: u128, work_bond: u128) {
        self.enter(scene);
        self.bid(price, work_bond);
    }

    fn bid(&mut self, price: u128, work_bond: u128) {
        // At equal prices the earlier one wins: the owner's.
        for role in [Role::Agent, Role::OtherAgent] {
            let agent = self.address(role);
            self.suite.bid(&agent, self.order, price, work_bond).unwrap();
        }
    }
}
