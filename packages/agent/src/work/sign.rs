use chain_client::{KeyError, SigningKey};
use jobs::manifest::ManifestError;
use jobs::receipt::{MarketTag, Receipt, SignedReceipt};
use jobs::Manifest;
use market_types::{LeaseId, ProviderNo};

use crate::journal::{StoredReceipt, UnitRecord};

#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// The unit's record with its receipt. A record that has one keeps it: nothing is signed twice.
pub fn sign_unit(
    record: UnitRecord,
    market: MarketTag,
    lease: LeaseId,
    unit: u32,
    provider: ProviderNo,
    manifest: &Manifest,
    key: &SigningKey,
) -> Result<UnitRecord, SignError> {
    if record.receipt.is_some() {
        return Ok(record);
    }
    let receipt = Receipt {
        market,
        lease,
        unit,
        provider,
        input: manifest.input_digest(),
        parameters: manifest.parameters_digest(unit)?,
        result: record.result.bytes,
        finished_at: record.finished_at,
    };
    let signature = key.sign_digest(&receipt.leaf())?;
    Ok(UnitRecord {
        receipt: Some(StoredReceipt(SignedReceipt { receipt, signature })),
        ..record
    })
}
