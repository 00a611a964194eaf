//! The words that contracts share about audits: which machines can check which, what an auditor answers, what a commitment hides.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{StdResult, Uint128};
use cw_storage_plus::{IntKey, Key, KeyDeserialize, Prefixer, PrimaryKey};
use sha2::{Digest, Sha256};

use crate::order::ComparisonClass;
use crate::resources::DeviceClass;
use crate::{Hash32, LeaseId, ProviderNo};

/// Machines whose results can be compared: providers of one audit table. `exact`, or `<comparison>/<device class>`.
#[cw_serde]
#[derive(Eq, PartialOrd, Ord, Hash)]
#[serde(transparent)]
pub struct AuditClass(pub String);

impl fmt::Display for AuditClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AuditClass {
    /// The class whose members are machines of any kind.
    pub const EXACT: &'static str = "exact";

    /// Whether some unit can be of this class.
    pub fn is_known(&self) -> bool {
        let Some((comparison, device)) = self.0.split_once('/') else {
            return self.0 == Self::EXACT;
        };
        matches!(comparison, "image" | "vector" | "tokens") && DeviceClass(device.into()).check().is_ok()
    }
}

/// The class a unit is audited in. `Exact` work is integer work, which every machine computes to the bit; other results differ
/// between kinds of devices, so only the same kind may judge. `None` is not audited.
pub fn audit_class(comparison: ComparisonClass, device: &DeviceClass) -> Option<AuditClass> {
    let name = match comparison {
        ComparisonClass::Exact => return Some(AuditClass(AuditClass::EXACT.into())),
        ComparisonClass::Image => "image",
        ComparisonClass::Vector => "vector",
        ComparisonClass::Tokens => "tokens",
        ComparisonClass::None => return None,
    };
    Some(AuditClass(format!("{name}/{device}")))
}

/// An audit: one unit of one lease.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Hash)]
#[serde(deny_unknown_fields)]
pub struct AuditId {
    pub lease: LeaseId,
    pub unit: u32,
}

impl fmt::Display for AuditId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.lease, self.unit)
    }
}

impl FromStr for AuditId {
    type Err = ParseIntError;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let (lease, unit) = s.split_once('/').unwrap_or((s, ""));
        Ok(Self {
            lease: lease.parse()?,
            unit: unit.parse()?,
        })
    }
}

impl AuditId {
    /// Its number in the hashes that fill seats: `lease * 2^20 + unit`, modulo 2^64. A lease has fewer than 2^20 units.
    pub const fn number(self) -> u64 {
        (self.lease.0 << 20).wrapping_add(self.unit as u64)
    }
}

/// Storage key: lease, then unit, big-endian.
impl PrimaryKey<'_> for AuditId {
    type Prefix = LeaseId;
    type SubPrefix = ();
    type Suffix = u32;
    type SuperSuffix = (LeaseId, u32);
    fn key(&self) -> Vec<Key<'_>> {
        vec![
            Key::Val64(self.lease.0.to_be_bytes()),
            Key::Val32(self.unit.to_cw_bytes()),
        ]
    }
}

impl Prefixer<'_> for AuditId {
    fn prefix(&self) -> Vec<Key<'_>> {
        self.key()
    }
}

impl KeyDeserialize for AuditId {
    type Output = Self;
    const KEY_ELEMS: u16 = 2;
    fn from_vec(value: Vec<u8>) -> StdResult<Self> {
        let (lease, unit) = <(LeaseId, u32)>::from_vec(value)?;
        Ok(Self { lease, unit })
    }
}

/// What somebody gets for its part in an audit.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// An owner's address.
    pub to: String,
    pub amount: Uint128,
}

/// What an auditor or juror found.
#[cw_serde]
#[derive(Copy, Eq)]
#[serde(deny_unknown_fields)]
pub enum Answer {
    /// Of an `exact` unit: SHA-256 of the auditor's own result. The contract compares.
    Result { digest: Hash32 },
    /// Of every other unit: whether the results agree, and how well, in the comparison's own measure.
    Compared { matches: bool, score: u32 },
    /// Inputs, or the provider's result, could not be had.
    Unavailable {},
}

/// What an answer says of the provider's work.
#[cw_serde]
#[derive(Copy, Eq)]
pub enum AuditVerdict {
    Match,
    Mismatch,
    /// Inputs or results were not to be had.
    Unavailable,
}

const ANSWER_DOMAIN: &[u8; 18] = b"leasebook/answer/1";
const BLIND_DOMAIN: &[u8; 17] = b"leasebook/blind/1";
const PLANTER_DOMAIN: &[u8; 19] = b"leasebook/planter/1";

/// What an auditor commits to: SHA-256 of domain, lease (8 bytes), unit (4), auditor (4), then 1 and the digest, or 2, the match
/// (1 byte) and the score (4), or 3, then the salt (32). Numbers are big-endian.
pub fn commitment(audit: AuditId, auditor: ProviderNo, answer: &Answer, salt: &Hash32) -> Hash32 {
    let hash = Sha256::new()
        .chain_update(ANSWER_DOMAIN)
        .chain_update(audit.lease.0.to_be_bytes())
        .chain_update(audit.unit.to_be_bytes())
        .chain_update(auditor.0.to_be_bytes());
    let hash = match answer {
        Answer::Result { digest } => hash.chain_update([1]).chain_update(digest.0),
        Answer::Compared { matches, score } => hash
            .chain_update([2, u8::from(*matches)])
            .chain_update(score.to_be_bytes()),
        Answer::Unavailable {} => hash.chain_update([3]),
    };
    Hash32(hash.chain_update(salt.0).finalize().into())
}

/// The last leaf of a planter's batch: SHA-256 of domain, the bad units (8 bytes big-endian, bit `i` for the batch's unit `i`) and
/// the salt. An honest agent takes 32 random bytes in its place.
pub fn blind(bad: u64, salt: &Hash32) -> Hash32 {
    let hash = Sha256::new()
        .chain_update(BLIND_DOMAIN)
        .chain_update(bad.to_be_bytes())
        .chain_update(salt.0);
    Hash32(hash.finalize().into())
}

/// A leaf of the governor's tree of planters: SHA-256 of domain, provider (4 bytes big-endian) and salt.
pub fn planter_leaf(provider: ProviderNo, salt: &Hash32) -> Hash32 {
    let hash = Sha256::new()
        .chain_update(PLANTER_DOMAIN)
        .chain_update(provider.0.to_be_bytes())
        .chain_update(salt.0);
    Hash32(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_that_is_audited_is_known_and_no_other_word() {
        let device = DeviceClass("nvidia-h100-80gb".into());
        let class = |comparison| audit_class(comparison, &device);
        assert_eq!(class(ComparisonClass::None), None);
        assert_eq!(class(ComparisonClass::Exact), Some(AuditClass("exact".into())));
        let image = class(ComparisonClass::Image).unwrap();
        assert_eq!(image.0, "image/nvidia-h100-80gb");
        for comparison in [
            ComparisonClass::Exact,
            ComparisonClass::Image,
            ComparisonClass::Vector,
            ComparisonClass::Tokens,
        ] {
            assert!(class(comparison).unwrap().is_known());
        }
        for word in [
            "",
            "exact/x",
            "image",
            "image/",
            "image/X",
            "none/abc",
            "image/abc/d e",
        ] {
            assert!(!AuditClass(word.into()).is_known(), "{word}");
        }
    }

    #[test]
    fn an_audit_reads_back_from_its_key() {
        let audit = AuditId {
            lease: LeaseId(258),
            unit: 7,
        };
        assert_eq!(AuditId::from_vec(audit.joined_key()).unwrap(), audit);
    }

    #[test]
    fn an_audit_reads_back_from_its_text() {
        let audit = AuditId {
            lease: LeaseId(258),
            unit: 3,
        };
        assert_eq!(audit.to_string().parse(), Ok(audit));
        assert!("8".parse::<AuditId>().is_err());
        assert_eq!(audit.number(), 258 * (1 << 20) + 3);
    }

    #[test]
    fn a_commitment_is_one_auditors_to_one_answer_of_one_unit() {
        let salt = Hash32([5; 32]);
        let compared = |matches, score| Answer::Compared { matches, score };
        let answers = [
            Answer::Result { digest: salt },
            compared(true, 0),
            compared(false, 0),
            compared(true, 1),
            Answer::Unavailable {},
        ];
        let mut seen = std::collections::HashSet::new();
        for answer in &answers {
            for unit in [3, 4] {
                for auditor in [ProviderNo(1), ProviderNo(2)] {
                    for salt in [salt, Hash32([6; 32])] {
                        let audit = AuditId {
                            lease: LeaseId(8),
                            unit,
                        };
                        assert!(seen.insert(commitment(audit, auditor, answer, &salt)));
                    }
                }
            }
        }
    }
}
