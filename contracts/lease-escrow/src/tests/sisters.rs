//! What the sister contracts and the tokens answer at the [`super::desk`].

use std::collections::BTreeMap;

use cosmwasm_std::{
    from_json, to_json_binary, Addr, Binary, ContractResult, QuerierResult, SystemError, SystemResult,
    Uint128, WasmQuery,
};
use cw20::{BalanceResponse, Cw20QueryMsg, TokenInfoResponse};
use market_types::control::Wiring;
use market_types::registry::{
    self, BondPriceResponse, BondResponse, CommitmentResponse, Gateway, Operator, ProviderRef,
    ProviderResponse,
};
use market_types::resources::DeviceClass;
use market_types::take_rate::{self, RateResponse};
use market_types::{BasisPoints, LeaseId, UnixTime};

use super::desk::{addr, n, NO, OTHER_NO};
use super::specs;

/// What the mock sisters answer, and what the tokens hold.
pub struct World {
    pub rate: BasisPoints,
    pub maintenance: Option<(UnixTime, UnixTime)>,
    pub agent: Addr,
    /// Of every lease, in network tokens.
    pub work_bond: u128,
    pub slashed: u128,
    /// For a million network tokens, in every token.
    pub bond_price: u128,
    pub stale: bool,
    /// This contract's balance, by token.
    pub held: BTreeMap<Addr, u128>,
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
        suspended: false,
    }
}

fn commitment(world: &World, lease: LeaseId) -> CommitmentResponse {
    CommitmentResponse {
        lease,
        provider: NO,
        tenant: addr("tenant"),
        class: DeviceClass("software-vulkan".into()),
        resources: specs::resources(),
        token: addr("usd"),
        lease_bond: n(0),
        penalized: n(0),
        work_bond: n(world.work_bond),
        slashed: n(world.slashed),
        bond_price: n(world.bond_price),
        capacity_released: false,
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

pub fn respond(world: &World, query: &WasmQuery) -> QuerierResult {
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
                registry::QueryMsg::Operator { no } if no == NO => answer(&Operator {
                    no,
                    owner: addr("owner"),
                    agent: world.agent.clone(),
                    group: "owner".into(),
                }),
                registry::QueryMsg::Commitment { lease } => answer(&commitment(world, lease)),
                registry::QueryMsg::BondPrice { .. } => answer(&Some(BondPriceResponse {
                    price: n(world.bond_price),
                    updated_at: UnixTime(0),
                    stale: world.stale,
                })),
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
