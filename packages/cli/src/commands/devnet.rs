//! `leasebook devnet`: a chain with a market on it, in one process.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result};
use chain_client::{Chain, Options, Signer};
use devnet::Devnet;
use market_client::Codes;
use serde_json::json;

use crate::context::Global;
use crate::local::{chain_config, found, key, OwnBeacon};
use crate::output::line;

/// Keys that a devnet's market starts with. `me` is the tenant of the examples.
const PARTICIPANTS: [&str; 5] = ["me", "provider", "agent", "validator", "keeper"];

#[derive(clap::Args, Debug)]
#[command(after_help = "Example:
  leasebook --home /tmp/try devnet &
  leasebook --home /tmp/try account deposit 100
  leasebook --home /tmp/try market book")]
pub struct Args {
    /// Loopback address of the RPC
    #[arg(long, default_value = "127.0.0.1:26657")]
    listen: SocketAddr,
    /// Keep nothing: the chain is gone when it stops, the keys and addresses stay
    #[arg(long)]
    in_memory: bool,
    /// Seconds a governance vote lasts
    #[arg(long, default_value_t = 60)]
    voting_period: u64,
    /// Genesis account that gets fee coins, besides the keys; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    account: Vec<String>,
    /// Run the chain without a market, for tools that deploy their own
    #[arg(long)]
    bare: bool,
    /// Account whose vote counts [default: the key `validator`]
    #[arg(long, value_name = "ADDRESS")]
    validator: Option<String>,
}

pub async fn run(global: &Global, args: Args) -> Result<()> {
    let home = global.home()?;
    let mut accounts = args.account.clone();
    if !args.bare {
        let keyring = global.keyring()?;
        for name in PARTICIPANTS {
            accounts.push(key(&keyring, name)?.address(devnet::BECH32_PREFIX)?);
        }
    }
    let validator = match &args.validator {
        Some(validator) => validator.clone(),
        None => key(&global.keyring()?, "validator")?.address(devnet::BECH32_PREFIX)?,
    };
    let chain_home = home.join("devnet");
    let config = chain_config(
        (!args.in_memory).then_some(chain_home.as_path()),
        args.listen,
        &accounts,
        &validator,
        Duration::from_secs(args.voting_period),
    );
    let mut running = Devnet::start(config).await?;
    let say = |text: &str| if global.json { Ok(()) } else { line(text) };
    say(&running.rpc_url())?;
    if !args.bare {
        say(&market(global, &running.rpc_url(), args.in_memory, &accounts).await?)?;
    }
    if global.json {
        let market = (!args.bare).then(|| global.market_file()).transpose()?;
        line(&json!({ "node": running.rpc_url(), "market": market }).to_string())?;
    }
    say("This chain is for trying things. It protects nothing: never use keys of value here. Ctrl-C stops it.")?;

    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
        () = running.ended() => anyhow::bail!("the chain ended by itself; the log says why"),
    }
    running.stop().await;
    Ok(())
}

/// Deploy a market unless this chain has one already; says what was done.
async fn market(global: &Global, url: &str, fresh: bool, accounts: &[String]) -> Result<String> {
    let file = global.market_file()?;
    let chain = Chain::connect(&[url], Options::default()).await?;
    if !fresh && file.exists() {
        let deployment = market_client::load(&file)?;
        let known = chain.contract_info(&deployment.contracts.lease_escrow).await;
        known.with_context(|| {
            format!(
                "{} names a market that this chain does not have; move the file away to deploy a new one",
                file.display()
            )
        })?;
        return Ok(format!("market of {} is here again", file.display()));
    }
    let keeper = Signer::new(chain, global.keyring()?.load("keeper")?)?;
    let market = found(
        &keeper,
        Codes::GENESIS,
        accounts,
        OwnBeacon::of_devnet(url),
        |_, _| {},
    )
    .await?;
    market_client::save(&file, &market.deployment)?;
    Ok(format!(
        "market deployed; its addresses are in {}\nkeys {} hold coins, LEASE and USDC",
        file.display(),
        PARTICIPANTS.join(", ")
    ))
}

/// Move the devnet's clock.
pub async fn advance(global: &Global, ahead: &str) -> Result<()> {
    let chain = global.chain().await?;
    let seconds = crate::amount::parse_time(ahead)?;
    crate::local::Clock::of(&chain).advance(seconds.0).await?;
    let time = chain.status().await?.time.seconds();
    global.output().show(&serde_json::json!({ "time": time }), |_| {
        format!("the chain's time is {time} now")
    })
}
