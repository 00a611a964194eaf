//! The contract with its sisters mocked: a registry that judges by a list.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_schema::serde::de::DeserializeOwned;
use cosmwasm_schema::serde::Serialize;
use cosmwasm_std::testing::{message_info, mock_env, MockApi, MockQuerier};
use cosmwasm_std::{
    from_json, to_json_binary, Addr, Binary, Coin, ContractResult, CosmosMsg, Empty, Env, Event, OwnedDeps,
    Response, SystemResult, Timestamp, Uint128, WasmMsg, WasmQuery,
};
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::events::MarketEvent;
use market_types::order::{
    AwardRule, ComparisonClass, OnProviderFailure, OrderSpec, Pricing, Rail, Requirements, StreamLength,
};
use market_types::order_book::{
    ExecuteMsg, InstantiateMsg, Opening, OrderResponse, Params, QueryMsg, SudoMsg,
};
use market_types::registry::{self, Candidacy, ProviderRef, ProviderResponse, Refusal, Verdict};
use market_types::resources::{DeviceClass, Resources};
use market_types::{
    defaults, escrow, BasisPoints, Hash32, OrderId, Page, Price, ProviderNo, Seconds, UnixTime,
};

use super::counting::Counting;
use crate::{contract, ContractError};

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

/// What the mocked sisters know. One network token is worth two payment tokens, and counts half.
pub struct Sisters {
    providers: BTreeMap<Addr, ProviderRef>,
    pub refusals: BTreeMap<ProviderNo, Refusal>,
    /// What the registry was asked, call by call.
    pub judged: Vec<Vec<Candidacy>>,
    pub verdicts_short: bool,
}

impl Sisters {
    fn provider(&self, address: &str) -> Option<&ProviderRef> {
        self.providers
            .values()
            .find(|provider| provider.owner.as_str() == address || provider.agent.as_str() == address)
    }

    pub fn edit(&mut self, name: &str) -> &mut ProviderRef {
        self.providers.get_mut(&addr(name)).unwrap()
    }

    fn verdict(&self, candidacy: &Candidacy) -> Verdict {
        let provider = self.provider(&candidacy.bidder).cloned();
        let stakes = &candidacy.stakes;
        let refusal = match &provider {
            None => Some(Refusal::NotRegistered {}),
            Some(provider) => self.refusals.get(&provider.no).cloned().or_else(|| {
                (stakes.work_bond < stakes.min_work_bond_value).then_some(Refusal::WorkBondLow {
                    named: stakes.work_bond,
                    needed: stakes.min_work_bond_value,
                })
            }),
        };
        Verdict {
            class: refusal.is_none().then(class),
            provider,
            refusal,
            lease_bond: stakes.lease_bond_value,
            min_work_bond: stakes.min_work_bond_value,
            work_bond_value: stakes.work_bond,
            no_show: stakes.no_show_value,
        }
    }

    fn registry(&mut self, msg: registry::QueryMsg) -> Binary {
        match msg {
            registry::QueryMsg::Judge { candidacies } => {
                let mut verdicts: Vec<_> = candidacies.iter().map(|c| self.verdict(c)).collect();
                self.judged.push(candidacies);
                if self.verdicts_short {
                    verdicts.pop();
                }
                json(&verdicts)
            }
            registry::QueryMsg::Whois { address } => json(&self.provider(&address)),
            registry::QueryMsg::Providers { paging } => {
                let after = paging.start_after.unwrap_or_default();
                let mut providers: Vec<_> = self.providers.values().filter(|p| p.no > after).collect();
                providers.sort_by_key(|provider| provider.no);
                let more = providers.len() > paging.limit();
                providers.truncate(paging.limit());
                json(&Page {
                    next_start_after: providers.last().filter(|_| more).map(|provider| provider.no),
                    items: providers.into_iter().map(profile).collect::<Vec<_>>(),
                })
            }
            other => panic!("the book does not ask {other:?}"),
        }
    }
}

fn profile(provider: &ProviderRef) -> ProviderResponse {
    ProviderResponse {
        no: provider.no,
        owner: provider.owner.clone(),
        agent: provider.agent.clone(),
        agent_pubkey: Binary::default(),
        gateway: registry::Gateway {
            url: "http://gateway".into(),
            tls_fingerprint: None,
        },
        group: provider.group.clone(),
        attributes: vec![],
        machines: vec![],
        bond: registry::BondResponse {
            bonded: Uint128::zero(),
            locked: Uint128::zero(),
            unbonding: vec![],
        },
        maintenance: None,
        shrunk_at: provider.shrunk_at,
        retired: false,
        suspended: false,
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> Binary {
    to_json_binary(value).unwrap()
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

fn answer(sisters: &Rc<RefCell<Sisters>>, query: &WasmQuery) -> Binary {
    let named = |contract: &str| {
        [
            "provider-registry",
            "order-book",
            "lease-escrow",
            "attestation",
            "take-rate-burn",
        ]
        .into_iter()
        .find(|name| addr(name).as_str() == contract)
    };
    match query {
        WasmQuery::Raw { contract_addr, key } if key.as_slice() == b"contract_info" => {
            match named(contract_addr) {
                Some(name) => Binary::from(
                    format!(r#"{{"contract":"crates.io:{name}","version":"0.1.0"}}"#).into_bytes(),
                ),
                None => Binary::default(),
            }
        }
        WasmQuery::Smart { contract_addr, msg } => match named(contract_addr) {
            Some("provider-registry") => sisters.borrow_mut().registry(from_json(msg).unwrap()),
            None => Binary::from(br#"{"name":"Network","symbol":"NET","decimals":6,"total_supply":"1"}"#),
            Some(other) => panic!("the book does not ask {other}"),
        },
        other => panic!("unexpected query {other:?}"),
    }
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

pub fn opening(order: OrderId, spec: OrderSpec<String>) -> Opening {
    Opening {
        order,
        tenant: addr("tenant").into(),
        token: addr("stablecoin").into(),
        spec,
        take_rate: BasisPoints(200),
        lease_bond_time: Seconds::DAY,
        work_bond_units: 20,
    }
}

/// An hour of one GPU at 1,000 at most: bids for 100 s, award within 200 s more, lowest bid, paid as bid.
pub fn stream() -> OrderSpec<String> {
    OrderSpec {
        needs: Requirements {
            resources: Resources {
                gpus: 1,
                vram_mib: 80_000,
                cpu_milli: 4_000,
                ram_mib: 16_000,
                ephemeral_mib: 10_000,
                persistent_mib: 0,
                ports: 1,
            },
            classes: vec![class()],
            attributes: vec![],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        rail: Rail::Stream {
            length: StreamLength::Fixed(Seconds::HOUR),
            ack_every: None,
            start_timeout: Seconds(600),
            notice: Seconds(0),
        },
        max_price: price(1_000),
        reserve_price: None,
        comparison: ComparisonClass::None,
        window: Seconds(100),
        award_within: Seconds(200),
        award: AwardRule::Lowest,
        pricing: Pricing::PayAsBid,
        members: 1,
        on_provider_failure: OnProviderFailure::Refund,
        interruptible: false,
        manifest: Hash32([7; 32]),
        session_key: None,
        thin_audit: true,
    }
}

/// 48 units at 1,000 at most.
pub fn task() -> OrderSpec<String> {
    OrderSpec {
        rail: Rail::Task {
            units: 48,
            unit_deadline: Seconds(60),
            start_timeout: Seconds(600),
            progress_timeout: Seconds(120),
            start_fee: None,
        },
        comparison: ComparisonClass::Exact,
        ..stream()
    }
}

pub fn event<E: MarketEvent>(response: &Response) -> E {
    events(response).pop().expect("the event is there")
}

pub fn events<E: MarketEvent>(response: &Response) -> Vec<E> {
    let read = |event: &Event| {
        E::read(|key| {
            event
                .attributes
                .iter()
                .find(|a| a.key == key)
                .map(|a| a.value.clone())
        })
        .unwrap()
    };
    response
        .events
        .iter()
        .filter(|event| event.ty == E::TYPE)
        .map(read)
        .collect()
}

/// The messages of a response: to whom, and what as JSON.
pub fn messages(response: &Response) -> Vec<(Addr, Binary)> {
    let message = |msg: &CosmosMsg| match msg {
        CosmosMsg::Wasm(WasmMsg::Execute {
            contract_addr,
            msg,
            funds,
        }) => {
            assert!(funds.is_empty());
            (Addr::unchecked(contract_addr), msg.clone())
        }
        other => panic!("unexpected message {other:?}"),
    };
    response.messages.iter().map(|sub| message(&sub.msg)).collect()
}

/// `msg` as the book sends it to the contract called `name`.
pub fn sent<M: Serialize>(name: &str, msg: &M) -> (Addr, Binary) {
    (addr(name), json(msg))
}

/// The reservation of [`ORDER`] returns.
pub fn freed() -> (Addr, Binary) {
    sent(
        "lease-escrow",
        &escrow::ExecuteMsg::FreeReservation { order: ORDER },
    )
}

/// `name` pays for not showing up.
pub fn charged(name: &str) -> (Addr, Binary) {
    let msg = registry::ExecuteMsg::NoShow {
        order: ORDER,
        provider: addr(name).into(),
        tenant: addr("tenant").into(),
        token: addr("stablecoin").into(),
        value: Uint128::new(1_000),
    };
    sent("provider-registry", &msg)
}
