//! What honesty costs: work done again, as a share of the work that is paid.

use cosmwasm_std::Uint128;
use market_math::draw::Draw;
use market_math::sampling::{audit_rate, CERTAIN};
use market_types::{BasisPoints, BatchNo, Hash32, LeaseId};
use rand::Rng;
use serde::Serialize;

use crate::terms::{Terms, UNIT_PRICE};

#[derive(Clone, Copy, Debug, Serialize)]
pub struct Overhead {
    /// Work bond in unit prices, and held earnings in bonds.
    pub bond_units: u32,
    pub held_bonds: u32,
    /// Probability that a unit is audited.
    pub rate: f64,
    /// Of all compute, what two auditors do again, when an audit costs as much as the unit and a tenth of it.
    pub whole: f64,
    pub crops: f64,
    /// Share of units drawn in the simulation.
    pub drawn: f64,
}

/// Class floor of full re-execution and of crops, in millionths.
const FLOORS: (u32, u32) = (5_000, 10_000);

/// The overhead at this stake, with `units` units drawn.
pub fn measure(bond_units: u32, held_bonds: u32, terms: &Terms, units: u32, rng: &mut impl Rng) -> Overhead {
    let bond = Uint128::from(UNIT_PRICE) * Uint128::from(bond_units);
    let held = bond * Uint128::from(held_bonds);
    let rate = |floor| audit_rate(terms.unit_price(), bond, held, floor);
    let fraction = |rate: Uint128| rate.u128() as f64 / CERTAIN.u128() as f64;
    let again = |rate: Uint128, cost: BasisPoints| 2.0 * fraction(rate) * f64::from(cost.0) / 10_000.0;
    let (whole, crops) = (rate(FLOORS.0), rate(FLOORS.1));
    let mut drawn = 0;
    let batches = units.div_ceil(64).max(1);
    for batch in 0..batches {
        let draw = Draw {
            randomness: Hash32(rng.gen()),
            lease: LeaseId(8),
            batch: BatchNo(batch),
            root: Hash32(rng.gen()),
            rate: whole,
        };
        drawn += draw.bitmap(0, 64).count_ones();
    }
    Overhead {
        bond_units,
        held_bonds,
        rate: fraction(whole),
        whole: again(whole, BasisPoints(10_000)),
        crops: again(crops, BasisPoints(1_000)),
        drawn: f64::from(drawn) / f64::from(batches * 64),
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn at_forty_unit_prices_and_three_times_that_held_audits_cost_five_percent_at_most() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let cost = measure(40, 3, &Terms::default(), 640_000, &mut rng);
        assert!(cost.whole <= 0.05 && cost.crops <= 0.005, "{cost:?}");
        // 300 / (95 * 160) = 1.97 %
        assert!((cost.rate - 300.0 / 15_200.0).abs() < 1e-9);
        assert!((cost.drawn - cost.rate).abs() < 0.001, "{cost:?}");
    }
}
