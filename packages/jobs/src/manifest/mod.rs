//! The job as a tenant writes it.
//!
//! Written in TOML or YAML, sent as canonical JSON: the fields in the order of the types here, no spaces, nothing left out. The
//! SHA-256 of those bytes is the manifest hash of the order. Everything else the job needs is named in it by digest.

mod canonical;
mod error;
mod validate;

use market_types::order::ComparisonClass;
use market_types::resources::Resources;
use serde::{Deserialize, Serialize};

use crate::Digest;

pub use canonical::MAX_CANONICAL_BYTES;
pub use error::{Bound, ManifestError};

/// The version of this schema.
pub const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`VERSION`].
    pub version: u32,
    /// 1 to 64 of `a-z 0-9 -`; for people.
    pub name: String,
    /// Up to 1,000 characters; for people.
    #[serde(default)]
    pub description: String,
    pub executor: ExecutorKind,
    /// How two results of one unit are compared.
    #[serde(with = "comparison_name")]
    pub comparison: ComparisonClass,
    #[serde(default)]
    pub network: NetworkPolicy,
    pub kernel: Kernel,
    /// Read-only buffers of the kernel, at most 4.
    #[serde(default)]
    pub inputs: Vec<Content>,
    pub units: Units,
    pub output: Output,
    pub resources: Needs,
    /// Encrypted to the agent's key. No executor of this version takes any.
    #[serde(default)]
    pub secrets: Vec<Secret>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExecutorKind {
    /// A WGSL compute shader.
    Kernel,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkPolicy {
    #[default]
    None,
    /// Public addresses may be reached.
    Outbound,
}

/// Something named by its hash, and where it may be fetched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// `https://` URLs, or a path relative to the manifest which the tenant's client uploads to the provider. At most 4.
    #[serde(default)]
    pub sources: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kernel {
    /// WGSL source.
    pub source: Content,
    /// The `@compute` function.
    #[serde(default = "default_entry")]
    pub entry: String,
    /// Dispatches of one unit, in order, 1 to 1,024. Each should stay below 30,000 loop iterations an invocation.
    pub dispatches: u32,
    /// Workgroups of one dispatch, each 1 to 65,535.
    pub workgroups: [u32; 3],
    /// Bytes of a buffer that is zero when a unit begins and keeps its content between the unit's dispatches.
    #[serde(default)]
    pub scratch_bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// 1 to 1,000,000.
    pub count: u32,
    /// Given to every unit.
    #[serde(default)]
    pub seed: u32,
    /// Given to every unit, at most 16.
    #[serde(default)]
    pub parameters: Vec<u32>,
    /// A unit that takes longer is killed; 1 s to 24 h.
    pub deadline_seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Output {
    /// One pixel a word, red lowest, rows from the top.
    Rgba8 { width: u32, height: u32 },
    /// Anything; a multiple of 4.
    Bytes { bytes: u64 },
}

/// What the job needs of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Needs {
    pub gpus: u16,
    pub vram_mib: u32,
    pub cpu_milli: u32,
    pub ram_mib: u32,
    #[serde(default)]
    pub ephemeral_mib: u32,
}

/// A value that only the agent can read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    pub name: String,
    /// Hexadecimal.
    pub ciphertext: String,
}

impl Output {
    /// Bytes of one unit's output.
    pub fn bytes(&self) -> u64 {
        match *self {
            Self::Rgba8 { width, height } => u64::from(width)
                .saturating_mul(u64::from(height))
                .saturating_mul(4),
            Self::Bytes { bytes } => bytes,
        }
    }

    /// Width and height as kernels see them; `bytes / 4` by 1 if it is no image.
    pub fn extent(&self) -> (u32, u32) {
        match *self {
            Self::Rgba8 { width, height } => (width, height),
            Self::Bytes { bytes } => (u32::try_from(bytes / 4).unwrap_or(u32::MAX), 1),
        }
    }
}

impl From<Needs> for Resources {
    fn from(needs: Needs) -> Self {
        Self {
            gpus: needs.gpus,
            vram_mib: needs.vram_mib,
            cpu_milli: needs.cpu_milli,
            ram_mib: needs.ram_mib,
            ephemeral_mib: needs.ephemeral_mib,
            persistent_mib: 0,
            ports: 0,
        }
    }
}

fn default_entry() -> String {
    "main".into()
}

mod comparison_name {
    use super::ComparisonClass;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Name {
        Exact,
        Image,
        Vector,
        Tokens,
        None,
    }

    pub fn serialize<S: Serializer>(class: &ComparisonClass, serializer: S) -> Result<S::Ok, S::Error> {
        match class {
            ComparisonClass::Exact => Name::Exact,
            ComparisonClass::Image => Name::Image,
            ComparisonClass::Vector => Name::Vector,
            ComparisonClass::Tokens => Name::Tokens,
            ComparisonClass::None => Name::None,
        }
        .serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ComparisonClass, D::Error> {
        Ok(match Name::deserialize(deserializer)? {
            Name::Exact => ComparisonClass::Exact,
            Name::Image => ComparisonClass::Image,
            Name::Vector => ComparisonClass::Vector,
            Name::Tokens => ComparisonClass::Tokens,
            Name::None => ComparisonClass::None,
        })
    }
}
