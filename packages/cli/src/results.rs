//! What a provider says it did, checked against what it attested on chain.

use agent::gateway::{BatchLine, UnitLine};
use agent::journal::StoredReceipt;
use jobs::receipt::{self, MarketTag, SignedReceipt, Tree};
use jobs::Manifest;
use market_types::attestation::BatchResponse;
use market_types::registry::ProviderResponse;
use market_types::{BatchNo, Hash32, LeaseId};
use thiserror::Error;

/// A unit whose receipt is in a batch on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttestedUnit {
    pub unit: u32,
    pub result: Hash32,
}

#[derive(Debug, Error)]
pub enum ResultError {
    #[error("unit {unit} was attested in batch {batch}, but the gateway does not show it")]
    Missing { unit: u32, batch: BatchNo },
    #[error("the gateway does not show the last leaf of batch {batch}")]
    NoBlind { batch: BatchNo },
    #[error("unit {unit} has no receipt, or one that cannot be read")]
    NoReceipt { unit: u32 },
    #[error("the receipt of unit {unit} is about {what} {found}, not {expected}")]
    OtherSubject {
        unit: u32,
        what: &'static str,
        found: String,
        expected: String,
    },
    #[error("the receipt of unit {unit} is not signed by the agent: {cause}")]
    Signature {
        unit: u32,
        cause: receipt::SignatureError,
    },
    #[error("batch {batch} has the root {on_chain} on chain, but its receipts make {computed}")]
    Root {
        batch: BatchNo,
        on_chain: Hash32,
        computed: Hash32,
    },
    #[error("batch {batch}: {cause}")]
    Tree {
        batch: BatchNo,
        cause: receipt::TreeError,
    },
    #[error(transparent)]
    Manifest(#[from] jobs::manifest::ManifestError),
}

/// The units of all batches on chain, each with the result its receipt names.
///
/// # Errors
/// A receipt is missing, is about something else, is not signed by the agent, or does not lie under the root on chain.
pub fn attested(
    market: MarketTag,
    lease: LeaseId,
    manifest: &Manifest,
    provider: &ProviderResponse,
    batches: &[BatchResponse],
    lines: &[UnitLine],
    blinds: &[BatchLine],
) -> Result<Vec<AttestedUnit>, ResultError> {
    let mut units = vec![];
    for batch in batches {
        let mut leaves = vec![];
        for unit in batch.first_unit..batch.first_unit.saturating_add(batch.count) {
            let line = lines.iter().find(|line| line.unit == unit);
            let line = line.ok_or(ResultError::Missing {
                unit,
                batch: batch.batch,
            })?;
            let signed = read(unit, line)?;
            check(market, lease, manifest, provider, unit, line, &signed)?;
            leaves.push(signed.receipt.leaf());
            units.push(AttestedUnit {
                unit,
                result: Hash32(signed.receipt.result),
            });
        }
        let blind = blinds.iter().find(|line| line.first_unit == batch.first_unit);
        let blind = blind.ok_or(ResultError::NoBlind { batch: batch.batch })?.blind;
        let tree = Tree::of_batch(&leaves, blind).map_err(|cause| ResultError::Tree {
            batch: batch.batch,
            cause,
        })?;
        let computed = tree.root();
        if computed != batch.root {
            return Err(ResultError::Root {
                batch: batch.batch,
                on_chain: batch.root,
                computed,
            });
        }
    }
    Ok(units)
}

fn read(unit: u32, line: &UnitLine) -> Result<SignedReceipt, ResultError> {
    let text = line.receipt.clone().ok_or(ResultError::NoReceipt { unit })?;
    let StoredReceipt(signed) = text.try_into().map_err(|_| ResultError::NoReceipt { unit })?;
    Ok(signed)
}

fn check(
    market: MarketTag,
    lease: LeaseId,
    manifest: &Manifest,
    provider: &ProviderResponse,
    unit: u32,
    line: &UnitLine,
    signed: &SignedReceipt,
) -> Result<(), ResultError> {
    let receipt = &signed.receipt;
    let hash = |bytes: [u8; 32]| Hash32(bytes).to_string();
    let subjects = [
        ("market", hash(receipt.market.0), hash(market.0)),
        ("lease", receipt.lease.to_string(), lease.to_string()),
        ("unit", receipt.unit.to_string(), unit.to_string()),
        ("provider", receipt.provider.to_string(), provider.no.to_string()),
        ("input", hash(receipt.input), hash(manifest.input_digest())),
        (
            "parameters",
            hash(receipt.parameters),
            hash(manifest.parameters_digest(unit)?),
        ),
        ("result", hash(receipt.result), hash(line.result.bytes)),
    ];
    for (what, found, expected) in subjects {
        if found != expected {
            return Err(ResultError::OtherSubject {
                unit,
                what,
                found,
                expected,
            });
        }
    }
    signed
        .verify(provider.agent_pubkey.as_slice())
        .map_err(|cause| ResultError::Signature { unit, cause })
}
