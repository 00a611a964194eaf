//! A capacity proof as a job.

use market_types::receipt::MarketTag;
use market_types::ProviderNo;
use sha2::{Digest as _, Sha256};

use super::parameters::{Capacity, CapacityError};
use super::KERNEL;
use crate::comparison::ComparisonClass;
use crate::manifest::{
    Content, ExecutorKind, Kernel, Manifest, ManifestError, Needs, NetworkPolicy, Output, Units, VERSION,
};
use crate::store::{Store, StoreError};
use crate::Digest;

/// First bytes of what [`seed`] hashes.
pub const SEED_DOMAIN: &[u8; 20] = b"leasebook/capacity/1";

/// `sha256(SEED_DOMAIN | randomness | market | provider u32 big-endian)`: what one provider computes from one round of the beacon.
pub fn seed(randomness: &[u8; 32], market: MarketTag, provider: ProviderNo) -> [u8; 32] {
    Sha256::new()
        .chain_update(SEED_DOMAIN)
        .chain_update(randomness)
        .chain_update(market.0)
        .chain_update(provider.0.to_be_bytes())
        .finalize()
        .into()
}

/// A capacity proof ready to run: unit `n` is for GPU `n`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub manifest: Manifest,
    pub seed: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
pub enum ChallengeError {
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Challenge {
    /// # Errors
    /// A capacity out of bounds, no GPU.
    pub fn new(capacity: Capacity, seed: [u8; 32], gpus: u32) -> Result<Self, ChallengeError> {
        let capacity = capacity.check()?;
        let content = |bytes: &[u8]| Content {
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            sources: vec![],
        };
        let manifest = Manifest {
            version: VERSION,
            name: "capacity".into(),
            description:
                "A capacity proof: exact integer matrix work through all of the memory that is claimed."
                    .into(),
            executor: ExecutorKind::Kernel,
            comparison: ComparisonClass::Exact,
            network: NetworkPolicy::None,
            kernel: Kernel {
                source: content(KERNEL.as_bytes()),
                entry: "main".into(),
                dispatches: capacity.rounds + 2,
                workgroups: capacity.workgroups(),
                scratch_bytes: capacity.bytes,
            },
            inputs: vec![content(&seed)],
            units: Units {
                count: gpus,
                seed: 0,
                parameters: vec![capacity.half()],
                deadline_seconds: capacity.deadline_seconds,
            },
            output: Output::Bytes {
                bytes: u64::from(capacity.output_words()) * 4,
            },
            resources: Needs {
                gpus: 1,
                vram_mib: u32::try_from(capacity.bytes.div_ceil(1 << 20)).unwrap_or(u32::MAX),
                cpu_milli: 1_000,
                ram_mib: 256,
                ephemeral_mib: 0,
            },
            secrets: vec![],
        };
        manifest.validate()?;
        Ok(Self { manifest, seed })
    }

    /// Puts the manifest, the kernel and the seed into `store`.
    ///
    /// # Errors
    /// The store refuses.
    pub fn put_into(&self, store: &Store) -> Result<(), ChallengeError> {
        store.put(KERNEL.as_bytes())?;
        store.put(&self.seed)?;
        store.put(&self.manifest.canonical()?)?;
        Ok(())
    }
}
