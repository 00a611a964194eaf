//! What a provider says of itself.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Binary, Uint128};

use crate::resources::{Attribute, DeviceClass, MachineGroup};
use crate::{Hash32, Price};

/// An agent's key with the proof that its holder agreed.
#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct AgentKey {
    /// Compressed secp256k1, 33 bytes. The agent's account address follows from it.
    pub pubkey: Binary,
    /// Signature (64 bytes, low-S) by that key over [`agent_key_digest`].
    pub proof: Binary,
}

/// What an agent key signs to agree to serve `owner`: SHA-256 of the four parts, each behind its length as 4 bytes big-endian.
pub fn agent_key_digest(chain_id: &str, registry: &str, owner: &str) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in ["leasebook/agent-key/1", chain_id, registry, owner] {
        hash.update((part.len() as u32).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cw_serde]
#[serde(deny_unknown_fields)]
pub struct Registration {
    pub agent: AgentKey,
    pub gateway: Gateway,
    /// Operator group, 3 to 64 characters. `None`: the owner alone. It is a claim that nobody checks: a bid of the winner's own group
    /// never raises what the winner is paid, a bid of the tenant's never lowers it, and naming somebody else's group gains nothing.
    pub group: Option<String>,
    /// At most 24, one value a key.
    pub attributes: Vec<Attribute>,
    /// 1 to 8, one group per class.
    pub machines: Vec<MachineGroup>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    /// `http://` or `https://`, at most 256 characters.
    pub url: String,
    /// SHA-256 of the TLS certificate; demanded with `https://`.
    pub tls_fingerprint: Option<Hash32>,
}

/// Fields left out stay as they are. Machines may shrink only down to what is committed; shrinking sets `shrunk_at`.
#[cw_serde]
#[derive(Default)]
#[serde(deny_unknown_fields)]
pub struct ProfileUpdate {
    pub gateway: Option<Gateway>,
    pub group: Option<String>,
    pub attributes: Option<Vec<Attribute>>,
    pub machines: Option<Vec<MachineGroup>>,
}

#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct AgentLimits {
    /// At most 32, one per class and token.
    pub floors: Vec<PriceFloor>,
    /// Network tokens one lease may lock as lease bond. `None`: no limit.
    pub max_lease_bond: Option<Uint128>,
    pub max_work_bond: Option<Uint128>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct PriceFloor {
    pub class: DeviceClass,
    pub token: String,
    /// Lowest price per GPU and hour on a stream.
    pub per_gpu_hour: Price,
    /// Lowest price per unit on a task.
    pub per_unit: Price,
}
