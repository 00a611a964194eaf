//! Does it pay to cheat?

pub mod court;
pub mod lease;
pub mod panel;
pub mod stats;
pub mod strategies;
pub mod terms;
