//! Where a market stands: the file that deploying writes and that agents, CLI and scripts read.

use std::collections::BTreeMap;

use cosmwasm_schema::cw_serde;

use crate::control::Wiring;

/// `leasebook.json`: the addresses of one market on one chain.
#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: String,
    /// Who governs it.
    pub governor: String,
    pub contracts: Wiring<String>,
    /// Payment tokens and the network token by the symbol people use, lower case.
    pub tokens: BTreeMap<String, TokenEntry>,
    /// A drand HTTP endpoint of the beacon that the market draws by, where those who wait for a round find it.
    #[serde(default)]
    pub beacon: Option<String>,
}

#[cw_serde]
#[derive(Eq)]
#[serde(deny_unknown_fields)]
pub struct TokenEntry {
    pub address: String,
    pub decimals: u8,
}
