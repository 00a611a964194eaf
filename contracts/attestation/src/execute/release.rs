use cosmwasm_std::{DepsMut, Env, Response, Storage, Uint128};
use market_control::{sister, Sister};
use market_types::contract::Escrow;
use market_types::escrow;
use market_types::events::BatchReleased;
use market_types::{BatchNo, LeaseId, UnixTime};

use super::draw::drawn_units;
use crate::state::{lease_audits, Batch, Marks, Outcome, BATCHES, MARKS, OUTCOMES};
use crate::ContractError;

/// Have a vested batch paid, less the units that were refunded, whoever asks.
///
/// # Errors
/// No such batch, one that still vests, or one that ended already; it is not drawn, or an audit in it has not ended; the provider was
/// convicted.
pub fn release(deps: DepsMut, env: &Env, lease: LeaseId, batch: BatchNo) -> Result<Response, ContractError> {
    let escrow = sister(deps.storage, Sister::LeaseEscrow)?;
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
    if lease_audits(deps.storage, lease)?.convicted {
        return Err(ContractError::Convicted { lease });
    }
    let marks = MARKS.may_load(deps.storage, key)?.unwrap_or_default();
    ensure_audited(deps.storage, lease, batch, &stored, &marks)?;

    let units = stored.count.saturating_sub(marks.refunded.count_ones());
    if units == 0 {
        OUTCOMES.save(deps.storage, key, &Outcome::Refunded)?;
        return Ok(Response::new().add_event(BatchReleased {
            lease,
            batch,
            count: 0,
            premium: Uint128::zero(),
        }));
    }
    // The premium is the same for each unit, so this divides without a rest.
    let each = Uint128::new(stored.premium.u128() / u128::from(stored.count));
    let premium = each.checked_mul(Uint128::from(units))?;
    OUTCOMES.save(deps.storage, key, &Outcome::Released)?;
    Ok(Response::new()
        .add_event(BatchReleased {
            lease,
            batch,
            count: units,
            premium,
        })
        .add_message(Escrow::at(&escrow).call(&escrow::ExecuteMsg::Vest {
            lease,
            units,
            premium,
        })?))
}

/// Every drawn unit was audited, and every audit has ended. A batch of which nothing is drawn needs no message of its own for that.
fn ensure_audited(
    storage: &dyn Storage,
    lease: LeaseId,
    batch: BatchNo,
    stored: &Batch,
    marks: &Marks,
) -> Result<(), ContractError> {
    let drawn = match marks.drawn {
        Some(drawn) => drawn,
        None => match drawn_units(storage, lease, batch, stored)? {
            None | Some(0) => 0,
            Some(_) => return Err(ContractError::NotDrawn { lease, batch }),
        },
    };
    // What a planter took back is not audited any more.
    let due = (drawn | marks.opened) & !(marks.planted & !marks.opened);
    let waiting = due & !marks.ended;
    if waiting != 0 {
        return Err(ContractError::Unaudited {
            lease,
            batch,
            waiting: waiting.count_ones(),
        });
    }
    Ok(())
}
