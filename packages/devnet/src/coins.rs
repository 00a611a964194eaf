//! Coins as the Cosmos SDK writes, orders and validates them.

use cosmrs::proto::cosmos::base::v1beta1::Coin as ProtoCoin;
use cosmwasm_std::{Coin, Uint128};

use crate::refusal::Refusal;

/// `12ulease,5uusd`; empty for none.
pub fn text(coins: &[Coin]) -> String {
    coins
        .iter()
        .map(|coin| format!("{}{}", coin.amount, coin.denom))
        .collect::<Vec<_>>()
        .join(",")
}

pub fn to_proto(coins: &[Coin]) -> Vec<ProtoCoin> {
    coins
        .iter()
        .map(|coin| ProtoCoin {
            denom: coin.denom.clone(),
            amount: coin.amount.to_string(),
        })
        .collect()
}

/// Coins of a message: amounts above zero, denominations ascending and distinct.
///
/// # Errors
/// `Refusal::Coins` names the coins as they came.
pub fn from_proto(coins: &[ProtoCoin]) -> Result<Vec<Coin>, Refusal> {
    let written = || {
        coins
            .iter()
            .map(|coin| format!("{}{}", coin.amount, coin.denom))
            .collect::<Vec<_>>()
            .join(",")
    };
    let mut parsed: Vec<Coin> = Vec::with_capacity(coins.len());
    for coin in coins {
        let amount: Uint128 = coin.amount.parse().map_err(|_| Refusal::Coins(written()))?;
        let ascending = parsed.last().is_none_or(|last| last.denom < coin.denom);
        if amount.is_zero() || coin.denom.is_empty() || !ascending {
            return Err(Refusal::Coins(written()));
        }
        parsed.push(Coin {
            denom: coin.denom.clone(),
            amount,
        });
    }
    Ok(parsed)
}

/// The sum of both, ordered by denomination.
pub fn add(left: &[Coin], right: &[Coin]) -> Vec<Coin> {
    let mut sum: std::collections::BTreeMap<String, Uint128> = std::collections::BTreeMap::new();
    for coin in left.iter().chain(right) {
        let held = sum.entry(coin.denom.clone()).or_default();
        *held = held.saturating_add(coin.amount);
    }
    sum.into_iter()
        .map(|(denom, amount)| Coin { denom, amount })
        .collect()
}

/// Whether `held` has at least `wanted` of each denomination.
pub fn covers(held: &[Coin], wanted: &[Coin]) -> bool {
    wanted
        .iter()
        .all(|want| amount_of(held, &want.denom) >= want.amount)
}

pub fn amount_of(coins: &[Coin], denom: &str) -> Uint128 {
    coins
        .iter()
        .find(|coin| coin.denom == denom)
        .map_or(Uint128::zero(), |coin| coin.amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proto(pairs: &[(&str, &str)]) -> Vec<ProtoCoin> {
        pairs
            .iter()
            .map(|(amount, denom)| ProtoCoin {
                denom: (*denom).into(),
                amount: (*amount).into(),
            })
            .collect()
    }

    #[test]
    fn zero_negative_and_disordered_coins_are_refused_as_written() {
        for (case, text) in [
            (proto(&[("0", "ulease")]), "0ulease"),
            (proto(&[("-1", "ulease")]), "-1ulease"),
            (proto(&[("1", "b"), ("1", "a")]), "1b,1a"),
            (proto(&[("1", "a"), ("1", "a")]), "1a,1a"),
        ] {
            assert_eq!(from_proto(&case), Err(Refusal::Coins(text.to_owned())));
        }
    }

    #[test]
    fn sums_are_ordered_by_denomination() {
        let left = from_proto(&proto(&[("1", "b")])).unwrap();
        let right = from_proto(&proto(&[("2", "a"), ("3", "b")])).unwrap();
        assert_eq!(text(&add(&left, &right)), "2a,4b");
    }
}
