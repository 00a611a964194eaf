use cosmwasm_std::{DepsMut, Env, MessageInfo, OverflowError, OverflowOperation, Response};
use market_control::ensure_entry_open;
use market_types::events::ProviderRegistered;
use market_types::registry::{AgentRecord, Registration};
use market_types::ProviderNo;

use crate::profile::{agent_address, check_attributes, check_gateway, check_machines, group};
use crate::state::{
    Account, Identity, Provider, ACCOUNTS, AGENTS, GATEWAYS, IDENTITIES, LAST_PROVIDER, PROVIDERS,
};
use crate::ContractError;

/// # Errors
/// The sender or the agent's address is somebody in the registry already, or the registration is malformed.
pub fn register(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    registration: Registration,
) -> Result<Response, ContractError> {
    let now = env.block.time.into();
    ensure_entry_open(deps.storage, now)?;
    let owner = info.sender.clone();
    match IDENTITIES.may_load(deps.storage, &owner)? {
        Some(Identity::Owner(provider)) => return Err(ContractError::AlreadyRegistered { owner, provider }),
        Some(Identity::Agent(provider)) => {
            return Err(ContractError::AddressTaken {
                address: owner,
                provider,
            });
        }
        None => {}
    }
    let Registration {
        agent: key,
        gateway,
        group: declared,
        attributes,
        machines,
    } = registration;
    check_gateway(&gateway)?;
    check_attributes(&attributes)?;
    check_machines(&machines)?;
    let group = group(declared, &owner)?;
    let agent = agent_address(deps.api, env, &owner, &key)?;
    if agent == owner {
        return Err(ContractError::AddressTaken {
            address: agent,
            provider: next(&deps)?,
        });
    }
    if let Some(identity) = IDENTITIES.may_load(deps.storage, &agent)? {
        return Err(ContractError::AddressTaken {
            address: agent,
            provider: identity.provider(),
        });
    }

    let no = next(&deps)?;
    let provider = Provider {
        owner: owner.clone(),
        agent: agent.clone(),
        agent_index: 0,
        group,
        attributes,
        machines,
        maintenance: None,
        shrunk_at: None,
        retired: false,
        suspended: false,
    };
    let record = AgentRecord {
        agent: agent.clone(),
        pubkey: key.pubkey,
        since: now,
        until: None,
    };
    LAST_PROVIDER.save(deps.storage, &no)?;
    IDENTITIES.save(deps.storage, &owner, &Identity::Owner(no))?;
    IDENTITIES.save(deps.storage, &agent, &Identity::Agent(no))?;
    PROVIDERS.save(deps.storage, no, &provider)?;
    GATEWAYS.save(deps.storage, no, &gateway)?;
    AGENTS.save(deps.storage, (no, 0), &record)?;
    ACCOUNTS.save(deps.storage, no, &Account::default())?;
    Ok(Response::new().add_event(ProviderRegistered {
        provider: no,
        owner,
        agent,
    }))
}

fn next(deps: &DepsMut) -> Result<ProviderNo, ContractError> {
    let last = LAST_PROVIDER.load(deps.storage)?;
    let next = last
        .0
        .checked_add(1)
        .ok_or(OverflowError::new(OverflowOperation::Add))?;
    Ok(ProviderNo(next))
}
