//! Multiplication before division, with the direction of rounding as an argument.

use cosmwasm_std::{Uint128, Uint256};
use thiserror::Error;

/// Which way a quotient that is not whole goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    Down,
    Up,
}

#[derive(Error, Clone, Debug, PartialEq, Eq)]
pub enum MathError {
    #[error("{a} * {b} / {divisor} does not fit into 128 bits")]
    Overflow {
        a: Uint128,
        b: Uint128,
        divisor: Uint128,
    },
    #[error("{a} * {b} divided by zero")]
    DivisionByZero { a: Uint128, b: Uint128 },
    #[error("{a} + {b} does not fit into 128 bits")]
    SumOverflow { a: Uint128, b: Uint128 },
    #[error("{a} - {b} is below zero")]
    Underflow { a: Uint128, b: Uint128 },
}

/// `a * b / divisor`, through 256 bits.
///
/// # Errors
/// The divisor is zero or the result does not fit.
pub fn mul_div(a: Uint128, b: Uint128, divisor: Uint128, rounding: Rounding) -> Result<Uint128, MathError> {
    if divisor.is_zero() {
        return Err(MathError::DivisionByZero { a, b });
    }
    let overflow = MathError::Overflow { a, b, divisor };
    let product = a.full_mul(b);
    let divisor = Uint256::from(divisor);
    let down = product / divisor;
    let quotient = match rounding {
        Rounding::Up if !(product % divisor).is_zero() => {
            down.checked_add(Uint256::one()).map_err(|_| overflow.clone())?
        }
        _ => down,
    };
    quotient.try_into().map_err(|_| overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(n: u128) -> Uint128 {
        Uint128::new(n)
    }

    #[test]
    fn the_direction_decides_the_last_unit() {
        assert_eq!(mul_div(n(7), n(3), n(2), Rounding::Down), Ok(n(10)));
        assert_eq!(mul_div(n(7), n(3), n(2), Rounding::Up), Ok(n(11)));
        assert_eq!(mul_div(n(6), n(3), n(2), Rounding::Up), Ok(n(9)));
        assert_eq!(
            mul_div(Uint128::MAX, Uint128::MAX, Uint128::MAX, Rounding::Up),
            Ok(Uint128::MAX)
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error_with_the_figures() {
        let overflow = MathError::Overflow {
            a: Uint128::MAX,
            b: n(2),
            divisor: n(1),
        };
        assert_eq!(mul_div(Uint128::MAX, n(2), n(1), Rounding::Down), Err(overflow));
        assert_eq!(
            mul_div(n(1), n(2), n(0), Rounding::Down),
            Err(MathError::DivisionByZero { a: n(1), b: n(2) })
        );
    }
}
