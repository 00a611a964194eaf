//! The canonical encoding of a receipt, and its hash.

use sha2::{Digest, Sha256};

/// First bytes of every leaf's preimage.
pub const LEAF_DOMAIN: &[u8; 20] = b"leasebook/receipt/v1";

/// Bytes of an encoded receipt, without the domain.
pub const ENCODED_LEN: usize = 8 + 4 + 4 + 32 + 32 + 32 + 8;

/// The hash of a receipt: what the agent signs and what the tree is made of.
pub type Leaf = [u8; 32];

/// What a provider states about one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    pub lease: u64,
    pub unit: u32,
    pub provider: u32,
    /// SHA-256 over the kernel and the inputs.
    pub input: [u8; 32],
    /// SHA-256 over what makes this unit differ from the others.
    pub parameters: [u8; 32],
    /// SHA-256 of the unit's output.
    pub result: [u8; 32],
    /// Unix seconds.
    pub finished_at: u64,
}

impl Receipt {
    /// `lease u64 | unit u32 | provider u32 | input 32 | parameters 32 | result 32 | finished_at u64`, big-endian.
    pub fn encode(&self) -> [u8; ENCODED_LEN] {
        let mut out = [0; ENCODED_LEN];
        out[0..8].copy_from_slice(&self.lease.to_be_bytes());
        out[8..12].copy_from_slice(&self.unit.to_be_bytes());
        out[12..16].copy_from_slice(&self.provider.to_be_bytes());
        out[16..48].copy_from_slice(&self.input);
        out[48..80].copy_from_slice(&self.parameters);
        out[80..112].copy_from_slice(&self.result);
        out[112..120].copy_from_slice(&self.finished_at.to_be_bytes());
        out
    }

    /// The inverse of [`Receipt::encode`]; every 120 bytes are some receipt.
    pub fn decode(bytes: &[u8; ENCODED_LEN]) -> Self {
        Self {
            lease: u64::from_be_bytes(part(bytes, 0)),
            unit: u32::from_be_bytes(part(bytes, 8)),
            provider: u32::from_be_bytes(part(bytes, 12)),
            input: part(bytes, 16),
            parameters: part(bytes, 48),
            result: part(bytes, 80),
            finished_at: u64::from_be_bytes(part(bytes, 112)),
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
