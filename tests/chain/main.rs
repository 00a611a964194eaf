//! What only a real node can show. `scripts/test-chain` starts one and runs these.

mod deploying;
mod governance;
mod network;
