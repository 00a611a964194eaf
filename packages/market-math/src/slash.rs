//! Where a slashed work bond goes: a part to those who found the cheat, the rest is burned.

use cosmwasm_std::Uint128;
use market_types::BasisPoints;

use crate::{mul_div, MathError, Rounding};

/// Most of a slashed bond that auditors and jurors may share. What they get they never get from anybody but the accused, who loses
/// at least five times as much: accusing oneself through friends is a loss.
pub const MAX_REPORTERS_SHARE: BasisPoints = BasisPoints(2_000);

/// How a slashed bond divides. `each * reporters + burned` is the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slash {
    /// To each reporter, rounded down.
    pub each: Uint128,
    /// To all reporters together.
    pub reported: Uint128,
    /// The rest, with the remainder.
    pub burned: Uint128,
}

/// Divide `slashed` among `reporters` auditors and jurors at `share`, of which at most [`MAX_REPORTERS_SHARE`] counts. Without a reporter
/// all of it is burned.
///
/// # Errors
/// None that these bounds can cause.
pub fn slash(slashed: Uint128, reporters: u32, share: BasisPoints) -> Result<Slash, MathError> {
    let pot = mul_div(
        slashed,
        share.min(MAX_REPORTERS_SHARE).0.into(),
        BasisPoints::WHOLE.0.into(),
        Rounding::Down,
    )?;
    let reporters = Uint128::from(reporters);
    let each = pot.checked_div(reporters).unwrap_or_default();
    let reported = mul_div(each, reporters, Uint128::one(), Rounding::Down)?;
    let burned = slashed.checked_sub(reported).map_err(|_| MathError::Underflow {
        a: slashed,
        b: reported,
    })?;
    Ok(Slash {
        each,
        reported,
        burned,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    fn parts(slashed: u128, reporters: u32, share: u16) -> (u128, u128, u128) {
        let parts = slash(n(slashed), reporters, BasisPoints(share)).unwrap();
        (parts.each.u128(), parts.reported.u128(), parts.burned.u128())
    }

    #[test]
    fn seven_reporters_share_a_fifth_and_the_dust_burns() {
        assert_eq!(parts(1_000, 7, 2_000), (28, 196, 804));
        assert_eq!(parts(1_000, 1, 2_000), (200, 200, 800));
        assert_eq!(parts(34, 7, 2_000), (0, 0, 34));
        assert_eq!(parts(0, 7, 2_000), (0, 0, 0));
    }

    #[test]
    fn nobody_reported_and_all_burns() {
        assert_eq!(parts(1_000, 0, 2_000), (0, 0, 1_000));
        assert_eq!(parts(1_000, 7, 0), (0, 0, 1_000));
    }

    #[test]
    fn a_share_above_a_fifth_counts_as_a_fifth() {
        assert_eq!(parts(1_000, 1, 10_000), (200, 200, 800));
        assert_eq!(parts(1_000, 1, u16::MAX), (200, 200, 800));
    }

    proptest! {
        #[test]
        fn nothing_is_made_and_nothing_is_lost(slashed in any::<u128>(), reporters in any::<u32>(), share in any::<u16>()) {
            let (each, reported, burned) = parts(slashed, reporters, share);
            prop_assert_eq!(reported.checked_add(burned), Some(slashed));
            prop_assert_eq!(each.checked_mul(reporters.into()), Some(reported));
            prop_assert!(reported <= slashed / 5);
        }
    }
}
