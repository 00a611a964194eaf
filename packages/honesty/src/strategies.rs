//! The catalogue: every strategy by its name, what it is tried over, and what it gains against honest behaviour.

use market_math::MathError;
use market_types::BasisPoints;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::auditors::{self, Habit};
use crate::framing::{self, Cause};
use crate::plans::{self, Family};
use crate::seating::{reroll, Reroll};
use crate::stats::Estimate;
use crate::terms::Terms;
use crate::washing::self_dealing;

/// Who plays, and what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    Provider(Family),
    /// A provider whose friends have the share of weight that is the parameter, in percent.
    Colluding,
    /// An auditor or juror that is lazy in a share of its seats.
    Lazy(Habit),
    /// A tenant with friends, against a provider; by cost share of audits, in percent.
    Framing(Cause),
    /// Friends who move in the audit table.
    Moving(Reroll),
    /// So many units dealt with oneself, and a cheat after it.
    SelfDealing(Family),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strategy {
    pub name: &'static str,
    pub play: Play,
    /// What the parameter is, and its values.
    pub parameter: &'static str,
    pub values: &'static [u32],
    /// What a gain is counted in.
    pub unit: &'static str,
}

const PER_LEASE: &str = "unit prices per lease";
const PER_SEATS: &str = "auditor fees per 100 seats";
const PER_AUDIT: &str = "unit prices per audit";
const SHARE: &[u32] = &[1, 2, 5, 10, 25, 50, 100];
const FEW: &[u32] = &[1, 2, 3, 5, 8, 12, 20, 32, 64];
const LEAD: &[u32] = &[0, 10, 20, 40, 60, 120, 240];
const LAZY: &[u32] = &[10, 50, 100];
const HOURS: &[u32] = &[6, 12, 15, 17, 18, 20, 22, 23];

const fn provider(
    name: &'static str,
    family: Family,
    parameter: &'static str,
    values: &'static [u32],
) -> Strategy {
    Strategy {
        name,
        play: Play::Provider(family),
        parameter,
        values,
        unit: PER_LEASE,
    }
}

const fn lazy(name: &'static str, habit: Habit) -> Strategy {
    Strategy {
        name,
        play: Play::Lazy(habit),
        parameter: "lazy seats, %",
        values: LAZY,
        unit: PER_SEATS,
    }
}

const fn framing_by(name: &'static str, cause: Cause) -> Strategy {
    Strategy {
        name,
        play: Play::Framing(cause),
        parameter: "cost of an audit, %",
        values: &[10, 100],
        unit: PER_AUDIT,
    }
}

const fn moving(name: &'static str, moves: Reroll) -> Strategy {
    Strategy {
        name,
        play: Play::Moving(moves),
        parameter: "weight of friends, %",
        values: &[5, 20],
        unit: "captured pairs per 1000 audits",
    }
}

const fn dealing(name: &'static str, then: Family) -> Strategy {
    Strategy {
        name,
        play: Play::SelfDealing(then),
        parameter: "units dealt with oneself",
        values: &[10, 100, 1_000],
        unit: PER_LEASE,
    }
}

/// All of them.
pub const STRATEGIES: &[Strategy] = &[
    provider(
        "always-cheat",
        Family::AlwaysCheat,
        "units of a batch",
        &[1, 2, 4, 8, 16, 32, 64],
    ),
    provider("cheat-a-share", Family::CheatAShare, "bad units, %", SHARE),
    provider(
        "small-units",
        Family::SmallUnits,
        "bond, unit prices",
        &[40, 100, 200, 400, 1_000, 4_000],
    ),
    provider(
        "low-earnings",
        Family::LowEarnings,
        "held below, bonds",
        &[1, 2, 3, 4],
    ),
    provider("exit-scam", Family::ExitScam, "bad units", FEW),
    provider("vest-edge", Family::VestEdge, "hours waited", HOURS),
    provider("withhold", Family::Withhold, "good units first", LEAD),
    provider("withhold-data", Family::WithholdData, "good units first", LEAD),
    provider(
        "withhold-from-auditors",
        Family::WithholdFromAuditors,
        "good units first",
        LEAD,
    ),
    provider("many-leases", Family::ManyLeases, "leases", &[1, 10, 100]),
    Strategy {
        name: "collude",
        play: Play::Colluding,
        parameter: "weight of friends, %",
        values: &[0, 5, 10, 15, 20],
        unit: PER_LEASE,
    },
    lazy("always-agree", Habit::Agree),
    lazy("always-accuse", Habit::Accuse),
    lazy("copy", Habit::Copy),
    lazy("juror-agrees", Habit::JurorAgrees),
    lazy("juror-accuses", Habit::JurorAccuses),
    framing_by("frame-by-forcing", Cause::Forced),
    framing_by("accuse-what-is-drawn", Cause::Drawn),
    moving("leave-the-table", Reroll::Leave),
    moving("join-the-table", Reroll::Join),
    dealing("self-deal", Family::ExitScam),
    dealing("wash-trade", Family::AlwaysCheat),
];

/// What a strategy gains with one value of its parameter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    pub value: u32,
    pub gain: Estimate,
    /// Units, seats or audits that were simulated.
    pub simulated: u64,
}

impl Strategy {
    pub fn by_name(name: &str) -> Option<&'static Self> {
        STRATEGIES.iter().find(|strategy| strategy.name == name)
    }

    /// Its gain at `value`, over about `units` bad units, audits or hundredths of seats. The same seed gives the same figures.
    ///
    /// # Errors
    /// None that these sizes can cause.
    pub fn measure(&self, value: u32, terms: &Terms, units: u64, seed: u64) -> Result<Point, MathError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(u64::from(value));
        let percent = f64::from(value) / 100.0;
        let (gain, simulated) = match self.play {
            Play::Provider(family) => played(plans::measure(family, value, terms, units, seed)?),
            Play::Colluding => {
                let terms = Terms {
                    friends: percent,
                    ..*terms
                };
                played(plans::measure(Family::ExitScam, 5, &terms, units, seed)?)
            }
            Play::Lazy(habit) => {
                let seats = units.saturating_mul(50);
                (auditors::measure(habit, percent, terms, seats, &mut rng), seats)
            }
            Play::Framing(cause) => {
                let cost = BasisPoints(u16::try_from(value.saturating_mul(100)).unwrap_or(u16::MAX));
                (framing::measure(cause, cost, terms, units, &mut rng)?.gain, units)
            }
            Play::Moving(moves) => {
                let terms = Terms {
                    friends: percent.min(terms.friends),
                    ..*terms
                };
                // Each looks at every way to leave.
                let audits = (units / 20).max(100);
                (reroll(moves, &terms, audits, &mut rng), audits)
            }
            Play::SelfDealing(then) => {
                let (gain, simulated) = played(plans::measure(then, 5, terms, units, seed)?);
                (gain.plus(self_dealing(value, terms)?), simulated)
            }
        };
        Ok(Point {
            value,
            gain,
            simulated,
        })
    }
}

fn played(played: plans::Played) -> (Estimate, u64) {
    (played.gain, played.units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_defaults_no_strategy_gains_with_a_fifth_of_the_weight() {
        for strategy in STRATEGIES {
            for value in strategy.values {
                let point = strategy.measure(*value, &Terms::default(), 10_000, 1).unwrap();
                assert!(
                    point.gain.high <= 0.0,
                    "{} {value}: {:?}",
                    strategy.name,
                    point.gain
                );
            }
        }
    }

    #[test]
    fn names_are_unique_and_find_their_strategy() {
        for strategy in STRATEGIES {
            assert_eq!(Strategy::by_name(strategy.name), Some(strategy));
        }
        assert_eq!(Strategy::by_name("honest"), None);
    }
}
