//! The application: modules over the store, and running things in it without letting a panic out.

use std::any::Any;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::rc::Rc;
use std::sync::Once;

use cosmwasm_std::{Addr, BlockInfo, CosmosMsg, Empty, Timestamp};
use cw_multi_test::error::AnyResult;
use cw_multi_test::{
    App, AppBuilder, AppResponse, DistributionKeeper, Executor, FailingModule, GovFailingModule,
    IbcFailingModule, MockApiBech32, StakeKeeper, StargateFailing,
};

use crate::auth;
use crate::bank::CheckedBank;
use crate::config::{Config, BECH32_PREFIX};
use crate::contracts::{genesis_codes, Code};
use crate::gas::{Meter, OutOfGas};
use crate::gov::Rules;
use crate::store::Store;
use crate::wasm::LimitedWasm;

type Modules = App<
    CheckedBank,
    MockApiBech32,
    Store,
    FailingModule<Empty, Empty, Empty>,
    LimitedWasm,
    StakeKeeper,
    DistributionKeeper,
    IbcFailingModule,
    GovFailingModule,
    StargateFailing,
>;

pub struct Application {
    pub modules: Modules,
    pub meter: Rc<Meter>,
    pub chain_id: String,
    pub codes: Vec<Code>,
    pub gov: Rules,
}

/// How code that may panic came to an end.
pub enum Ended<T> {
    With(T),
    OutOfGas,
    Panicked(String),
}

impl Application {
    /// The modules over `state`, with every contract registered in its order.
    pub fn new(config: &Config, state: BTreeMap<Vec<u8>, Vec<u8>>) -> AnyResult<Self> {
        quiet_contract_panics();
        let meter = Rc::<Meter>::default();
        let mut modules = AppBuilder::new()
            .with_api(MockApiBech32::new(BECH32_PREFIX))
            .with_bank(CheckedBank::default())
            .with_wasm(LimitedWasm::new(Rc::clone(&meter)))
            .with_storage(Store::new(state, Rc::clone(&meter)))
            .build(|_, _, _| ());
        let codes: Vec<Code> = genesis_codes()
            .into_iter()
            .chain(config.extra_codes.iter().copied())
            .collect();
        let creator = Addr::unchecked(auth::module_address(auth::GOV));
        for (id, code) in (1..).zip(&codes) {
            modules.store_code_with_id(creator.clone(), id, (code.make)())?;
        }
        Ok(Self {
            modules,
            meter,
            chain_id: config.chain_id.clone(),
            codes,
            gov: Rules::of(config),
        })
    }

    /// Accounts and coins of block 1.
    pub fn genesis(&mut self, config: &Config) -> AnyResult<()> {
        self.modules.init_modules(|router, _, storage| {
            for (address, held) in &config.genesis {
                router.bank.genesis(storage, address, held.clone())?;
            }
            for module in [auth::GOV, auth::FEE_COLLECTOR] {
                auth::ensure(storage, &auth::module_address(module), Some(module));
            }
            Ok(())
        })
    }

    pub fn set_block(&mut self, height: u64, time_ns: u64) {
        let time = Timestamp::from_nanos(time_ns);
        self.modules.set_block(BlockInfo {
            height,
            time,
            chain_id: self.chain_id.clone(),
        });
    }

    pub fn store(&mut self) -> &mut Store {
        self.modules.storage_mut()
    }

    pub fn execute(&mut self, sender: &str, msg: CosmosMsg) -> AnyResult<AppResponse> {
        self.modules.execute(Addr::unchecked(sender), msg)
    }

    /// Runs `action` and catches what it throws. The caller rolls back what was half done.
    pub fn guarded<T>(&mut self, action: impl FnOnce(&mut Self) -> T) -> Ended<T> {
        let _quiet = Quiet::on();
        match catch_unwind(AssertUnwindSafe(|| action(self))) {
            Ok(value) => Ended::With(value),
            Err(thrown) if thrown.is::<OutOfGas>() => Ended::OutOfGas,
            Err(thrown) => Ended::Panicked(panic_text(thrown.as_ref())),
        }
    }
}

fn panic_text(thrown: &(dyn Any + Send)) -> String {
    let text = thrown.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| thrown.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned())
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

struct Quiet;

impl Quiet {
    fn on() -> Self {
        QUIET.with(|quiet| quiet.set(true));
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.with(|quiet| quiet.set(false));
    }
}

/// A contract's panic is a failed transaction here: one log line instead of a stack trace.
fn quiet_contract_panics() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if QUIET.with(Cell::get) {
                tracing::warn!("contract panicked: {info}");
            } else {
                before(info);
            }
        }));
    });
}
