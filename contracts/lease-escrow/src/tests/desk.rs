//! A desk to test at: the contract with mock sisters, and the books of the token kept beside it. After every message that
//! succeeds, all that must always hold is checked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    from_json, to_json_binary, Addr, CosmosMsg, Env, Order as Walk, OwnedDeps, Response, Uint128, WasmMsg,
};
use cw20::{Cw20ExecuteMsg, Cw20ReceiveMsg};
use market_types::control::{ControlMsg, Roles};
use market_types::defaults;
use market_types::escrow::{
    Award, ExecuteMsg, Hook, InstantiateMsg, LeaseMoney, LeaseResponse, Params, ParamsUpdate, PaymentToken,
    Progress, QueryMsg,
};
use market_types::order::OrderSpec;
use market_types::resources::DeviceClass;
use market_types::{BasisPoints, CloseReason, LeaseId, OrderId, Price, ProviderNo, UnixTime};

use super::sisters::respond;
use crate::contract;
use crate::state::{Beat, ACCOUNTS, BEATS, TOKENS};
use crate::ContractError;

pub use super::books::ACCOUNTS_OF_TESTS;
pub use super::sisters::{wiring, World};
pub use super::specs::*;
pub use super::told::*;

pub fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

pub fn n(n: u128) -> Uint128 {
    Uint128::new(n)
}

pub const NO: ProviderNo = ProviderNo(7);
pub const OTHER_NO: ProviderNo = ProviderNo(8);
pub const GPUS: u16 = 2;

pub struct Desk {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
    pub world: Rc<RefCell<World>>,
    pub orders: u64,
}

/// Two tokens: the stablecoin and another.
pub fn params() -> Params<String> {
    let mut params = defaults::escrow(addr("usd").as_str());
    params.tokens.push(PaymentToken {
        token: addr("eur").into(),
        listed: true,
        min_order: n(1),
    });
    params
}

pub fn roles() -> Roles<String> {
    Roles {
        governor: addr("governor").into(),
        guardian: Some(addr("guardian").into()),
        wirer: addr("wirer").into(),
    }
}

impl Desk {
    /// Instantiated and not wired.
    pub fn bare() -> Self {
        let world = Rc::new(RefCell::new(World {
            rate: BasisPoints(200),
            maintenance: None,
            agent: addr("agent"),
            work_bond: 0,
            slashed: 0,
            bond_price: 2_000_000,
            stale: false,
            held: BTreeMap::new(),
        }));
        let mut deps = mock_dependencies();
        let shared = world.clone();
        deps.querier
            .update_wasm(move |query| respond(&shared.borrow(), query));
        let mut env = mock_env();
        env.contract.address = addr("lease-escrow");
        let mut desk = Self {
            deps,
            env,
            world,
            orders: 0,
        };
        let msg = InstantiateMsg {
            roles: roles(),
            params: params(),
        };
        let info = message_info(&addr("anyone"), &[]);
        contract::instantiate(desk.deps.as_mut(), desk.env.clone(), info, msg).unwrap();
        desk
    }

    pub fn new() -> Self {
        let mut desk = Self::bare();
        desk.exec("wirer", ExecuteMsg::Control(ControlMsg::Wire(wiring())))
            .unwrap();
        desk
    }

    pub fn now(&self) -> UnixTime {
        self.env.block.time.into()
    }

    /// Time goes on, with a block every six seconds.
    pub fn pass(&mut self, seconds: u64) {
        self.env.block.time = self.env.block.time.plus_seconds(seconds);
        self.env.block.height += seconds / 6;
    }

    /// Time goes on, and one block is made.
    pub fn halt(&mut self, seconds: u64) {
        self.env.block.time = self.env.block.time.plus_seconds(seconds);
        self.env.block.height += 1;
    }

    /// Execute as the account called `sender`, all or nothing as on chain; then do what the messages ask of tokens, and
    /// check the books.
    pub fn exec(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        self.exec_as(&addr(sender), msg)
    }

    pub fn exec_as(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let snapshot: Vec<_> = {
            use cosmwasm_std::Storage;
            self.deps.storage.range(None, None, Walk::Ascending).collect()
        };
        let info = message_info(sender, &[]);
        let result = contract::execute(self.deps.as_mut(), self.env.clone(), info, msg);
        match &result {
            Ok(response) => self.deliver(response),
            Err(_) => {
                use cosmwasm_std::Storage;
                let mut storage = MockStorage::new();
                for (key, value) in snapshot {
                    storage.set(&key, &value);
                }
                self.deps.storage = storage;
            }
        }
        self.check_books();
        result
    }

    fn deliver(&mut self, response: &Response) {
        for message in &response.messages {
            let CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr,
                msg,
                funds,
            }) = &message.msg
            else {
                panic!("{message:?}");
            };
            assert!(funds.is_empty());
            let token = Addr::unchecked(contract_addr);
            if let Ok(Cw20ExecuteMsg::Transfer { amount, .. } | Cw20ExecuteMsg::Send { amount, .. }) =
                from_json(msg)
            {
                let mut world = self.world.borrow_mut();
                let held = world.held.get_mut(&token).unwrap();
                *held = held.checked_sub(amount.u128()).unwrap();
            }
        }
    }

    /// A cw20 `Send` of `amount` by `sender`.
    pub fn send<H: serde::Serialize>(
        &mut self,
        token: &str,
        sender: &str,
        amount: u128,
        hook: &H,
    ) -> Result<Response, ContractError> {
        let msg = ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: addr(sender).into(),
            amount: n(amount),
            msg: to_json_binary(hook).unwrap(),
        });
        *self.world.borrow_mut().held.entry(addr(token)).or_default() += amount;
        let result = self.exec_as(&addr(token), msg);
        if result.is_err() {
            *self.world.borrow_mut().held.entry(addr(token)).or_default() -= amount;
        }
        result
    }

    pub fn deposit(&mut self, owner: &str, amount: u128) {
        self.send("usd", owner, amount, &Hook::Deposit { owner: None })
            .unwrap();
    }

    /// Place an order with exactly the money it needs and more than that if `sent` says so.
    pub fn place(&mut self, spec: OrderSpec<String>, sent: u128) -> OrderId {
        self.send("usd", "tenant", sent, &Hook::PlaceOrder(Box::new(spec)))
            .unwrap();
        self.orders += 1;
        OrderId(self.orders)
    }

    pub fn award(&self, order: OrderId, price: u128) -> Award {
        Award {
            lease: LeaseId::new(order, 0).unwrap(),
            provider: NO,
            owner: addr("owner").into(),
            price: Price::new(price),
            lease_bond: n(1_000),
            work_bond: n(0),
            work_bond_value: n(0),
            class: DeviceClass("software-vulkan".into()),
            last: true,
        }
    }

    /// Place an order at `max`, and have it awarded at `price`.
    pub fn open(&mut self, spec: OrderSpec<String>, sent: u128, price: u128) -> LeaseId {
        let order = self.place(spec, sent);
        let award = self.award(order, price);
        self.exec("order-book", ExecuteMsg::OpenLease(award)).unwrap();
        LeaseId::new(order, 0).unwrap()
    }

    /// An active stream.
    pub fn active(&mut self, spec: OrderSpec<String>, sent: u128, price: u128) -> LeaseId {
        let lease = self.open(spec, sent, price);
        self.exec("agent", ExecuteMsg::Ready { lease }).unwrap();
        self.exec("tenant", ExecuteMsg::Accept { lease }).unwrap();
        lease
    }

    pub fn beat(&mut self, lease: LeaseId) -> Response {
        self.exec("agent", ExecuteMsg::Heartbeat { leases: vec![lease] })
            .unwrap()
    }

    /// A heartbeat every 60 seconds, for `seconds`.
    pub fn beat_for(&mut self, lease: LeaseId, seconds: u64) {
        for _ in 0..seconds / 60 {
            self.pass(60);
            self.beat(lease);
        }
    }

    pub fn settle(&mut self, lease: LeaseId) -> Response {
        self.exec("anyone", ExecuteMsg::Settle { lease }).unwrap()
    }

    pub fn update(&mut self, update: ParamsUpdate) -> Result<Response, ContractError> {
        self.exec("governor", ExecuteMsg::UpdateParams(update))
    }

    pub fn ask<T: serde::de::DeserializeOwned>(&self, query: QueryMsg) -> T {
        from_json(contract::query(self.deps.as_ref(), self.env.clone(), query).unwrap()).unwrap()
    }

    pub fn lease(&self, lease: LeaseId) -> LeaseResponse {
        self.ask(QueryMsg::Lease { lease })
    }

    pub fn money(&self, lease: LeaseId) -> LeaseMoney {
        self.lease(lease).money
    }

    pub fn credited(&self, lease: LeaseId) -> u64 {
        match self.lease(lease).progress {
            Progress::Stream { credited, .. } => credited.0,
            progress => panic!("{progress:?}"),
        }
    }

    pub fn available(&self, owner: &str) -> u128 {
        let usd = TOKENS.load(&self.deps.storage, &addr("usd")).unwrap().no;
        ACCOUNTS
            .may_load(&self.deps.storage, (&addr(owner), usd))
            .unwrap()
            .unwrap_or_default()
            .u128()
    }

    pub fn stored_beat(&self, lease: LeaseId) -> Option<Beat> {
        BEATS.may_load(&self.deps.storage, (NO, lease)).unwrap()
    }
}

pub fn reason(desk: &Desk, lease: LeaseId) -> Option<CloseReason> {
    desk.lease(lease).close_reason
}
