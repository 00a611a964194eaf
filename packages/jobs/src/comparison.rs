//! Whether two results of one unit are the same, by the comparison class of the order.

pub use market_types::order::ComparisonClass;

use crate::Digest;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Match,
    Mismatch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("class none cannot be compared: nothing can be verified")]
    Unverifiable,
    #[error("class {0:?} has no comparator in this version")]
    NoComparator(ComparisonClass),
    #[error("images of {claimed} and {rendered} bytes; both must be the same whole number of RGBA8 pixels")]
    Size { claimed: usize, rendered: usize },
}

/// Class `exact`: the hashes are equal.
pub fn exact(claimed: &Digest, computed: &Digest) -> Verdict {
    if claimed == computed {
        Verdict::Match
    } else {
        Verdict::Mismatch
    }
}

/// How far two images of one frame may differ. Channels are 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageTolerance {
    /// A pixel with a channel further off than this is an outlier.
    pub channel: u8,
    /// Outliers allowed, in millionths of the pixels.
    pub outliers_ppm: u32,
}

impl Default for ImageTolerance {
    /// 3 levels, 1 % of the pixels: edges fall to either side when devices round differently.
    fn default() -> Self {
        Self {
            channel: 3,
            outliers_ppm: 10_000,
        }
    }
}

/// Class `image`: all but a few pixels are within tolerance. Both are RGBA8.
///
/// # Errors
/// [`CompareError::Size`].
pub fn image(claimed: &[u8], rendered: &[u8], tolerance: ImageTolerance) -> Result<Verdict, CompareError> {
    if claimed.len() != rendered.len() || claimed.is_empty() || !claimed.len().is_multiple_of(4) {
        return Err(CompareError::Size {
            claimed: claimed.len(),
            rendered: rendered.len(),
        });
    }
    let outliers = claimed
        .chunks_exact(4)
        .zip(rendered.chunks_exact(4))
        .filter(|(a, b)| a.iter().zip(*b).any(|(x, y)| x.abs_diff(*y) > tolerance.channel))
        .count() as u128;
    let pixels = (claimed.len() / 4) as u128;
    let within = outliers * 1_000_000 <= pixels * u128::from(tolerance.outliers_ppm);
    Ok(if within { Verdict::Match } else { Verdict::Mismatch })
}

/// Compares two whole results by the rule of `class`.
///
/// # Errors
/// A class without comparator; images of different size.
pub fn compare(class: ComparisonClass, claimed: &[u8], computed: &[u8]) -> Result<Verdict, CompareError> {
    match class {
        ComparisonClass::Exact => Ok(exact(&Digest::of(claimed), &Digest::of(computed))),
        ComparisonClass::Image => image(claimed, computed, ImageTolerance::default()),
        ComparisonClass::None => Err(CompareError::Unverifiable),
        other => Err(CompareError::NoComparator(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_takes_equal_bytes_only() {
        assert_eq!(compare(ComparisonClass::Exact, b"ab", b"ab"), Ok(Verdict::Match));
        assert_eq!(
            compare(ComparisonClass::Exact, b"ab", b"ac"),
            Ok(Verdict::Mismatch)
        );
    }

    #[test]
    fn image_takes_small_differences_and_few_outliers() {
        let frame = vec![100u8; 4 * 1000];
        let mut near = frame.clone();
        near.iter_mut().for_each(|c| *c += 3);
        assert_eq!(compare(ComparisonClass::Image, &frame, &near), Ok(Verdict::Match));
        let mut edge = frame.clone();
        (0..10).for_each(|p| edge[4 * p] = 255);
        assert_eq!(compare(ComparisonClass::Image, &frame, &edge), Ok(Verdict::Match));
        edge[4 * 10] = 255;
        assert_eq!(
            compare(ComparisonClass::Image, &frame, &edge),
            Ok(Verdict::Mismatch)
        );
        assert_eq!(
            compare(ComparisonClass::Image, &frame, &frame[4..]),
            Err(CompareError::Size {
                claimed: 4000,
                rendered: 3996
            })
        );
    }

    #[test]
    fn none_is_never_a_match() {
        assert_eq!(
            compare(ComparisonClass::None, b"a", b"a"),
            Err(CompareError::Unverifiable)
        );
        assert_eq!(
            compare(ComparisonClass::Tokens, b"a", b"a"),
            Err(CompareError::NoComparator(ComparisonClass::Tokens))
        );
    }
}
