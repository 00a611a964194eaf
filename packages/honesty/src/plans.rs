//! Cheating providers: families of plans, and what each gains.

use market_math::MathError;
use market_types::Seconds;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::court::Defence;
use crate::lease::{run, Plan, LEASE_UNITS, PLAN};
use crate::panel::Table;
use crate::stats::{Estimate, Mean};
use crate::terms::Terms;

/// Plans of a provider that differ by one parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Every unit is bad; by size of the batches.
    AlwaysCheat,
    /// A share of the units is bad, in percent.
    CheatAShare,
    /// Units so small beside the bond that the audit rate is at its floor; bond in unit prices.
    SmallUnits,
    /// Only while less than so many bonds are held.
    LowEarnings,
    /// Good work first, then so many bad units, then gone.
    ExitScam,
    /// Good work, a wait of so many hours while it vests, then a handful of bad units.
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

/// Bad units that are few enough to stay unseen, were nothing else to lose.
const HANDFUL: u32 = 5;

impl Family {
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
                pause: Seconds(u64::from(value) * Seconds::HOUR.0),
                cheats: HANDFUL,
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

/// How the leases of a family went.
#[derive(Clone, Copy, Debug)]
pub struct Played {
    /// Unit prices per lease, or per all its leases at once, against doing the same units.
    pub gain: Estimate,
    pub units: u64,
    pub bad_units: u64,
    /// Share of the episodes that ended in a conviction.
    pub convicted: f64,
}

/// Play `family` until at least `units` bad units were posted.
///
/// # Errors
/// None that these sizes can cause.
pub fn measure(
    family: Family,
    value: u32,
    terms: &Terms,
    units: u64,
    seed: u64,
) -> Result<Played, MathError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::from(value) << 8 | family as u64);
    let (plan, terms, leases) = family.plan(value, terms);
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
    Ok(Played {
        gain: gain.estimate(),
        units: done,
        bad_units: bad,
        convicted: f64::from(convicted) / f64::from(episodes),
    })
}
