//! What a caller may decide about a connection, with one default each.

use std::{str::FromStr, time::Duration};

use cosmwasm_std::{Coin, Decimal, Uint128};
use thiserror::Error;

/// Settings of a [`crate::Chain`]. `Options::default()` suits a local node.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Human-readable part of account addresses. Default `lease`.
    pub prefix: String,
    /// What a unit of gas costs. Default `0.025ulease`; zero sends no fee.
    pub gas_price: GasPrice,
    /// Address whose fee grant pays instead of the signer. Default: none.
    pub fee_granter: Option<String>,
    /// Simulated gas is multiplied by this, rounded up. Default 1.4: delivery costs more than simulation.
    pub gas_adjustment: Decimal,
    /// The chain that must answer. Default: whatever the first reachable endpoint serves.
    pub chain_id: Option<String>,
    /// Bound on one request to one endpoint. Default 10 s.
    pub request_timeout: Duration,
    /// Bound on the wait for a state that is no older than one that was read already, where every endpoint lags.
    /// Default 5 s.
    pub lag_timeout: Duration,
    /// Bound on the wait for a transaction to be in a block. Default 60 s.
    pub confirm_timeout: Duration,
    /// A node may forget a waiting transaction (restart, full mempool): the same bytes are sent again this often.
    /// Default 5 s.
    pub rebroadcast_interval: Duration,
    /// Pause between two looks at a pending transaction or a pending block. Default 250 ms.
    pub poll_interval: Duration,
    /// Bound on one answer, in bytes. Default 16 MiB.
    pub max_answer: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefix: "lease".to_owned(),
            gas_price: GasPrice {
                amount: Decimal::permille(25),
                denom: "ulease".to_owned(),
            },
            fee_granter: None,
            gas_adjustment: Decimal::percent(140),
            chain_id: None,
            request_timeout: Duration::from_secs(10),
            lag_timeout: Duration::from_secs(5),
            confirm_timeout: Duration::from_secs(60),
            rebroadcast_interval: Duration::from_secs(5),
            poll_interval: Duration::from_millis(250),
            max_answer: 16 << 20,
        }
    }
}

/// Price of one unit of gas, written `0.025ulease`.
#[derive(Debug, Clone, PartialEq)]
pub struct GasPrice {
    pub amount: Decimal,
    pub denom: String,
}

#[derive(Debug, Clone, PartialEq, Error)]
pub enum GasPriceError {
    #[error("a gas price is a decimal and a denom such as 0.025ulease, not {text:?}")]
    Malformed { text: String },
    #[error("{gas} gas at {price} a unit is more than 128 bits hold")]
    Overflow { gas: u64, price: Decimal },
}

impl GasPrice {
    /// The fee for a gas limit: `gas * amount`, rounded up; nothing when the price is zero.
    pub fn fee(&self, gas: u64) -> Result<Option<Coin>, GasPriceError> {
        let amount = mul_ceil(gas, self.amount)?;
        Ok((!amount.is_zero()).then(|| Coin {
            denom: self.denom.clone(),
            amount,
        }))
    }
}

impl FromStr for GasPrice {
    type Err = GasPriceError;

    fn from_str(text: &str) -> Result<Self, GasPriceError> {
        let malformed = || GasPriceError::Malformed {
            text: text.to_owned(),
        };
        let split = text
            .find(|c: char| c.is_ascii_alphabetic())
            .ok_or_else(malformed)?;
        let (amount, denom) = text.split_at(split);
        if !denom
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/:._-".contains(c))
        {
            return Err(malformed());
        }
        Ok(Self {
            amount: amount.parse().map_err(|_| malformed())?,
            denom: denom.to_owned(),
        })
    }
}

/// `gas * factor`, rounded up.
pub(crate) fn mul_ceil(gas: u64, factor: Decimal) -> Result<Uint128, GasPriceError> {
    Uint128::from(gas)
        .checked_mul_ceil(factor)
        .map_err(|_| GasPriceError::Overflow { gas, price: factor })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_rounded_up() {
        let price: GasPrice = "0.025ulease".parse().unwrap();
        assert_eq!(price.fee(41).unwrap(), Some(Coin::new(2u128, "ulease")));
    }

    #[test]
    fn a_price_of_zero_sends_no_fee() {
        assert_eq!(
            "0ulease".parse::<GasPrice>().unwrap().fee(1_000_000).unwrap(),
            None
        );
    }

    #[test]
    fn a_fee_beyond_128_bits_is_refused() {
        let price = GasPrice {
            amount: Decimal::MAX,
            denom: "ulease".to_owned(),
        };
        assert!(matches!(
            price.fee(u64::MAX),
            Err(GasPriceError::Overflow { gas: u64::MAX, .. })
        ));
    }

    #[test]
    fn malformed_prices_are_refused() {
        for text in ["", "0.025", "ulease", "-1ulease", "1 ulease", "1e3ulease!"] {
            assert!(text.parse::<GasPrice>().is_err(), "{text}");
        }
    }
}
