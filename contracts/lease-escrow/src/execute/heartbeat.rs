//! Streams are alive. An ordinary beat reads and writes 20 bytes and emits nothing.

use std::collections::BTreeSet;

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_math::accrual::credit;
use market_types::{LeaseId, ProviderNo, Seconds};

use super::{now, step};
use crate::state::{self, Beat, BEATS};
use crate::{sisters, ContractError};

const MAX_LEASES: usize = 100;

/// # Errors
/// Too many leases, one twice, one of another provider.
pub fn heartbeat(
    mut deps: DepsMut,
    env: Env,
    info: MessageInfo,
    leases: Vec<LeaseId>,
) -> Result<Response, ContractError> {
    let (count, max) = (leases.len(), MAX_LEASES);
    if leases.is_empty() || count > max {
        return Err(ContractError::LeaseCount { count, max });
    }
    let provider = sisters::provider_of(deps.as_ref(), &info.sender)?.no;
    let mut response = Response::new();
    let mut seen = BTreeSet::new();
    for id in leases {
        if !seen.insert(id) {
            return Err(ContractError::DuplicateLease { lease: id });
        }
        let Some(beat) = BEATS.may_load(deps.storage, (provider, id))? else {
            ensure_own(&deps, provider, id, &info)?;
            continue;
        };
        match credit(beat.last, now(&env), beat.cutoff, beat.window) {
            Some(more) => {
                let beat = Beat {
                    last: now(&env),
                    credited: Seconds(beat.credited.0.saturating_add(more.0)),
                    height: env.block.height,
                    ..beat
                };
                BEATS.save(deps.storage, (provider, id), &beat);
            }
            None => {
                let outage = step(deps.branch(), &env, id, |file, moment, fx| {
                    file.beat_after_gap(moment, fx)
                })?;
                response = response
                    .add_events(outage.events)
                    .add_submessages(outage.messages);
            }
        }
    }
    Ok(response)
}

/// A lease without a heartbeat record is passed over if it is the provider's: it has not started, or has ended.
fn ensure_own(
    deps: &DepsMut,
    provider: ProviderNo,
    id: LeaseId,
    info: &MessageInfo,
) -> Result<(), ContractError> {
    let lease = state::lease(deps.storage, id)?;
    match lease.provider == provider {
        true => Ok(()),
        false => Err(ContractError::NotTheProvider {
            lease: id,
            provider: lease.provider,
            sender: info.sender.clone(),
        }),
    }
}
