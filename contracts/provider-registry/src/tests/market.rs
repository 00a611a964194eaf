//! A wired registry with a mocked chain around it.

use std::cell::Cell;
use std::rc::Rc;

use cosmwasm_std::testing::{message_info, mock_dependencies, mock_env, MockApi, MockQuerier, MockStorage};
use cosmwasm_std::{
    coin, from_json, to_json_binary, Addr, Binary, ContractResult, Env, OwnedDeps, QuerierResult, Response,
    SystemError, SystemResult, Uint128, WasmQuery,
};
use cw20::{BalanceResponse, Cw20QueryMsg, Cw20ReceiveMsg, TokenInfoResponse};
use k256::ecdsa::signature::hazmat::PrehashSigner;
use k256::ecdsa::{Signature, SigningKey};
use market_types::audit::{AuditClass, AuditId, Reward};
use market_types::control::{ControlMsg, Roles, Wiring};
use market_types::order::Requirements;
use market_types::registry::*;
use market_types::resources::{Attribute, DeviceClass, MachineGroup, Resources};
use market_types::{attestation, defaults, BasisPoints, LeaseId, Price, ProviderNo, Seconds, UnixTime};
use serde::de::DeserializeOwned;

use super::books;
use crate::contract::{execute, instantiate, query, sudo};
use crate::ContractError;

pub const DAY: u64 = 86_400;
/// What the mocked attestation contract may need: three days of vesting, and for an audit 15 times 25 minutes, 30 minutes and 2 hours.
pub const LONGEST: u64 = 3 * DAY + 375 * 60 + 150 * 60;
pub const TOKEN: u128 = defaults::TOKEN;
/// One network token is worth two of the payment token; as a stake, one.
pub const PRICE: u128 = 2_000_000;

pub struct Market {
    pub deps: OwnedDeps<MockStorage, MockApi, MockQuerier>,
    pub env: Env,
    /// What the network token says the registry has.
    pub held: Rc<Cell<u128>>,
}

pub fn addr(name: &str) -> Addr {
    MockApi::default().addr_make(name)
}

pub fn text(name: &str) -> String {
    addr(name).into()
}

pub fn n(amount: u128) -> Uint128 {
    Uint128::new(amount)
}

pub fn params() -> Params<String> {
    Params {
        attribute_auditors: vec![text("auditor"), text("auditor2")],
        ..defaults::registry(&text("keeper"))
    }
}

pub fn roles() -> Roles<String> {
    Roles {
        governor: text("governor"),
        guardian: Some(text("guardian")),
        wirer: text("wirer"),
    }
}

pub fn wiring() -> Wiring<String> {
    Wiring {
        provider_registry: mock_env().contract.address.into(),
        order_book: text("book"),
        lease_escrow: text("escrow"),
        attestation: text("attestation"),
        take_rate_burn: text("burn"),
        network_token: text("token"),
    }
}

fn answer(query: &WasmQuery, held: &Cell<u128>) -> QuerierResult {
    let ok = |binary: Binary| SystemResult::Ok(ContractResult::Ok(binary));
    let wiring = wiring();
    match query {
        WasmQuery::Raw { contract_addr, .. } => {
            let name = [
                (wiring.provider_registry, "provider-registry"),
                (wiring.order_book, "order-book"),
                (wiring.lease_escrow, "lease-escrow"),
                (wiring.attestation, "attestation"),
                (wiring.take_rate_burn, "take-rate-burn"),
            ]
            .into_iter()
            .find(|(address, _)| address == contract_addr)
            .map(|(_, name)| name)
            .unwrap();
            let version = cw2::ContractVersion {
                contract: format!("crates.io:{name}"),
                version: "0.1.0".into(),
            };
            ok(to_json_binary(&version).unwrap())
        }
        WasmQuery::Smart { contract_addr, msg } if *contract_addr == wiring.network_token => {
            match from_json(msg).unwrap() {
                Cw20QueryMsg::Balance { .. } => ok(to_json_binary(&BalanceResponse {
                    balance: n(held.get()),
                })
                .unwrap()),
                _ => ok(to_json_binary(&TokenInfoResponse {
                    name: "Network".into(),
                    symbol: "NET".into(),
                    decimals: 6,
                    total_supply: n(0),
                })
                .unwrap()),
            }
        }
        WasmQuery::Smart { contract_addr, .. } if *contract_addr == wiring.attestation => {
            let mut params: attestation::Params = defaults::attestation();
            params.classes[0].vesting = Seconds(3 * DAY);
            params.beacon = Some(attestation::BeaconParams {
                public_key: vec![0; 96].into(),
                genesis: UnixTime(0),
                period: Seconds(3),
                every: 20,
                margin: Seconds(30),
            });
            ok(to_json_binary(&params).unwrap())
        }
        _ => SystemResult::Err(SystemError::NoSuchContract { addr: "other".into() }),
    }
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub fn pubkey(seed: u8) -> Binary {
    key(seed).verifying_key().to_encoded_point(true).as_bytes().into()
}

pub fn sign(seed: u8, digest: &[u8; 32]) -> Binary {
    let signature: Signature = key(seed).sign_prehash(digest).unwrap();
    signature.to_vec().into()
}

pub fn agent_key(seed: u8, owner: &str) -> AgentKey {
    let env = mock_env();
    let digest = agent_key_digest(
        &env.block.chain_id,
        env.contract.address.as_str(),
        addr(owner).as_str(),
    );
    AgentKey {
        pubkey: pubkey(seed),
        proof: sign(seed, &digest),
    }
}

pub fn class(name: &str) -> DeviceClass {
    DeviceClass(name.into())
}

pub fn attribute(key: &str, value: &str) -> Attribute {
    Attribute {
        key: key.into(),
        value: value.into(),
    }
}

/// A machine with `gpus` GPUs of 80 GiB and plenty beside.
pub fn machine(gpus: u16) -> Resources {
    Resources {
        gpus,
        vram_mib: 80_000,
        cpu_milli: 64_000,
        ram_mib: 512_000,
        ephemeral_mib: 1_000_000,
        persistent_mib: 1_000_000,
        ports: 100,
    }
}

/// A request for `gpus` GPUs and little beside.
pub fn request(gpus: u16) -> Resources {
    Resources {
        gpus,
        vram_mib: 40_000,
        cpu_milli: 4_000,
        ram_mib: 16_000,
        ephemeral_mib: 10_000,
        persistent_mib: 0,
        ports: 2,
    }
}

pub fn group(name: &str, count: u16, gpus: u16) -> MachineGroup {
    MachineGroup {
        class: class(name),
        count,
        each: machine(gpus),
    }
}

pub fn registration(owner: &str, seed: u8) -> Registration {
    Registration {
        agent: agent_key(seed, owner),
        gateway: Gateway {
            url: "http://10.0.0.1:8443".into(),
            tls_fingerprint: None,
        },
        group: None,
        attributes: vec![attribute("region", "eu-west"), attribute("tier", "gold")],
        machines: vec![group("h100", 2, 4)],
    }
}

/// One GPU for an hour price of 10 tokens on a stream; lease bond 100 tokens of value, no-show 10.
pub fn candidacy(owner: &str) -> Candidacy {
    Candidacy {
        bidder: text(owner),
        needs: Requirements {
            resources: request(1),
            classes: vec![class("h100")],
            attributes: vec![],
            signatures: None,
            allow: vec![],
            deny: vec![],
            min_reputation: BasisPoints(0),
        },
        stakes: Stakes {
            token: text("usd"),
            lease_bond_value: n(100 * TOKEN),
            work_bond: n(0),
            min_work_bond_value: n(0),
            no_show_value: n(10 * TOKEN),
        },
        price: BidPrice::PerHour(Price::new(10 * TOKEN)),
        binding: false,
        audited: None,
    }
}

/// The same for a task: a work bond of 60 tokens where a value of 50 is asked.
pub fn task_candidacy(owner: &str) -> Candidacy {
    let mut candidacy = candidacy(owner);
    candidacy.stakes.lease_bond_value = n(0);
    candidacy.stakes.work_bond = n(60 * TOKEN);
    candidacy.stakes.min_work_bond_value = n(50 * TOKEN);
    candidacy.price = BidPrice::PerUnit(Price::new(TOKEN));
    candidacy
}

pub fn commit_msg(lease: u64, candidacy: Candidacy) -> ExecuteMsg {
    ExecuteMsg::Commit(Commitment {
        lease: LeaseId(lease),
        tenant: text("tenant"),
        candidacy,
    })
}

pub fn release_msg(lease: u64, part: ReleasePart) -> ExecuteMsg {
    ExecuteMsg::Release {
        lease: LeaseId(lease),
        part,
    }
}

pub fn unauthorized(sender: &str, role: &'static str) -> ContractError {
    market_control::ControlError::Unauthorized {
        sender: addr(sender),
        role,
    }
    .into()
}

pub fn event(response: &Response, key: &str) -> String {
    let values: Vec<_> = response
        .events
        .iter()
        .flat_map(|event| &event.attributes)
        .filter(|a| a.key == key)
        .collect();
    assert_eq!(values.len(), 1, "{key} in {:?}", response.events);
    values[0].value.clone()
}

impl Market {
    /// Instantiated, not wired.
    pub fn bare() -> Self {
        Self::bare_with(params())
    }

    pub fn bare_with(params: Params<String>) -> Self {
        let mut deps = mock_dependencies();
        let held = Rc::new(Cell::new(0));
        let balance = held.clone();
        deps.querier.update_wasm(move |query| answer(query, &balance));
        let env = mock_env();
        let msg = InstantiateMsg {
            roles: roles(),
            params,
            bond_prices: vec![],
        };
        instantiate(
            deps.as_mut(),
            env.clone(),
            message_info(&addr("deployer"), &[]),
            msg,
        )
        .unwrap();
        Self { deps, env, held }
    }

    pub fn new() -> Self {
        let mut market = Self::bare();
        market.ok("wirer", ExecuteMsg::Control(ControlMsg::Wire(wiring())));
        market
    }

    /// With a bond price, and `alice` registered with 10,000 tokens of bond.
    pub fn with_alice() -> Self {
        let mut market = Self::new();
        market.set_price("governor", PRICE).unwrap();
        market.ok("alice", ExecuteMsg::Register(registration("alice", 1)));
        market.bond("alice", 10_000 * TOKEN).unwrap();
        market
    }

    /// As [`Self::with_alice`], with her and `others` in the table `exact`, with 10 places each; `others` come by the alphabet.
    pub fn with_auditors(others: &[&str]) -> Self {
        let mut market = Self::with_alice();
        for owner in others {
            let no = number_of(owner).0 as u8;
            market.ok(owner, ExecuteMsg::Register(registration(owner, no)));
            market.bond(owner, 10_000 * TOKEN).unwrap();
        }
        for owner in ["alice"].iter().chain(others) {
            market.ok(
                owner,
                ExecuteMsg::OfferAudits {
                    class: exact(),
                    places: 10,
                },
            );
        }
        market.wait(60);
        market
    }

    /// As [`Self::with_alice`], with lease 8 of `tenant` committed 8 of `tenant` committed.
    pub fn with_lease() -> Self {
        let mut market = Self::with_alice();
        market.ok("book", commit_msg(8, candidacy("alice")));
        market
    }

    pub fn now(&self) -> UnixTime {
        self.env.block.time.into()
    }

    pub fn wait(&mut self, seconds: u64) {
        self.env.block.time = self.env.block.time.plus_seconds(seconds);
        self.env.block.height += seconds / 6 + 1;
    }

    pub fn exec(&mut self, sender: &str, msg: ExecuteMsg) -> Result<Response, ContractError> {
        let response = execute(
            self.deps.as_mut(),
            self.env.clone(),
            message_info(&addr(sender), &[]),
            msg,
        )?;
        books::compare(&self.deps.storage);
        Ok(response)
    }

    pub fn exec_with_coins(
        &mut self,
        sender: &str,
        coins: u128,
        msg: ExecuteMsg,
    ) -> Result<Response, ContractError> {
        let coins: Vec<_> = (1..=coins).map(|i| coin(i, format!("denom{i}"))).collect();
        execute(
            self.deps.as_mut(),
            self.env.clone(),
            message_info(&addr(sender), &coins),
            msg,
        )
    }

    #[track_caller]
    pub fn ok(&mut self, sender: &str, msg: ExecuteMsg) -> Response {
        self.exec(sender, msg).unwrap()
    }

    #[track_caller]
    pub fn err(&mut self, sender: &str, msg: ExecuteMsg) -> ContractError {
        self.exec(sender, msg).unwrap_err()
    }

    pub fn sudo(&mut self, msg: SudoMsg) -> Result<Response, ContractError> {
        sudo(self.deps.as_mut(), self.env.clone(), msg)
    }

    pub fn try_ask<T: DeserializeOwned>(&self, msg: QueryMsg) -> Result<T, ContractError> {
        Ok(from_json(query(self.deps.as_ref(), self.env.clone(), msg)?)?)
    }

    #[track_caller]
    pub fn ask<T: DeserializeOwned>(&self, msg: QueryMsg) -> T {
        self.try_ask(msg).unwrap()
    }

    pub fn hook(sender: &str, amount: u128, hook: &Hook) -> ExecuteMsg {
        ExecuteMsg::Receive(Cw20ReceiveMsg {
            sender: text(sender),
            amount: n(amount),
            msg: to_json_binary(hook).unwrap(),
        })
    }

    pub fn bond(&mut self, owner: &str, amount: u128) -> Result<Response, ContractError> {
        self.exec("token", Self::hook(owner, amount, &Hook::Bond { provider: None }))
    }

    pub fn set_price(&mut self, sender: &str, price: u128) -> Result<Response, ContractError> {
        self.exec(
            sender,
            ExecuteMsg::SetBondPrice {
                token: text("usd"),
                price: n(price),
            },
        )
    }

    #[track_caller]
    pub fn judge(&self, candidacy: Candidacy) -> Verdict {
        let verdicts: Vec<Verdict> = self.ask(QueryMsg::Judge {
            candidacies: vec![candidacy],
        });
        verdicts.into_iter().next().unwrap()
    }

    #[track_caller]
    pub fn refusal(&self, candidacy: Candidacy) -> Option<Refusal> {
        self.judge(candidacy).refusal
    }

    #[track_caller]
    pub fn provider(&self, owner: &str) -> ProviderResponse {
        self.ask(QueryMsg::Provider { owner: text(owner) })
    }

    pub fn claimable(&self, owner: &str) -> u128 {
        self.ask::<Uint128>(QueryMsg::Claimable { address: text(owner) })
            .u128()
    }

    pub fn pause(&mut self) {
        self.ok(
            "guardian",
            ExecuteMsg::Control(ControlMsg::Pause {
                duration: Seconds(DAY),
            }),
        );
    }
}

pub fn provider_no(no: u32) -> ProviderNo {
    ProviderNo(no)
}

pub fn exact() -> AuditClass {
    AuditClass("exact".into())
}

/// Unit `unit` of lease 8.
pub fn audit(unit: u32) -> AuditId {
    AuditId {
        lease: LeaseId(8),
        unit,
    }
}

/// The number of the provider that owner registered as: alice is the first, and so on by the alphabet.
pub fn number_of(owner: &str) -> ProviderNo {
    ProviderNo(u32::from(owner.as_bytes()[0] - b'a') + 1)
}

pub fn seat_msg(unit: u32, owners: &[&str], bond: u128) -> ExecuteMsg {
    ExecuteMsg::Seat {
        audit: audit(unit),
        class: exact(),
        providers: owners.iter().map(|owner| number_of(owner)).collect(),
        bond: n(bond),
    }
}

pub fn end(owner: &str, outcome: SeatOutcome, penalty: u128) -> SeatEnd {
    SeatEnd {
        provider: number_of(owner),
        outcome,
        penalty: n(penalty),
    }
}

pub fn unseat_msg(unit: u32, ends: Vec<SeatEnd>) -> ExecuteMsg {
    ExecuteMsg::Unseat {
        audit: audit(unit),
        ends,
        rewards: vec![],
        tip: None,
    }
}

pub fn reward(to: &str, amount: u128) -> Reward {
    Reward {
        to: text(to),
        amount: n(amount),
    }
}

/// Of the work bond of lease 8.
pub fn slash_msg(share: u16, convict: bool) -> ExecuteMsg {
    ExecuteMsg::Slash {
        lease: LeaseId(8),
        share: BasisPoints(share),
        rewards: vec![],
        tip: None,
        convict,
    }
}

/// What a message burns of the network token.
pub fn burned(response: &Response) -> u128 {
    let burns = response.messages.iter().map(|sub| match &sub.msg {
        cosmwasm_std::CosmosMsg::Wasm(cosmwasm_std::WasmMsg::Execute {
            contract_addr, msg, ..
        }) => {
            assert_eq!(*contract_addr, text("token"));
            match from_json(msg).unwrap() {
                cw20::Cw20ExecuteMsg::Burn { amount } => amount.u128(),
                other => panic!("{other:?}"),
            }
        }
        other => panic!("{other:?}"),
    });
    burns.sum()
}
