use std::path::PathBuf;

use serde::Deserialize;

/// How the agent bids. Read again at SIGHUP.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bidding {
    /// What each class costs; a class or token without an entry is not offered.
    pub floors: Vec<ClassFloor>,
    /// The first bid is this far above the floor [5,000 bps; to 1,000,000].
    #[serde(default = "markup_bps")]
    pub markup_bps: u32,
    /// Added to the floor for each job already held [0 bps; to 100,000].
    #[serde(default)]
    pub queue_bps: u32,
    /// A bid is lowered by this much of the order's maximum, at least by the book's step [100 bps; 1 to 10,000].
    #[serde(default = "step_bps")]
    pub step_bps: u32,
    /// Work bond beyond the least, for moves of the bond price before the award [500 bps; to 100,000].
    #[serde(default = "work_bond_margin_bps")]
    pub work_bond_margin_bps: u32,
    /// A program that decides instead: it reads the order and the built-in decision as JSON and writes its own.
    #[serde(default)]
    pub program: Option<PathBuf>,
}

/// Money is in base units of `token`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassFloor {
    pub class: String,
    /// Symbol in the deployment file, or address.
    pub token: String,
    /// Power one GPU draws under load, in watts, its share of the machine included.
    pub watts: u32,
    /// Price of a kilowatt-hour.
    pub kwh_price: u64,
    /// Depreciation, space and care of one GPU for an hour.
    pub depreciation_per_hour: u64,
    /// Share of its time a GPU is paid for [7,000 bps; 1 to 10,000].
    #[serde(default = "utilisation_bps")]
    pub utilisation_bps: u32,
    /// Seconds one GPU needs for a unit when nothing is known of it. Left out: the order's deadline.
    #[serde(default)]
    pub unit_seconds: Option<u64>,
}

const fn markup_bps() -> u32 {
    5_000
}

const fn step_bps() -> u32 {
    100
}

const fn work_bond_margin_bps() -> u32 {
    500
}

const fn utilisation_bps() -> u32 {
    7_000
}
