//! Answers. Each reads what the messages write, through the same functions.

use cosmwasm_std::{Addr, Deps, Env, Order, StdResult, Uint128};
use cw_storage_plus::Bound;
use market_math::dutch;
use market_types::control::Solvency;
use market_types::take_rate::{
    LotResponse, Params, ParamsResponse, QuoteResponse, RateResponse, TokenRate, TotalsResponse,
};
use market_types::{Page, Paging, UnixTime};

use crate::account::Account;
use crate::execute::lot;
use crate::state::{self, ACCOUNTS, CONFIG, DEFAULT_RATE, LOTS, RATES};
use crate::ContractError;

/// Rates are those in force.
pub fn params(deps: Deps, env: &Env) -> Result<ParamsResponse, ContractError> {
    let now = UnixTime::from(env.block.time);
    let config = CONFIG.load(deps.storage)?;
    let rates = RATES
        .range(deps.storage, None, None, Order::Ascending)
        .map(|entry| {
            entry.map(|(token, schedule)| TokenRate {
                token,
                rate: schedule.at(now),
            })
        })
        .collect::<StdResult<_>>()?;
    Ok(ParamsResponse {
        min_rate: config.min_rate,
        max_rate: config.max_rate,
        params: Params {
            default_rate: DEFAULT_RATE.load(deps.storage)?.at(now),
            rates,
            rate_delay: config.rate_delay,
            rate_step: config.rate_step,
            shares: config.shares,
            auctions: config.auctions,
            max_lot_wait: config.max_lot_wait,
        },
    })
}

pub fn rate(deps: Deps, env: &Env, token: &str) -> Result<RateResponse, ContractError> {
    let now = UnixTime::from(env.block.time);
    let token = deps.api.addr_validate(token)?;
    let schedule = match RATES.may_load(deps.storage, &token)? {
        Some(schedule) => schedule,
        None => DEFAULT_RATE.load(deps.storage)?,
    };
    Ok(RateResponse {
        token,
        rate: schedule.at(now),
        next: schedule.next(now),
    })
}

pub fn solvency(deps: Deps, env: &Env) -> Result<Vec<Solvency>, ContractError> {
    ACCOUNTS
        .range(deps.storage, None, None, Order::Ascending)
        .map(|entry| {
            let (token, account) = entry?;
            let owed = account.owed(in_lot(deps, &token)?);
            Ok(market_control::solvency(
                &deps.querier,
                &env.contract.address,
                &token,
                owed,
            )?)
        })
        .collect()
}

pub fn totals(deps: Deps, token: &str) -> Result<TotalsResponse, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let account = state::account(deps.storage, &token)?;
    totals_of(deps, token, account)
}

pub fn all_totals(deps: Deps, paging: Paging<String>) -> Result<Page<TotalsResponse, String>, ContractError> {
    let limit = paging.limit();
    let after = paging
        .start_after
        .map(|token| deps.api.addr_validate(&token))
        .transpose()?;
    let mut entries = ACCOUNTS.range(
        deps.storage,
        after.as_ref().map(Bound::exclusive),
        None,
        Order::Ascending,
    );
    let items = entries
        .by_ref()
        .take(limit)
        .map(|entry| {
            let (token, account) = entry?;
            totals_of(deps, token, account)
        })
        .collect::<Result<Vec<_>, ContractError>>()?;
    let more = entries.next().is_some();
    Ok(Page {
        next_start_after: items.last().filter(|_| more).map(|last| last.token.to_string()),
        items,
    })
}

pub fn lot(deps: Deps, env: &Env, token: &str) -> Result<Option<LotResponse>, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let Some(lot) = LOTS.may_load(deps.storage, &token)? else {
        return Ok(None);
    };
    let elapsed = UnixTime::from(env.block.time).since(lot.opened_at);
    Ok(Some(LotResponse {
        lot: lot.lot,
        token,
        opened: lot.opened,
        left: lot.left,
        opened_at: lot.opened_at,
        price: dutch::price_after(lot.start, elapsed),
        start_price: lot.start,
        floor_price: dutch::floor_price(lot.start),
        expired: dutch::is_expired(lot.start, elapsed),
    }))
}

pub fn quote(deps: Deps, env: &Env, token: &str, pay: Uint128) -> Result<QuoteResponse, ContractError> {
    let token = deps.api.addr_validate(token)?;
    let lot = lot::load(deps.storage, &token)?;
    let price = lot.price(env.block.time.into())?;
    let purchase = dutch::purchase(pay, lot.left, price)?;
    Ok(QuoteResponse {
        out: purchase.out,
        pay: purchase.cost,
    })
}

fn totals_of(deps: Deps, token: Addr, account: Account) -> Result<TotalsResponse, ContractError> {
    Ok(TotalsResponse {
        in_lot: in_lot(deps, &token)?,
        token,
        collected: account.collected,
        burned: account.burned,
        sold: account.sold,
        brought: account.brought,
        seeded: account.seeded,
        insured: account.insured,
        waiting: account.waiting,
        audit_seed: account.audit_seed,
        insurance: account.insurance,
    })
}

fn in_lot(deps: Deps, token: &Addr) -> StdResult<Uint128> {
    Ok(LOTS
        .may_load(deps.storage, token)?
        .map_or_else(Uint128::zero, |lot| lot.left))
}
