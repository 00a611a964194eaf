use crate::Digest;

/// The range a figure must lie in, ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    pub min: u64,
    pub max: u64,
}

#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ManifestError {
    #[error("the manifest is no valid TOML: {0}")]
    Toml(toml::de::Error),
    #[error("the manifest is no valid YAML: {message}")]
    Yaml {
        /// From 1; 0 where no place can be named. The message names it too.
        line: u64,
        column: u64,
        message: String,
    },
    #[error("the manifest is no valid JSON at line {line}, column {column}: {message}")]
    Json {
        line: usize,
        column: usize,
        message: String,
    },
    #[error("the manifest has {bytes} bytes; at most {max} are taken: name inputs by digest instead of writing them in")]
    TooLong { bytes: usize, max: usize },
    #[error(
        "the manifest is {found}, but the order names {expected}: send the manifest the order was made from"
    )]
    Digest { expected: Digest, found: Digest },
    #[error("the manifest is not in canonical form: send the bytes that `canonical` gives")]
    NotCanonical,
    #[error("version = {0} is unknown; this program reads version {known}", known = super::VERSION)]
    Version(u32),
    #[error("{field} = {value} is outside {min} to {max}", min = bound.min, max = bound.max)]
    Range {
        field: &'static str,
        value: u64,
        bound: Bound,
    },
    #[error("{field} = {value:?} is no word of 1 to {max} characters of a-z, 0-9, '-'")]
    Word {
        field: &'static str,
        value: String,
        max: usize,
    },
    #[error("{field} has {count} entries; at most {max} are taken")]
    TooMany {
        field: &'static str,
        count: usize,
        max: usize,
    },
    #[error("{field} = {value:?} is no identifier of WGSL")]
    Identifier { field: &'static str, value: String },
    #[error("output.bytes = {0} is no multiple of 4")]
    OutputAlignment(u64),
    #[error("source {0:?} is neither an https:// URL nor a plain relative path without '..'")]
    Source(String),
    #[error(
        "comparison = \"image\" needs output.kind = \"rgba8\"; use \"exact\" or make the output an image"
    )]
    ImageOfBytes,
    #[error("the same source path {0:?} is given for two different digests")]
    SourceTwice(String),
}
