//! What each rule is for: a strategy that gains where the rule is missing.

use market_math::MathError;
use market_types::Seconds;
use serde::Serialize;

use crate::stats::Estimate;
use crate::strategies::Strategy;
use crate::terms::{Counted, Missed, Terms};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_needed() {
        for rule in rules(&Terms::default(), 20_000, 1).unwrap() {
            assert!(rule.with.high < 0.0 && rule.without.low > 0.0, "{rule:?}");
        }
    }
}
