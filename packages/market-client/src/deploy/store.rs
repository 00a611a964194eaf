//! Bytecode: found in a folder, stored once each.

use std::io::Write as _;
use std::path::Path;

use chain_client::{CodeHash, Msg, Signer};
use flate2::{write::GzEncoder, Compression};
use sha2::{Digest, Sha256};

use super::plan::Codes;
use super::record::{Made, Record};
use super::step::Works;
use crate::MarketError;

/// The bytecode of one contract.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// As steps name it, such as `order-book`.
    pub name: &'static str,
    pub wasm: Vec<u8>,
}

impl Artifact {
    /// The file of that contract in `folder`, as `scripts/build-wasm` names it.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(folder: &Path, name: &'static str) -> Result<Self, MarketError> {
        let path = folder.join(name.replace('-', "_")).with_extension("wasm");
        let wasm = std::fs::read(&path).map_err(|error| MarketError::Artifact {
            path,
            cause: error.to_string(),
        })?;
        Ok(Self { name, wasm })
    }

    pub fn hash(&self) -> CodeHash {
        CodeHash(Sha256::digest(&self.wasm).into())
    }

    /// Bytecode shrinks to a third, and a node counts and limits the bytes of a transaction.
    fn gzipped(&self) -> Result<Vec<u8>, MarketError> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let written = encoder.write_all(&self.wasm).and_then(|()| encoder.finish());
        written.map_err(|error| MarketError::Artifact {
            path: self.name.into(),
            cause: error.to_string(),
        })
    }
}

/// What a market is made of, in the order of [`Codes`].
const NAMES: [&str; 6] = [
    "cw20-token",
    "provider-registry",
    "order-book",
    "lease-escrow",
    "attestation",
    "take-rate-burn",
];

/// Store what a market is made of from the files in `folder`, each once.
///
/// # Errors
/// A file is missing, or is not what was stored before; the chain refused one.
pub async fn store(signer: &Signer, folder: &Path, record: &mut Record) -> Result<Codes, MarketError> {
    let mut works = Works::new(signer, record)?;
    let mut ids = [0; NAMES.len()];
    for (id, name) in ids.iter_mut().zip(NAMES) {
        *id = store_one(&mut works, &Artifact::read(folder, name)?).await?;
    }
    let [token, provider_registry, order_book, lease_escrow, attestation, take_rate_burn] = ids;
    Ok(Codes {
        token,
        provider_registry,
        order_book,
        lease_escrow,
        attestation,
        take_rate_burn,
    })
}

async fn store_one(works: &mut Works<'_>, artifact: &Artifact) -> Result<u64, MarketError> {
    let step = format!("store {}", artifact.name);
    let hash = artifact.hash();
    let known = works.known(&step);
    let made = match &known {
        Some(made) => made.clone(),
        None => {
            let msgs = || {
                Ok(vec![Msg::StoreCode {
                    wasm: artifact.gzipped()?,
                }])
            };
            let read = |outcome: &chain_client::TxOutcome| -> Result<_, MarketError> {
                Ok(Made::Code {
                    code_id: outcome.code_id()?,
                    hash,
                })
            };
            works.once(&step, msgs, read).await?
        }
    };
    let Made::Code {
        code_id,
        hash: recorded,
    } = made
    else {
        return Err(MarketError::Damaged { step });
    };
    if recorded != hash {
        return Err(MarketError::OtherArtifact {
            name: artifact.name,
            recorded,
            found: hash,
        });
    }
    let found = works.signer.chain().code(code_id).await?.map(|code| code.hash);
    if found != Some(hash) {
        return Err(MarketError::NotOnChain {
            step,
            found: found.map_or_else(|| "nothing".into(), |hash| hash.to_string()),
        });
    }
    if known.is_some() {
        works.confirmed(&step, &made);
    }
    Ok(code_id)
}
