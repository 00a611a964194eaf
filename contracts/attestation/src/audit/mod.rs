//! An audit as a state machine: seats, commitments, the opening, answers, verdicts. Pure: it knows no storage and sends nothing.
//!
//! ```text
//! auditors:  Seating > Committing > Opening > Revealing        (exact: answers are fixed before the provider shows its own)
//!            Seating > Opening > Committing > Revealing        (other comparisons need the provider's result)
//! jury, appeal, replacements, a third, a second pair: Seating > Committing > Revealing
//! verdict:   Decided (appeal, planters) > Ended, or Frozen > Ended when the breaker holds a conviction
//! ```
//!
//! Every step but `Seating` and `Frozen` has a deadline, after which [`steps`] takes the audit on without whoever is silent; `Seating`
//! waits for a beacon, and `Frozen` for a time. Seats are replaced in at most two rounds per panel, there are at most two pairs, a third
//! auditor, one jury and one appeal: so every audit ends.

mod record;
mod settle;
mod steps;

pub use record::{stage, Audit, Moment, Rules, Seat, Step};
pub use settle::{settle, Paid, SeatEnding, Settlement};
pub use steps::{Effect, MAX_REPLACEMENTS};

#[cfg(test)]
mod tests;
