//! Strategies over parameters of the market, past the defaults: where cheating begins to pay.

use market_math::MathError;
use serde::Serialize;

use crate::strategies::{Point, Strategy};
use crate::terms::Terms;

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
