use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, StdResult, Storage};
use market_types::events::ProviderUpdated;
use market_types::registry::ProfileUpdate;
use market_types::resources::{Attribute, MachineGroup};
use market_types::ProviderNo;

use crate::audits;
use crate::machines::{check_change, shrinks, Stock};
use crate::profile::{check_attributes, check_gateway, check_machines, group};
use crate::state::{active, used, Provider, GATEWAYS, PROVIDERS, SIGNED};
use crate::ContractError;

/// # Errors
/// The sender owns no active provider, the update is malformed, or leases use what it would take away.
pub fn update(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    update: ProfileUpdate,
) -> Result<Response, ContractError> {
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    let mut shrunk = false;
    let mut unsigned = vec![];
    if let Some(gateway) = &update.gateway {
        check_gateway(gateway)?;
    }
    if let Some(declared) = update.group {
        let declared = group(Some(declared), &provider.owner)?;
        audits::regroup(deps.storage, no, &provider.group, &declared)?;
        provider.group = declared;
    }
    if let Some(attributes) = update.attributes {
        check_attributes(&attributes)?;
        unsigned = lost(&provider.attributes, &attributes);
        shrunk |= !unsigned.is_empty();
        provider.attributes = attributes;
    }
    if let Some(machines) = update.machines {
        check_machines(&machines)?;
        check_change(&stocks(deps.storage, no, &provider)?, &machines)?;
        shrunk |= shrinks(&provider.machines, &machines);
        provider.machines = machines;
    }
    if shrunk {
        provider.shrunk_at = Some(env.block.time.into());
    }

    PROVIDERS.save(deps.storage, no, &provider)?;
    if let Some(gateway) = update.gateway {
        GATEWAYS.save(deps.storage, no, &gateway)?;
    }
    // A signature is under a value; without the value it is under nothing.
    for key in unsigned {
        SIGNED.remove(deps.storage, (no, &key));
    }
    Ok(Response::new().add_event(ProviderUpdated { provider: no, shrunk }))
}

/// Keys of the attributes that `new` lacks or values otherwise.
fn lost(old: &[Attribute], new: &[Attribute]) -> Vec<String> {
    old.iter()
        .filter(|attribute| !new.contains(attribute))
        .map(|attribute| attribute.key.clone())
        .collect()
}

fn stocks(storage: &dyn Storage, no: ProviderNo, provider: &Provider) -> StdResult<Vec<Stock>> {
    let stock = |group: &MachineGroup| {
        Ok(Stock {
            group: group.clone(),
            used: used(storage, no, &group.class)?,
        })
    };
    provider.machines.iter().map(stock).collect()
}
