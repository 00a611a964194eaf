//! Parameters: bounds, changes, and the versions that open leases keep.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, Api, Order, Response, StdResult, Storage, Uint128};
use market_types::escrow::{Params, ParamsUpdate, PaymentToken};
use market_types::events::ParamChanged;
use market_types::{BasisPoints, Seconds};

use crate::state::{Listing, Service, Settings, TokenNo, SERVICES, SETTINGS, TOKENS};
use crate::ContractError;

const MAX_TOKENS: usize = 16;
const DAY: u64 = Seconds::DAY.0;

/// Store the first parameters.
///
/// # Errors
/// A value out of bounds, an address that is none.
pub fn init(storage: &mut dyn Storage, api: &dyn Api, params: Params<String>) -> Result<(), ContractError> {
    let params = Params {
        tokens: tokens(api, params.tokens)?,
        heartbeat_window: params.heartbeat_window,
        heartbeat_interval: params.heartbeat_interval,
        grace: params.grace,
        min_silent_blocks: params.min_silent_blocks,
        outage_unpaid: params.outage_unpaid,
        outage_max: params.outage_max,
        outage_share: params.outage_share,
        outage_forgiveness: params.outage_forgiveness,
        lease_bond_time: params.lease_bond_time,
        work_bond_units: params.work_bond_units,
        silence_tip: params.silence_tip,
    };
    check(&params)?;
    save(storage, &params, 0)
}

/// Change what `update` names; one event per parameter that really changed. Open orders and leases keep their terms.
///
/// # Errors
/// A value out of bounds, alone or beside the others; a token that would leave the list.
pub fn update(
    storage: &mut dyn Storage,
    api: &dyn Api,
    update: ParamsUpdate,
) -> Result<Response, ContractError> {
    let old = load(storage)?;
    let mut new = old.clone();
    if let Some(list) = update.tokens {
        new.tokens = tokens(api, list)?;
        let kept: BTreeSet<&Addr> = new.tokens.iter().map(|entry| &entry.token).collect();
        if let Some(dropped) = old.tokens.iter().find(|entry| !kept.contains(&entry.token)) {
            return Err(ContractError::TokenDropped {
                token: dropped.token.clone(),
            });
        }
    }
    macro_rules! take {
        ($($field:ident),*) => { $(if let Some(value) = update.$field { new.$field = value; })* };
    }
    take!(
        heartbeat_window,
        heartbeat_interval,
        grace,
        min_silent_blocks,
        outage_unpaid,
        outage_max,
        outage_share,
        outage_forgiveness,
        lease_bond_time,
        work_bond_units,
        silence_tip
    );
    check(&new)?;
    let version = SETTINGS.load(storage)?.service;
    let version = match service(&old) == service(&new) {
        true => version,
        false => version.saturating_add(1),
    };
    save(storage, &new, version)?;
    Ok(Response::new().add_events(changes(&old, &new)))
}

/// # Errors
/// A stored record is damaged.
pub fn load(storage: &dyn Storage) -> Result<Params<Addr>, ContractError> {
    let settings = SETTINGS.load(storage)?;
    let service = SERVICES.load(storage, settings.service)?;
    let tokens = TOKENS
        .range(storage, None, None, Order::Ascending)
        .map(|entry| {
            entry.map(|(token, listing)| PaymentToken {
                token,
                listed: listing.listed,
                min_order: listing.min_order,
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(Params {
        tokens,
        heartbeat_window: service.window,
        heartbeat_interval: service.interval,
        grace: service.grace,
        min_silent_blocks: service.min_silent_blocks,
        outage_unpaid: service.outage_unpaid,
        outage_max: service.outage_max,
        outage_share: service.outage_share,
        outage_forgiveness: service.outage_forgiveness,
        lease_bond_time: settings.lease_bond_time,
        work_bond_units: settings.work_bond_units,
        silence_tip: service.silence_tip,
    })
}

fn save(storage: &mut dyn Storage, params: &Params<Addr>, version: u32) -> Result<(), ContractError> {
    SERVICES.save(storage, version, &service(params))?;
    let settings = Settings {
        service: version,
        lease_bond_time: params.lease_bond_time,
        work_bond_units: params.work_bond_units,
    };
    SETTINGS.save(storage, &settings)?;
    // No token is ever dropped, so their count is the next number.
    let known = TOKENS.keys(storage, None, None, Order::Ascending).count();
    let mut next = TokenNo::try_from(known).unwrap_or(TokenNo::MAX);
    for entry in &params.tokens {
        let no = match TOKENS.may_load(storage, &entry.token)? {
            Some(listing) => listing.no,
            None => {
                next = next.saturating_add(1);
                next
            }
        };
        let listing = Listing {
            no,
            listed: entry.listed,
            min_order: entry.min_order,
        };
        TOKENS.save(storage, &entry.token, &listing)?;
    }
    Ok(())
}

fn service(params: &Params<Addr>) -> Service {
    Service {
        window: params.heartbeat_window,
        interval: params.heartbeat_interval,
        grace: params.grace,
        min_silent_blocks: params.min_silent_blocks,
        outage_unpaid: params.outage_unpaid,
        outage_max: params.outage_max,
        outage_share: params.outage_share,
        outage_forgiveness: params.outage_forgiveness,
        silence_tip: params.silence_tip,
    }
}

fn tokens(api: &dyn Api, list: Vec<PaymentToken<String>>) -> StdResult<Vec<PaymentToken<Addr>>> {
    list.into_iter()
        .map(|entry| {
            Ok(PaymentToken {
                token: api.addr_validate(&entry.token)?,
                listed: entry.listed,
                min_order: entry.min_order,
            })
        })
        .collect()
}

/// Every bound, alone and across parameters.
fn check(params: &Params<Addr>) -> Result<(), ContractError> {
    within("tokens", params.tokens.len() as u128, 1, MAX_TOKENS as u128)?;
    let mut seen = BTreeSet::new();
    for entry in &params.tokens {
        if !seen.insert(&entry.token) {
            return Err(ContractError::DuplicateToken {
                token: entry.token.clone(),
            });
        }
        within("min_order", entry.min_order.u128(), 1, u128::MAX)?;
    }
    let window = params.heartbeat_window.0;
    span("heartbeat_window", params.heartbeat_window, 30, 3_600)?;
    span("heartbeat_interval", params.heartbeat_interval, 1, window - 1)?;
    span("grace", params.grace, window + 1, DAY)?;
    within("min_silent_blocks", params.min_silent_blocks.into(), 0, 10_000)?;
    span("outage_max", params.outage_max, 1, 30 * DAY)?;
    span("outage_unpaid", params.outage_unpaid, 0, params.outage_max.0)?;
    let whole = BasisPoints::WHOLE.0;
    within("outage_share", params.outage_share.0.into(), 0, whole.into())?;
    span("outage_forgiveness", params.outage_forgiveness, 0, 365 * DAY)?;
    span("lease_bond_time", params.lease_bond_time, 3_600, 30 * DAY)?;
    within("work_bond_units", params.work_bond_units.into(), 20, 100_000)?;
    within("silence_tip", params.silence_tip.u128(), 0, u64::MAX.into())
}

fn span(param: &'static str, value: Seconds, min: u64, max: u64) -> Result<(), ContractError> {
    within(param, value.0.into(), min.into(), max.into())
}

fn within(param: &'static str, value: u128, min: u128, max: u128) -> Result<(), ContractError> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(ContractError::OutOfBounds {
            param,
            value,
            min,
            max,
        }),
    }
}

fn changes(old: &Params<Addr>, new: &Params<Addr>) -> Vec<ParamChanged> {
    let mut events = vec![];
    let mut changed = |param: &str, old: String, new: String| {
        if old != new {
            events.push(ParamChanged {
                param: param.into(),
                old,
                new,
            });
        }
    };
    for entry in &new.tokens {
        let text =
            |entry: &PaymentToken<Addr>| format!("listed={},min_order={}", entry.listed, entry.min_order);
        let before = old.tokens.iter().find(|was| was.token == entry.token);
        let before = before.map_or_else(|| "none".to_string(), text);
        changed(&format!("tokens/{}", entry.token), before, text(entry));
    }
    macro_rules! compare {
        ($($field:ident),*) => { $(changed(stringify!($field), old.$field.to_string(), new.$field.to_string());)* };
    }
    compare!(
        heartbeat_window,
        heartbeat_interval,
        grace,
        min_silent_blocks,
        outage_unpaid,
        outage_max,
        outage_share,
        outage_forgiveness,
        lease_bond_time,
        work_bond_units,
        silence_tip
    );
    events
}

/// A token that orders and deposits are taken in.
///
/// # Errors
/// Unknown or delisted.
pub fn ensure_listed(storage: &dyn Storage, token: &Addr) -> Result<Listing, ContractError> {
    let listing = crate::state::listing(storage, token)?;
    match listing.listed {
        true => Ok(listing),
        false => Err(ContractError::Delisted { token: token.clone() }),
    }
}

/// # Errors
/// The amount is zero.
pub fn ensure_amount(amount: Uint128) -> Result<(), ContractError> {
    match amount.is_zero() {
        true => Err(ContractError::ZeroAmount {}),
        false => Ok(()),
    }
}
