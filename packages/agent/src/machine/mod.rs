//! What to do next: pure functions of what the journal says and what the chain shows.
//!
//! One file per item of work. The daemon asks, does the one thing answered, writes it down, and asks again; it decides
//! nothing itself. So whatever instruction it was killed at, the next answer is right.
//!
//! | item | its states |
//! | --- | --- |
//! | [`order`] | Seen, Planned, Bid, Won, Over |
//! | [`task`]: a lease paid per unit | Won, Prepared, Running, Ended |
//! | a unit of it | Running, Exited, Signed |
//! | [`batch`] of its receipts | Signed, Broadcast, Confirmed, Vested, Released |
//! | [`stream`]: a lease paid per second | Won, Serving, Ended |
//! | [`audit`]: a seat in somebody's audit | Seated, Answered, Committed, Revealed |

pub mod audit;
pub mod batch;
pub mod order;
pub mod stream;
pub mod task;
