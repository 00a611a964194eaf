//! The canonical encoding of a receipt, and its hash.

use sha2::{Digest, Sha256};

use crate::deployment::Deployment;
use crate::{LeaseId, ProviderNo, UnixTime};

/// First part of what [`MarketTag::new`] hashes.
pub const MARKET_DOMAIN: &str = "leasebook/market/1";

/// First bytes of every leaf's preimage.
pub const LEAF_DOMAIN: &[u8; 19] = b"leasebook/receipt/1";

/// Bytes of an encoded receipt, without the domain.
pub const ENCODED_LEN: usize = 32 + 8 + 4 + 4 + 32 + 32 + 32 + 8;

/// The hash of a receipt: what the agent signs and what the tree is made of.
pub type Leaf = [u8; 32];

/// Which market a receipt is for: a chain and its attestation contract. What is signed for one proves nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MarketTag(pub [u8; 32]);

impl MarketTag {
    /// SHA-256 of [`MARKET_DOMAIN`], the chain's id and the attestation contract's address, each behind its length as 4 bytes
    /// big-endian. The address is in lower case, as chains write it.
    pub fn new(chain_id: &str, attestation: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [MARKET_DOMAIN, chain_id, attestation] {
            hash.update((part.len() as u32).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash.finalize().into())
    }

    pub fn of(deployment: &Deployment) -> Self {
        Self::new(&deployment.chain_id, &deployment.contracts.attestation)
    }
}

/// What a provider states about one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub market: MarketTag,
    pub lease: LeaseId,
    pub unit: u32,
    pub provider: ProviderNo,
    /// SHA-256 over the kernel and the inputs.
    pub input: [u8; 32],
    /// SHA-256 over what makes this unit differ from the others.
    pub parameters: [u8; 32],
    /// SHA-256 of the unit's output.
    pub result: [u8; 32],
    pub finished_at: UnixTime,
}

impl Receipt {
    /// `market 32 | lease u64 | unit u32 | provider u32 | input 32 | parameters 32 | result 32 | finished_at u64`.
    pub fn encode(&self) -> [u8; ENCODED_LEN] {
        let mut out = [0; ENCODED_LEN];
        out[0..32].copy_from_slice(&self.market.0);
        out[32..40].copy_from_slice(&self.lease.0.to_be_bytes());
        out[40..44].copy_from_slice(&self.unit.to_be_bytes());
        out[44..48].copy_from_slice(&self.provider.0.to_be_bytes());
        out[48..80].copy_from_slice(&self.input);
        out[80..112].copy_from_slice(&self.parameters);
        out[112..144].copy_from_slice(&self.result);
        out[144..152].copy_from_slice(&self.finished_at.0.to_be_bytes());
        out
    }

    /// The inverse of [`Receipt::encode`]; every 152 bytes are some receipt.
    pub fn decode(bytes: &[u8; ENCODED_LEN]) -> Self {
        Self {
            market: MarketTag(part(bytes, 0)),
            lease: LeaseId(u64::from_be_bytes(part(bytes, 32))),
            unit: u32::from_be_bytes(part(bytes, 40)),
            provider: ProviderNo(u32::from_be_bytes(part(bytes, 44))),
            input: part(bytes, 48),
            parameters: part(bytes, 80),
            result: part(bytes, 112),
            finished_at: UnixTime(u64::from_be_bytes(part(bytes, 144))),
        }
    }

    /// `sha256(LEAF_DOMAIN | encode())`.
    pub fn leaf(&self) -> Leaf {
        Sha256::new()
            .chain_update(LEAF_DOMAIN)
            .chain_update(self.encode())
            .finalize()
            .into()
    }
}

fn part<const N: usize>(bytes: &[u8; ENCODED_LEN], from: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[from..from + N]);
    out
}
