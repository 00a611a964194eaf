use cosmwasm_std::{DepsMut, Env, MessageInfo, Response};
use market_types::events::MaintenanceAnnounced;
use market_types::{Seconds, UnixTime};

use crate::state::{active, PROVIDERS};
use crate::ContractError;

const LEAD: Seconds = Seconds::DAY;
const LONGEST: Seconds = Seconds(14 * 86_400);

/// # Errors
/// The sender owns no active provider, one announcement is not over, or the times are out of their bounds.
pub fn announce(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    from: UnixTime,
    until: UnixTime,
) -> Result<Response, ContractError> {
    let now = UnixTime::from(env.block.time);
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    match provider.maintenance {
        Some((_, until)) if now < until => return Err(ContractError::MaintenanceAnnounced { until }),
        _ => {}
    }
    let earliest = now.plus(LEAD);
    if from < earliest {
        return Err(ContractError::MaintenanceTooSoon { from, earliest });
    }
    let latest = from.plus(LONGEST);
    if until <= from || until > latest {
        return Err(ContractError::MaintenanceLength { from, until, latest });
    }
    provider.maintenance = Some((from, until));
    provider.shrunk_at = Some(now);
    PROVIDERS.save(deps.storage, no, &provider)?;
    Ok(Response::new().add_event(MaintenanceAnnounced {
        provider: no,
        from,
        until,
    }))
}
