//! What to bid. Pure: [`floor`] says what a job costs, [`policy`] what to offer for it.

pub mod floor;
pub mod policy;
pub mod program;

pub use floor::{Job, JobSize};
pub use policy::{decide, Auction, Decision, Decline, Hold, Own, Terms};
