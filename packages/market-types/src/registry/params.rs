//! What the governor sets.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::Uint128;

use crate::{BasisPoints, Seconds};

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct TokenPrice {
    pub token: String,
    /// As in [`ExecuteMsg::SetBondPrice`].
    pub price: Uint128,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Params<A> {
    /// From `Unbond` to `WithdrawUnbonded` [21 days; 1 to 90 days]. Longer than the longest vesting, audit, jury and appeal together.
    pub unbonding_period: Seconds,
    /// Bond below which a provider gets no award, in network tokens [1,000 tokens].
    pub min_bond: Uint128,
    /// May move the bond price. At most 4.
    pub price_keepers: Vec<A>,
    /// Most a keeper may move the bond price in a day [1,000 bps; at most 5,000].
    pub bond_price_daily_move: BasisPoints,
    /// Older than this, no award is made in that token [7 days; 1 hour to 30 days].
    pub bond_price_max_age: Seconds,
    /// May sign attributes. At most 16.
    pub attribute_auditors: Vec<A>,
    /// Fee, in network tokens valued at the bond price, that counts as one observation of evidence [1 token].
    pub evidence_unit: Uint128,
    /// Half-life of evidence [90 days; 7 to 730 days].
    pub evidence_half_life: Seconds,
    /// Bond that makes one unit of weight in the audit tables, in network tokens [100 tokens; at least 1].
    pub audit_bond_unit: Uint128,
    /// Owners of bonded providers who audit when a table has nobody left. At most 16.
    pub last_resort: Vec<A>,
}

/// Fields left out stay as they are.
#[cw_serde]
#[derive(Eq, Default)]
#[serde(deny_unknown_fields)]
pub struct ParamsUpdate {
    pub unbonding_period: Option<Seconds>,
    pub min_bond: Option<Uint128>,
    pub price_keepers: Option<Vec<String>>,
    pub bond_price_daily_move: Option<BasisPoints>,
    pub bond_price_max_age: Option<Seconds>,
    pub attribute_auditors: Option<Vec<String>>,
    pub evidence_unit: Option<Uint128>,
    pub evidence_half_life: Option<Seconds>,
    pub audit_bond_unit: Option<Uint128>,
    pub last_resort: Option<Vec<String>>,
}
