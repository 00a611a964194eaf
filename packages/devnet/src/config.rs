use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use cosmwasm_std::{coin, Coin};

use crate::contracts::Code;

/// Prefix of every address on the devnet.
pub const BECH32_PREFIX: &str = "lease";
/// The coin fees and governance deposits are paid in.
pub const FEE_DENOM: &str = "ulease";

/// How a devnet is started. `Config::default()` is an empty chain in memory on a free port of the loopback.
#[derive(Clone, Debug)]
pub struct Config {
    pub chain_id: String,
    /// Where the RPC listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder of the database. `None` keeps the chain in memory.
    pub home: Option<PathBuf>,
    /// Accounts and their coins in block 1. Ignored where `home` already holds a chain.
    pub genesis: Vec<(String, Vec<Coin>)>,
    /// The slow beat: an empty block is made when none was for this long. Transactions do not wait for it.
    pub block_interval: Duration,
    /// How long the first waiting transaction waits for others to share its block.
    pub batch_window: Duration,
    pub voting_period: Duration,
    /// How long a proposal may collect its deposit.
    pub deposit_period: Duration,
    /// What a proposal needs before it can be voted on.
    pub min_deposit: Vec<Coin>,
    /// Addresses whose votes count, with equal power.
    pub validators: Vec<String>,
    /// Contracts registered after the six of the table, from code id 7 on.
    pub extra_codes: Vec<Code>,
    /// Seconds since 1970 at which block time begins and stands still, but for what `POST /devnet/time` adds. `None`: the wall clock.
    pub still_clock: Option<u64>,
    /// Version of CometBFT reported by `status`; clients choose their decoders by it.
    pub comet_version: String,
    /// Empty blocks kept with their exact time. Older ones answer with the time of the nearest kept block below.
    pub empty_block_window: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            chain_id: "leasebook-devnet".to_owned(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 26657)),
            home: None,
            genesis: Vec::new(),
            block_interval: Duration::from_secs(2),
            batch_window: Duration::from_millis(50),
            voting_period: Duration::from_secs(60),
            deposit_period: Duration::from_secs(172_800),
            min_deposit: vec![coin(10_000_000, FEE_DENOM)],
            validators: Vec::new(),
            extra_codes: Vec::new(),
            still_clock: None,
            comet_version: "0.38.19".to_owned(),
            empty_block_window: 10_000,
        }
    }
}
