//! Rules of the contract, message by message, against a chain whose other contracts are played by [`Market`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cosmwasm_std::testing::{message_info, mock_env, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    coins, from_json, to_json_binary, Addr, ContractResult, CosmosMsg, Env, Event, OwnedDeps, QuerierResult,
    Response, SystemError, SystemResult, Uint128, WasmMsg, WasmQuery,
};
use cw2::ContractVersion;
use cw20::{BalanceResponse, Cw20ExecuteMsg, Cw20QueryMsg, Cw20ReceiveMsg, TokenInfoResponse};
use market_types::control::{ControlMsg, Roles, Solvency, Wiring};
use market_types::take_rate::{
    AuctionParams, ExecuteMsg, Hook, InstantiateMsg, Params, QueryMsg, Shares, TokenRate, TotalsResponse,
};
use market_types::{escrow, BasisPoints, Seconds, UnixTime};
use serde::de::DeserializeOwned;

use crate::{contract, ContractError};

mod auction;
mod entry;
mod fees;
mod params;
mod queries;
mod stories;

const START: u64 = 1_700_000_000;
const NETWORK_SHARES: [u16; 3] = [8_000, 1_500, 500];

/// Balances of this contract per token, as the tokens would answer.
type Balances = Rc<RefCell<BTreeMap<String, Uint128>>>;

/// The contract, wired, with a clock and played neighbours.
struct Market {
    deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    env: Env,
    balances: Balances,
}

fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

fn n(n: u128) -> Uint128 {
    Uint128::new(n)
}

fn network_token() -> Addr {
    addr("network-token")
}

fn usdc() -> Addr {
    addr("usdc")
}

fn eurc() -> Addr {
    addr("eurc")
}

fn params() -> Params<String> {
    let [burn, audit_seed, insurance] = NETWORK_SHARES.map(BasisPoints);
    Params {
        default_rate: BasisPoints(200),
        rates: vec![TokenRate {
            token: eurc().into(),
            rate: BasisPoints(300),
        }],
        rate_delay: Seconds(1_000),
        rate_step: BasisPoints(100),
        shares: Shares {
            burn,
            audit_seed,
            insurance,
            insurance_to: addr("insurer").into(),
        },
        auctions: vec![auction(&usdc(), 1_000)],
        max_lot_wait: Seconds(7 * 86_400),
    }
}

fn auction(token: &Addr, min_lot: u128) -> AuctionParams<String> {
    AuctionParams {
        token: token.to_string(),
        min_lot: n(min_lot),
        first_price: n(1_000_000),
    }
}

fn instantiate_msg(params: Params<String>) -> InstantiateMsg {
    InstantiateMsg {
        roles: Roles {
            governor: addr("governor").into(),
            guardian: Some(addr("guardian").into()),
            wirer: addr("wirer").into(),
        },
        min_rate: BasisPoints(50),
        max_rate: BasisPoints(500),
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
        network_token: network_token().into(),
    }))
}

impl Market {
    /// Instantiated, not wired.
    fn bare() -> Self {
        let balances = Balances::default();
        let mut env = mock_env();
        env.contract.address = addr("take-rate-burn");
        let mut market = Self {
            deps: OwnedDeps {
                storage: MockStorage::default(),
                api: MockApi::default(),
                querier: querier(balances.clone()),
                custom_query_type: Default::default(),
            },
            env,
            balances,
        };
        market.at(START);
        let info = message_info(&addr("deployer"), &[]);
        let msg = instantiate_msg(params());
        contract::instantiate(market.deps.as_mut(), market.env.clone(), info, msg).unwrap();
        market
    }

    fn new() -> Self {
        let mut market = Self::bare();
        market.execute("wirer", wire()).unwrap();
        market
    }

    /// Move the clock to `seconds`.
    fn at(&mut self, seconds: u64) {
        self.env.block.time = cosmwasm_std::Timestamp::from_seconds(seconds);
    }

    fn execute(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        self.execute_as(&addr(sender), msg)
    }

    /// Execute, and let the tokens do what the answer tells them.
    fn execute_as(&mut self, sender: &Addr, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let info = message_info(sender, &[]);
        let response = contract::execute(self.deps.as_mut(), self.env.clone(), info, msg)?;
        for (token, call) in token_calls(&response) {
            let amount = match call {
                Cw20ExecuteMsg::Transfer { amount, .. }
                | Cw20ExecuteMsg::Burn { amount }
                | Cw20ExecuteMsg::Send { amount, .. } => amount,
                other => panic!("unexpected {other:?}"),
            };
            let mut balances = self.balances.borrow_mut();
            let balance = balances.entry(token.to_string()).or_default();
            *balance = balance
                .checked_sub(amount)
                .expect("the contract spends what it has");
        }
        Ok(response)
    }

    /// `from` sends `amount` of `token` here with `hook`.
    fn send(
        &mut self,
        token: &Addr,
        from: &str,
        amount: u128,
        hook: &Hook,
    ) -> Result<Response, ContractError> {
        self.gift(token, amount);
        let msg = ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: addr(from).into(),
            amount: n(amount),
            msg: to_json_binary(hook).unwrap(),
        });
        let result = self.execute_as(token, msg);
        if result.is_err() {
            let mut balances = self.balances.borrow_mut();
            let balance = balances.entry(token.to_string()).or_default();
            *balance -= n(amount);
        }
        result
    }

    fn fees(&mut self, token: &Addr, amount: u128) -> Result<Response, ContractError> {
        self.send(token, "lease-escrow", amount, &Hook::Fees {})
    }

    /// Buy from the lot of usdc.
    fn take(&mut self, pay: u128, min_out: u128) -> Result<Response, ContractError> {
        let hook = Hook::Take {
            token: usdc().into(),
            min_out: n(min_out),
        };
        self.send(&network_token(), "buyer", pay, &hook)
    }

    fn kick(&mut self) -> Result<Response, ContractError> {
        let token = usdc().into();
        self.execute("anybody", ExecuteMsg::Kick { token })
    }

    fn restart(&mut self) -> Result<Response, ContractError> {
        let token = usdc().into();
        self.execute("anybody", ExecuteMsg::Restart { token })
    }

    /// Tokens arrive without a word.
    fn gift(&mut self, token: &Addr, amount: u128) {
        *self.balances.borrow_mut().entry(token.to_string()).or_default() += n(amount);
    }

    fn ask<T: DeserializeOwned>(&self, query: QueryMsg) -> Result<T, ContractError> {
        let answer = contract::query(self.deps.as_ref(), self.env.clone(), query)?;
        Ok(from_json(answer).unwrap())
    }

    fn totals(&self, token: &Addr) -> TotalsResponse {
        let token = token.to_string();
        self.ask(QueryMsg::Totals { token }).unwrap()
    }

    /// No token is owed that is not here, and every token that came is accounted for.
    fn assert_sound(&self) {
        let brought: Uint128 = [usdc(), eurc()]
            .iter()
            .map(|token| self.totals(token).brought)
            .sum();
        for solvency in self.ask::<Vec<Solvency>>(QueryMsg::Solvency {}).unwrap() {
            assert!(solvency.owed_total <= solvency.held, "{solvency:?}");
            let parts: Uint128 = solvency.owed.iter().map(|owed| owed.amount).sum();
            assert_eq!(parts, solvency.owed_total);
            let totals = self.totals(&solvency.token);
            let mut went = totals.sold + totals.seeded + totals.insured + solvency.owed_total;
            if solvency.token == network_token() {
                went += totals.burned - brought;
            }
            assert_eq!(totals.collected, went, "{totals:?}");
        }
    }
}

fn querier(balances: Balances) -> MockQuerier {
    let mut querier = MockQuerier::default();
    querier.update_wasm(move |query| answer(&balances, query));
    querier
}

fn answer(balances: &Balances, query: &WasmQuery) -> QuerierResult {
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
        WasmQuery::Smart { contract_addr, .. } if *contract_addr == addr("lease-escrow").as_str() => {
            Some(to_json_binary(&escrow_params()))
        }
        WasmQuery::Smart { contract_addr, msg } => match from_json(msg) {
            Ok(Cw20QueryMsg::Balance { address }) if address == addr("take-rate-burn").as_str() => {
                let balance = balances.borrow().get(contract_addr).copied().unwrap_or_default();
                Some(to_json_binary(&BalanceResponse { balance }))
            }
            Ok(Cw20QueryMsg::TokenInfo {}) => Some(to_json_binary(&TokenInfoResponse {
                name: "token".into(),
                symbol: "TOKEN".into(),
                decimals: 6,
                total_supply: Uint128::MAX,
            })),
            _ => None,
        },
        _ => None,
    };
    match binary {
        Some(binary) => SystemResult::Ok(ContractResult::Ok(binary.unwrap())),
        None => SystemResult::Err(SystemError::UnsupportedRequest {
            kind: format!("{query:?}"),
        }),
    }
}

/// The escrow lists usdc, and eurc no longer.
fn escrow_params() -> escrow::Params<Addr> {
    let token = |token, listed| escrow::PaymentToken {
        token,
        listed,
        min_order: n(1),
    };
    escrow::Params {
        tokens: vec![token(usdc(), true), token(eurc(), false)],
        heartbeat_window: Seconds(120),
        heartbeat_interval: Seconds(60),
        grace: Seconds(300),
        min_silent_blocks: 20,
        outage_unpaid: Seconds(900),
        outage_max: Seconds(7_200),
        outage_share: BasisPoints(500),
        outage_forgiveness: Seconds(1),
        lease_bond_time: Seconds(86_400),
        work_bond_units: 20,
        silence_tip: n(0),
    }
}

/// What a response tells which token, in order.
fn token_calls(response: &Response) -> Vec<(Addr, Cw20ExecuteMsg)> {
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
                (Addr::unchecked(contract_addr), from_json(msg).unwrap())
            }
            other => panic!("unexpected {other:?}"),
        })
        .collect()
}

fn transfer(to: &str, amount: u128) -> Cw20ExecuteMsg {
    Cw20ExecuteMsg::Transfer {
        recipient: addr(to).into(),
        amount: n(amount),
    }
}

fn burn(amount: u128) -> Cw20ExecuteMsg {
    Cw20ExecuteMsg::Burn { amount: n(amount) }
}

fn events<const N: usize>(events: [Event; N]) -> Vec<Event> {
    events.into()
}
