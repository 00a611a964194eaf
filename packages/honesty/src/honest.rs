//! What honest providers suffer: from honest auditors, nothing in class `exact`, and as much as comparators err elsewhere.

use cosmwasm_std::Uint128;
use market_math::draw::Draw;
use market_math::sampling::audit_rate;
use market_types::{BatchNo, Hash32, LeaseId};
use rand::Rng;
use serde::Serialize;

use crate::court::{hear, Case, Defence, Outcome, Ploy};
use crate::panel::Table;
use crate::stats::{share, Estimate};
use crate::terms::Terms;

/// How often comparators err on good units.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Errors {
    /// Each auditor for itself.
    pub alone: f64,
    /// Units on which every auditor of the class errs, as after a bad driver.
    pub together: f64,
}

impl Errors {
    pub const NONE: Self = Self {
        alone: 0.0,
        together: 0.0,
    };
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Suffered {
    pub errors: Errors,
    pub units: u64,
    pub audits: u64,
    /// Units whose provider was convicted, and the same as a share of all.
    pub convictions: u64,
    pub convicted: Estimate,
    pub refunds: u64,
    pub refunded: Estimate,
}

/// `units` good units in batches of 64 with three bonds held, audited by honest auditors that err as `errors` say. The provider appeals.
pub fn measure(errors: Errors, terms: &Terms, units: u64, rng: &mut impl Rng) -> Suffered {
    let table = Table::random(terms.auditors, 0.0, rng);
    let rate = audit_rate(
        terms.unit_price(),
        terms.bond(),
        terms.bond() * Uint128::new(3),
        terms.floor_ppm,
    );
    let (mut posted, mut audits, mut convictions, mut refunds) = (0u64, 0u64, 0u64, 0u64);
    while posted < units {
        let batch = u32::try_from((units - posted).min(64)).unwrap_or(64);
        let draw = Draw {
            randomness: Hash32(rng.gen()),
            lease: LeaseId(posted),
            batch: BatchNo(0),
            root: Hash32(rng.gen()),
            rate,
        };
        for _ in 0..draw.bitmap(0, batch).count_ones() {
            let false_alarm = match rng.gen_bool(errors.together) {
                true => 1.0,
                false => errors.alone,
            };
            let case = Case {
                good: true,
                defence: Defence::Serve,
                ploy: Ploy::Shield,
                appeals: true,
                missed_before: 0,
                false_alarm,
            };
            match hear(terms, &table, case, audits, rng).outcome {
                Outcome::Convicted => convictions += 1,
                Outcome::Refunded | Outcome::Missed => refunds += 1,
                Outcome::Passed | Outcome::Unaudited => {}
            }
            audits += 1;
        }
        posted += u64::from(batch);
    }
    Suffered {
        errors,
        units: posted,
        audits,
        convictions,
        convicted: share(convictions, posted),
        refunds,
        refunded: share(refunds, posted),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn of_a_million_exact_units_none_is_slashed_or_refunded() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let suffered = measure(Errors::NONE, &Terms::default(), 1_000_000, &mut rng);
        assert_eq!(
            (suffered.units, suffered.convictions, suffered.refunds),
            (1_000_000, 0, 0)
        );
        // 300 / (95 * 80) of them were looked at.
        assert!((38_500..40_500).contains(&suffered.audits), "{}", suffered.audits);
    }

    #[test]
    fn errors_of_single_auditors_convict_nobody_and_those_of_all_convict_as_often_as_they_happen() {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let alone = Errors {
            alone: 0.01,
            together: 0.0,
        };
        assert_eq!(
            measure(alone, &Terms::default(), 500_000, &mut rng).convictions,
            0
        );
        let together = Errors {
            alone: 0.0,
            together: 0.01,
        };
        let suffered = measure(together, &Terms::default(), 500_000, &mut rng);
        let expected = suffered.audits as f64 * 0.01 / suffered.units as f64;
        assert!(suffered.convicted.low < expected && expected < suffered.convicted.high);
    }
}
