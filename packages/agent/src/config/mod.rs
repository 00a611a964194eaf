//! The agent's configuration: one TOML file and the deployment file it names.
//!
//! Relative paths are relative to the file that holds them. Unknown fields are refused.

mod bidding;
pub mod deployment;
mod load;

pub use bidding::{Bidding, ClassFloor};
pub use load::{load, ConfigError, EXAMPLE};

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub chain: Chain,
    pub provider: Provider,
    pub gateway: Gateway,
    pub bidding: Bidding,
    #[serde(default)]
    pub work: Work,
    #[serde(default)]
    pub executors: Executors,
    #[serde(default)]
    pub audits: Audits,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Audits {
    /// A drand HTTP endpoint of the market's beacon, from which rounds that something waits for are relayed [the deployment file's].
    pub beacon: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// RPC endpoints, the first one preferred.
    pub rpc: Vec<String>,
    /// The file that deploying wrote: [`market_types::deployment::Deployment`].
    pub contracts: PathBuf,
    #[serde(default = "prefix")]
    pub prefix: String,
    #[serde(default = "gas_price")]
    pub gas_price: String,
    /// Address whose fee grant pays the agent's fees [none].
    #[serde(default)]
    pub fee_granter: Option<String>,
    /// Pause between two looks at the chain, in milliseconds [300; 50 to 60,000].
    #[serde(default = "poll_ms")]
    pub poll_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// The account that owns bond and earnings; its key is not here.
    pub owner: String,
    /// The agent's key file, readable by its owner alone.
    pub key: PathBuf,
    /// Its password, in the first line of this file; left out, the key has none.
    #[serde(default)]
    pub key_password: Option<PathBuf>,
    /// Journal, objects and attempts.
    pub data: PathBuf,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gateway {
    pub listen: SocketAddr,
    /// What the registry should show.
    pub public_url: String,
    /// Largest object [256 MiB; 1 to 65,536].
    #[serde(default = "max_object_mib")]
    pub max_object_mib: u64,
    /// Most one lease may store, results included [4,096 MiB].
    #[serde(default = "max_lease_mib")]
    pub max_lease_mib: u64,
    /// Requests a minute per tenant [600].
    #[serde(default = "requests_per_minute")]
    pub requests_per_minute: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Work {
    /// Receipts in a batch [64; 1 to 64].
    pub batch_units: u32,
    /// A batch is posted this long after its first receipt, full or not, in seconds [60].
    pub batch_seconds: u64,
    /// A unit is tried this often before the lease is given up [3; 1 to 10].
    pub attempts: u32,
    /// `Waiting` is said when inputs are missing this long after the award, in seconds [30].
    pub waiting_after_seconds: u64,
    /// At SIGTERM running units have this long to end, in seconds [30].
    pub grace_seconds: u64,
    /// Streams are settled this often, in seconds; 0 leaves it to others [86,400].
    pub settle_seconds: u64,
    /// Records, inputs and results of a lease are kept so long after its end, in days [7; 1 to 3,650].
    pub keep_days: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            batch_units: 64,
            batch_seconds: 60,
            attempts: 3,
            waiting_after_seconds: 30,
            grace_seconds: 30,
            settle_seconds: 86_400,
            keep_days: 7,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Executors {
    /// WGSL compute shaders for tasks [on].
    pub kernel: bool,
    /// The child that runs kernels. Left out: `leasebook-kernel` beside this program, then in `PATH`.
    pub kernel_worker: Option<PathBuf>,
    /// Classes offered although this machine's self-test does not find them: for services on hardware that no kernel
    /// can measure, and for demonstrations [none].
    pub unmeasured_classes: Vec<String>,
    /// The stand-in service for streams: holds the GPUs and answers the gateway's probe [on].
    pub idle: bool,
}

impl Default for Executors {
    fn default() -> Self {
        Self {
            kernel: true,
            kernel_worker: None,
            unmeasured_classes: Vec::new(),
            idle: true,
        }
    }
}

fn prefix() -> String {
    "lease".to_owned()
}

fn gas_price() -> String {
    "0.025ulease".to_owned()
}

const fn poll_ms() -> u64 {
    300
}

const fn max_object_mib() -> u64 {
    256
}

const fn max_lease_mib() -> u64 {
    4_096
}

const fn requests_per_minute() -> u32 {
    600
}
