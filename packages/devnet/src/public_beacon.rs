//! A beacon of the devnet's own at `/beacon`, in drand's HTTP interface, by the clock of the chain: advancing the clock publishes
//! rounds at once. Its key follows from a constant, so whoever reads this can know every round ahead; a market that
//! means anything takes drand's quicknet.

use axum::Router;
use beacon::{Key, PublicKey};
use market_math::beacon::Rounds;
use market_types::{Seconds, UnixTime};

use crate::driver::Handle;

/// What a market needs to draw by this beacon.
#[derive(Clone, Copy, Debug)]
pub struct PublicBeacon {
    /// Where it is served, below the RPC's address.
    pub path: &'static str,
    pub key: PublicKey,
    pub genesis: UnixTime,
    pub period: Seconds,
}

/// The beacon that every devnet serves.
pub fn public_beacon() -> PublicBeacon {
    PublicBeacon {
        path: PATH,
        key: Key::from_seed(SEED).public(),
        genesis: GENESIS,
        period: PERIOD,
    }
}

const PATH: &str = "/beacon";
const SEED: &[u8] = b"leasebook devnet";

/// Rounds as often as quicknet's, from a moment before any devnet.
const GENESIS: UnixTime = UnixTime(1_577_836_800);
const PERIOD: Seconds = Seconds(3);

pub fn routes(handle: Handle) -> Router {
    let rounds = Rounds {
        genesis: GENESIS,
        period: PERIOD,
        every: 1,
    };
    let clock = move || {
        let history = handle
            .history
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let latest = history.block(history.latest());
        UnixTime(latest.map_or(0, |block| block.time_ns / 1_000_000_000))
    };
    Router::new().nest(PATH, beacon::routes(Key::from_seed(SEED), rounds, clock))
}
