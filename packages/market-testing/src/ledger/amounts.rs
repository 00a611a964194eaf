//! Arithmetic of the protocol's formulas, with the rounding they name.

use cosmwasm_std::{Uint128, Uint256};

fn quotient(a: u128, b: u128, divisor: u128) -> (Uint256, bool) {
    let product = Uint256::from(a) * Uint256::from(b);
    let divisor = Uint256::from(divisor);
    (product / divisor, !(product % divisor).is_zero())
}

fn narrow(wide: Uint256) -> Option<u128> {
    Uint128::try_from(wide).ok().map(|n| n.u128())
}

/// `floor(a * b / divisor)`, if it fits.
pub fn down(a: u128, b: u128, divisor: u128) -> Option<u128> {
    narrow(quotient(a, b, divisor).0)
}

/// `ceil(a * b / divisor)`, if it fits.
pub fn up(a: u128, b: u128, divisor: u128) -> Option<u128> {
    match quotient(a, b, divisor) {
        (whole, false) => narrow(whole),
        (whole, true) => narrow(whole)?.checked_add(1),
    }
}

/// `floor(amount * basis points / 10000)`; a share is never above the whole.
pub fn share(amount: u128, bps: u16) -> u128 {
    down(amount, bps.into(), 10_000).unwrap_or(u128::MAX)
}
