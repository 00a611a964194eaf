//! Class `exact`: the hashes are equal. Contracts do this one themselves.

use super::{Finding, Verdict};
use crate::Digest;

pub fn exact(claimed: &Digest, computed: &Digest) -> Verdict {
    if claimed == computed {
        Verdict::Match
    } else {
        Verdict::Mismatch
    }
}

/// The same of whole results.
pub fn bytes(claimed: &[u8], computed: &[u8]) -> Finding {
    if claimed == computed {
        Finding::within(0, 0)
    } else {
        Finding::BEYOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_takes_equal_bytes_only() {
        assert_eq!(exact(&Digest::of(b"ab"), &Digest::of(b"ab")), Verdict::Match);
        assert_eq!(exact(&Digest::of(b"ab"), &Digest::of(b"ac")), Verdict::Mismatch);
        assert_eq!(bytes(b"ab", b"ab").verdict, Verdict::Match);
        assert_eq!(bytes(b"ab", b"abc"), Finding::BEYOND);
    }
}
