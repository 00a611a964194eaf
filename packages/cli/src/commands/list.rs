//! Lists are read in pages, as the contracts answer them.

use std::fmt::Display;

use clap::Args;
use market_types::page::MAX_LIMIT;
use market_types::Paging;

/// Which part of a list is shown.
#[derive(Args, Clone, Copy, Debug)]
pub struct Part {
    /// Begin after this number
    #[arg(long, value_name = "NUMBER")]
    pub after: Option<u64>,
    /// Entries to show
    #[arg(long, value_name = "COUNT", default_value_t = MAX_LIMIT, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
}

impl Part {
    /// `id` makes a number of the list's kind.
    pub fn paging<C>(self, id: impl FnOnce(u64) -> C) -> Paging<C> {
        Paging {
            start_after: self.after.map(id),
            limit: Some(self.limit),
        }
    }
}

/// The line below a page that is not the last.
pub fn more<C: Display>(next_start_after: Option<&C>) -> String {
    next_start_after.map_or_else(String::new, |next| format!("more: --after {next}\n"))
}
