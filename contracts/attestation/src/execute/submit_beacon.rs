use cosmwasm_std::{DepsMut, Env, Response};
use market_types::events::BeaconAccepted;
use market_types::Hash32;

use crate::audit::Moment;
use crate::state::{rules, BEACONS};
use crate::{beacon, ContractError};

/// Take a round of the public beacon, whoever brings it.
///
/// # Errors
/// A round that is not used, not yet published by this block's time, there already, or not the round's signature.
pub fn submit_beacon(
    deps: DepsMut,
    env: &Env,
    round: u64,
    signature: &[u8],
) -> Result<Response, ContractError> {
    let params = rules(deps.storage)?.beacon.ok_or(ContractError::NoAudits {})?;
    let rounds = beacon::rounds(&params);
    if !rounds.is_used(round) {
        let every = params.every;
        return Err(ContractError::UnusedRound { round, every });
    }
    let now = Moment::from(&env.block);
    let published_at = rounds.time_of(round);
    if now.time < published_at {
        return Err(ContractError::EarlyBeacon {
            round,
            published_at,
            now: now.time,
        });
    }
    if BEACONS.has(deps.storage, (beacon::tag(&params), round)) {
        return Err(ContractError::BeaconThere { round });
    }
    let randomness = beacon::verify(deps.api, &params, round, signature)?;
    beacon::store(deps.storage, &params, round, randomness, now)?;
    Ok(Response::new().add_event(BeaconAccepted {
        round,
        randomness: Hash32(randomness),
    }))
}
