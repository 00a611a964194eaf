//! What is stored, and under which keys.

use cosmwasm_schema::cw_serde;
use cosmwasm_std::{Addr, Order, StdResult, Storage, Uint128};
use cw_storage_plus::{Item, Map};
use market_control::CompactMap;
use market_types::attestation::Params;
use market_types::{BatchNo, LeaseId, UnixTime};

/// Every key of this contract's own.
pub const KEYS: [&str; 3] = ["params", "batches", "outcomes"];

pub const PARAMS: Item<Params> = Item::new(KEYS[0]);
/// Written once, when a batch is posted.
pub const BATCHES: CompactMap<(LeaseId, BatchNo), Batch> = CompactMap::new(KEYS[1]);
/// How a batch ended, in a record of its own: a batch is large, and writing costs by the byte.
pub const OUTCOMES: Map<(LeaseId, BatchNo), Outcome> = Map::new(KEYS[2]);

#[cw_serde]
pub struct Batch {
    pub first_unit: u32,
    pub count: u32,
    pub root: [u8; 32],
    /// Who signed the receipts, whatever key the provider has later.
    pub agent: Addr,
    pub posted_at: UnixTime,
    pub posted_height: u64,
    pub vests_at: UnixTime,
    /// In 2^-64.
    pub audit_rate: Uint128,
    /// Of the whole batch.
    pub premium: Uint128,
}

#[cw_serde]
#[derive(Copy)]
pub enum Outcome {
    #[serde(rename = "p")]
    Released,
    #[serde(rename = "r")]
    Refunded,
}

/// The number the next batch of `lease` gets; `None` when there is none left. The last key tells, so no counter is written.
pub fn next_batch(storage: &dyn Storage, lease: LeaseId) -> StdResult<Option<BatchNo>> {
    let last = BATCHES
        .under::<_, BatchNo>(storage, lease, None, Order::Descending)
        .next()
        .transpose()?;
    Ok(match last {
        None => Some(BatchNo(0)),
        Some((BatchNo(last), _)) => last.checked_add(1).map(BatchNo),
    })
}
