//! Rules of the contract, message by message, against an escrow and a registry played by [`Market`].

use std::cell::RefCell;
use std::rc::Rc;

use cosmwasm_std::testing::{message_info, mock_env, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    from_json, to_json_binary, Addr, ContractResult, CosmosMsg, Env, Event, OwnedDeps, QuerierResult,
    Response, SystemError, SystemResult, Timestamp, Uint128, WasmMsg, WasmQuery,
};
use cw2::ContractVersion;
use cw20::TokenInfoResponse;
use market_types::attestation::{
    AuditTimes, BatchResponse, ClassParams, ExecuteMsg, InstantiateMsg, Params, QueryMsg,
};
use market_types::audit::AuditClass;
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::escrow::{self, LeaseStatus, WorkResponse};
use market_types::order::ComparisonClass;
use market_types::resources::DeviceClass;
use market_types::{registry, BasisPoints, BatchNo, Hash32, LeaseId, Price, ProviderNo, Seconds};
use serde::de::DeserializeOwned;

use crate::{contract, ContractError};

mod audits;
mod beacon;
mod court;
mod draw;
mod entry;
mod forced;
mod params;
mod planted;
mod post_batch;
mod release;
mod seats;
mod verdicts;

const START: u64 = 1_700_000_000;
const HEIGHT: u64 = 777;
const DAY: u64 = 86_400;
const LEASE: LeaseId = LeaseId(8);
const ROOT: Hash32 = Hash32([7; 32]);

/// What the escrow answers about the lease; it moves units as the messages tell it.
type Work = Rc<RefCell<WorkResponse>>;

struct Market {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
    work: Work,
}

fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

fn n(n: u128) -> Uint128 {
    Uint128::new(n)
}

fn class(class: ComparisonClass, hours: u64, audit_floor_ppm: u32, audit_cost: u16) -> ClassParams {
    ClassParams {
        class,
        vesting: Seconds(hours * 3_600),
        audit_floor_ppm,
        audit_cost: BasisPoints(audit_cost),
    }
}

fn params() -> Params {
    Params {
        classes: vec![
            class(ComparisonClass::Exact, 24, 5_000, 10_000),
            class(ComparisonClass::Image, 24, 10_000, 1_000),
            class(ComparisonClass::Vector, 24, 20_000, 10_000),
            class(ComparisonClass::Tokens, 6, 2_000, 1_000),
            class(ComparisonClass::None, 24, 0, 0),
        ],
        beacon: None,
        times: AuditTimes::default(),
        opening_fee: BasisPoints(1_000),
        tip: n(100_000),
        planters: None,
    }
}

fn instantiate_msg(params: Params) -> InstantiateMsg {
    InstantiateMsg {
        roles: Roles {
            governor: addr("governor").into(),
            guardian: Some(addr("guardian").into()),
            wirer: addr("wirer").into(),
        },
        params,
    }
}

fn wire() -> ExecuteMsg {
    ExecuteMsg::Control(ControlMsg::Wire(Wiring {
        provider_registry: addr("provider-registry").into(),
        order_book: addr("order-book").into(),
        lease_escrow: addr("lease-escrow").into(),
        attestation: addr("attestation").into(),
        take_rate_burn: addr("take-rate-burn").into(),
        network_token: addr("network-token").into(),
    }))
}

/// 100 units at 1,000 each, with the least bond behind them, 20 units.
fn work() -> WorkResponse {
    WorkResponse {
        lease: LEASE,
        provider: ProviderNo(3),
        owner: addr("owner"),
        agent: addr("agent"),
        tenant: addr("tenant"),
        token: addr("usdc"),
        unit_price: Price::new(1_000),
        units: 100,
        attested: 0,
        held: n(0),
        work_bond_value: n(20_000),
        comparison: ComparisonClass::Exact,
        unit_deadline: Seconds(600),
        may_attest: 100,
        status: LeaseStatus::Active,
        class: DeviceClass("software-vulkan".into()),
        audit_class: Some(AuditClass("exact".into())),
        group: "owner".into(),
        work_bond: n(200_000),
    }
}

fn post(first_unit: u32, count: u32) -> ExecuteMsg {
    ExecuteMsg::PostBatch {
        lease: LEASE,
        first_unit,
        count,
        root: ROOT,
    }
}

fn release(batch: u32) -> ExecuteMsg {
    ExecuteMsg::Release {
        lease: LEASE,
        batch: BatchNo(batch),
    }
}

impl Market {
    fn bare() -> Self {
        let work = Rc::new(RefCell::new(work()));
        let mut env = mock_env();
        env.contract.address = addr("attestation");
        env.block.height = HEIGHT;
        let mut querier = MockQuerier::default();
        let played = work.clone();
        querier.update_wasm(move |query| answer(&played, query));
        let mut market = Self {
            deps: OwnedDeps {
                storage: MockStorage::default(),
                api: MockApi::default(),
                querier,
                custom_query_type: Default::default(),
            },
            env,
            work,
        };
        market.at(START);
        market.instantiate(params()).unwrap();
        market
    }

    fn new() -> Self {
        let mut market = Self::bare();
        market.execute("wirer", wire()).unwrap();
        market
    }

    fn instantiate(&mut self, params: Params) -> Result<Response, ContractError> {
        let info = message_info(&addr("deployer"), &[]);
        contract::instantiate(
            self.deps.as_mut(),
            self.env.clone(),
            info,
            instantiate_msg(params),
        )
    }

    fn at(&mut self, seconds: u64) {
        self.env.block.time = Timestamp::from_seconds(seconds);
    }

    /// Execute, and let the escrow do what the answer tells it.
    fn execute(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let info = message_info(&addr(sender), &[]);
        let response = contract::execute(self.deps.as_mut(), self.env.clone(), info, msg)?;
        let mut work = self.work.borrow_mut();
        for call in calls(&response) {
            match call {
                escrow::ExecuteMsg::Hold { units, .. } => {
                    work.attested += units;
                    work.may_attest -= units;
                    let price = work.unit_price.0;
                    work.held += price * n(units.into());
                }
                escrow::ExecuteMsg::Vest { units, .. } => {
                    let price = work.unit_price.0;
                    work.held -= price * n(units.into());
                }
                other => panic!("unexpected {other:?}"),
            }
        }
        Ok(response)
    }

    fn ask<T: DeserializeOwned>(&self, query: QueryMsg) -> Result<T, ContractError> {
        let answer = contract::query(self.deps.as_ref(), self.env.clone(), query)?;
        Ok(from_json(answer).unwrap())
    }

    fn batch(&self, batch: u32) -> BatchResponse {
        let batch = BatchNo(batch);
        self.ask(QueryMsg::Batch { lease: LEASE, batch }).unwrap()
    }
}

fn answer(work: &Work, query: &WasmQuery) -> QuerierResult {
    let names = [
        "provider-registry",
        "order-book",
        "lease-escrow",
        "attestation",
        "take-rate-burn",
    ];
    let binary = match query {
        WasmQuery::Raw { contract_addr, .. } => names
            .iter()
            .find(|name| addr(name).as_str() == contract_addr)
            .map(|name| {
                to_json_binary(&ContractVersion {
                    contract: format!("crates.io:{name}"),
                    version: "0.1.0".into(),
                })
            }),
        WasmQuery::Smart { contract_addr, .. } if *contract_addr == addr("network-token").as_str() => {
            Some(to_json_binary(&TokenInfoResponse {
                name: "token".into(),
                symbol: "TOKEN".into(),
                decimals: 6,
                total_supply: Uint128::MAX,
            }))
        }
        WasmQuery::Smart { contract_addr, .. } if *contract_addr == addr("provider-registry").as_str() => {
            Some(to_json_binary(&registry_params()))
        }
        WasmQuery::Smart { contract_addr, msg } if *contract_addr == addr("lease-escrow").as_str() => {
            match from_json(msg) {
                Ok(escrow::QueryMsg::Work { lease }) if lease == LEASE => {
                    Some(to_json_binary(&*work.borrow()))
                }
                _ => None,
            }
        }
        _ => None,
    };
    match binary {
        Some(binary) => SystemResult::Ok(ContractResult::Ok(binary.unwrap())),
        None => SystemResult::Err(SystemError::UnsupportedRequest {
            kind: format!("{query:?}"),
        }),
    }
}

/// Bond is unbonded for two days.
fn registry_params() -> registry::Params<Addr> {
    registry::Params {
        unbonding_period: Seconds(2 * DAY),
        min_bond: n(1),
        price_keepers: vec![],
        bond_price_daily_move: BasisPoints(1_000),
        bond_price_max_age: Seconds(DAY),
        attribute_auditors: vec![],
        evidence_unit: n(1),
        evidence_half_life: Seconds(DAY),
        audit_bond_unit: n(1),
        last_resort: vec![],
    }
}

/// What a response tells the escrow. Nothing is ever told to anybody else.
fn calls(response: &Response) -> Vec<escrow::ExecuteMsg> {
    response
        .messages
        .iter()
        .map(|message| match &message.msg {
            CosmosMsg::Wasm(WasmMsg::Execute {
                contract_addr,
                msg,
                funds,
            }) => {
                assert!(funds.is_empty());
                assert_eq!(*contract_addr, addr("lease-escrow").as_str());
                from_json(msg).unwrap()
            }
            other => panic!("unexpected {other:?}"),
        })
        .collect()
}

fn events<const N: usize>(events: [Event; N]) -> Vec<Event> {
    events.into()
}
