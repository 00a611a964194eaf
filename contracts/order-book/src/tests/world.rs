//! The contract with its sisters mocked: a registry that judges by a list.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_std::testing::{message_info, mock_env, MockApi, MockQuerier};
use cosmwasm_std::{
    from_json, Addr, Coin, ContractResult, Empty, Env, OwnedDeps, Response, SystemResult, Timestamp, Uint128,
};
use market_types::control::{ControlMsg, Roles};
use market_types::order::OrderSpec;
use market_types::order_book::{ExecuteMsg, InstantiateMsg, OrderResponse, Params, QueryMsg, SudoMsg};
use market_types::registry::{ProviderRef, Refusal};
use market_types::resources::DeviceClass;
use market_types::{defaults, BasisPoints, OrderId, Price, ProviderNo, UnixTime};

use super::counting::Counting;
use super::sisters::answer;
use crate::{contract, ContractError};

pub use super::orders::{opening, stream, task};
pub use super::sisters::{wiring, Sisters};
pub use super::told::{charged, event, events, freed, messages, sent};

/// When every world begins.
pub const T0: u64 = 1_000_000;
pub const ORDER: OrderId = OrderId(7);

pub fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

pub fn class() -> DeviceClass {
    DeviceClass("nvidia-h100-80gb".into())
}

pub fn price(base_units: u128) -> Price {
    Price::new(base_units)
}

pub struct World {
    pub deps: OwnedDeps<Counting, MockApi, MockQuerier>,
    pub env: Env,
    pub sisters: Rc<RefCell<Sisters>>,
}

impl World {
    /// Instantiated, and not wired.
    pub fn unwired() -> Self {
        let sisters = Rc::new(RefCell::new(Sisters {
            providers: BTreeMap::new(),
            refusals: BTreeMap::new(),
            judged: vec![],
            verdicts_short: false,
        }));
        let mut querier = MockQuerier::new(&[]);
        let shared = sisters.clone();
        querier.update_wasm(move |query| SystemResult::Ok(ContractResult::Ok(answer(&shared, query))));
        let mut env = mock_env();
        env.contract.address = addr("order-book");
        env.block.time = Timestamp::from_seconds(T0);
        let mut world = Self {
            deps: OwnedDeps {
                storage: Counting::default(),
                api: MockApi::default(),
                querier,
                custom_query_type: std::marker::PhantomData::<Empty>,
            },
            env,
            sisters,
        };
        world.instantiate(defaults::order_book(), &[]).unwrap();
        world
    }

    /// Wired, with the providers `p1` to `p9` (numbers 1 to 9, reputation 10,000, each a group of its own).
    pub fn new() -> Self {
        let mut world = Self::unwired();
        world
            .send("wirer", ExecuteMsg::Control(ControlMsg::Wire(wiring())))
            .unwrap();
        for no in 1..=9 {
            world.register(&format!("p{no}"), no, 10_000);
        }
        world
    }

    /// With one open order.
    pub fn with(spec: OrderSpec<String>) -> Self {
        let mut world = Self::new();
        world.open(ORDER, spec).unwrap();
        world
    }

    pub fn instantiate(&mut self, params: Params, coins: &[Coin]) -> Result<Response, ContractError> {
        let msg = InstantiateMsg {
            roles: Roles {
                governor: addr("gov").into(),
                guardian: Some(addr("guard").into()),
                wirer: addr("wirer").into(),
            },
            params,
        };
        let info = message_info(&addr("deployer"), coins);
        contract::instantiate(self.deps.as_mut(), self.env.clone(), info, msg)
    }

    pub fn register(&mut self, name: &str, no: u32, reputation: u16) {
        let owner = addr(name);
        let provider = ProviderRef {
            no: ProviderNo(no),
            owner: owner.clone(),
            agent: addr(&format!("{name}-agent")),
            group: name.into(),
            reputation: BasisPoints(reputation),
            shrunk_at: None,
        };
        self.sisters.borrow_mut().providers.insert(owner, provider);
    }

    /// From now on it is `seconds` after the world began.
    pub fn at(&mut self, seconds: u64) -> &mut Self {
        self.env.block.time = Timestamp::from_seconds(T0 + seconds);
        self
    }

    pub fn now(&self) -> UnixTime {
        self.env.block.time.into()
    }

    pub fn send(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        self.send_with(sender, msg, &[])
    }

    pub fn send_with(
        &mut self,
        sender: &str,
        msg: ExecuteMsg,
        coins: &[Coin],
    ) -> Result<Response, ContractError> {
        let info = message_info(&addr(sender), coins);
        contract::execute(self.deps.as_mut(), self.env.clone(), info, msg)
    }

    pub fn sudo(&mut self, msg: SudoMsg) -> Result<Response, ContractError> {
        contract::sudo(self.deps.as_mut(), self.env.clone(), msg)
    }

    pub fn open(&mut self, order: OrderId, spec: OrderSpec<String>) -> Result<Response, ContractError> {
        self.send("lease-escrow", ExecuteMsg::Open(opening(order, spec)))
    }

    pub fn bid(&mut self, provider: &str, base_units: u128) -> Result<Response, ContractError> {
        self.bid_on(ORDER, provider, base_units, 0)
    }

    pub fn bid_on(
        &mut self,
        order: OrderId,
        provider: &str,
        base_units: u128,
        work_bond: u128,
    ) -> Result<Response, ContractError> {
        let msg = ExecuteMsg::Bid {
            order,
            price: price(base_units),
            work_bond: Uint128::new(work_bond),
        };
        self.send(provider, msg)
    }

    pub fn award(&mut self) -> Result<Response, ContractError> {
        self.send("anybody", ExecuteMsg::Award { order: ORDER })
    }

    pub fn refuse(&mut self, name: &str, refusal: Refusal) {
        let no = self.sisters.borrow_mut().edit(name).no;
        self.sisters.borrow_mut().refusals.insert(no, refusal);
    }

    /// Its GPUs are taken.
    pub fn occupy(&mut self, name: &str) {
        let refusal = Refusal::ResourceShort {
            resource: "gpus".into(),
            asked: 1,
            largest: 8,
            free: 0,
        };
        self.refuse(name, refusal);
    }

    /// It shrank `seconds` after the world began, and its GPUs are gone.
    pub fn shrink(&mut self, name: &str, seconds: u64) {
        self.sisters.borrow_mut().edit(name).shrunk_at = Some(UnixTime(T0 + seconds));
        self.occupy(name);
    }

    pub fn query<T: DeserializeOwned>(&self, msg: QueryMsg) -> Result<T, ContractError> {
        let answer = contract::query(self.deps.as_ref(), self.env.clone(), msg)?;
        Ok(from_json(answer)?)
    }

    pub fn order(&self) -> OrderResponse {
        self.query(QueryMsg::Order { order: ORDER }).unwrap()
    }

    /// Owner numbers and prices of the book, best first.
    pub fn book(&self) -> Vec<(u32, u128)> {
        crate::bids::best_first(&self.deps.storage, ORDER)
            .map(|bid| bid.unwrap().bid)
            .map(|bid| (bid.provider.0, bid.price.0.u128()))
            .collect()
    }
}
