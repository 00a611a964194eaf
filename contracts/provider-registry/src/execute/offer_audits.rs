use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::audit::AuditClass;
use market_types::events::{AuditsLeft, AuditsOffered};
use market_types::registry::{MAX_AUDIT_CLASSES, MAX_AUDIT_PLACES};
use market_types::resources::DeviceClass;
use market_types::UnixTime;

use crate::audits::{self, save_offer, weight};
use crate::bounds::within;
use crate::state::{account, active, owned, provider, Offer, Provider, Slot, OFFERS, PARAMS, SLOTS};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider or a suspended one, it has no machine of the class, its bond is below one unit, or a bound is
/// broken.
pub fn offer(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    class: AuditClass,
    places: u32,
) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let (no, provider) = active(deps.storage, &info.sender)?;
    if provider.suspended {
        return Err(ContractError::Suspended { provider: no });
    }
    within("places", places.into(), 1, MAX_AUDIT_PLACES.into())?;
    ensure_held(&provider, &class)?;
    let unit = PARAMS.load(deps.storage)?.audit_bond_unit;
    let bonded = account(deps.storage, no)?.bonded;
    let weight = weight(bonded, unit);
    if weight == 0 {
        return Err(ContractError::AuditBondShort { bonded, unit });
    }
    let entry = Slot::Entry {
        provider: no,
        weight,
        since: now,
    };
    let before = OFFERS.may_load(deps.storage, (no, &class.0))?;
    let position = match before.and_then(|offer| offer.position) {
        Some(position) => {
            let (had, since) = audits::entry(deps.storage, &class, position)?;
            // More weight is as good as a new entry; otherwise it could be bought once the beacon is known.
            let since = if weight > had { now } else { since };
            let entry = Slot::Entry {
                provider: no,
                weight,
                since,
            };
            SLOTS.save(deps.storage, (&class.0, position), &entry)?;
            position
        }
        None => {
            if before.is_none() && audits::offers(deps.storage, no)?.len() >= MAX_AUDIT_CLASSES {
                return Err(ContractError::AuditClassesFull {
                    max: MAX_AUDIT_CLASSES,
                });
            }
            audits::join(deps.storage, &class, &provider.group, entry)?
        }
    };
    let offer = Offer {
        position: Some(position),
        places,
        used: before.map_or(0, |offer| offer.used),
    };
    save_offer(deps.storage, no, &class, offer)?;
    Ok(Response::new().add_event(AuditsOffered {
        provider: no,
        class: class.0,
        position,
        places,
        weight,
    }))
}

/// Only the same kind of device can judge what differs between kinds.
fn ensure_held(provider: &Provider, class: &AuditClass) -> Result<(), ContractError> {
    let known = class.is_known();
    let held = match class.0.split_once('/') {
        Some((_, device)) => {
            let device = DeviceClass(device.into());
            provider.machines.iter().any(|group| group.class == device)
        }
        None => true,
    };
    if !known || !held {
        let class = class.0.chars().take(64).collect();
        return Err(ContractError::AuditClass { class });
    }
    Ok(())
}

/// # Errors
/// The sender owns no provider, or it is not in the table.
pub fn leave(deps: DepsMut, info: &MessageInfo, class: AuditClass) -> Result<Response, ContractError> {
    let no = owned(deps.storage, &info.sender)?;
    let offer = OFFERS.may_load(deps.storage, (no, &class.0))?;
    let Some((offer, position)) = offer.and_then(|offer| offer.position.map(|position| (offer, position)))
    else {
        let class = class.0.chars().take(64).collect();
        return Err(ContractError::NotOffered { provider: no, class });
    };
    let group = provider(deps.storage, no)?.group;
    audits::leave(deps.storage, &class, &group, position)?;
    let left = Offer {
        position: None,
        ..offer
    };
    save_offer(deps.storage, no, &class, left)?;
    Ok(Response::new().add_event(AuditsLeft {
        provider: no,
        class: class.0,
        position,
    }))
}
