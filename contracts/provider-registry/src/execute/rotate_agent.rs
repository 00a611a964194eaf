use cosmwasm_std::{DepsMut, Env, MessageInfo, OverflowError, OverflowOperation, Response};
use market_types::events::AgentRotated;
use market_types::registry::{AgentKey, AgentRecord};

use crate::profile::agent_address;
use crate::state::{active, Identity, AGENTS, IDENTITIES, PROVIDERS};
use crate::ContractError;

/// A key that was once given up does not come back: it may have been given up because others know it.
///
/// # Errors
/// The sender owns no active provider, the proof is wrong, or the new address is somebody in the registry already.
pub fn rotate(
    deps: DepsMut,
    env: &Env,
    info: &MessageInfo,
    key: &AgentKey,
) -> Result<Response, ContractError> {
    let now = env.block.time.into();
    let (no, mut provider) = active(deps.storage, &info.sender)?;
    let agent = agent_address(deps.api, env, &provider.owner, key)?;
    if let Some(identity) = IDENTITIES.may_load(deps.storage, &agent)? {
        return Err(ContractError::AddressTaken {
            address: agent,
            provider: identity.provider(),
        });
    }
    let mut left = AGENTS.load(deps.storage, (no, provider.agent_index))?;
    left.until = Some(now);
    let index = provider
        .agent_index
        .checked_add(1)
        .ok_or(OverflowError::new(OverflowOperation::Add))?;
    let entered = AgentRecord {
        agent: agent.clone(),
        pubkey: key.pubkey.clone(),
        since: now,
        until: None,
    };
    AGENTS.save(deps.storage, (no, provider.agent_index), &left)?;
    AGENTS.save(deps.storage, (no, index), &entered)?;
    IDENTITIES.save(deps.storage, &agent, &Identity::Agent(no))?;
    let from = std::mem::replace(&mut provider.agent, agent.clone());
    provider.agent_index = index;
    PROVIDERS.save(deps.storage, no, &provider)?;
    Ok(Response::new().add_event(AgentRotated {
        provider: no,
        from,
        to: agent,
    }))
}
