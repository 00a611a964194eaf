use cosmwasm_std::{Addr, DepsMut, Env, Response};
use market_types::contract::Escrow;
use market_types::control::Wiring;
use market_types::escrow;
use market_types::events::BatchReleased;
use market_types::{BatchNo, LeaseId, UnixTime};

use crate::state::{Outcome, BATCHES, OUTCOMES};
use crate::ContractError;

/// Have a vested batch paid, whoever asks.
///
/// # Errors
/// No such batch, one that still vests, or one that ended already.
pub fn release(
    deps: DepsMut,
    env: &Env,
    wiring: &Wiring<Addr>,
    lease: LeaseId,
    batch: BatchNo,
) -> Result<Response, ContractError> {
    let key = (lease, batch);
    let stored = BATCHES
        .may_load(deps.storage, key)?
        .ok_or(ContractError::NoBatch { lease, batch })?;
    if OUTCOMES.has(deps.storage, key) {
        return Err(ContractError::AlreadyEnded { lease, batch });
    }
    let now = UnixTime::from(env.block.time);
    if now < stored.vests_at {
        return Err(ContractError::StillVesting {
            lease,
            batch,
            vests_at: stored.vests_at,
            now,
        });
    }
    OUTCOMES.save(deps.storage, key, &Outcome::Released)?;
    Ok(Response::new()
        .add_event(BatchReleased {
            lease,
            batch,
            count: stored.count,
            premium: stored.premium,
        })
        .add_message(Escrow::at(&wiring.lease_escrow).call(&escrow::ExecuteMsg::Vest {
            lease,
            units: stored.count,
            premium: stored.premium,
        })?))
}
