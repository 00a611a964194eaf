//! A tenant and friends with a share of the weight, against an honest provider.

use cosmwasm_std::Uint128;
use market_math::audit_price::{auditor_fee, forced_audit_price};
use market_math::slash::{slash, MAX_REPORTERS_SHARE};
use market_math::MathError;
use market_types::BasisPoints;
use rand::Rng;

use crate::court::{hear, Case, Defence, Outcome, Ploy};
use crate::panel::Table;
use crate::stats::{Estimate, Mean};
use crate::terms::{Terms, UNIT_PRICE};

/// How audits come about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The tenant forces them and pays for each.
    Forced,
    /// The beacon draws them.
    Drawn,
}

/// What an accusation brings, in unit prices.
#[derive(Clone, Copy, Debug)]
pub struct Framing {
    /// To tenant and friends, per audit.
    pub gain: Estimate,
    /// The provider's loss, per audit.
    pub harm: Estimate,
    /// Convictions of the honest provider.
    pub convictions: u64,
    pub refunds: u64,
}

/// `audits` audits of good units at which every friend accuses. The provider serves, and appeals what is not a pass. Held: three bonds.
///
/// # Errors
/// None that these sizes can cause.
pub fn measure(
    cause: Cause,
    audit_cost: BasisPoints,
    terms: &Terms,
    audits: u64,
    rng: &mut impl Rng,
) -> Result<Framing, MathError> {
    let terms = Terms { audit_cost, ..*terms };
    let price = terms.unit_price();
    let fee = units(auditor_fee(price, audit_cost)?);
    let forced = units(forced_audit_price(price, audit_cost, Uint128::zero())?);
    let (mut gain, mut harm) = (Mean::default(), Mean::default());
    let (mut convictions, mut refunds) = (0, 0);
    let mut table = Table::random(terms.auditors, terms.friends, rng);
    for audit in 0..audits {
        if audit % 64 == 0 {
            table = Table::random(terms.auditors, terms.friends, rng);
        }
        let case = Case {
            good: true,
            defence: Defence::Serve,
            ploy: Ploy::Accuse,
            appeals: true,
            missed_before: 0,
            false_alarm: 0.0,
        };
        let ruling = hear(&terms, &table, case, audit, rng);
        // Auditors save the work; forced audits and juries would not be without the accusers.
        let auditors = f64::from(ruling.friend_auditors);
        let seats = match cause {
            Cause::Forced => auditors,
            Cause::Drawn => auditors * terms.cost,
        };
        let mut gained = (seats + f64::from(ruling.friend_jurors)) * fee
            - f64::from(ruling.friend_faults) * fee * f64::from(terms.fault_fees);
        let mut harmed = 0.0;
        if cause == Cause::Forced {
            gained -= forced;
        }
        match ruling.outcome {
            Outcome::Refunded | Outcome::Missed => {
                refunds += 1;
                gained += 1.0;
                harmed += 1.0;
            }
            Outcome::Convicted => {
                convictions += 1;
                let held = 3.0 * f64::from(terms.bond_units) + 1.0;
                let split = slash(terms.bond(), ruling.reporters, MAX_REPORTERS_SHARE)?;
                gained += held + units(split.each) * f64::from(ruling.friend_reporters);
                harmed += held + f64::from(terms.bond_units);
                if cause == Cause::Forced {
                    gained += forced;
                }
            }
            Outcome::Passed | Outcome::Unaudited => {}
        }
        gain.add(gained);
        harm.add(harmed);
    }
    Ok(Framing {
        gain: gain.estimate(),
        harm: harm.estimate(),
        convictions,
        refunds,
    })
}

fn units(amount: Uint128) -> f64 {
    amount.u128() as f64 / UNIT_PRICE as f64
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn accusing_good_work_costs_the_accusers_more_than_it_brings() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        for cause in [Cause::Forced, Cause::Drawn] {
            for cost in [1_000, 10_000] {
                let framing = measure(cause, BasisPoints(cost), &Terms::default(), 20_000, &mut rng).unwrap();
                assert!(framing.gain.high < 0.0, "{cause:?} {cost} {framing:?}");
                assert_eq!(framing.convictions, 0);
            }
        }
    }
}
