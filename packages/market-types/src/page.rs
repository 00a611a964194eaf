//! Lists are read in pages.

use cosmwasm_schema::cw_serde;

/// Entries in a page when the caller names no limit, and the most a caller can have.
pub const DEFAULT_LIMIT: u32 = 30;
pub const MAX_LIMIT: u32 = 100;

/// Where a page begins and how long it may be. `start_after` is the `next_start_after` of the page before.
#[cw_serde]
#[derive(Eq)]
pub struct Paging<C> {
    pub start_after: Option<C>,
    pub limit: Option<u32>,
}

impl<C> Default for Paging<C> {
    fn default() -> Self {
        Self {
            start_after: None,
            limit: None,
        }
    }
}

impl<C> Paging<C> {
    /// The number of entries to return: what was asked, at least 1 and at most [`MAX_LIMIT`].
    pub fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT) as usize
    }
}

/// One page. `next_start_after` is set when there is more.
#[cw_serde]
#[derive(Eq)]
pub struct Page<T, C> {
    pub items: Vec<T>,
    pub next_start_after: Option<C>,
}
