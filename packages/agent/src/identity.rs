//! What an agent key signs so that an owner can register it.

use chain_client::{KeyError, SigningKey};
use market_types::registry::{agent_key_digest, AgentKey};

/// The key with its agreement to serve `owner` on this chain's registry.
pub fn agree(key: &SigningKey, chain_id: &str, registry: &str, owner: &str) -> Result<AgentKey, KeyError> {
    let proof = key.sign_digest(&agent_key_digest(chain_id, registry, owner))?;
    Ok(AgentKey {
        pubkey: key.public_key().as_bytes().into(),
        proof: proof.into(),
    })
}
