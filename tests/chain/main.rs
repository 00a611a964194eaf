//! What only a real node can show. `scripts/test-chain` starts one and runs these.

mod cast;
mod compare;
mod deploying;
mod engine;
mod faults;
mod governance;
mod machine;
mod network;
mod stories;
