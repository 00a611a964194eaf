//! Whether two results of one unit are the same, by the comparison class of the order.
//!
//! | class | auditors do | they agree when |
//! | --- | --- | --- |
//! | `exact` | run the unit again | the hashes are equal |
//! | `image` | render three random crops and a sparse grid of the frame again | few enough pixels are further off than the tolerance, in each |
//! | `vector` | run the unit again | the relative distance is within the tolerance |
//! | `tokens` | have a model give the log-probabilities of the provider's own tokens | few enough tokens are not what the model would have chosen |
//!
//! Tolerances are calibrated: what honest machines differ by, with a margin. Every comparison gives a [`Finding`]: the verdict, and how far
//! the results are apart in millionths. A provider's result that is malformed or of the wrong size is a mismatch, never an error.
//!
//! # Measured
//! By `cargo run -p jobs --example comparators`; the tests of `tests/comparators.rs` hold smaller runs to the same claims. Rates come with
//! their 95 % Clopper-Pearson bound: a false alarm is an honest result called a mismatch, power is the share of looks that
//! catch a cheat. One look is one auditor's; an audit has two.
//!
#![doc = include_str!("measured.md")]
//!
//! # What they do not catch
//! - `image`: a change in one place that takes less than about a hundredth of the frame; a little less quality everywhere, such as fewer steps
//!   along rays; a change below the channel tolerance; what is wrong in the scene itself.
//! - `vector`: a large error in one component that is small against the whole; half precision, which honest machines may use as well.
//! - `tokens`: a model so close that it chooses the same tokens; a prompt that was read by another model before. Greedy and seeded
//!   sampling alone can be checked.
//! - All: an honest computation of something else than was meant.

pub mod exact;
pub mod image;
pub mod statistics;
pub mod tokens;
pub mod vector;

pub use market_types::order::ComparisonClass;

pub use exact::exact;
pub use image::ImageTolerance;
pub use vector::VectorTolerance;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Match,
    Mismatch,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub verdict: Verdict,
    /// How far apart, in millionths of the class's measure; 0 is equal, the largest number beyond measure.
    pub score: u32,
}

impl Finding {
    /// Not to be compared with anything: another size, no numbers, no text.
    pub const BEYOND: Self = Self {
        verdict: Verdict::Mismatch,
        score: u32::MAX,
    };

    /// A match up to `limit`, both in millionths.
    pub fn within(score: u32, limit: u32) -> Self {
        Self {
            verdict: if score <= limit {
                Verdict::Match
            } else {
                Verdict::Mismatch
            },
            score,
        }
    }
}

/// The comparison cannot be made; it says nothing about the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompareError {
    #[error("class none cannot be compared: nothing can be verified")]
    Unverifiable,
    #[error("tokens are compared by a model: see comparison::tokens")]
    NeedsModel,
    #[error("what was computed here has {0} bytes, which is no such result")]
    Computed(usize),
}

/// Compares two whole results by the rule of `class` with its default tolerance.
///
/// # Errors
/// A class that cannot be compared by the bytes; bytes computed here that are none of the class.
pub fn compare(class: ComparisonClass, claimed: &[u8], computed: &[u8]) -> Result<Finding, CompareError> {
    match class {
        ComparisonClass::Exact => Ok(exact::bytes(claimed, computed)),
        ComparisonClass::Image => image::whole(claimed, computed, ImageTolerance::default()),
        ComparisonClass::Vector => vector::compare(claimed, computed, VectorTolerance::default()),
        ComparisonClass::Tokens => Err(CompareError::NeedsModel),
        ComparisonClass::None => Err(CompareError::Unverifiable),
    }
}

/// `part` of `whole` in millionths, rounded up; 0 of 0 is 0.
fn millionths(part: u64, whole: u64) -> u32 {
    let scaled = u128::from(part)
        .saturating_mul(1_000_000)
        .div_ceil(u128::from(whole.max(1)));
    u32::try_from(scaled).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_verified_is_never_a_match() {
        use ComparisonClass::{None, Tokens};
        assert_eq!(compare(None, b"a", b"a"), Err(CompareError::Unverifiable));
        assert_eq!(compare(Tokens, b"a", b"a"), Err(CompareError::NeedsModel));
    }

    #[test]
    fn shares_are_rounded_up() {
        assert_eq!(millionths(0, 0), 0);
        assert_eq!(millionths(1, 3), 333_334);
        assert_eq!(millionths(u64::MAX, 1), u32::MAX);
    }
}
