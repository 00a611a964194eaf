//! The chain the story is told on: one made for it, or one that runs already. All that differs is how it comes about and how
//! its time passes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result};
use chain_client::{Chain, Keyring, Options, Signer, SigningKey};
use cosmwasm_std::HexBinary;
use market_client::{deploy, Codes, Parameters, RecordFile};
use market_types::attestation::BeaconParams;
use market_types::{Seconds, UnixTime};

use super::process::{free_port, Process};
use super::tale::Tale;
use crate::commands::deploy::signer;
use crate::context::Global;
use crate::local::{key, Clock, OwnBeacon};

/// A chain that runs already, and what is needed there.
#[derive(clap::Args, Clone, Debug)]
pub struct Standing {
    /// Tell the story on the chain at --node: file with the words of a key that has funds there
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Words of a validator's key, to vote in the story; may be repeated [default: those of --key]
    #[arg(long, value_name = "FILE", requires = "key")]
    pub vote: Vec<PathBuf>,
    /// Folder with the bytecode to store there, as scripts/build-wasm leaves it
    #[arg(
        long,
        value_name = "DIR",
        default_value = "target/wasm-artifacts",
        requires = "key"
    )]
    pub artifacts: PathBuf,
}

/// The times of the story, and how they pass.
pub struct Pace {
    clock: Option<Clock>,
    /// Passes at each step while a service runs, between heartbeats; below the heartbeat window.
    pub step: u64,
    /// Steps of the service whose machine vanishes, and of the two leases beside the vote.
    pub service_steps: u32,
    pub vote_steps: u32,
    /// From the last heartbeat until somebody closes the lease; beyond the grace.
    pub silence: u64,
    /// From the opening of the auction until the sale.
    pub auction: u64,
}

/// Silence is also counted in blocks: the devnet's grace divided by ten seconds.
const SILENT_BLOCKS: u64 = 12;

pub struct Ground {
    /// The process of a chain made for the story.
    pub own: Option<Process>,
    pub chain: Chain,
    /// Pays for everybody's first coins.
    pub funder: Signer,
    /// Their votes decide.
    pub voters: Vec<Signer>,
    pub pace: Pace,
    pub beacon: OwnBeacon,
    /// The process of a beacon made for the story.
    pub own_beacon: Option<Process>,
    artifacts: Option<PathBuf>,
}

impl Ground {
    /// # Errors
    /// The chain cannot be started, or does not answer.
    pub async fn find(global: &Global, standing: &Standing, dir: &Path, keyring: &Keyring) -> Result<Self> {
        let options = Options {
            poll_interval: Duration::from_millis(60),
            gas_price: global.gas_price.clone(),
            ..Options::default()
        };
        let Some(funds) = &standing.key else {
            let validator = key(keyring, "validator")?;
            let (process, url) = start_chain(dir, &validator.address(devnet::BECH32_PREFIX)?)?;
            let chain = Chain::connect(&[&url], options).await?;
            let validator = Signer::new(chain.clone(), validator)?;
            return Ok(Self {
                own: Some(process),
                funder: validator.clone(),
                voters: vec![validator],
                pace: Pace::moved(Clock::of(&chain)),
                beacon: OwnBeacon::of_devnet(&url),
                own_beacon: None,
                chain,
                artifacts: None,
            });
        };
        let chain = Chain::connect(&global.node, options).await?;
        let funder = signer(&chain, funds)?;
        // A key has one signer: two would sign the same sequence twice.
        let mut voters: Vec<Signer> = vec![];
        for file in &standing.vote {
            let voter = signer(&chain, file)?;
            voters.push(match voter.address() == funder.address() {
                true => funder.clone(),
                false => voter,
            });
        }
        if voters.is_empty() {
            voters.push(funder.clone());
        }
        let (own_beacon, beacon) = start_beacon(dir)?;
        Ok(Self {
            beacon,
            own_beacon: Some(own_beacon),
            own: None,
            chain,
            funder,
            voters,
            pace: Pace::waited(),
            artifacts: Some(standing.artifacts.clone()),
        })
    }

    /// The codes of the contracts, stored by `signer` where the chain does not have them from its beginning.
    ///
    /// # Errors
    /// The chain refused one.
    pub async fn codes(&self, signer: &Signer, dir: &Path) -> Result<Codes> {
        let Some(artifacts) = &self.artifacts else {
            return Ok(Codes::GENESIS);
        };
        let mut record = RecordFile::open(dir.join("market.steps.json"), |_, _, _| {})?;
        Ok(deploy::store(signer, artifacts, &mut record).await?)
    }
}

/// A beacon whose seed nobody else has: fit for a story, not for a market.
fn start_beacon(dir: &Path) -> Result<(Process, OwnBeacon)> {
    let seed = dir.join("beacon.seed");
    std::fs::write(&seed, SigningKey::random().public_key().as_bytes())?;
    let listen = SocketAddr::from(([127, 0, 0, 1], free_port()?)).to_string();
    let seed = seed.display().to_string();
    let args = [
        "--json",
        "beacon",
        "serve",
        "--seed-file",
        &seed,
        "--listen",
        &listen,
    ]
    .map(String::from);
    let (process, told) = Process::start_and_read(
        "beacon",
        &std::env::current_exe()?,
        &args,
        &dir.join("beacon.log"),
    )?;
    let served: Served = serde_json::from_str(&told).with_context(|| format!("the beacon says {told:?}"))?;
    let params = BeaconParams {
        public_key: served.public_key,
        genesis: served.genesis,
        period: served.period,
        every: 1,
        margin: Seconds(1),
    };
    let url = served.url;
    Ok((process, OwnBeacon { url, params }))
}

/// What `leasebook --json beacon serve` says first.
#[derive(serde::Deserialize)]
struct Served {
    url: String,
    public_key: HexBinary,
    genesis: UnixTime,
    period: Seconds,
}

fn start_chain(dir: &Path, validator: &str) -> Result<(Process, String)> {
    let listen = SocketAddr::from(([127, 0, 0, 1], free_port()?)).to_string();
    let home = dir.display().to_string();
    let args = [
        "--home",
        &home,
        "devnet",
        "--bare",
        "--voting-period",
        "6",
        "--listen",
        &listen,
        "--validator",
        validator,
        "--account",
        validator,
    ];
    Process::start_and_read(
        "devnet",
        &std::env::current_exe()?,
        &args.map(String::from),
        &dir.join("devnet.log"),
    )
}

impl Pace {
    /// On a devnet, whose clock can be moved.
    fn moved(clock: Clock) -> Self {
        Self {
            clock: Some(clock),
            step: 40,
            service_steps: 10,
            vote_steps: 12,
            silence: 3 * 3_600,
            auction: 3 * 3_600,
        }
    }

    /// On any other chain, where a second takes a second: the same story with shorter times.
    fn waited() -> Self {
        Self {
            clock: None,
            step: 5,
            service_steps: 4,
            vote_steps: 3,
            silence: 45,
            auction: 20,
        }
    }

    /// Makes the market's times fit those of the story.
    pub fn adjust(&self) -> fn(&mut Parameters) {
        if self.clock.is_some() {
            return |parameters| {
                parameters.escrow.heartbeat_interval = Seconds(10);
                parameters.escrow.heartbeat_window = Seconds(60);
                parameters.escrow.grace = Seconds(120);
            };
        }
        |parameters| {
            parameters.escrow.heartbeat_interval = Seconds(3);
            parameters.escrow.heartbeat_window = Seconds(30);
            parameters.escrow.grace = Seconds(31);
            parameters.escrow.outage_unpaid = Seconds(1);
            parameters.escrow.outage_max = Seconds(10);
        }
    }

    /// Move the clock ahead over time in which nothing happens, where it can be moved.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn skip(&self, time: Seconds) -> Result<()> {
        match &self.clock {
            Some(clock) => clock.advance(time.0).await,
            None => Ok(()),
        }
    }

    /// Let `seconds` of the chain's time pass.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn pass(&self, chain: &Chain, tale: &Tale, seconds: u64) -> Result<()> {
        if let Some(clock) = &self.clock {
            return clock.advance(seconds).await;
        }
        let began = now(chain).await?;
        let bar = tale.bar(seconds);
        bar.set_message("seconds of the chain's time");
        loop {
            let passed = now(chain).await?.saturating_sub(began);
            bar.set_position(passed.min(seconds));
            if passed >= seconds {
                bar.finish_and_clear();
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// As long as it takes until a silence is believed: in time, and in blocks.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn be_silent(&self, chain: &Chain, tale: &Tale) -> Result<()> {
        self.pass(chain, tale, self.silence).await?;
        match &self.clock {
            Some(clock) => clock.blocks(SILENT_BLOCKS).await,
            // That many seconds were more blocks than it takes.
            None => Ok(()),
        }
    }
}

async fn now(chain: &Chain) -> Result<u64> {
    let status = chain.status().await.context("the chain does not answer")?;
    Ok(status.time.seconds())
}
