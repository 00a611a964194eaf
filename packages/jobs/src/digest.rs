//! Content named by its hash: `sha256:` or `blake3:` and 64 lower-case hexadecimal digits.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use market_types::Hash32;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    Sha256,
    Blake3,
}

impl Algorithm {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Blake3 => "blake3",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest {
    pub algorithm: Algorithm,
    pub bytes: [u8; 32],
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DigestParseError {
    #[error("digest {0:?} has no prefix; write sha256:<64 hex digits> or blake3:<64 hex digits>")]
    NoPrefix(String),
    #[error("digest prefix {0:?} is unknown; use sha256 or blake3")]
    UnknownAlgorithm(String),
    #[error("digest {0:?} needs 64 lower-case hexadecimal digits after its prefix")]
    NotHex(String),
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("content is {found}, but {expected} was asked for")]
pub struct Mismatch {
    pub expected: Digest,
    pub found: Digest,
}

impl Digest {
    /// SHA-256 of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self::sha256(Sha256::digest(content).into())
    }

    pub const fn sha256(bytes: [u8; 32]) -> Self {
        Self {
            algorithm: Algorithm::Sha256,
            bytes,
        }
    }

    /// Hash of `content` by `algorithm`.
    pub fn with(algorithm: Algorithm, content: &[u8]) -> Self {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(content);
        hasher.finish()
    }

    /// Reads `source` to its end in pieces of 64 KiB.
    ///
    /// # Errors
    /// What reading fails with.
    pub fn of_reader(algorithm: Algorithm, mut source: impl Read) -> io::Result<Self> {
        let mut hasher = Hasher::new(algorithm);
        let mut piece = vec![0; 64 * 1024];
        loop {
            match source.read(&mut piece) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(n) => hasher.update(&piece[..n]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// # Errors
    /// What opening or reading fails with.
    pub fn of_file(algorithm: Algorithm, path: &Path) -> io::Result<Self> {
        Self::of_reader(algorithm, File::open(path)?)
    }

    /// # Errors
    /// Content with another digest.
    pub fn verify(&self, content: &[u8]) -> Result<(), Mismatch> {
        self.same(Self::with(self.algorithm, content))
    }

    /// # Errors
    /// `found` is another digest.
    pub fn same(&self, found: Self) -> Result<(), Mismatch> {
        if *self == found {
            Ok(())
        } else {
            Err(Mismatch {
                expected: *self,
                found,
            })
        }
    }
}

/// Hashes what comes in pieces.
#[derive(Clone, Debug)]
pub enum Hasher {
    Sha256(Sha256),
    Blake3(Box<blake3::Hasher>),
}

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Sha256 => Self::Sha256(Sha256::new()),
            Algorithm::Blake3 => Self::Blake3(Box::default()),
        }
    }

    pub fn update(&mut self, piece: &[u8]) {
        match self {
            Self::Sha256(h) => h.update(piece),
            Self::Blake3(h) => {
                h.update(piece);
            }
        }
    }

    pub fn finish(self) -> Digest {
        match self {
            Self::Sha256(h) => Digest::sha256(h.finalize().into()),
            Self::Blake3(h) => Digest {
                algorithm: Algorithm::Blake3,
                bytes: *h.finalize().as_bytes(),
            },
        }
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm.prefix(), hex::encode(self.bytes))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DigestParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shown = || text.chars().take(80).collect::<String>();
        let (prefix, digits) = text
            .split_once(':')
            .ok_or_else(|| DigestParseError::NoPrefix(shown()))?;
        let algorithm = match prefix {
            "sha256" => Algorithm::Sha256,
            "blake3" => Algorithm::Blake3,
            _ => {
                return Err(DigestParseError::UnknownAlgorithm(
                    prefix.chars().take(20).collect(),
                ))
            }
        };
        let mut bytes = [0; 32];
        if digits.bytes().any(|c| c.is_ascii_uppercase()) || hex::decode_to_slice(digits, &mut bytes).is_err()
        {
            return Err(DigestParseError::NotHex(shown()));
        }
        Ok(Self { algorithm, bytes })
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestParseError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

/// Hashes in orders and on chain are SHA-256.
impl From<Hash32> for Digest {
    fn from(hash: Hash32) -> Self {
        Self::sha256(hash.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_written_and_read_with_its_prefix() {
        for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
            let digest = Digest::with(algorithm, b"abc");
            assert_eq!(digest.to_string().parse(), Ok(digest));
            assert_eq!(digest.verify(b"abc"), Ok(()));
            assert_eq!(
                digest.verify(b"abd"),
                Err(Mismatch {
                    expected: digest,
                    found: Digest::with(algorithm, b"abd")
                })
            );
        }
        assert_eq!(
            Digest::of(b"abc").to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            Digest::with(Algorithm::Blake3, b"abc").to_string(),
            "blake3:6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
    }

    #[test]
    fn a_malformed_digest_is_refused_by_its_fault() {
        let zeros = "0".repeat(64);
        assert_eq!(
            zeros.parse::<Digest>(),
            Err(DigestParseError::NoPrefix(zeros.clone()))
        );
        assert_eq!(
            format!("md5:{zeros}").parse::<Digest>(),
            Err(DigestParseError::UnknownAlgorithm("md5".into()))
        );
        for digits in ["", "00", "zz", &"A".repeat(64), &"0".repeat(66)] {
            let text = format!("sha256:{digits}");
            assert_eq!(
                text.parse::<Digest>(),
                Err(DigestParseError::NotHex(text.clone())),
                "{text}"
            );
        }
    }

    #[test]
    fn a_stream_has_the_digest_of_its_bytes() {
        let content: Vec<u8> = (0..200_000u32).map(|i| i as u8).collect();
        for algorithm in [Algorithm::Sha256, Algorithm::Blake3] {
            let streamed = Digest::of_reader(algorithm, content.as_slice()).unwrap();
            assert_eq!(streamed, Digest::with(algorithm, &content));
        }
    }
}
