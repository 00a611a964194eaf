//! What a manifest may say.

use std::collections::HashMap;

use super::{Bound, Content, Manifest, ManifestError, Output, VERSION};
use crate::comparison::ComparisonClass;
use crate::Digest;

pub const MAX_NAME: usize = 64;
pub const MAX_DESCRIPTION: u64 = 1_000;
pub const MAX_INPUTS: usize = 4;
pub const MAX_SOURCES: usize = 4;
pub const MAX_PARAMETERS: usize = 16;
pub const MAX_SECRETS: usize = 16;
const MIB: u64 = 1024 * 1024;

const KERNEL_BYTES: Bound = Bound { min: 1, max: MIB };
const INPUT_BYTES: Bound = Bound {
    min: 1,
    max: 128 * MIB,
};
const DISPATCHES: Bound = Bound { min: 1, max: 1_024 };
const WORKGROUPS: Bound = Bound { min: 1, max: 65_535 };
/// What Vulkan binds at most; an adapter may take less, which is asked before a bid.
const SCRATCH_BYTES: Bound = Bound {
    min: 0,
    max: 4_096 * MIB - 4,
};
const UNITS: Bound = Bound {
    min: 1,
    max: 1_000_000,
};
const DEADLINE_SECONDS: Bound = Bound { min: 1, max: 86_400 };
const SIDE: Bound = Bound { min: 1, max: 8_192 };
const OUTPUT_BYTES: Bound = Bound {
    min: 4,
    max: 128 * MIB,
};
const GPUS: Bound = Bound { min: 1, max: 64 };

impl Manifest {
    /// # Errors
    /// The first rule it breaks, with the figure and the bound.
    pub fn validate(&self) -> Result<(), ManifestError> {
        if self.version != VERSION {
            return Err(ManifestError::Version(self.version));
        }
        word("name", &self.name, MAX_NAME)?;
        let description = Bound {
            min: 0,
            max: MAX_DESCRIPTION,
        };
        range(
            "description's length",
            self.description.chars().count() as u64,
            description,
        )?;
        self.validate_kernel()?;
        self.validate_units()?;
        self.validate_output()?;
        range("resources.gpus", self.resources.gpus.into(), GPUS)?;
        at_most("secrets", self.secrets.len(), MAX_SECRETS)?;
        self.secrets
            .iter()
            .try_for_each(|s| word("secrets.name", &s.name, MAX_NAME))?;
        self.validate_sources()
    }

    fn validate_kernel(&self) -> Result<(), ManifestError> {
        let kernel = &self.kernel;
        range("kernel.source.size", kernel.source.size, KERNEL_BYTES)?;
        let is_identifier = !kernel.entry.is_empty()
            && kernel.entry.len() <= MAX_NAME
            && !kernel.entry.starts_with(|c: char| c.is_ascii_digit())
            && kernel
                .entry
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_identifier {
            return Err(ManifestError::Identifier {
                field: "kernel.entry",
                value: shown(&kernel.entry),
            });
        }
        range("kernel.dispatches", kernel.dispatches.into(), DISPATCHES)?;
        for side in kernel.workgroups {
            range("kernel.workgroups", side.into(), WORKGROUPS)?;
        }
        range("kernel.scratch_bytes", kernel.scratch_bytes, SCRATCH_BYTES)?;
        at_most("inputs", self.inputs.len(), MAX_INPUTS)?;
        self.inputs
            .iter()
            .try_for_each(|input| range("inputs.size", input.size, INPUT_BYTES))
    }

    fn validate_units(&self) -> Result<(), ManifestError> {
        range("units.count", self.units.count.into(), UNITS)?;
        at_most("units.parameters", self.units.parameters.len(), MAX_PARAMETERS)?;
        range(
            "units.deadline_seconds",
            self.units.deadline_seconds.into(),
            DEADLINE_SECONDS,
        )
    }

    fn validate_output(&self) -> Result<(), ManifestError> {
        match self.output {
            Output::Rgba8 { width, height } => {
                range("output.width", width.into(), SIDE)?;
                range("output.height", height.into(), SIDE)?;
            }
            Output::Bytes { bytes } if !bytes.is_multiple_of(4) => {
                return Err(ManifestError::OutputAlignment(bytes));
            }
            Output::Bytes { .. } if self.comparison == ComparisonClass::Image => {
                return Err(ManifestError::ImageOfBytes);
            }
            Output::Bytes { .. } => {}
        }
        range("the output's bytes", self.output.bytes(), OUTPUT_BYTES)
    }

    fn validate_sources(&self) -> Result<(), ManifestError> {
        let mut paths: HashMap<&str, Digest> = HashMap::new();
        for content in self.contents() {
            at_most("sources", content.sources.len(), MAX_SOURCES)?;
            for source in &content.sources {
                if !is_url(source) && !is_plain_relative(source) {
                    return Err(ManifestError::Source(shown(source)));
                }
                if paths
                    .insert(source, content.digest)
                    .is_some_and(|other| other != content.digest)
                {
                    return Err(ManifestError::SourceTwice(shown(source)));
                }
            }
        }
        Ok(())
    }
}

impl Content {
    /// The first source that is a file beside the manifest.
    pub fn local_path(&self) -> Option<&str> {
        self.sources.iter().map(String::as_str).find(|s| !is_url(s))
    }

    /// The sources that can be fetched from anywhere.
    pub fn urls(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(String::as_str).filter(|s| is_url(s))
    }
}

fn is_url(source: &str) -> bool {
    source.starts_with("https://") && source.len() <= 512 && !source.contains(char::is_whitespace)
}

/// A path that cannot lead out of the manifest's directory.
fn is_plain_relative(source: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
    source.len() <= 256
        && source.chars().all(allowed)
        && source
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

fn range(field: &'static str, value: u64, bound: Bound) -> Result<(), ManifestError> {
    if value < bound.min || value > bound.max {
        return Err(ManifestError::Range { field, value, bound });
    }
    Ok(())
}

fn at_most(field: &'static str, count: usize, max: usize) -> Result<(), ManifestError> {
    if count > max {
        return Err(ManifestError::TooMany { field, count, max });
    }
    Ok(())
}

fn word(field: &'static str, value: &str, max: usize) -> Result<(), ManifestError> {
    let allowed = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    if value.is_empty() || value.len() > max || !value.bytes().all(allowed) {
        return Err(ManifestError::Word {
            field,
            value: shown(value),
            max,
        });
    }
    Ok(())
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}
