//! What the market costs on a real chain: a wasmd node of its own, started and thrown away. Run it by `scripts/bench chain`.

mod localnet;
mod market;
mod messages;
mod orders;
mod people;
mod speed;
mod stage;
mod table;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{bail, Context, Result};

use crate::localnet::Localnet;
use crate::stage::Stage;
use crate::table::Table;

/// Beside this crate, so that a change of gas is seen in the change that made it.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/gas.txt");

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match run(&args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chain-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// True if every figure is where it belongs.
async fn run(args: &[&str]) -> Result<bool> {
    match args {
        ["gas"] => gas(false).await,
        ["gas", "--accept"] => gas(true).await,
        ["counts"] => counts(&["10", "1000"]).await,
        ["counts", counts @ ..] => self::counts(counts).await,
        ["speed"] => speed().await,
        _ => bail!("usage: chain-bench gas [--accept] | counts [COUNT...] | speed"),
    }
}

/// Gas of every message before and after the codes are pinned, against the committed table.
async fn gas(accept: bool) -> Result<bool> {
    let node = Localnet::start()?;
    let stage = Stage::set(&node).await?;
    let unpinned = messages::all(&stage, 0).await?;
    stage.pin().await?;
    let pinned = messages::all(&stage, 0).await?;
    let now = Table::of(unpinned, pinned)?;
    print!("{now}");
    let missed = now.missed();
    for row in &missed {
        println!("above its limit: {row}");
    }
    let changes = match std::fs::read_to_string(SNAPSHOT) {
        Ok(text) => Table::read(&text)?.changes(&now),
        Err(_) => vec!["no table was kept before".to_owned()],
    };
    for change in &changes {
        println!("{change}");
    }
    if accept {
        let path = Path::new(SNAPSHOT);
        std::fs::write(path, now.to_string())
            .with_context(|| format!("{} is not written", path.display()))?;
    }
    Ok(missed.is_empty() && (accept || changes.is_empty()))
}

/// Gas of every message with so many of everything in the store.
async fn counts(counts: &[&str]) -> Result<bool> {
    let node = Localnet::start()?;
    let stage = Stage::set(&node).await?;
    stage.pin().await?;
    let mut first: Option<Table> = None;
    let mut equal = true;
    for count in counts {
        let began = std::time::Instant::now();
        let gauged = messages::all(&stage, count.parse().context("a count is a number")?).await?;
        let table = Table::of(gauged.clone(), gauged)?;
        println!(
            "{count} providers, open orders and running leases, in {:.0?}:\n",
            began.elapsed()
        );
        print!("{}", table.pinned());
        match &first {
            None => first = Some(table),
            Some(first) => {
                let changes = first.pinned_changes(&table);
                changes.iter().for_each(|change| println!("{change}"));
                println!(
                    "\nWithin 2 %: {}.\n",
                    if changes.is_empty() { "yes" } else { "NO" }
                );
                equal &= changes.is_empty();
            }
        }
    }
    Ok(equal)
}

async fn speed() -> Result<bool> {
    let node = Localnet::start()?;
    let stage = Stage::set(&node).await?;
    stage.pin().await?;
    let speeds = speed::measure(&stage).await?;
    print!("{speeds}");
    Ok(speeds.hold())
}
