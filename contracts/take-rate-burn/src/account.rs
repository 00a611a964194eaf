//! The account of one token: what came in, what went where, what is still here.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, OverflowError, Uint128};
use market_math::{mul_div, MathError, Rounding};
use market_types::take_rate::Shares;
use market_types::{BasisPoints, UnixTime};

use crate::ContractError;

/// Of a payment token, `collected = waiting + lot + sold + audit_seed + seeded + insurance + insured`. Of the network token the part
/// for burning is burned instead of waiting, and `burned` also counts what auctions brought.
#[cw_serde]
#[derive(Default)]
pub struct Account {
    pub collected: Uint128,
    pub burned: Uint128,
    pub sold: Uint128,
    pub brought: Uint128,
    pub seeded: Uint128,
    pub insured: Uint128,
    pub waiting: Uint128,
    /// When `waiting` last rose from zero.
    pub waiting_since: UnixTime,
    pub audit_seed: Uint128,
    pub insurance: Uint128,
}

/// Fees, divided. The parts make the whole; the remainder of rounding is burned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    pub burn: Uint128,
    pub audit_seed: Uint128,
    pub insurance: Uint128,
}

impl Split {
    /// # Errors
    /// The shares make more than 10,000.
    pub fn of(amount: Uint128, shares: &Shares<Addr>) -> Result<Self, MathError> {
        let part = |share: BasisPoints| {
            mul_div(
                amount,
                Uint128::from(share.0),
                Uint128::from(BasisPoints::WHOLE.0),
                Rounding::Down,
            )
        };
        let audit_seed = part(shares.audit_seed)?;
        let insurance = part(shares.insurance)?;
        let burn = amount
            .checked_sub(audit_seed)
            .and_then(|rest| rest.checked_sub(insurance))
            .map_err(|_| MathError::Underflow {
                a: amount,
                b: audit_seed.saturating_add(insurance),
            })?;
        Ok(Self {
            burn,
            audit_seed,
            insurance,
        })
    }
}

impl Account {
    /// Take in fees. `at_once`: the burn share is burned now and returned, instead of waiting for a lot.
    ///
    /// # Errors
    /// A sum does not fit.
    pub fn collect(
        &mut self,
        amount: Uint128,
        shares: &Shares<Addr>,
        now: UnixTime,
        at_once: bool,
    ) -> Result<Uint128, ContractError> {
        let split = Split::of(amount, shares)?;
        self.collected = self.collected.checked_add(amount)?;
        self.audit_seed = self.audit_seed.checked_add(split.audit_seed)?;
        self.insurance = self.insurance.checked_add(split.insurance)?;
        if at_once {
            self.burned = self.burned.checked_add(split.burn)?;
            return Ok(split.burn);
        }
        if self.waiting.is_zero() {
            self.waiting_since = now;
        }
        self.waiting = self.waiting.checked_add(split.burn)?;
        Ok(Uint128::zero())
    }

    /// What this account owes, beside its open lot.
    pub fn owed(&self, in_lot: Uint128) -> Vec<(&'static str, Uint128)> {
        vec![
            ("waiting", self.waiting),
            ("lot", in_lot),
            ("audit_seed", self.audit_seed),
            ("insurance", self.insurance),
        ]
    }

    /// # Errors
    /// A sum does not fit.
    pub fn record_sale(&mut self, sold: Uint128, brought: Uint128) -> Result<(), OverflowError> {
        self.sold = self.sold.checked_add(sold)?;
        self.brought = self.brought.checked_add(brought)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(burn: u16, audit_seed: u16, insurance: u16) -> Shares<Addr> {
        Shares {
            burn: BasisPoints(burn),
            audit_seed: BasisPoints(audit_seed),
            insurance: BasisPoints(insurance),
            insurance_to: Addr::unchecked("insurance"),
        }
    }

    #[test]
    fn the_parts_make_the_whole_and_burning_takes_the_remainder() {
        let shares = shares(3_334, 3_333, 3_333);
        for amount in (0..200).chain([u128::MAX - 1, u128::MAX]) {
            let split = Split::of(Uint128::new(amount), &shares).unwrap();
            assert_eq!(
                split.burn + split.audit_seed + split.insurance,
                Uint128::new(amount)
            );
            assert!(split.burn >= split.audit_seed);
        }
        let split = Split::of(Uint128::one(), &shares).unwrap();
        assert_eq!(split.burn, Uint128::one());
    }

    #[test]
    fn fees_wait_from_the_first_that_came() {
        let (mut account, shares) = (Account::default(), shares(10_000, 0, 0));
        account
            .collect(Uint128::new(5), &shares, UnixTime(10), false)
            .unwrap();
        account
            .collect(Uint128::new(5), &shares, UnixTime(20), false)
            .unwrap();
        assert_eq!(
            (account.waiting, account.waiting_since),
            (Uint128::new(10), UnixTime(10))
        );
    }

    #[test]
    fn a_sum_beyond_128_bits_is_an_error() {
        let (mut account, shares) = (Account::default(), shares(10_000, 0, 0));
        account
            .collect(Uint128::MAX, &shares, UnixTime(1), false)
            .unwrap();
        assert!(account
            .collect(Uint128::one(), &shares, UnixTime(1), false)
            .is_err());
    }
}
