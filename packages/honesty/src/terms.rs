//! The rules a market is simulated under.

use cosmwasm_std::Uint128;
use market_types::{BasisPoints, Price, Seconds};
use serde::Serialize;

/// Price of a unit in the simulation, in base units; results are in multiples of it.
pub const UNIT_PRICE: u64 = 1_000_000;

/// Which held earnings lower the audit rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All that the lease holds.
    All,
    /// What was posted within three quarters of the vesting time ([`market_math::fresh`]).
    Fresh,
}

/// What the first missed opening in 30 days costs, beyond the unit. A second one convicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// A share of the work bond, and that is all.
    Fined,
    /// A share of the work bond, and the unit must still be opened within a day, for new auditors; otherwise it convicts.
    MustStillOpen,
}

/// Parameters of the market, and how far the strategies may go.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Terms {
    /// Work bond of a lease, in unit prices.
    pub bond_units: u32,
    /// Least audit rate of the class, in millionths.
    pub floor_ppm: u32,
    /// What an audit costs, as a share of the unit's price.
    pub audit_cost: BasisPoints,
    pub vesting: Seconds,
    pub unit_deadline: Seconds,
    pub take_rate: BasisPoints,
    pub counted: Counted,
    /// Nothing of a lease is released from an accusation or a missed opening until its audit has ended.
    pub freeze: bool,
    /// Vesting takes at least four times as long as auditors may take.
    pub vesting_covers_audit: bool,
    pub missed: Missed,
    /// Share of the work bond that a first missed opening costs.
    pub missed_share: BasisPoints,
    /// What an auditor at fault loses, in auditor fees.
    pub fault_fees: u32,
    /// What an appeal in vain costs, in auditor fees.
    pub appeal_deposit: u32,
    /// Share of audits that look at units planted as bad.
    pub planted: f64,
    /// What it costs to do a unit, as a share of its price. A cheat saves it. Take rate and the premium of a lease that holds three bonds
    /// leave 0.901 of the price: whoever has higher costs gains by taking no work at all.
    pub cost: f64,
    /// Probability that an honest auditor calls a bad unit a mismatch.
    pub power: f64,
    /// Share of the bonded weight that plays together.
    pub friends: f64,
    /// Entries of the audit table.
    pub auditors: u32,
}

impl Default for Terms {
    /// Class `exact` with the market's defaults, and one fifth of the weight with the cheat.
    fn default() -> Self {
        Self {
            bond_units: 20,
            floor_ppm: 5_000,
            audit_cost: BasisPoints(10_000),
            vesting: Seconds::DAY,
            unit_deadline: Seconds(300),
            take_rate: BasisPoints(200),
            counted: Counted::Fresh,
            freeze: true,
            vesting_covers_audit: true,
            missed: Missed::MustStillOpen,
            missed_share: BasisPoints(1_000),
            fault_fees: 25,
            appeal_deposit: 0,
            planted: 0.05,
            cost: 0.9,
            power: 1.0,
            friends: 0.2,
            auditors: 64,
        }
    }
}

impl Terms {
    pub fn unit_price(&self) -> Price {
        Price::new(UNIT_PRICE.into())
    }

    /// Work bond of a lease.
    pub fn bond(&self) -> Uint128 {
        Uint128::from(UNIT_PRICE) * Uint128::from(self.bond_units)
    }

    /// Auditors open, commit and reveal.
    pub fn auditors_stage(&self) -> Seconds {
        Seconds(30 * 60 + self.panel_stage().0)
    }

    /// A panel whose unit is open already: commit, reveal, and the beacon before them.
    pub fn panel_stage(&self) -> Seconds {
        Seconds(120 + (15 * 60).max(3 * self.unit_deadline.0) + 10 * 60)
    }

    /// How long a batch is held at least.
    pub fn vests_after(&self) -> Seconds {
        match self.vesting_covers_audit {
            true => self.vesting.max(Seconds(4 * self.auditors_stage().0)),
            false => self.vesting,
        }
    }

    /// As the first draft of the protocol had it: all held earnings count, an open audit holds back only its own batch, a first missed
    /// opening is fined, an auditor at fault loses ten fees. See the crate's findings for what gains under it.
    pub fn first_draft() -> Self {
        Self {
            counted: Counted::All,
            freeze: false,
            vesting_covers_audit: false,
            missed: Missed::Fined,
            fault_fees: 10,
            ..Self::default()
        }
    }
}
