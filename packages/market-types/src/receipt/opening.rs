//! A receipt shown to a contract: only what the chain does not know already travels.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::HexBinary;
use thiserror::Error;

use super::leaf::{Leaf, MarketTag, Receipt};
use super::tree::{verify_proof, MAX_PATH};
use crate::{Hash32, LeaseId, ProviderNo, UnixTime};

/// The part of a receipt that its unit's place on chain does not tell.
#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// SHA-256 over the kernel and the inputs.
    pub input: Hash32,
    /// SHA-256 over what makes this unit differ from the others.
    pub parameters: Hash32,
    /// SHA-256 of the unit's output.
    pub result: Hash32,
    pub finished_at: UnixTime,
}

/// One unit's receipt, its place in the batch's tree, and the agent key's signature.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    pub statement: Statement,
    /// Neighbours from the leaf to the root, lowest first; at most 6.
    pub path: Vec<Hash32>,
    /// 64 bytes `r | s`, low `s`, over the leaf.
    pub signature: HexBinary,
}

/// A batch as the chain knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub market: MarketTag,
    pub lease: LeaseId,
    pub provider: ProviderNo,
    pub first_unit: u32,
    pub count: u32,
    pub root: Hash32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpeningError {
    #[error("unit {unit} is not of the batch of {count} units from {first_unit}")]
    Unit { unit: u32, first_unit: u32, count: u32 },
    #[error("a path of {0} hashes; none is longer than {MAX_PATH}")]
    Path(usize),
    #[error("a signature of {0} bytes; it has 64")]
    Signature(usize),
    #[error("the receipt of unit {unit} does not lie under the root {root}")]
    NotUnderRoot { unit: u32, root: Hash32 },
}

impl Batch {
    /// Leaves of its tree: its units', and the blind.
    pub const fn leaves(&self) -> u32 {
        self.count.saturating_add(1)
    }

    /// Whether `blind` is the batch's last leaf.
    pub fn has_blind(&self, blind: Hash32, path: &[Hash32]) -> bool {
        verify_proof(self.root, self.leaves(), self.count, &blind.0, path)
    }

    /// The receipt of `unit` that says `statement`.
    pub fn receipt(&self, unit: u32, statement: &Statement) -> Receipt {
        Receipt {
            market: self.market,
            lease: self.lease,
            unit,
            provider: self.provider,
            input: statement.input.0,
            parameters: statement.parameters.0,
            result: statement.result.0,
            finished_at: statement.finished_at,
        }
    }

    /// The leaf of `unit`, shown to lie under the root. At most 8 hashes.
    ///
    /// The signature is checked for its length alone: the caller verifies it over the leaf that is returned
    /// (`secp256k1_verify(leaf, signature, agent's key)`).
    ///
    /// # Errors
    /// A unit of another batch, a path or a signature of the wrong length, a receipt that is not under the root.
    pub fn check(&self, unit: u32, opening: &Opening) -> Result<Leaf, OpeningError> {
        let outside = OpeningError::Unit {
            unit,
            first_unit: self.first_unit,
            count: self.count,
        };
        let index = unit.checked_sub(self.first_unit).ok_or(outside)?;
        if index >= self.count {
            return Err(outside);
        }
        if opening.path.len() > MAX_PATH {
            return Err(OpeningError::Path(opening.path.len()));
        }
        if opening.signature.len() != 64 {
            return Err(OpeningError::Signature(opening.signature.len()));
        }
        let leaf = self.receipt(unit, &opening.statement).leaf();
        if !verify_proof(self.root, self.leaves(), index, &leaf, &opening.path) {
            return Err(OpeningError::NotUnderRoot {
                unit,
                root: self.root,
            });
        }
        Ok(leaf)
    }
}

impl From<&Receipt> for Statement {
    fn from(receipt: &Receipt) -> Self {
        Self {
            input: Hash32(receipt.input),
            parameters: Hash32(receipt.parameters),
            result: Hash32(receipt.result),
            finished_at: receipt.finished_at,
        }
    }
}
