//! One run of the simulation: what every strategy gains, where cheating begins to pay, what honesty costs and suffers.

use market_math::seats::Stage;
use market_math::MathError;
use market_types::Seconds;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::honest::{self, Errors, Suffered};
use crate::overhead::{self, Overhead};
use crate::seating::{filling, unseated, Filling, Rest};
use crate::stats::Estimate;
use crate::strategies::{Point, Strategy};
use crate::terms::{Counted, Missed, Terms};
use crate::washing::{bought, Bought};

/// What a strategy gains over its parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub strategy: &'static str,
    pub parameter: &'static str,
    pub unit: &'static str,
    pub points: Vec<Point>,
    /// The best value, measured once more with other chances, so that it is not the luckiest one.
    pub best: Point,
}

impl Row {
    /// Certainly more than by honest behaviour.
    pub fn gains(&self) -> bool {
        self.best.gain.low > 0.0
    }
}

/// Play `strategy` over its parameter.
///
/// # Errors
/// None that the sizes of the simulation can cause.
pub fn row(strategy: &Strategy, terms: &Terms, units: u64, seed: u64) -> Result<Row, MathError> {
    let points = strategy
        .values
        .iter()
        .map(|value| strategy.measure(*value, terms, units, seed))
        .collect::<Result<Vec<_>, _>>()?;
    let best = points
        .iter()
        .max_by(|a, b| a.gain.mean.total_cmp(&b.gain.mean))
        .map_or(0, |point| point.value);
    Ok(Row {
        strategy: strategy.name,
        parameter: strategy.parameter,
        unit: strategy.unit,
        best: strategy.measure(best, terms, units.saturating_mul(2), seed.wrapping_add(1))?,
        points,
    })
}

/// A strategy over a parameter of the market, past its defaults.
#[derive(Clone, Debug, Serialize)]
pub struct Sweep {
    pub strategy: &'static str,
    pub parameter: &'static str,
    pub points: Vec<Point>,
}

/// Changes one parameter of the market.
type Change = fn(&mut Terms, u32);

const SWEEPS: [(&str, u32, &str, &[u32], Change); 7] = [
    ("exit-scam", 5, "weight of friends, %", FRIENDS, friends),
    ("always-cheat", 1, "weight of friends, %", FRIENDS, friends),
    ("withhold-data", 60, "weight of friends, %", FRIENDS, friends),
    (
        "accuse-what-is-drawn",
        10,
        "weight of friends, %",
        FRIENDS,
        friends,
    ),
    (
        "exit-scam",
        5,
        "power of an auditor, %",
        &[20, 40, 60, 80, 100],
        |terms, percent| {
            terms.power = f64::from(percent) / 100.0;
        },
    ),
    (
        "always-agree",
        100,
        "fees that a fault costs",
        &[5, 10, 15, 20, 25, 40],
        |terms, fees| {
            terms.fault_fees = fees;
        },
    ),
    (
        "always-agree",
        100,
        "planted audits, %",
        &[1, 2, 3, 4, 5, 10],
        |terms, percent| {
            terms.planted = f64::from(percent) / 100.0;
        },
    ),
];

const FRIENDS: &[u32] = &[0, 5, 10, 15, 20, 25, 30, 35, 40, 50];

fn friends(terms: &mut Terms, percent: u32) {
    terms.friends = f64::from(percent) / 100.0;
}

/// Where the defaults stop protecting.
///
/// # Errors
/// None that the sizes of the simulation can cause.
pub fn sweeps(terms: &Terms, units: u64, seed: u64) -> Result<Vec<Sweep>, MathError> {
    let mut sweeps = vec![];
    for (name, at, parameter, values, change) in SWEEPS {
        let Some(strategy) = Strategy::by_name(name) else {
            continue;
        };
        let mut points = vec![];
        for value in values {
            let mut changed = *terms;
            change(&mut changed, *value);
            let point = strategy.measure(at, &changed, units, seed)?;
            points.push(Point {
                value: *value,
                ..point
            });
        }
        sweeps.push(Sweep {
            strategy: name,
            parameter,
            points,
        });
    }
    Ok(sweeps)
}

/// A rule, and what a strategy gains with it and without it.
#[derive(Clone, Debug, Serialize)]
pub struct Rule {
    pub rule: &'static str,
    pub strategy: &'static str,
    pub parameter: &'static str,
    pub value: u32,
    pub unit: &'static str,
    pub with: Estimate,
    pub without: Estimate,
}

/// A rule, the strategy it stops with the parameter, the circumstances, and how the rule is taken away.
type Removal = (&'static str, &'static str, u32, fn(&mut Terms), fn(&mut Terms));

const RULES: [Removal; 5] = [
    (
        "held earnings count only while fresh",
        "vest-edge",
        23,
        |_| (),
        |terms| terms.counted = Counted::All,
    ),
    (
        "an accusation freezes the lease (units of 2 h)",
        "vest-edge",
        12,
        |terms| terms.unit_deadline = Seconds(2 * Seconds::HOUR.0),
        |terms| terms.freeze = false,
    ),
    (
        "vesting takes four times the auditors (units of 8 h)",
        "vest-edge",
        12,
        |terms| terms.unit_deadline = Seconds(8 * Seconds::HOUR.0),
        |terms| terms.vesting_covers_audit = false,
    ),
    (
        "a missed opening must be made up",
        "withhold",
        60,
        |_| (),
        |terms| terms.missed = Missed::Fined,
    ),
    (
        "a fault costs 25 fees, not 10",
        "always-agree",
        100,
        |_| (),
        |terms| terms.fault_fees = 10,
    ),
];

/// What each rule is for.
///
/// # Errors
/// None that the sizes of the simulation can cause.
pub fn rules(terms: &Terms, units: u64, seed: u64) -> Result<Vec<Rule>, MathError> {
    let mut rules = vec![];
    for (rule, name, value, circumstances, remove) in RULES {
        let Some(strategy) = Strategy::by_name(name) else {
            continue;
        };
        let mut with = *terms;
        circumstances(&mut with);
        let mut without = with;
        remove(&mut without);
        rules.push(Rule {
            rule,
            strategy: name,
            parameter: strategy.parameter,
            value,
            unit: strategy.unit,
            with: strategy.measure(value, &with, units, seed)?.gain,
            without: strategy.measure(value, &without, units, seed)?.gain,
        });
    }
    Ok(rules)
}

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
    for rest in [Rest::SevenDays, Rest::LastAudit] {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_needed() {
        for rule in rules(&Terms::default(), 20_000, 1).unwrap() {
            assert!(rule.with.high < 0.0 && rule.without.low > 0.0, "{rule:?}");
        }
    }

    #[test]
    fn a_row_measures_its_best_value_again() {
        let strategy = Strategy::by_name("exit-scam").unwrap();
        let row = row(strategy, &Terms::default(), 2_000, 1).unwrap();
        assert_eq!(row.points.len(), strategy.values.len());
        let best = row
            .points
            .iter()
            .find(|point| point.value == row.best.value)
            .unwrap();
        assert_ne!(best.gain, row.best.gain);
        assert!(!row.gains());
    }
}
