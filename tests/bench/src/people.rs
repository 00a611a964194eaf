//! Accounts of the measurement. Their keys follow from their names.

use anyhow::Result;
use chain_client::{Chain, Signer, SigningKey};
use cosmwasm_std::Binary;
use market_types::registry::{agent_key_digest, AgentKey};
use sha2::{Digest, Sha256};

pub fn key(name: &str) -> Result<SigningKey> {
    Ok(SigningKey::from_bytes(&Sha256::digest(format!("bench {name}")))?)
}

pub fn account(chain: &Chain, name: &str) -> Result<Signer> {
    Ok(Signer::new(chain.clone(), key(name)?)?)
}

/// A provider's two keys.
#[derive(Clone)]
pub struct Provider {
    pub owner: Signer,
    pub agent: Signer,
}

impl Provider {
    pub fn new(chain: &Chain, name: &str) -> Result<Self> {
        Ok(Self {
            owner: account(chain, name)?,
            agent: account(chain, &format!("{name} agent"))?,
        })
    }

    /// The agent's key with its agreement to serve the owner.
    pub fn agent_key(&self, registry: &str) -> Result<AgentKey> {
        agree(&self.agent, self.owner.address(), registry)
    }
}

/// The key of `agent` with its agreement to serve `owner`.
pub fn agree(agent: &Signer, owner: &str, registry: &str) -> Result<AgentKey> {
    let digest = agent_key_digest(agent.chain().chain_id(), registry, owner);
    let proof = agent.key().sign_digest(&digest)?;
    Ok(AgentKey {
        pubkey: Binary::from(agent.key().public_key().as_bytes()),
        proof: Binary::from(proof.as_ref()),
    })
}
