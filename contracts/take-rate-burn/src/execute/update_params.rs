use cosmwasm_std::{Addr, Api, DepsMut, Env, Event, Order, Response, Storage};
use market_types::control::Wiring;
use market_types::events::RateScheduled;
use market_types::take_rate::{ParamsUpdate, TokenRate};
use market_types::{BasisPoints, UnixTime};

use crate::params::{check_auctions, check_shares, check_tokens, ensure_count};
use crate::rate::Schedule;
use crate::state::{Config, CONFIG, DEFAULT_RATE, RATES};
use crate::ContractError;

/// Rates are scheduled, by the delay and step from before the message; the rest counts at once.
///
/// # Errors
/// A bound, the step, or a cross rule is broken; an address is wrong or named twice.
pub fn update_params(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    update: ParamsUpdate,
) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let old = CONFIG.load(deps.storage)?;
    let mut new = old.clone();
    new.rate_delay = update.rate_delay.unwrap_or(old.rate_delay);
    new.rate_step = update.rate_step.unwrap_or(old.rate_step);
    new.max_lot_wait = update.max_lot_wait.unwrap_or(old.max_lot_wait);
    if let Some(shares) = update.shares {
        new.shares = check_shares(deps.api, shares)?;
    }
    if let Some(auctions) = update.auctions {
        new.auctions = check_auctions(deps.api, auctions)?;
    }
    new.check()?;
    if new
        .auctions
        .iter()
        .any(|auction| auction.token == wiring.network_token)
    {
        return Err(ContractError::NetworkTokenAuction {});
    }
    CONFIG.save(deps.storage, &new)?;

    let mut events = market_control::param_changes(&named(&old), &named(&new));
    // A token that leaves the default here starts from the default before this message.
    let default = DEFAULT_RATE.load(deps.storage)?;
    if let Some(rate) = update.default_rate {
        let changed = reschedule(&old, &default, rate, now)?;
        DEFAULT_RATE.save(deps.storage, &changed)?;
        events.push(scheduled("default", default.at(now), rate, &old, now));
    }
    if let Some(rates) = update.rates {
        events.extend(change_rates(deps.storage, deps.api, &old, &default, rates, now)?);
    }
    Ok(Response::new().add_events(events))
}

fn change_rates(
    storage: &mut dyn Storage,
    api: &dyn Api,
    config: &Config,
    default: &Schedule,
    rates: Vec<TokenRate<String>>,
    now: UnixTime,
) -> Result<Vec<Event>, ContractError> {
    let tokens = rates
        .iter()
        .map(|rate| api.addr_validate(&rate.token))
        .collect::<Result<Vec<_>, _>>()?;
    check_tokens("rates", tokens.iter())?;
    let mut events = vec![];
    for (token, TokenRate { rate, .. }) in tokens.iter().zip(rates) {
        let current = match RATES.may_load(storage, token)? {
            Some(current) => current,
            None => Schedule::new(default.at(now)),
        };
        let changed = reschedule(config, &current, rate, now)?;
        RATES.save(storage, token, &changed)?;
        events.push(scheduled(token.as_str(), current.at(now), rate, config, now));
    }
    let count = RATES.keys(storage, None, None, Order::Ascending).count();
    ensure_count("rates", count)?;
    Ok(events)
}

fn reschedule(
    config: &Config,
    current: &Schedule,
    rate: BasisPoints,
    now: UnixTime,
) -> Result<Schedule, ContractError> {
    config.check_rate(rate)?;
    current.change(rate, now, config.rate_delay, config.rate_step)
}

fn scheduled(token: &str, old: BasisPoints, new: BasisPoints, config: &Config, now: UnixTime) -> Event {
    let from = if old == new {
        now
    } else {
        now.plus(config.rate_delay)
    };
    RateScheduled {
        token: token.into(),
        old,
        new,
        from,
    }
    .into()
}

/// Every parameter by its name. An auction that is not there has no value.
fn named(config: &Config) -> Vec<(String, String)> {
    let shares = &config.shares;
    let mut named: Vec<(String, String)> = [
        ("rate_delay", config.rate_delay.to_string()),
        ("rate_step", config.rate_step.to_string()),
        ("max_lot_wait", config.max_lot_wait.to_string()),
        ("shares.burn", shares.burn.to_string()),
        ("shares.audit_seed", shares.audit_seed.to_string()),
        ("shares.insurance", shares.insurance.to_string()),
        ("shares.insurance_to", shares.insurance_to.to_string()),
    ]
    .map(|(name, value)| (name.into(), value))
    .into();
    for auction in &config.auctions {
        let token = &auction.token;
        named.push((format!("auctions.{token}.min_lot"), auction.min_lot.to_string()));
        named.push((
            format!("auctions.{token}.first_price"),
            auction.first_price.to_string(),
        ));
    }
    named
}
