//! What a cheating provider may try, as plans, and what each gains.

use market_math::MathError;
use market_types::Seconds;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::court::Defence;
use crate::lease::{run, Plan, LEASE_UNITS, PLAN};
use crate::panel::Table;
use crate::stats::{Estimate, Mean};
use crate::terms::Terms;

/// A strategy with the parameter it is tried over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Every unit is bad, over defences: serve, keep shut, starve.
    AlwaysCheat,
    /// A share of the units is bad, in percent.
    CheatAShare,
    /// Units so small beside the bond that the audit rate is at its floor; bond in unit prices.
    SmallUnits,
    /// Only while less than so many bonds are held.
    LowEarnings,
    /// Good work first, then so many bad units, then gone.
    ExitScam,
    /// Good work, a wait until it is about to vest, then so many bad units.
    VestEdge,
    /// Bad work until it is drawn, then no opening; so many units of good work first.
    Withhold,
    /// Bad work until it is drawn, then no data for the auditors; so many units of good work first.
    WithholdData,
    /// The same, but a jury is served.
    WithholdFromAuditors,
    /// So many leases at once, each with a bond of its own.
    ManyLeases,
}

impl Strategy {
    pub const ALL: [Self; 10] = [
        Self::AlwaysCheat,
        Self::CheatAShare,
        Self::SmallUnits,
        Self::LowEarnings,
        Self::ExitScam,
        Self::VestEdge,
        Self::Withhold,
        Self::WithholdData,
        Self::WithholdFromAuditors,
        Self::ManyLeases,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::AlwaysCheat => "always-cheat",
            Self::CheatAShare => "cheat-a-share",
            Self::SmallUnits => "small-units",
            Self::LowEarnings => "low-earnings",
            Self::ExitScam => "exit-scam",
            Self::VestEdge => "vest-edge",
            Self::Withhold => "withhold",
            Self::WithholdData => "withhold-data",
            Self::WithholdFromAuditors => "withhold-from-auditors",
            Self::ManyLeases => "many-leases",
        }
    }

    /// What the parameter is.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::AlwaysCheat => "units of a batch",
            Self::CheatAShare => "share of bad units, %",
            Self::SmallUnits => "bond, unit prices",
            Self::LowEarnings => "held below, bonds",
            Self::ExitScam | Self::VestEdge => "bad units",
            Self::Withhold | Self::WithholdData | Self::WithholdFromAuditors => "good units first",
            Self::ManyLeases => "leases",
        }
    }

    pub fn values(self) -> &'static [u32] {
        match self {
            Self::AlwaysCheat => &[1, 2, 4, 8, 16, 32, 64],
            Self::CheatAShare => &[1, 2, 5, 10, 25, 50, 100],
            Self::SmallUnits => &[40, 100, 200, 400, 1_000, 4_000, 10_000],
            Self::LowEarnings => &[1, 2, 3, 4],
            Self::ExitScam | Self::VestEdge => &[1, 2, 3, 5, 8, 12, 20, 32, 64],
            Self::Withhold | Self::WithholdData | Self::WithholdFromAuditors => {
                &[0, 10, 20, 40, 60, 120, 240]
            }
            Self::ManyLeases => &[1, 10, 100],
        }
    }

    fn plan(self, value: u32, terms: &Terms) -> (Plan, Terms, u32) {
        // What makes the held earnings count in full.
        let full = 3 * terms.bond_units;
        let mut terms = *terms;
        let mut leases = 1;
        let plan = match self {
            Self::AlwaysCheat => Plan { batch: value, ..PLAN },
            Self::CheatAShare => Plan {
                share: f64::from(value) / 100.0,
                ..PLAN
            },
            Self::SmallUnits => {
                terms.bond_units = value;
                Plan { lead: full, ..PLAN }
            }
            Self::LowEarnings => Plan {
                while_held_below: Some(value),
                ..PLAN
            },
            Self::ExitScam => Plan {
                lead: full,
                cheats: value,
                ..PLAN
            },
            Self::VestEdge => Plan {
                lead: full,
                // Counted for as long as anything counts, to the minute.
                pause: Seconds(terms.vests_after().0.saturating_sub(600)),
                cheats: value,
                ..PLAN
            },
            Self::Withhold => Plan {
                lead: value,
                defence: Defence::KeepShut,
                ..PLAN
            },
            Self::WithholdData => Plan {
                lead: value,
                defence: Defence::Starve,
                ..PLAN
            },
            Self::WithholdFromAuditors => Plan {
                lead: value,
                defence: Defence::StarveAuditors,
                ..PLAN
            },
            Self::ManyLeases => {
                leases = value;
                PLAN
            }
        };
        (plan, terms, leases)
    }
}

/// What a strategy gains with one value of its parameter.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Point {
    pub value: u32,
    /// Unit prices per lease, or per all its leases at once, against doing the same units.
    pub gain: Estimate,
    pub units: u64,
    pub bad_units: u64,
    /// Share of the episodes that ended in a conviction.
    pub convicted: f64,
}

/// Play `strategy` until at least `units` bad units were posted.
///
/// # Errors
/// None that these sizes can cause.
pub fn measure(
    strategy: Strategy,
    value: u32,
    terms: &Terms,
    units: u64,
    seed: u64,
) -> Result<Point, MathError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(value) << 8 | strategy as u64);
    let (plan, terms, leases) = strategy.plan(value, terms);
    let (mut gain, mut done, mut bad, mut convicted) = (Mean::default(), 0, 0, 0u32);
    let mut episodes = 0u32;
    while bad < units || episodes < 64 {
        // A table of its own for each episode, so that no table's luck is the strategy's.
        let table = Table::random(terms.auditors, terms.friends, &mut rng);
        let mut sum = 0.0;
        let mut caught = false;
        for _ in 0..leases {
            let episode = run(&terms, &table, &plan, &mut rng)?;
            sum += episode.gain;
            done += episode.units;
            bad += episode.bad;
            caught |= episode.convicted;
        }
        gain.add(sum);
        convicted += u32::from(caught);
        episodes += 1;
        if done > units.saturating_mul(u64::from(LEASE_UNITS)) {
            break;
        }
    }
    Ok(Point {
        value,
        gain: gain.estimate(),
        units: done,
        bad_units: bad,
        convicted: f64::from(convicted) / f64::from(episodes),
    })
}
