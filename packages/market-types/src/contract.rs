//! A typed handle on a contract: its address and the words it understands.

use std::marker::PhantomData;

use cosmwasm_std::{to_json_binary, Addr, Empty, QuerierWrapper, StdResult, WasmMsg};
use serde::de::DeserializeOwned;
use serde::Serialize;

/// A contract at `addr` that takes `M` and answers `Q`.
pub struct Contract<'a, M, Q> {
    pub addr: &'a Addr,
    words: PhantomData<(M, Q)>,
}

pub type Registry<'a> = Contract<'a, crate::registry::ExecuteMsg, crate::registry::QueryMsg>;
pub type OrderBook<'a> = Contract<'a, crate::order_book::ExecuteMsg, crate::order_book::QueryMsg>;
pub type Escrow<'a> = Contract<'a, crate::escrow::ExecuteMsg, crate::escrow::QueryMsg>;
pub type Attestation<'a> = Contract<'a, crate::attestation::ExecuteMsg, crate::attestation::QueryMsg>;
pub type TakeRate<'a> = Contract<'a, crate::take_rate::ExecuteMsg, crate::take_rate::QueryMsg>;
pub type Token<'a> = Contract<'a, cw20::Cw20ExecuteMsg, cw20::Cw20QueryMsg>;

impl<'a, M: Serialize, Q: Serialize> Contract<'a, M, Q> {
    pub fn at(addr: &'a Addr) -> Self {
        Self {
            addr,
            words: PhantomData,
        }
    }

    /// The message that makes this contract execute `msg`, without native coins.
    ///
    /// # Errors
    /// `msg` does not serialise.
    pub fn call(&self, msg: &M) -> StdResult<WasmMsg> {
        Ok(WasmMsg::Execute {
            contract_addr: self.addr.to_string(),
            msg: to_json_binary(msg)?,
            funds: vec![],
        })
    }

    /// Ask this contract.
    ///
    /// # Errors
    /// The contract refuses, or answers something else than `R`.
    pub fn ask<R: DeserializeOwned>(&self, querier: &QuerierWrapper<'_, Empty>, query: &Q) -> StdResult<R> {
        querier.query_wasm_smart(self.addr, query)
    }
}
