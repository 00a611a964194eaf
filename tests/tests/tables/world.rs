//! A market that can be put into any of some named situations, and back.

use std::collections::BTreeMap;

use cosmwasm_std::{coin, Addr, BlockInfo, Coin, MemoryStorage, Order, Record, Storage, WasmMsg};
use cw_multi_test::Executor;
use market_testing::chain::account;
use market_testing::specs::{machines, H100};
use market_testing::suite::intentions::registration;
use market_testing::suite::Builder;
use market_testing::{Call, Failure, Suite};
use market_types::audit::AuditId;
use market_types::{registry, LeaseId, OrderId, ProviderNo};

use crate::cost::ballast;
use crate::cost::counting::{self, Before};
use crate::roles::Role;

pub use crate::scene::Scene;
pub use crate::specs::{a_stream, batch, controls, exact, needs, region, session_key};

pub const TOKEN: u128 = 1_000_000;
pub const BID: u128 = 3_000_000;
pub const UNIT: u128 = 100_000;
pub const WORK_BOND: u128 = 4 * TOKEN;

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

    pub fn must(&mut self, role: Role, call: impl Into<Call>) {
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

    /// Of the first unit of the lease.
    pub fn audit(&self) -> AuditId {
        AuditId {
            lease: self.lease,
            unit: 0,
        }
    }

    /// Make a contract forget the others, as before its `Wire`.
    pub fn unwire(&mut self, contract: &Addr) {
        let label = Role::CONTRACTS
            .into_iter()
            .find(|role| self.address(*role) == *contract)
            .and_then(Role::label);
        for key in wiring_keys() {
            let value = self.suite.app.contract_storage(contract).get(&key);
            counting::note_change(label.unwrap(), &key, value);
            self.suite.app.contract_storage_mut(contract).remove(&key);
        }
    }

    /// Let the chain itself act.
    pub fn sudo(&mut self, contract: Role, msg: &impl serde::Serialize) -> Result<(), Failure> {
        let contract = self.address(contract);
        self.suite.app.wasm_sudo(contract, msg)?;
        Ok(())
    }
}

/// Where `Wire` writes: all addresses at once, that they are there, and each of the six by its number.
fn wiring_keys() -> Vec<Vec<u8>> {
    let sisters = (0..6u8).map(|sister| [&[0, 6][..], b"sister", &[sister]].concat());
    [b"wiring".to_vec(), b"wired".to_vec()]
        .into_iter()
        .chain(sisters)
        .collect()
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
