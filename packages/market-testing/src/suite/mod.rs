//! A market on a chain of its own: five contracts, two tokens, everybody in office.

mod build;
pub mod intentions;
mod invariants;
mod queries;

pub use build::{Builder, FUNDS};
pub use invariants::Broken;

use std::collections::BTreeMap;

use cosmwasm_std::{Addr, Uint128};
use cw20::Cw20ExecuteMsg;
use cw_multi_test::{AppResponse, Executor};
use market_types::control::Wiring;
use market_types::events::{MarketEvent, CHAIN_PREFIX};
use market_types::UnixTime;

use crate::call::Call;
use crate::chain::Chain;
use crate::failure::Failure;

/// What a message of this market comes to.
pub type Outcome = Result<AppResponse, Failure>;

pub struct Suite {
    pub app: Chain,
    pub wiring: Wiring<Addr>,
    /// The stablecoin, listed from the beginning.
    pub usdc: Addr,
    /// Every token of the market, the network token among them.
    pub tokens: Vec<Addr>,
    pub governor: Addr,
    pub guardian: Addr,
    /// May move the bond price.
    pub keeper: Addr,
    /// Takes out the insurance share of fees.
    pub insurer: Addr,
    /// Supply of the network token at the beginning, and what was minted since.
    minted: u128,
    /// What contracts hold and nobody is owed, by contract and token.
    gifts: BTreeMap<(Addr, Addr), u128>,
    /// Off for who checks by other means.
    pub checks: bool,
}

impl Suite {
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A market with the documented defaults.
    ///
    /// # Panics
    /// If the market does not stand up.
    pub fn new() -> Self {
        Self::builder().build()
    }

    pub fn network_token(&self) -> &Addr {
        &self.wiring.network_token
    }

    pub fn now(&self) -> UnixTime {
        self.app.block_info().time.into()
    }

    /// Let `seconds` pass, with a block every six.
    pub fn pass(&mut self, seconds: u64) {
        self.pass_blocks(seconds, seconds / 6);
    }

    /// Let `seconds` pass in `blocks` blocks.
    pub fn pass_blocks(&mut self, seconds: u64, blocks: u64) {
        self.app.update_block(|block| {
            block.time = block.time.plus_seconds(seconds);
            block.height += blocks;
        });
    }

    /// Send a message, and check everything that must always be true, whatever came of it.
    ///
    /// # Errors
    /// What the contract that refused says.
    ///
    /// # Panics
    /// If an invariant is broken.
    pub fn send(&mut self, sender: &Addr, call: impl Into<Call>) -> Outcome {
        let outcome = self.send_unchecked(sender, call);
        if self.checks {
            if let Err(broken) = self.check() {
                panic!("{broken}\nafter {outcome:?}");
            }
        }
        outcome
    }

    /// Send a message and check nothing.
    ///
    /// # Errors
    /// What the contract that refused says.
    pub fn send_unchecked(&mut self, sender: &Addr, call: impl Into<Call>) -> Outcome {
        let call = call.into();
        let target = call.target(&self.wiring).clone();
        let msg = call.json().map_err(|error| Failure::Other(error.to_string()))?;
        let execute = cosmwasm_std::WasmMsg::Execute {
            contract_addr: target.into(),
            msg,
            funds: vec![],
        };
        let outcome = self.app.execute(sender.clone(), execute.into())?;
        self.count_gift(sender, &call);
        Ok(outcome)
    }

    /// A plain transfer to a contract is a gift to nobody, and skimming takes it up.
    fn count_gift(&mut self, sender: &Addr, call: &Call) {
        use market_types::{escrow, registry, take_rate};
        match call {
            Call::Token(token, Cw20ExecuteMsg::Transfer { recipient, amount })
                if sender.as_str() != recipient =>
            {
                let to = Addr::unchecked(recipient);
                if self.is_contract(&to) {
                    *self.gifts.entry((to, token.clone())).or_default() += amount.u128();
                }
            }
            Call::Escrow(escrow::ExecuteMsg::Skim { token }) => {
                let escrow = self.wiring.lease_escrow.clone();
                self.gifts.remove(&(escrow, Addr::unchecked(token)));
            }
            Call::Registry(registry::ExecuteMsg::Skim {}) => {
                let registry = self.wiring.provider_registry.clone();
                self.gifts.remove(&(registry, self.wiring.network_token.clone()));
            }
            Call::TakeRate(take_rate::ExecuteMsg::Skim { token }) => {
                let take_rate = self.wiring.take_rate_burn.clone();
                self.gifts.remove(&(take_rate, Addr::unchecked(token)));
            }
            _ => {}
        }
    }

    fn is_contract(&self, address: &Addr) -> bool {
        let Wiring {
            provider_registry,
            order_book,
            lease_escrow,
            attestation,
            take_rate_burn,
            ..
        } = &self.wiring;
        [
            provider_registry,
            order_book,
            lease_escrow,
            attestation,
            take_rate_burn,
        ]
        .contains(&address)
    }

    /// What nobody owns of `token` in `contract`.
    pub fn gift(&self, contract: &Addr, token: &Addr) -> Uint128 {
        let gift = self.gifts.get(&(contract.clone(), token.clone()));
        Uint128::new(gift.copied().unwrap_or_default())
    }

    /// Note that `amount` of the network token was minted.
    pub fn note_minted(&mut self, amount: u128) {
        self.minted += amount;
    }
}

impl Default for Suite {
    fn default() -> Self {
        Self::new()
    }
}

/// The events of one type in an answer.
pub fn events<E: MarketEvent>(response: &AppResponse) -> Vec<E> {
    response
        .events
        .iter()
        .filter(|event| event.ty.strip_prefix(CHAIN_PREFIX) == Some(E::TYPE))
        .filter_map(|event| {
            let get = |key: &str| {
                let attribute = event.attributes.iter().find(|attribute| attribute.key == key);
                attribute.map(|attribute| attribute.value.clone())
            };
            E::read(get).ok()
        })
        .collect()
}
