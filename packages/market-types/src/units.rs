//! Units of money and time. Adding two different ones does not compile.

use std::fmt;
use std::str::FromStr;

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{StdError, Timestamp, Uint128};

/// Hundredths of a percent; 10,000 is the whole.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Hash, Default)]
#[serde(transparent)]
pub struct BasisPoints(pub u16);

impl BasisPoints {
    pub const WHOLE: Self = Self(10_000);
}

/// A span of time.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Hash, Default)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    pub const MINUTE: Self = Self(60);
    pub const HOUR: Self = Self(3_600);
    pub const DAY: Self = Self(86_400);
}

/// A point in block time, in whole seconds since 1970. Fractions of a block's time are dropped, so all
/// boundaries of the protocol fall on whole seconds and intervals are half-open: `[from, until)`.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Hash, Default)]
#[serde(transparent)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// `self + span`, or the end of time: a deadline too far to count never comes.
    pub fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// Time from `earlier` to `self`; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

impl From<Timestamp> for UnixTime {
    fn from(time: Timestamp) -> Self {
        Self(time.seconds())
    }
}

/// A price in base units of the payment token: per hour on a `stream`, per unit on a `task`.
#[cw_serde]
#[derive(Copy, Eq, PartialOrd, Ord, Default)]
#[serde(transparent)]
pub struct Price(pub Uint128);

impl Price {
    pub const fn new(base_units: u128) -> Self {
        Self(Uint128::new(base_units))
    }

    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

macro_rules! text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = StdError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self).map_err(|_| {
                    StdError::generic_err(format!(concat!("{:?} is not a ", stringify!($name)), s))
                })
            }
        }
    };
}

text!(BasisPoints);
text!(Seconds);
text!(UnixTime);
text!(Price);
