//! Every message that moves tokens out of the contract is built here.

use cosmwasm_std::{to_json_binary, Addr, StdResult, Uint128, WasmMsg};
use cw20::Cw20ExecuteMsg;
use market_types::contract::Token;
use market_types::escrow;

/// Pay `amount` of `token` to `to`; nothing for zero.
pub fn pay(token: &Addr, to: &Addr, amount: Uint128) -> StdResult<Option<WasmMsg>> {
    let recipient = to.to_string();
    unless_zero(token, amount, Cw20ExecuteMsg::Transfer { recipient, amount })
}

/// Burn `amount` of the network token; nothing for zero.
pub fn burn(network_token: &Addr, amount: Uint128) -> StdResult<Option<WasmMsg>> {
    unless_zero(network_token, amount, Cw20ExecuteMsg::Burn { amount })
}

/// Pay `amount` of `token` into the escrow's audit pool.
pub fn fund_audits(token: &Addr, escrow: &Addr, amount: Uint128) -> StdResult<Option<WasmMsg>> {
    let msg = Cw20ExecuteMsg::Send {
        contract: escrow.to_string(),
        amount,
        msg: to_json_binary(&escrow::Hook::FundAudits {})?,
    };
    unless_zero(token, amount, msg)
}

fn unless_zero(token: &Addr, amount: Uint128, msg: Cw20ExecuteMsg) -> StdResult<Option<WasmMsg>> {
    if amount.is_zero() {
        return Ok(None);
    }
    Token::at(token).call(&msg).map(Some)
}
