//! cw-multi-test's wasm keeper with what native code lacks: a depth limit, gas per call, checks and typed errors.

use std::cell::Cell;
use std::rc::Rc;

use cosmwasm_std::{Addr, Api, Binary, BlockInfo, Empty, Querier, Record, Storage, WasmMsg, WasmQuery};
use cw_multi_test::error::AnyResult;
use cw_multi_test::{
    AddressGenerator, AppResponse, Contract, ContractData, CosmosRouter, Wasm, WasmKeeper, WasmSudo,
};
use sha2::{Digest, Sha256};

use crate::auth;
use crate::gas::{self, Meter};
use crate::refusal::Refusal;

/// Contracts calling contracts. A real chain allows more; this is what the thread's stack holds with room to spare.
const MAX_CALL_DEPTH: u32 = 100;
/// Contracts asking contracts, as on a real chain.
const MAX_QUERY_DEPTH: u32 = 10;

pub struct LimitedWasm {
    keeper: WasmKeeper<Empty, Empty>,
    calls: Rc<Cell<u32>>,
    queries: Rc<Cell<u32>>,
    meter: Rc<Meter>,
    codes: u64,
}

impl LimitedWasm {
    pub fn new(meter: Rc<Meter>) -> Self {
        let keeper = WasmKeeper::new().with_address_generator(CountFromOne);
        Self {
            keeper,
            calls: Rc::default(),
            queries: Rc::default(),
            meter,
            codes: 0,
        }
    }

    fn check(&self, storage: &dyn Storage, sender: &Addr, msg: &WasmMsg) -> Result<(), Refusal> {
        match msg {
            WasmMsg::Execute { contract_addr, .. } => self.known_contract(storage, contract_addr).map(|_| ()),
            WasmMsg::UpdateAdmin { contract_addr, .. } | WasmMsg::ClearAdmin { contract_addr } => {
                self.owned_contract(storage, contract_addr, sender, "can not modify contract")
            }
            WasmMsg::Migrate {
                contract_addr,
                new_code_id,
                ..
            } => {
                self.owned_contract(storage, contract_addr, sender, "can not migrate")?;
                self.known_code(*new_code_id)
            }
            WasmMsg::Instantiate {
                admin,
                code_id,
                label,
                ..
            }
            | WasmMsg::Instantiate2 {
                admin,
                code_id,
                label,
                ..
            } => {
                self.known_code(*code_id)?;
                if label.trim().is_empty() {
                    return Err(Refusal::Invalid("label is required".to_owned()));
                }
                match admin {
                    Some(admin) if !auth::is_valid(admin) => Err(Refusal::Address(format!("admin: {admin}"))),
                    _ => Ok(()),
                }
            }
            other => Err(Refusal::Unknown(format!(
                "wasm message {other:?} is not supported"
            ))),
        }
    }

    fn known_contract(&self, storage: &dyn Storage, address: &str) -> Result<ContractData, Refusal> {
        if !auth::is_valid(address) {
            return Err(Refusal::Address(format!("contract: {address}")));
        }
        let missing = |_| Refusal::NoContract(address.to_owned());
        self.keeper
            .contract_data(storage, &Addr::unchecked(address))
            .map_err(missing)
    }

    fn owned_contract(
        &self,
        storage: &dyn Storage,
        address: &str,
        by: &Addr,
        otherwise: &str,
    ) -> Result<(), Refusal> {
        if self.known_contract(storage, address)?.admin.as_ref() == Some(by) {
            return Ok(());
        }
        Err(Refusal::Unauthorized(otherwise.to_owned()))
    }

    fn known_code(&self, id: u64) -> Result<(), Refusal> {
        if id == 0 || id > self.codes {
            return Err(Refusal::NoCode(id));
        }
        Ok(())
    }
}

/// Leaves the level it entered when dropped, also when a panic passes through.
struct Level(Rc<Cell<u32>>);

impl Level {
    fn enter(depth: &Rc<Cell<u32>>, max: u32, refusal: Refusal) -> Result<Self, Refusal> {
        if depth.get() >= max {
            return Err(refusal);
        }
        depth.set(depth.get().saturating_add(1));
        Ok(Self(Rc::clone(depth)))
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}

impl Wasm<Empty, Empty> for LimitedWasm {
    fn execute(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = Empty, QueryC = Empty>,
        block: &BlockInfo,
        sender: Addr,
        msg: WasmMsg,
    ) -> AnyResult<AppResponse> {
        let _level = Level::enter(&self.calls, MAX_CALL_DEPTH, Refusal::CallDepth)?;
        self.meter.charge(gas::CALL);
        self.check(storage, &sender, &msg)?;
        self.keeper.execute(api, storage, router, block, sender, msg)
    }

    fn query(
        &self,
        api: &dyn Api,
        storage: &dyn Storage,
        querier: &dyn Querier,
        block: &BlockInfo,
        request: WasmQuery,
    ) -> AnyResult<Binary> {
        let _level = Level::enter(&self.queries, MAX_QUERY_DEPTH, Refusal::QueryDepth)?;
        match &request {
            WasmQuery::Smart { contract_addr, .. } => {
                self.meter.charge(gas::CALL);
                self.known_contract(storage, contract_addr)?;
            }
            WasmQuery::Raw { contract_addr, .. } | WasmQuery::ContractInfo { contract_addr } => {
                self.known_contract(storage, contract_addr)?;
            }
            WasmQuery::CodeInfo { code_id } => self.known_code(*code_id)?,
            other => return Err(Refusal::Unknown(format!("wasm query {other:?} is not supported")).into()),
        }
        self.keeper.query(api, storage, querier, block, request)
    }

    fn sudo(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        router: &dyn CosmosRouter<ExecC = Empty, QueryC = Empty>,
        block: &BlockInfo,
        msg: WasmSudo,
    ) -> AnyResult<AppResponse> {
        let _level = Level::enter(&self.calls, MAX_CALL_DEPTH, Refusal::CallDepth)?;
        self.meter.charge(gas::CALL);
        self.known_contract(storage, msg.contract_addr.as_str())?;
        self.keeper.sudo(api, storage, router, block, msg)
    }

    fn store_code(&mut self, creator: Addr, code: Box<dyn Contract<Empty, Empty>>) -> u64 {
        self.codes = self.keeper.store_code(creator, code);
        self.codes
    }

    fn store_code_with_id(
        &mut self,
        creator: Addr,
        code_id: u64,
        code: Box<dyn Contract<Empty, Empty>>,
    ) -> AnyResult<u64> {
        self.codes = self.keeper.store_code_with_id(creator, code_id, code)?;
        Ok(self.codes)
    }

    fn duplicate_code(&mut self, code_id: u64) -> AnyResult<u64> {
        self.keeper.duplicate_code(code_id)
    }

    fn contract_data(&self, storage: &dyn Storage, address: &Addr) -> AnyResult<ContractData> {
        self.keeper.contract_data(storage, address)
    }

    fn dump_wasm_raw(&self, storage: &dyn Storage, address: &Addr) -> Vec<Record> {
        self.keeper.dump_wasm_raw(storage, address)
    }
}

/// wasmd's `BuildContractAddressClassic`, which counts instances from 1 where cw-multi-test counts from 0.
struct CountFromOne;

impl AddressGenerator for CountFromOne {
    fn contract_address(
        &self,
        api: &dyn Api,
        storage: &mut dyn Storage,
        code_id: u64,
        instance_id: u64,
    ) -> AnyResult<Addr> {
        let mut key = b"wasm\0".to_vec();
        key.extend_from_slice(&code_id.to_be_bytes());
        key.extend_from_slice(&instance_id.saturating_add(1).to_be_bytes());
        let canonical = Sha256::new()
            .chain_update(Sha256::digest(b"module"))
            .chain_update(key)
            .finalize()
            .to_vec();
        let address = api.addr_humanize(&canonical.into())?;
        auth::ensure(storage, address.as_str(), None);
        Ok(address)
    }
}
