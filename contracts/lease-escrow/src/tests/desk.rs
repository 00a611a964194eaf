//! A desk to test at: the contract with mock sisters, and the books of the token kept beside it. After every message that
//! succeeds, all that must always hold is checked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    from_json, to_json_binary, Addr, Binary, ContractResult, CosmosMsg, Env, Event, Order as Walk, OwnedDeps,
    QuerierResult, Response, SystemError, SystemResult, Uint128, WasmMsg, WasmQuery,
};
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Cw20ReceiveMsg, TokenInfoResponse};
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::defaults;
use market_types::escrow::{
    Award, ExecuteMsg, Hook, InstantiateMsg, LeaseMoney, LeaseResponse, LeaseStatus, Params, ParamsUpdate,
    PaymentToken, Progress, QueryMsg,
};
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::registry::{
    self, BondResponse, ExecuteMsg as TellRegistry, Gateway, ProviderRef, ProviderResponse,
};
use market_types::resources::{DeviceClass, Resources};
use market_types::take_rate::{self, RateResponse};
use market_types::{BasisPoints, Hash32, LeaseId, OrderId, Price, ProviderNo, Seconds, UnixTime};

use crate::contract;
use crate::state::{Beat, ACCOUNTS, BEATS, BY_PROVIDER, BY_TENANT, LEASES, MONEY, ORDERS, RESERVED, TOTALS};
use crate::ContractError;

pub fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

pub fn n(n: u128) -> Uint128 {
    Uint128::new(n)
}

pub const NO: ProviderNo = ProviderNo(7);
pub const OTHER_NO: ProviderNo = ProviderNo(8);
pub const GPUS: u16 = 2;

/// What the mock sisters answer, and what the tokens hold.
pub struct World {
    pub rate: BasisPoints,
    pub maintenance: Option<(UnixTime, UnixTime)>,
    pub agent: Addr,
    /// This contract's balance, by token.
    pub held: BTreeMap<Addr, u128>,
}

pub struct Desk {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
    pub world: Rc<RefCell<World>>,
    pub orders: u64,
}

pub fn wiring() -> Wiring<String> {
    Wiring {
        provider_registry: addr("provider-registry").into(),
        order_book: addr("order-book").into(),
        lease_escrow: addr("lease-escrow").into(),
        attestation: addr("attestation").into(),
        take_rate_burn: addr("take-rate-burn").into(),
        network_token: addr("network-token").into(),
    }
}

fn answer<T: serde::Serialize>(answer: &T) -> QuerierResult {
    SystemResult::Ok(ContractResult::Ok(to_json_binary(answer).unwrap()))
}

fn provider_response(world: &World) -> ProviderResponse {
    ProviderResponse {
        no: NO,
        owner: addr("owner"),
        agent: world.agent.clone(),
        agent_pubkey: Binary::default(),
        gateway: Gateway {
            url: "http://gateway".into(),
            tls_fingerprint: None,
        },
        group: "owner".into(),
        attributes: vec![],
        machines: vec![],
        bond: BondResponse {
            bonded: n(0),
            locked: n(0),
            unbonding: vec![],
        },
        maintenance: world.maintenance,
        shrunk_at: None,
        retired: false,
    }
}

fn whois(world: &World, address: &str) -> Option<ProviderRef> {
    let no = match address {
        a if a == world.agent.as_str() || a == addr("owner").as_str() => NO,
        a if a == addr("other agent").as_str() || a == addr("other owner").as_str() => OTHER_NO,
        _ => return None,
    };
    Some(ProviderRef {
        no,
        owner: addr("owner"),
        agent: world.agent.clone(),
        group: "owner".into(),
        reputation: BasisPoints(1_000),
        shrunk_at: None,
    })
}

fn respond(world: &World, query: &WasmQuery) -> QuerierResult {
    let missing = |address: &str| {
        SystemResult::Err(SystemError::NoSuchContract {
            addr: address.to_string(),
        })
    };
    match query {
        WasmQuery::Raw { contract_addr, .. } => {
            let names = [
                "provider-registry",
                "order-book",
                "lease-escrow",
                "attestation",
                "take-rate-burn",
            ];
            match names.iter().find(|name| addr(name).as_str() == contract_addr) {
                Some(name) => answer(&cw2::ContractVersion {
                    contract: format!("crates.io:{name}"),
                    version: "0.1.0".into(),
                }),
                None => missing(contract_addr),
            }
        }
        WasmQuery::Smart { contract_addr, msg } if *contract_addr == addr("provider-registry").as_str() => {
            match from_json(msg).unwrap() {
                registry::QueryMsg::Whois { address } => answer(&whois(world, &address)),
                registry::QueryMsg::ProviderByNo { no } if no == NO => answer(&provider_response(world)),
                _ => missing(contract_addr),
            }
        }
        WasmQuery::Smart { contract_addr, msg } if *contract_addr == addr("take-rate-burn").as_str() => {
            match from_json(msg).unwrap() {
                take_rate::QueryMsg::Rate { token } => answer(&RateResponse {
                    token: Addr::unchecked(token),
                    rate: world.rate,
                    next: None,
                }),
                _ => missing(contract_addr),
            }
        }
        WasmQuery::Smart { contract_addr, msg } => match from_json(msg).unwrap() {
            Cw20QueryMsg::Balance { .. } => answer(&BalanceResponse {
                balance: n(world
                    .held
                    .get(&Addr::unchecked(contract_addr))
                    .copied()
                    .unwrap_or(0)),
            }),
            Cw20QueryMsg::TokenInfo {} => answer(&TokenInfoResponse {
                name: "Token".into(),
                symbol: "TOK".into(),
                decimals: 6,
                total_supply: Uint128::MAX,
            }),
            _ => missing(contract_addr),
        },
        _ => missing("nobody"),
    }
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
        ACCOUNTS
            .may_load(&self.deps.storage, (&addr(owner), &addr("usd")))
            .unwrap()
            .unwrap_or_default()
            .u128()
    }

    pub fn stored_beat(&self, lease: LeaseId) -> Option<Beat> {
        BEATS.may_load(&self.deps.storage, (NO, lease)).unwrap()
    }

    /// Balances equal debts; every sum equals its parts; every lease's money adds up; indexes follow the leases.
    pub fn check_books(&self) {
        let storage = &self.deps.storage;
        for token in ["usd", "eur"] {
            let token = addr(token);
            let totals = TOTALS.may_load(storage, &token).unwrap().unwrap_or_default();
            let owed: u128 = totals.owed().iter().map(|(_, amount)| amount.u128()).sum();
            let held = self.world.borrow().held.get(&token).copied().unwrap_or(0);
            assert!(owed <= held, "{token} owes {owed} and holds {held}");

            let mut available = 0;
            for name in ACCOUNTS_OF_TESTS {
                let account = ACCOUNTS.may_load(storage, (&addr(name), &token)).unwrap();
                available += account.unwrap_or_default().u128();
            }
            assert_eq!(available, totals.available.u128(), "available of {token}");

            let (mut reserved, mut remaining, mut held) = (0, 0, 0);
            for order in ORDERS.keys(storage, None, None, Walk::Ascending) {
                let order = order.unwrap();
                if ORDERS.load(storage, order).unwrap().token != token {
                    continue;
                }
                reserved += RESERVED
                    .may_load(storage, order)
                    .unwrap()
                    .unwrap_or_default()
                    .u128();
                let lease = LeaseId::new(order, 0).unwrap();
                if let Some(money) = MONEY.may_load(storage, lease).unwrap() {
                    remaining += money.remaining.u128();
                    held += money.held.u128();
                }
            }
            assert_eq!(
                (reserved, remaining, held),
                (
                    totals.reserved.u128(),
                    totals.remaining.u128(),
                    totals.held.u128()
                )
            );
        }
        let mut leases = 0;
        for id in LEASES.keys(storage, None, None, Walk::Ascending) {
            let id = id.unwrap();
            let lease = LEASES.load(storage, id).unwrap();
            leases += 1;
            let money = MONEY.may_load(storage, id).unwrap().unwrap();
            if lease.status == LeaseStatus::Closed {
                assert!(
                    money.held.is_zero() && money.remaining.is_zero(),
                    "{lease:?} {money:?}"
                );
            }
            assert!(BY_TENANT.has(storage, (&lease.tenant, id)));
            assert!(BY_PROVIDER.has(storage, (lease.provider, id)));
            let stream = matches!(
                ORDERS.load(storage, id.order()).unwrap().rail,
                Rail::Stream { .. }
            );
            let beating = BEATS.may_load(storage, (lease.provider, id)).unwrap().is_some();
            assert_eq!(
                beating,
                stream && lease.status == LeaseStatus::Active,
                "{lease:?}"
            );
            self.money(id);
        }
        let count = |keys: usize| assert_eq!(keys, leases);
        count(BY_TENANT.keys_raw(storage, None, None, Walk::Ascending).count());
        count(BY_PROVIDER.keys_raw(storage, None, None, Walk::Ascending).count());
    }
}

/// Everybody who may own money in a test.
pub const ACCOUNTS_OF_TESTS: &[&str] = &[
    "tenant",
    "owner",
    "agent",
    "anyone",
    "heir",
    "friend",
    "usd",
    "eur",
    "order-book",
    "attestation",
    "take-rate-burn",
    "provider-registry",
];

fn spec(rail: Rail, max_price: u128) -> OrderSpec<String> {
    OrderSpec {
        needs: Requirements {
            resources: Resources {
                gpus: GPUS,
                vram_mib: 1_024,
                cpu_milli: 1_000,
                ram_mib: 1_024,
                ephemeral_mib: 1_024,
                persistent_mib: 0,
                ports: 1,
            },
            classes: vec![DeviceClass("software-vulkan".into())],
            attributes: vec![],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        rail,
        max_price: Price::new(max_price),
        reserve_price: None,
        comparison: ComparisonClass::Exact,
        window: Seconds(60),
        award_within: Seconds(3_600),
        award: AwardRule::Lowest,
        pricing: Pricing::PayAsBid,
        members: 1,
        on_provider_failure: OnProviderFailure::Refund,
        interruptible: false,
        manifest: Hash32([1; 32]),
        session_key: None,
    }
}

fn stream(length: StreamLength, max_price: u128) -> OrderSpec<String> {
    let rail = Rail::Stream {
        length,
        ack_every: None,
        start_timeout: Seconds(600),
        notice: Seconds(0),
    };
    spec(rail, max_price)
}

pub fn fixed(seconds: u64, max_price: u128) -> OrderSpec<String> {
    stream(StreamLength::Fixed(Seconds(seconds)), max_price)
}

pub fn open_ended(deposit: u128, max_price: u128) -> OrderSpec<String> {
    stream(StreamLength::OpenEnded { deposit: n(deposit) }, max_price)
}

/// `spec` with other stream terms.
pub fn with(mut spec: OrderSpec<String>, ack: Option<u64>, notice_of: u64) -> OrderSpec<String> {
    if let Rail::Stream {
        ack_every, notice, ..
    } = &mut spec.rail
    {
        *ack_every = ack.map(Seconds);
        *notice = Seconds(notice_of);
    }
    spec
}

pub fn task(units: u32, max_price: u128, start_fee: Option<u128>) -> OrderSpec<String> {
    let rail = Rail::Task {
        units,
        unit_deadline: Seconds(300),
        start_timeout: Seconds(600),
        progress_timeout: Seconds(1_800),
        start_fee: start_fee.map(n),
    };
    spec(rail, max_price)
}

/// What a response asks of the registry, in order.
pub fn told(response: &Response) -> Vec<TellRegistry> {
    response
        .messages
        .iter()
        .filter_map(|message| match &message.msg {
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr, msg, ..
            }) if *contract_addr == addr("provider-registry").as_str() => Some(from_json(msg).unwrap()),
            _ => None,
        })
        .collect()
}

/// The penalties among them: share in basis points, and tip.
pub fn penalties(response: &Response) -> Vec<(u16, Option<(String, u128)>)> {
    told(response)
        .into_iter()
        .filter_map(|call| match call {
            TellRegistry::Penalize { share, tip, .. } => {
                Some((share.0, tip.map(|tip| (tip.to, tip.amount.u128()))))
            }
            _ => None,
        })
        .collect()
}

pub fn events<'a>(response: &'a Response, ty: &str) -> Vec<&'a Event> {
    response.events.iter().filter(|event| event.ty == ty).collect()
}

pub fn types(response: &Response) -> Vec<&str> {
    response.events.iter().map(|event| event.ty.as_str()).collect()
}
