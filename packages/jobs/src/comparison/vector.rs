//! Class `vector`: 32-bit floats, compared by their distance relative to the length of what was computed here.

use super::{CompareError, Finding};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VectorTolerance {
    /// Largest `|claimed - computed| / |computed|`, in millionths.
    pub relative: u32,
}

impl Default for VectorTolerance {
    /// A ten-thousandth: sums in another order stay well below it, weights of 8 bits well above.
    fn default() -> Self {
        Self { relative: 100 }
    }
}

impl VectorTolerance {
    /// Four times what the honest pairs are apart at most, at least a millionth.
    ///
    /// # Errors
    /// [`CompareError::Computed`]: a pair of different lengths or of no floats.
    pub fn calibrate<'a>(
        pairs: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<Self, CompareError> {
        let mut worst = 0.0f64;
        for (a, b) in pairs {
            worst = worst.max(distance(a, b)?.ok_or(CompareError::Computed(a.len()))?);
        }
        Ok(Self {
            relative: millionths(4.0 * worst).max(1),
        })
    }
}

/// Compares two vectors of little-endian 32-bit floats. Infinities and NaN count as equal where both have the same, else as beyond measure.
///
/// # Errors
/// [`CompareError::Computed`]: what was computed here is no such vector.
pub fn compare(claimed: &[u8], computed: &[u8], tolerance: VectorTolerance) -> Result<Finding, CompareError> {
    Ok(match distance(claimed, computed)? {
        Some(distance) => Finding::within(millionths(distance), tolerance.relative),
        None => Finding::BEYOND,
    })
}

/// `None`: they have different lengths, or numbers where the other has none.
fn distance(claimed: &[u8], computed: &[u8]) -> Result<Option<f64>, CompareError> {
    if computed.is_empty() || !computed.len().is_multiple_of(4) {
        return Err(CompareError::Computed(computed.len()));
    }
    if claimed.len() != computed.len() {
        return Ok(None);
    }
    let (mut apart, mut length) = (0.0f64, 0.0f64);
    for (a, b) in claimed.as_chunks::<4>().0.iter().zip(computed.as_chunks::<4>().0) {
        let (a, b) = (f32::from_le_bytes(*a), f32::from_le_bytes(*b));
        if a.is_finite() && b.is_finite() {
            let (a, b) = (f64::from(a), f64::from(b));
            apart += (a - b) * (a - b);
            length += b * b;
        } else if a != b && !(a.is_nan() && b.is_nan()) {
            return Ok(None);
        }
    }
    Ok(Some(match (apart == 0.0, length == 0.0) {
        (true, _) => 0.0,
        (false, true) => f64::INFINITY,
        (false, false) => (apart / length).sqrt(),
    }))
}

fn millionths(share: f64) -> u32 {
    // A cast saturates.
    (share * 1e6).ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comparison::Verdict;

    fn bytes(numbers: &[f32]) -> Vec<u8> {
        numbers.iter().flat_map(|n| n.to_le_bytes()).collect()
    }

    fn judge(claimed: &[f32], computed: &[f32]) -> Finding {
        compare(
            &bytes(claimed),
            &bytes(computed),
            VectorTolerance { relative: 1_000 },
        )
        .unwrap()
    }

    #[test]
    fn distance_is_relative_to_the_whole() {
        assert_eq!(judge(&[3.0, 4.0], &[3.0, 4.0]), Finding::within(0, 0));
        let near = judge(&[300.0, 400.4], &[300.0, 400.0]);
        assert_eq!((near.verdict, near.score), (Verdict::Match, 800));
        let far = judge(&[300.0, 401.0], &[300.0, 400.0]);
        assert_eq!((far.verdict, far.score), (Verdict::Mismatch, 2_000));
    }

    #[test]
    fn what_is_no_number_must_be_none_in_both() {
        const NAN: f32 = f32::NAN;
        const INF: f32 = f32::INFINITY;
        assert_eq!(judge(&[NAN, INF, 1.0], &[-NAN, INF, 1.0]), Finding::within(0, 0));
        assert_eq!(judge(&[NAN], &[1.0]), Finding::BEYOND);
        assert_eq!(judge(&[1.0], &[INF]), Finding::BEYOND);
        assert_eq!(judge(&[-INF], &[INF]), Finding::BEYOND);
        assert_eq!(judge(&[0.0], &[-0.0]), Finding::within(0, 0));
        assert_eq!(judge(&[1e-30], &[0.0]).score, u32::MAX);
        assert_eq!(judge(&[f32::MAX], &[-f32::MAX]).verdict, Verdict::Mismatch);
    }

    #[test]
    fn another_length_is_a_mismatch_and_no_vector_here_says_nothing() {
        assert_eq!(judge(&[1.0], &[1.0, 1.0]), Finding::BEYOND);
        let tolerance = VectorTolerance::default();
        assert_eq!(
            compare(&[0; 5], &[0; 5], tolerance),
            Err(CompareError::Computed(5))
        );
        assert_eq!(compare(&[], &[], tolerance), Err(CompareError::Computed(0)));
    }
}
