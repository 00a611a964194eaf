//! What parameters may be. One check for instantiation, updates and sudo.

use std::collections::BTreeSet;

use cosmwasm_std::{Addr, Api, StdResult, Uint128};
use market_math::dutch;
use market_types::take_rate::{AuctionParams, Shares};
use market_types::{BasisPoints, Seconds};

use crate::state::Config;
use crate::ContractError;

/// No take rate is above half: together with the premium of an audit, which is at most half a unit's price, it never exceeds
/// what a unit earns.
pub const MAX_RATE: BasisPoints = BasisPoints(5_000);
pub const MAX_TOKENS: usize = 16;
const MAX_DELAY: Seconds = Seconds(30 * Seconds::DAY.0);
const LOT_WAIT: (Seconds, Seconds) = (Seconds::DAY, Seconds(90 * Seconds::DAY.0));

impl Config {
    /// # Errors
    /// A bound or a cross rule is broken.
    pub fn check(&self) -> Result<(), ContractError> {
        let (min, max) = (self.min_rate, self.max_rate);
        if min > max || max > MAX_RATE {
            return Err(ContractError::RateBounds {
                min,
                max,
                cap: MAX_RATE,
            });
        }
        within("rate_delay", self.rate_delay.0, 0, MAX_DELAY.0)?;
        within("rate_step", self.rate_step.0, 1, BasisPoints::WHOLE.0)?;
        within("max_lot_wait", self.max_lot_wait.0, LOT_WAIT.0 .0, LOT_WAIT.1 .0)?;
        let Shares {
            burn,
            audit_seed,
            insurance,
            ..
        } = &self.shares;
        let sum = u32::from(burn.0) + u32::from(audit_seed.0) + u32::from(insurance.0);
        if sum != u32::from(BasisPoints::WHOLE.0) {
            return Err(ContractError::SharesSum { sum });
        }
        check_tokens("auctions", self.auctions.iter().map(|auction| &auction.token))?;
        for auction in &self.auctions {
            within("min_lot", auction.min_lot, Uint128::one(), Uint128::MAX)?;
            within(
                "first_price",
                auction.first_price,
                dutch::MIN_LAST,
                dutch::MAX_LAST,
            )?;
        }
        Ok(())
    }

    /// # Errors
    /// Outside the hard bounds.
    pub fn check_rate(&self, rate: BasisPoints) -> Result<(), ContractError> {
        let (min, max) = (self.min_rate, self.max_rate);
        if rate < min || rate > max {
            return Err(ContractError::RateOutside { rate, min, max });
        }
        Ok(())
    }
}

pub fn check_shares(api: &dyn Api, shares: Shares<String>) -> StdResult<Shares<Addr>> {
    Ok(Shares {
        burn: shares.burn,
        audit_seed: shares.audit_seed,
        insurance: shares.insurance,
        insurance_to: api.addr_validate(&shares.insurance_to)?,
    })
}

pub fn check_auctions(
    api: &dyn Api,
    auctions: Vec<AuctionParams<String>>,
) -> StdResult<Vec<AuctionParams<Addr>>> {
    auctions
        .into_iter()
        .map(|auction| {
            Ok(AuctionParams {
                token: api.addr_validate(&auction.token)?,
                min_lot: auction.min_lot,
                first_price: auction.first_price,
            })
        })
        .collect()
}

/// # Errors
/// A token twice, or more than [`MAX_TOKENS`].
pub fn check_tokens<'a>(
    list: &'static str,
    tokens: impl Iterator<Item = &'a Addr>,
) -> Result<(), ContractError> {
    let mut seen = BTreeSet::new();
    for token in tokens {
        if !seen.insert(token) {
            return Err(ContractError::Duplicate {
                list,
                token: token.clone(),
            });
        }
    }
    ensure_count(list, seen.len())
}

/// # Errors
/// More than [`MAX_TOKENS`].
pub fn ensure_count(list: &'static str, count: usize) -> Result<(), ContractError> {
    if count > MAX_TOKENS {
        return Err(ContractError::TooMany {
            list,
            count,
            max: MAX_TOKENS,
        });
    }
    Ok(())
}

fn within<T: Into<Uint128>>(param: &'static str, value: T, min: T, max: T) -> Result<(), ContractError> {
    let (value, min, max) = (value.into(), min.into(), max.into());
    if value < min || value > max {
        return Err(ContractError::OutOfBounds {
            param,
            value,
            min,
            max,
        });
    }
    Ok(())
}
