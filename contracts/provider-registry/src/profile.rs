//! What a provider says of itself, checked: agent key, gateway, group, attributes, machines, agent limits.

use cosmwasm_std::{Addr, Api, CanonicalAddr, Env};
use market_types::order::limits::GPUS;
use market_types::registry::{agent_key_digest, AgentKey, AgentLimits, Gateway};
use market_types::resources::{Attribute, MachineGroup};
use ripemd::Ripemd160;
use sha2::{Digest, Sha256};

use crate::bounds::{count, unique};
use crate::ContractError;

const MAX_URL: usize = 256;
const GROUP_LEN: (usize, usize) = (3, 64);
const MAX_FLOORS: usize = 32;

/// The account address of an agent key whose holder agreed to serve `owner`.
///
/// # Errors
/// The key is malformed, or the proof is not its signature over this chain, this contract and `owner`.
pub fn agent_address(api: &dyn Api, env: &Env, owner: &Addr, key: &AgentKey) -> Result<Addr, ContractError> {
    if key.pubkey.len() != 33 || !matches!(key.pubkey.first(), Some(2 | 3)) {
        return Err(ContractError::AgentKeyForm {
            len: key.pubkey.len(),
        });
    }
    let account: [u8; 20] = Ripemd160::digest(Sha256::digest(&key.pubkey)).into();
    let agent = api.addr_humanize(&CanonicalAddr::from(account))?;
    let digest = agent_key_digest(&env.block.chain_id, env.contract.address.as_str(), owner.as_str());
    // The host answers a malformed signature or point with an error; to the sender it is a wrong proof like any other.
    let good = key.proof.len() == 64
        && api
            .secp256k1_verify(&digest, &key.proof, &key.pubkey)
            .unwrap_or(false);
    if !good {
        return Err(ContractError::AgentProof { agent });
    }
    Ok(agent)
}

/// # Errors
/// The URL is malformed or too long, or `https://` comes without a fingerprint.
pub fn check_gateway(gateway: &Gateway) -> Result<(), ContractError> {
    let url = gateway.url.as_str();
    let secure = url.strip_prefix("https://");
    let host = secure.or_else(|| url.strip_prefix("http://"));
    let named = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', ':', '?', '#']));
    if !named || url.len() > MAX_URL || !url.bytes().all(|c| c.is_ascii_graphic()) {
        let url = url.chars().take(MAX_URL).collect();
        return Err(ContractError::GatewayUrl { url, max: MAX_URL });
    }
    if secure.is_some() && gateway.tls_fingerprint.is_none() {
        return Err(ContractError::FingerprintMissing {});
    }
    Ok(())
}

/// The operator group: as declared, or the owner alone.
///
/// # Errors
/// It is no word of 3 to 64 characters.
pub fn group(declared: Option<String>, owner: &Addr) -> Result<String, ContractError> {
    let Some(group) = declared else {
        return Ok(owner.to_string());
    };
    let (min, max) = GROUP_LEN;
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, b'-' | b'.' | b'/');
    if group.len() < min || group.len() > max || !group.bytes().all(allowed) {
        let group = group.chars().take(max).collect();
        return Err(ContractError::Group { group, min, max });
    }
    Ok(group)
}

/// # Errors
/// More than 24, a key twice, or a malformed one.
pub fn check_attributes(attributes: &[Attribute]) -> Result<(), ContractError> {
    count("attributes", attributes.len(), 0, Attribute::MAX_COUNT)?;
    attributes.iter().try_for_each(Attribute::check)?;
    unique("attribute", attributes.iter().map(|attribute| &attribute.key))
}

/// # Errors
/// Not 1 to 8 groups, a class twice or malformed, or machines without GPUs.
pub fn check_machines(machines: &[MachineGroup]) -> Result<(), ContractError> {
    count("machine groups", machines.len(), 1, MachineGroup::MAX_COUNT)?;
    for MachineGroup { class, count, each } in machines {
        class.check()?;
        if *count == 0 || each.gpus == 0 || each.gpus > GPUS {
            return Err(ContractError::Machines {
                class: class.0.clone(),
                count: *count,
                gpus: each.gpus,
                max_gpus: GPUS,
            });
        }
    }
    unique("device class", machines.iter().map(|group| &group.class))
}

/// The limits with their tokens as this chain writes them.
///
/// # Errors
/// More than 32 floors, one class and token twice, a malformed class or token.
pub fn checked_limits(api: &dyn Api, mut limits: AgentLimits) -> Result<AgentLimits, ContractError> {
    count("price floors", limits.floors.len(), 0, MAX_FLOORS)?;
    for floor in &mut limits.floors {
        floor.class.check()?;
        floor.token = api.addr_validate(&floor.token)?.into();
    }
    let named: Vec<_> = limits
        .floors
        .iter()
        .map(|floor| format!("{} in {}", floor.class, floor.token))
        .collect();
    unique("price floor", &named)?;
    Ok(limits)
}
