//! The only way network tokens leave this contract.

use cosmwasm_std::{to_json_binary, Addr, StdResult, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use market_types::contract::Token;
use market_types::take_rate;

/// Pay `amount` out to `to`.
pub fn transfer(token: &Addr, to: &Addr, amount: Uint128) -> StdResult<WasmMsg> {
    Token::at(token).call(&Cw20ExecuteMsg::Transfer {
        recipient: to.into(),
        amount,
    })
}

/// Hand `amount` to take-rate-burn as fees.
pub fn fees(token: &Addr, take_rate_burn: &Addr, amount: Uint128) -> StdResult<WasmMsg> {
    Token::at(token).call(&Cw20ExecuteMsg::Send {
        contract: take_rate_burn.into(),
        amount,
        msg: to_json_binary(&take_rate::Hook::Fees {})?,
    })
}

/// Destroy `amount`.
pub fn burn(token: &Addr, amount: Uint128) -> StdResult<WasmMsg> {
    Token::at(token).call(&Cw20ExecuteMsg::Burn { amount })
}
