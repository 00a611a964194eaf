use cosmwasm_std::{DepsMut, MessageInfo, Response};
use market_types::take_rate::InstantiateMsg;
use market_types::LotId;

use crate::contract::{NAME, VERSION};
use crate::params::{check_auctions, check_shares, check_tokens};
use crate::rate::Schedule;
use crate::state::{Config, CONFIG, DEFAULT_RATE, LAST_LOT, RATES};
use crate::ContractError;

/// The first rates are in force at once.
///
/// # Errors
/// Coins are attached, an address is wrong, or a parameter is out of bounds.
pub fn instantiate(
    mut deps: DepsMut,
    info: &MessageInfo,
    msg: InstantiateMsg,
) -> Result<Response, ContractError> {
    market_control::refuse_coins(info)?;
    market_control::instantiate(deps.branch(), NAME, VERSION, &msg.roles)?;

    let params = msg.params;
    let config = Config {
        min_rate: msg.min_rate,
        max_rate: msg.max_rate,
        rate_delay: params.rate_delay,
        rate_step: params.rate_step,
        shares: check_shares(deps.api, params.shares)?,
        auctions: check_auctions(deps.api, params.auctions)?,
        max_lot_wait: params.max_lot_wait,
    };
    config.check()?;
    config.check_rate(params.default_rate)?;
    CONFIG.save(deps.storage, &config)?;
    DEFAULT_RATE.save(deps.storage, &Schedule::new(params.default_rate))?;

    let tokens = params
        .rates
        .iter()
        .map(|rate| deps.api.addr_validate(&rate.token))
        .collect::<Result<Vec<_>, _>>()?;
    check_tokens("rates", tokens.iter())?;
    for (token, rate) in tokens.iter().zip(&params.rates) {
        config.check_rate(rate.rate)?;
        RATES.save(deps.storage, token, &Schedule::new(rate.rate))?;
    }
    LAST_LOT.save(deps.storage, &LotId(0))?;
    Ok(Response::new())
}
