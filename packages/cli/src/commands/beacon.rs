//! `leasebook beacon`: the public randomness that audits are drawn by.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ::beacon::{routes, Client, Key, PublicKey, Signature};
use anyhow::{Context as _, Result};
use clap::Subcommand;
use cosmwasm_std::HexBinary;
use market_math::beacon::Rounds;
use market_types::attestation::{BeaconParams, BeaconResponse, ExecuteMsg, Params, QueryMsg};
use market_types::{Page, Paging, Seconds, UnixTime};
use serde_json::json;

use crate::context::{Acting, Global};
use crate::failure::UsageError;
use crate::instant::format_instant;
use crate::output::{line, Table};

#[derive(Subcommand, Debug)]
#[command(after_help = "Examples:
  leasebook beacon list
  leasebook beacon relay --url http://127.0.0.1:26657/beacon       carry every round the market takes to the chain
  leasebook beacon relay --url http://127.0.0.1:26657/beacon --once
  leasebook beacon serve --seed-file beacon.seed --listen 127.0.0.1:7000     a beacon of one's own, for a test network")]
pub enum Beacon {
    /// Rounds that the chain has, the newest first
    List {
        #[arg(long, default_value_t = 10)]
        limit: u32,
    },
    /// Carry rounds from a drand HTTP endpoint to the chain
    Relay {
        /// Endpoint of the market's beacon, with the chain's hash where the network serves several
        #[arg(long)]
        url: String,
        /// Carry the newest round and end
        #[arg(long)]
        once: bool,
    },
    /// Serve a beacon of one's own in drand's HTTP interface. Whoever has the seed knows every round ahead
    Serve {
        /// File whose content is the seed of the key
        #[arg(long, value_name = "FILE")]
        seed_file: std::path::PathBuf,
        #[arg(long, default_value = "127.0.0.1:7000")]
        listen: SocketAddr,
        /// Time of the first round, in seconds since 1970
        #[arg(long, default_value_t = 1_577_836_800)]
        genesis: u64,
        /// Seconds between two rounds
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=3_600))]
        period: u64,
    },
}

/// # Errors
/// Whatever kept the command from doing what it was asked.
pub async fn run(global: &Global, command: Beacon) -> Result<()> {
    match command {
        Beacon::List { limit } => list(global, limit).await,
        Beacon::Relay { url, once } => relay(&global.acting().await?, &url, once).await,
        Beacon::Serve {
            seed_file,
            listen,
            genesis,
            period,
        } => {
            let seed =
                std::fs::read(&seed_file).with_context(|| format!("cannot read {}", seed_file.display()))?;
            serve(global, &seed, listen, UnixTime(genesis), Seconds(period)).await
        }
    }
}

async fn list(global: &Global, limit: u32) -> Result<()> {
    let market = global.market().await?;
    let paging = Paging {
        start_after: None,
        limit: Some(limit),
    };
    let page: Page<BeaconResponse, u64> = market.attestation(&QueryMsg::Beacons { paging }).await?;
    global.output().show(&page, |page| {
        let mut table = Table::new([">round", ">block", "accepted", "randomness"]);
        for beacon in &page.items {
            table.row([
                beacon.round.to_string(),
                beacon.height.to_string(),
                format_instant(beacon.accepted_at),
                beacon.randomness.to_string(),
            ]);
        }
        match table.is_empty() {
            true => "the chain has no round yet".into(),
            false => table.render(),
        }
    })
}

/// The market's beacon as a client of `url` knows it.
///
/// # Errors
/// The market draws by no beacon, or the endpoint serves another one.
pub async fn connect(url: &str, params: &BeaconParams) -> Result<Client> {
    let key = params
        .public_key
        .to_array()
        .context("the market's public key is no key")?;
    let rounds = Rounds {
        genesis: params.genesis,
        period: params.period,
        every: params.every,
    };
    Ok(Client::connect(url, PublicKey(key), rounds).await?)
}

async fn relay(acting: &Acting, url: &str, once: bool) -> Result<()> {
    let params: Params = acting.market.attestation(&QueryMsg::Params {}).await?;
    let params = params.beacon.ok_or(UsageError::NoBeacon)?;
    let client = connect(url, &params).await?;
    let output = acting.global.output();
    let mut wanted = newest(&client.rounds, acting.now().await?);
    loop {
        if let Some(signature) = client.round(wanted).await? {
            let carried = carry(acting, wanted, &signature).await?;
            let data = json!({ "round": wanted, "carried": carried });
            output.show(&data, |_| match carried {
                true => format!("round {wanted} is on chain"),
                false => format!("round {wanted} was on chain already"),
            })?;
            if once {
                return Ok(());
            }
            wanted = wanted.saturating_add(client.rounds.every.max(1));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The newest round at `now` that the market takes; the first one before it is published.
pub fn newest(rounds: &Rounds, now: UnixTime) -> u64 {
    let latest = rounds.latest(now).unwrap_or_default();
    let every = rounds.every.max(1);
    latest.saturating_sub(latest % every).max(every)
}

/// False if somebody else was first.
pub async fn carry(acting: &Acting, round: u64, signature: &Signature) -> Result<bool> {
    let there = || async {
        let query = QueryMsg::Beacon { round };
        let found: Option<BeaconResponse> = acting.market.attestation(&query).await?;
        anyhow::Ok(found.is_some())
    };
    if there().await? {
        return Ok(false);
    }
    let msg = ExecuteMsg::SubmitBeacon {
        round,
        signature: HexBinary::from(&signature.0),
    };
    let attestation = &acting.market.deployment.contracts.attestation;
    match acting.execute(attestation, &msg).await {
        Ok(_) => Ok(true),
        Err(_) if there().await? => Ok(false),
        Err(error) => Err(error),
    }
}

async fn serve(
    global: &Global,
    seed: &[u8],
    listen: SocketAddr,
    genesis: UnixTime,
    period: Seconds,
) -> Result<()> {
    let key = Key::from_seed(seed);
    let public_key = HexBinary::from(&key.public().0).to_string();
    let rounds = Rounds {
        genesis,
        period,
        every: 1,
    };
    let clock = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        UnixTime(since.map_or(0, |since| since.as_secs()))
    };
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("cannot listen on {listen}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    let data = json!({ "url": url, "public_key": public_key, "genesis": genesis, "period": period });
    match global.json {
        true => line(&data.to_string())?,
        false => line(&format!(
            "{url}\npublic key {public_key}\ngenesis {genesis}, a round every {period} s; whoever has the seed knows them all"
        ))?,
    }
    axum::serve(listener, routes(key, rounds, clock))
        .with_graceful_shutdown(async {
            // Without a handler for the signal the process ends by it, which is as good.
            let _ = tokio::signal::ctrl_c().await;
        })
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_round_is_one_that_the_market_takes() {
        let rounds = Rounds {
            genesis: UnixTime(1_000),
            period: Seconds(3),
            every: 20,
        };
        assert_eq!(newest(&rounds, UnixTime(0)), 20);
        assert_eq!(newest(&rounds, rounds.time_of(39)), 20);
        assert_eq!(newest(&rounds, rounds.time_of(40)), 40);
    }
}
