//! Reading, writing and hashing manifests, and the digests of their units.

use sha2::{Digest as _, Sha256};

use super::{Content, Manifest, ManifestError};
use crate::Digest;

/// Longest manifest, in canonical form and as it is written.
pub const MAX_CANONICAL_BYTES: usize = 64 * 1024;

const INPUT_DOMAIN: &[u8] = b"leasebook/unit-input/v1";
const PARAMETERS_DOMAIN: &[u8] = b"leasebook/unit-parameters/v1";

impl Manifest {
    /// Reads and validates TOML.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        bounded(text.len())?;
        let manifest: Self = toml::from_str(text).map_err(ManifestError::Toml)?;
        manifest.validate()?;
        Ok(manifest)
    }

    /// Reads and validates YAML: the same fields, the same defaults and the same rules as in TOML.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn from_yaml(text: &str) -> Result<Self, ManifestError> {
        bounded(text.len())?;
        let manifest: Self = serde_saphyr::from_str(text).map_err(|error| yaml(&error))?;
        manifest.validate()?;
        Ok(manifest)
    }

    /// Reads and validates what [`Manifest::canonical`] wrote.
    ///
    /// # Errors
    /// The first rule it breaks; [`ManifestError::NotCanonical`] for the same content in other bytes.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, ManifestError> {
        bounded(bytes.len())?;
        let manifest: Self = serde_json::from_slice(bytes).map_err(json)?;
        manifest.validate()?;
        if manifest.canonical()? != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }

    /// Reads the manifest that an order names. The hash is compared before anything is parsed.
    ///
    /// # Errors
    /// [`ManifestError::Digest`] for another manifest; otherwise as [`Manifest::from_canonical`].
    pub fn for_order(bytes: &[u8], expected: &Digest) -> Result<Self, ManifestError> {
        bounded(bytes.len())?;
        expected.verify(bytes).map_err(|m| ManifestError::Digest {
            expected: m.expected,
            found: m.found,
        })?;
        Self::from_canonical(bytes)
    }

    /// The bytes that are sent and hashed.
    ///
    /// # Errors
    /// Longer than [`MAX_CANONICAL_BYTES`].
    pub fn canonical(&self) -> Result<Vec<u8>, ManifestError> {
        let bytes = serde_json::to_vec(self).map_err(json)?;
        bounded(bytes.len())?;
        Ok(bytes)
    }

    /// SHA-256 of [`Manifest::canonical`]: what goes into the order.
    ///
    /// # Errors
    /// As [`Manifest::canonical`].
    pub fn digest(&self) -> Result<Digest, ManifestError> {
        Ok(Digest::of(&self.canonical()?))
    }

    /// All that must be in a provider's store before a unit can run: the kernel first, then the inputs.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        std::iter::once(&self.kernel.source).chain(&self.inputs)
    }

    /// The receipt's input digest, equal for all units:
    /// `sha256(domain | for kernel and each input: its prefixed digest as text, newline)`.
    pub fn input_digest(&self) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(INPUT_DOMAIN);
        for content in self.contents() {
            hasher.update(content.digest.to_string());
            hasher.update(b"\n");
        }
        hasher.finalize().into()
    }

    /// The receipt's parameters digest: `sha256(domain | manifest hash | unit u32 big-endian)`.
    ///
    /// # Errors
    /// As [`Manifest::digest`].
    pub fn parameters_digest(&self, unit: u32) -> Result<[u8; 32], ManifestError> {
        let manifest = self.digest()?;
        Ok(Sha256::new_with_prefix(PARAMETERS_DOMAIN)
            .chain_update(manifest.bytes)
            .chain_update(unit.to_be_bytes())
            .finalize()
            .into())
    }
}

fn bounded(bytes: usize) -> Result<(), ManifestError> {
    if bytes > MAX_CANONICAL_BYTES {
        return Err(ManifestError::TooLong {
            bytes,
            max: MAX_CANONICAL_BYTES,
        });
    }
    Ok(())
}

fn yaml(e: &serde_saphyr::Error) -> ManifestError {
    ManifestError::Yaml {
        line: e.location().map_or(0, |at| at.line()),
        column: e.location().map_or(0, |at| at.column()),
        message: e.without_snippet().to_string(),
    }
}

fn json(e: serde_json::Error) -> ManifestError {
    ManifestError::Json {
        line: e.line(),
        column: e.column(),
        message: e.to_string(),
    }
}
