//! Dealing with oneself: for a lower audit rate, which it does not bring, and for reputation, which it buys at the price of the fees.

use cosmwasm_std::Uint128;
use market_math::fee::fee;
use market_math::reputation::{score, weight, FLOOR, OBSERVATION};
use market_math::sampling::{audit_rate, premium_per_unit};
use market_math::MathError;
use serde::Serialize;

use crate::terms::{Terms, UNIT_PRICE};

/// What `units` units of a lease with oneself cost, in unit prices: the take rate and the audit premium of a lease that holds nothing
/// yet. The audit rate of another lease has no argument that this could move: it counts that lease's bond and that lease's earnings.
///
/// # Errors
/// None that these sizes can cause.
pub fn self_dealing(units: u32, terms: &Terms) -> Result<f64, MathError> {
    let price = terms.unit_price();
    let taken = fee(price.0, terms.take_rate)?;
    let rate = audit_rate(
        price,
        terms.bond(),
        terms.bond() * Uint128::new(3),
        terms.floor_ppm,
    );
    let premium = premium_per_unit(rate, terms.audit_cost, price)?;
    Ok(-f64::from(units) * (taken + premium).u128() as f64 / UNIT_PRICE as f64)
}

/// A reputation that was bought.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Bought {
    /// Fees paid on faked volume, in observations, each one `evidence_unit` network tokens.
    pub observations: u32,
    /// Score, in basis points.
    pub score: u16,
    /// What the provider may ask for the same rank in a `best_score` order, against a newcomer that asks 1.
    pub times_a_newcomer: f64,
    /// The same, beside a provider of a hundred honest observations.
    pub times_a_veteran: f64,
}

pub fn bought(observations: u32) -> Bought {
    let observed = |n: u32| weight(Uint128::from(n), Uint128::one());
    let of = |n: u32| score(observed(n), Uint128::zero());
    let own = of(observations);
    Bought {
        observations,
        score: own.0,
        times_a_newcomer: f64::from(own.0) / f64::from(FLOOR.0),
        times_a_veteran: f64::from(own.0) / f64::from(of(100).0),
    }
}

/// Score after `observations` bought ones and a conviction on a lease whose fee was to be `failure` observations.
pub fn after_conviction(observations: u32, failure: u32) -> u16 {
    let observed = |n: u32| OBSERVATION * Uint128::from(n);
    score(observed(observations), observed(failure)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dealing_with_oneself_costs_fees_and_premiums() {
        // 2 % and two audits at 300 / (95 * 80).
        let gain = self_dealing(100, &Terms::default()).unwrap();
        assert!((gain + 100.0 * (0.02 + 600.0 / 7_600.0)).abs() < 0.001, "{gain}");
    }

    #[test]
    fn ten_observations_of_fees_buy_a_newcomer_nearly_eight_times_its_price() {
        assert_eq!(bought(10).score, 7_880);
        assert!((bought(10).times_a_newcomer - 7.88).abs() < 1e-9);
        assert!(bought(1_000).times_a_veteran < 1.03);
        assert_eq!(bought(0).score, 1_000);
    }

    #[test]
    fn a_conviction_weighs_as_much_as_the_work_it_was_for() {
        assert!(after_conviction(10, 1) < 7_000);
        assert!(after_conviction(10, 10) < 3_500);
    }
}
