use cosmwasm_std::{Addr, DepsMut, Env, MessageInfo, Response, Uint128};
use market_types::control::Wiring;
use market_types::events::{Unbonded, UnbondingStarted};
use market_types::registry::Unbonding;
use market_types::UnixTime;

use crate::audits;
use crate::outgoing;
use crate::state::{self, account, owned, ACCOUNTS, PARAMS, PROVIDERS, TOTALS, UNBONDING};
use crate::ContractError;

pub const MAX_UNBONDINGS: usize = 16;

/// # Errors
/// The sender owns no provider, the amount is zero or not free, too many unbondings are under way, or who stays in an audit
/// table would keep too little.
pub fn unbond(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    amount: Uint128,
) -> Result<Response, ContractError> {
    if amount.is_zero() {
        return Err(ContractError::ZeroAmount {});
    }
    let now = UnixTime::from(env.block.time);
    let no = owned(deps.storage, &info.sender)?;
    let mut provider = state::provider(deps.storage, no)?;
    let mut account = account(deps.storage, no)?;
    let free = account.free();
    if amount > free {
        return Err(ContractError::FreeBondShort { asked: amount, free });
    }
    let mut unbondings = UNBONDING.may_load(deps.storage, no)?.unwrap_or_default();
    if unbondings.len() >= MAX_UNBONDINGS {
        return Err(ContractError::UnbondingsFull { max: MAX_UNBONDINGS });
    }
    let params = PARAMS.load(deps.storage)?;
    let left = account.bonded.checked_sub(amount)?;
    let unit = params.audit_bond_unit;
    if left < unit && audits::in_some(deps.storage, no)? {
        return Err(ContractError::StillAuditing { unit, left });
    }
    let ready_at = now.plus(params.unbonding_period);
    unbondings.push(Unbonding { amount, ready_at });
    // A shorter period may have been set since an earlier one began.
    unbondings.sort_by_key(|unbonding| unbonding.ready_at);
    account.bonded = left;
    let mut totals = TOTALS.load(deps.storage)?;
    totals.bonded = totals.bonded.checked_sub(amount)?;
    totals.unbonding = totals.unbonding.checked_add(amount)?;
    provider.shrunk_at = Some(now);

    PROVIDERS.save(deps.storage, no, &provider)?;
    ACCOUNTS.save(deps.storage, no, &account)?;
    UNBONDING.save(deps.storage, no, &unbondings)?;
    TOTALS.save(deps.storage, &totals)?;
    Ok(Response::new().add_event(UnbondingStarted {
        provider: no,
        amount,
        ready_at,
    }))
}

/// # Errors
/// The sender owns no provider, or nothing is ready.
pub fn withdraw(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    wiring: &Wiring<Addr>,
) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let no = owned(deps.storage, &info.sender)?;
    let unbondings = UNBONDING.may_load(deps.storage, no)?.unwrap_or_default();
    let (ready, waiting): (Vec<_>, Vec<_>) = unbondings.into_iter().partition(|entry| entry.ready_at <= now);
    let amount = ready
        .iter()
        .try_fold(Uint128::zero(), |sum, entry| sum.checked_add(entry.amount))?;
    if amount.is_zero() {
        return Err(ContractError::NothingUnbonded {});
    }
    let mut totals = TOTALS.load(deps.storage)?;
    totals.unbonding = totals.unbonding.checked_sub(amount)?;

    if waiting.is_empty() {
        UNBONDING.remove(deps.storage, no);
    } else {
        UNBONDING.save(deps.storage, no, &waiting)?;
    }
    TOTALS.save(deps.storage, &totals)?;
    Ok(Response::new()
        .add_event(Unbonded { provider: no, amount })
        .add_message(outgoing::transfer(&wiring.network_token, &info.sender, amount)?))
}
