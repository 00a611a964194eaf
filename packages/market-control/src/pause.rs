//! A pause stops entries for a bounded time and never exits. It ends by itself.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{DepsMut, Env, Response, Storage};
use cw_storage_plus::Item;
use market_types::events::{Paused, Unpaused};
use market_types::{Seconds, UnixTime};

use crate::{office, ControlError, Sender};

const PAUSE: Item<Pause> = Item::new("pause");
const MAX_PAUSE: Seconds = Seconds(14 * 86_400);
const REST: Seconds = Seconds(7 * 86_400);

#[cw_serde]
struct Pause {
    /// Entries are refused before this time; it is also when the rest between two pauses begins.
    until: UnixTime,
}

pub(crate) fn paused_until(storage: &dyn Storage, now: UnixTime) -> Result<Option<UnixTime>, ControlError> {
    Ok(PAUSE
        .may_load(storage)?
        .map(|pause| pause.until)
        .filter(|until| now < *until))
}

/// # Errors
/// Entries are paused.
pub fn ensure_entry_open(storage: &dyn Storage, now: UnixTime) -> Result<(), ControlError> {
    match paused_until(storage, now)? {
        Some(until) => Err(ControlError::Paused { until }),
        None => Ok(()),
    }
}

pub(crate) fn pause(
    deps: DepsMut,
    env: &Env,
    sender: Sender,
    duration: Seconds,
) -> Result<Response, ControlError> {
    let by = office::as_guardian(deps.storage, sender)?;
    if duration == Seconds(0) || duration > MAX_PAUSE {
        return Err(ControlError::PauseLength {
            asked: duration,
            max: MAX_PAUSE,
        });
    }
    let now = UnixTime::from(env.block.time);
    if let Some(last) = PAUSE.may_load(deps.storage)? {
        let from = last.until.plus(REST);
        if now < from {
            return Err(ControlError::PauseTooSoon { from });
        }
    }
    let until = now.plus(duration);
    PAUSE.save(deps.storage, &Pause { until })?;
    Ok(Response::new().add_event(Paused { until, by }))
}

pub(crate) fn unpause(deps: DepsMut, env: &Env, sender: Sender) -> Result<Response, ControlError> {
    let by = office::as_guardian(deps.storage, sender)?;
    let now = UnixTime::from(env.block.time);
    if paused_until(deps.storage, now)?.is_none() {
        return Err(ControlError::NotPaused {});
    }
    PAUSE.save(deps.storage, &Pause { until: now })?;
    Ok(Response::new().add_event(Unpaused { by }))
}
