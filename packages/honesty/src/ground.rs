//! What strategies and rules rest on: honest providers, the cost of audits, the table, reputation.

use market_math::seats::Stage;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::honest::{self, Errors, Suffered};
use crate::overhead::{self, Overhead};
use crate::seating::{filling, unseated, Filling, Rest};
use crate::stats::Estimate;
use crate::terms::Terms;
use crate::washing::{bought, Bought};

/// Audits of one provider for which nobody could be seated.
#[derive(Clone, Debug, Serialize)]
pub struct Unseated {
    pub rest: Rest,
    pub operators: u32,
    pub audits_per_day: u32,
    pub unseated: Estimate,
}

/// What the strategies rest on.
#[derive(Clone, Debug, Serialize)]
pub struct Ground {
    pub honest: Vec<Suffered>,
    pub overhead: Vec<Overhead>,
    pub unseated: Vec<Unseated>,
    pub filling: Vec<Filling>,
    pub reputation: Vec<Bought>,
}

/// Errors of comparators that honest providers are tried with, per auditor and for a whole class at once.
const ERRORS: [Errors; 4] = [
    Errors::NONE,
    Errors {
        alone: 1e-3,
        together: 0.0,
    },
    Errors {
        alone: 1e-2,
        together: 0.0,
    },
    Errors {
        alone: 1e-2,
        together: 1e-4,
    },
];

/// `units` honest units per rate of errors.
pub fn ground(terms: &Terms, units: u64, seed: u64) -> Ground {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut unseated_by = vec![];
    for rest in [Rest::Week, Rest::WeekForHalfTheTries] {
        for (operators, audits_per_day) in [(8, 1), (8, 15), (64, 1), (64, 5), (64, 15), (256, 15)] {
            unseated_by.push(Unseated {
                rest,
                operators,
                audits_per_day,
                unseated: unseated(rest, operators, audits_per_day, &mut rng),
            });
        }
    }
    Ground {
        honest: ERRORS
            .iter()
            .map(|errors| honest::measure(*errors, terms, units, &mut rng))
            .collect(),
        overhead: [(20, 0), (20, 3), (40, 0), (40, 1), (40, 3), (100, 3), (400, 3)]
            .iter()
            .map(|(bond, held)| overhead::measure(*bond, *held, terms, 64_000, &mut rng))
            .collect(),
        unseated: unseated_by,
        filling: [1, 4, 16, 64]
            .iter()
            .flat_map(|weight| [Stage::Auditors, Stage::Jury, Stage::Appeal].map(|stage| (*weight, stage)))
            .map(|(weight, stage)| filling(weight, stage, 500, &mut rng))
            .collect(),
        reputation: [0, 1, 3, 10, 30, 100, 1_000].map(bought).to_vec(),
    }
}
