//! A market that can be put into any of some named situations, and back.

use std::collections::BTreeMap;

use cosmwasm_std::{coin, Addr, BlockInfo, Coin, MemoryStorage, Order, Record, Storage, Uint128, WasmMsg};
use cw_multi_test::Executor;
use market_testing::chain::account;
use market_testing::specs::{machines, one_gpu, stream, task, H100};
use market_testing::suite::intentions::registration;
use market_testing::suite::Builder;
use market_testing::{Call, Failure, Key, Suite};
use market_types::audit::{AuditClass, AuditId};
use market_types::control::ControlMsg;
use market_types::order::{AwardRule, OrderSpec, Rail, Requirements, StreamLength};
use market_types::resources::{Attribute, DeviceClass};
use market_types::{
    attestation, escrow, order_book, registry, take_rate, BasisPoints, BatchNo, Hash32, LeaseId, OrderId,
    ProviderNo, Seconds,
};

use crate::cost::ballast;
use crate::cost::counting::{self, Before};
use crate::roles::Role;

pub const TOKEN: u128 = 1_000_000;
pub const BID: u128 = 3_000_000;
pub const UNIT: u128 = 100_000;
pub const WORK_BOND: u128 = 4 * TOKEN;

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

/// How the world goes back to a scene.
enum Memory {
    /// It keeps each scene whole.
    Snapshots(BTreeMap<Scene, (Vec<Record>, BlockInfo)>),
    /// Its codes are counted, and what they write is taken back, down to the base. For stores too big to copy.
    Counted(BlockInfo),
}

pub struct World {
    pub suite: Suite,
    /// The next order to be placed, and the lease it may become.
    pub order: OrderId,
    pub lease: LeaseId,
    /// Of the owners.
    providers: BTreeMap<Role, ProviderNo>,
    memory: Memory,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self::on(Self::builder().build(), 0);
        world.found();
        let coins = [coin(1_000, "uatom"), coin(1_000, "ustake")];
        for role in Role::ALL {
            let holder = world.address(role);
            world.suite.app.init_modules(|router, _, storage| {
                let given = router.bank.init_balance(storage, &holder, coins.to_vec());
                given.unwrap();
            });
        }
        world.remember(Scene::Base);
        world
    }

    /// A world with so many providers, running leases and open orders beside what its scenes need, whose storage is counted.
    pub fn busy(count: u32) -> Self {
        let mut suite = Self::builder().wrapped(counting::counted).build();
        ballast::load(&mut suite, count);
        let mut world = Self::on(suite, count);
        world.found();
        world.memory = Memory::Counted(world.suite.app.block_info());
        counting::mark();
        world
    }

    fn builder() -> Builder {
        Suite::builder()
            .registry(|params| params.attribute_auditors = vec![account("auditor").to_string()])
            .funded(["tenant", "other tenant", "owner", "other owner", "crank"].map(account))
    }

    fn on(mut suite: Suite, ballast: u32) -> Self {
        suite.checks = false;
        let order = OrderId(2 * u64::from(ballast) + 1);
        Self {
            suite,
            order,
            lease: LeaseId::new(order, 0).unwrap(),
            providers: BTreeMap::new(),
            memory: Memory::Snapshots(BTreeMap::new()),
        }
    }

    fn found(&mut self) {
        let usdc = self.suite.usdc.clone();
        self.suite.set_bond_price(&usdc, TOKEN).unwrap();
        for role in [Role::Owner, Role::OtherOwner] {
            let owner = self.address(role);
            let agent = Suite::agent_of(&owner);
            let registry = &self.suite.wiring.provider_registry;
            let mut msg = registration(&owner, &agent, vec![machines(H100, 2)], registry);
            msg.attributes = vec![region()];
            self.must(role, registry::ExecuteMsg::Register(msg));
            self.suite.bond(&owner, 10_000 * TOKEN).unwrap();
            self.providers.insert(role, self.suite.provider(&owner).no);
        }
        for role in [Role::Tenant, Role::OtherTenant] {
            let tenant = self.address(role);
            self.suite.deposit(&tenant, &usdc, 1_000 * TOKEN).unwrap();
        }
        self.suite.pass(6);
    }

    pub fn address(&self, role: Role) -> Addr {
        role.address(&self.suite)
    }

    pub fn text(&self, role: Role) -> String {
        self.address(role).to_string()
    }

    /// The provider that this role owns or acts for.
    ///
    /// # Panics
    /// If there is none.
    pub fn number(&self, role: Role) -> ProviderNo {
        match role {
            Role::OtherOwner | Role::OtherAgent => self.providers[&Role::OtherOwner],
            Role::Owner | Role::Agent => self.providers[&Role::Owner],
            _ => panic!("{role:?} acts for no provider"),
        }
    }

    /// Send a message, with these native coins.
    pub fn send(&mut self, role: Role, call: &Call, funds: &[Coin]) -> Result<(), Failure> {
        let execute = WasmMsg::Execute {
            contract_addr: call.target(&self.suite.wiring).to_string(),
            msg: call.json().unwrap(),
            funds: funds.to_vec(),
        };
        let sender = self.address(role);
        self.suite.app.execute(sender, execute.into())?;
        Ok(())
    }

    fn must(&mut self, role: Role, call: impl Into<Call>) {
        let call = call.into();
        if let Err(failure) = self.send(role, &call, &[]) {
            panic!("{role:?} cannot send {call:?}: {failure}");
        }
    }

    /// Go to this situation, whatever happened before.
    pub fn enter(&mut self, scene: Scene) {
        match &self.memory {
            Memory::Snapshots(seen) => match seen.get(&scene) {
                Some((records, block)) => {
                    let mut storage = MemoryStorage::new();
                    for (key, value) in records {
                        storage.set(key, value);
                    }
                    *self.suite.app.storage_mut() = storage;
                    self.suite.app.set_block(block.clone());
                }
                None => {
                    self.build(scene);
                    self.remember(scene);
                }
            },
            Memory::Counted(block) if scene == Scene::Base => {
                self.suite.app.set_block(block.clone());
                self.take_back();
            }
            Memory::Counted(_) => self.build(scene),
        }
    }

    fn remember(&mut self, scene: Scene) {
        if let Memory::Snapshots(seen) = &mut self.memory {
            let records = self.suite.app.storage().range(None, None, Order::Ascending);
            seen.insert(scene, (records.collect(), self.suite.app.block_info()));
        }
    }

    fn take_back(&mut self) {
        for Before { contract, key, value } in counting::mark() {
            let holder = Role::ALL
                .into_iter()
                .find(|role| role.label() == Some(contract.as_str()));
            let address = self.address(holder.unwrap());
            let mut storage = self.suite.app.contract_storage_mut(&address);
            match value {
                Some(value) => storage.set(&key, &value),
                None => storage.remove(&key),
            }
        }
    }

    fn after(&mut self, scene: Scene, role: Role, call: impl Into<Call>) {
        self.enter(scene);
        self.must(role, call);
    }

    fn later(&mut self, scene: Scene, seconds: u64) {
        self.enter(scene);
        self.suite.pass(seconds);
    }

    fn build(&mut self, scene: Scene) {
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

    /// Of the first unit of the lease.
    pub fn audit(&self) -> AuditId {
        AuditId {
            lease: self.lease,
            unit: 0,
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

    /// Make a contract forget the others, as before its `Wire`.
    pub fn unwire(&mut self, contract: &Addr) {
        let wiring = self.suite.app.contract_storage(contract).get(b"wiring");
        let label = Role::CONTRACTS
            .into_iter()
            .find(|role| self.address(*role) == *contract)
            .and_then(Role::label);
        counting::note_change(label.unwrap(), b"wiring", wiring);
        self.suite.app.contract_storage_mut(contract).remove(b"wiring");
    }

    /// Let the chain itself act.
    pub fn sudo(&mut self, contract: Role, msg: &impl serde::Serialize) -> Result<(), Failure> {
        let contract = self.address(contract);
        self.suite.app.wasm_sudo(contract, msg)?;
        Ok(())
    }
}

impl Role {
    /// The label of a contract or token.
    fn label(self) -> Option<&'static str> {
        Some(match self {
            Self::Registry => "provider-registry",
            Self::Book => "order-book",
            Self::Escrow => "lease-escrow",
            Self::Attestation => "attestation",
            Self::TakeRate => "take-rate-burn",
            Self::NetworkToken => "LEASE",
            Self::PaymentToken => "USDC",
            _ => return None,
        })
    }

    pub const CONTRACTS: [Self; 5] = [
        Self::Registry,
        Self::Book,
        Self::Escrow,
        Self::Attestation,
        Self::TakeRate,
    ];
}

/// An outcome in words; failures carry backtraces that nobody reads.
pub fn told(outcome: &Result<(), Failure>) -> String {
    match outcome {
        Ok(()) => "goes through".into(),
        Err(failure) => failure.to_string(),
    }
}

/// The same control message for each contract.
pub fn controls(msg: &ControlMsg) -> [Call; 5] {
    [
        registry::ExecuteMsg::Control(msg.clone()).into(),
        order_book::ExecuteMsg::Control(msg.clone()).into(),
        escrow::ExecuteMsg::Control(msg.clone()).into(),
        attestation::ExecuteMsg::Control(msg.clone()).into(),
        take_rate::ExecuteMsg::Control(msg.clone()).into(),
    ]
}

pub fn region() -> Attribute {
    Attribute {
        key: "region".into(),
        value: "eu-west".into(),
    }
}

/// An hour that can be acknowledged, amended, and left with notice.
pub fn a_stream() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Stream {
            length: StreamLength::Fixed(Seconds::HOUR),
            ack_every: Some(Seconds::DAY),
            start_timeout: Seconds(600),
            notice: Seconds(600),
        },
        session_key: Some(session_key().public()),
        thin_audit: true,
        ..stream()
    }
}

pub fn a_task() -> OrderSpec<String> {
    task()
}

pub fn exact() -> AuditClass {
    AuditClass("exact".into())
}

pub fn session_key() -> Key {
    Key::of("session")
}

pub fn needs() -> Requirements<String> {
    Requirements {
        resources: one_gpu(),
        classes: vec![DeviceClass(H100.into())],
        attributes: vec![region()],
        signatures: None,
        allow: vec![],
        deny: vec![],
        min_reputation: BasisPoints(0),
    }
}

pub fn batch(lease: LeaseId, first_unit: u32, count: u32) -> attestation::ExecuteMsg {
    attestation::ExecuteMsg::PostBatch {
        lease,
        first_unit,
        count,
        root: Hash32([9; 32]),
    }
}
