//! The devnet as a command: flags, start, and stop on a signal.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use cosmwasm_std::Coin;
use thiserror::Error;

use crate::{Config, Devnet, DevnetError};

/// Runs a chain for tests and demonstrations on this machine. It protects nothing.
#[derive(Debug, Clone, Parser)]
#[command(name = "devnet", version)]
pub struct Args {
    /// Chain id that transactions are signed for
    #[arg(long, default_value = "leasebook-devnet")]
    pub chain_id: String,
    /// Loopback address of the RPC; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:26657")]
    pub listen: SocketAddr,
    /// Folder of the chain; without it the chain is gone when the process ends
    #[arg(long)]
    pub home: Option<PathBuf>,
    /// Genesis account as ADDRESS=COINS, such as lease1...=1000000ulease,5uusd; may be repeated
    #[arg(long = "account", value_name = "ADDRESS=COINS", value_parser = parse_account)]
    pub accounts: Vec<(String, Vec<Coin>)>,
    /// Address whose governance vote counts; may be repeated
    #[arg(long = "validator", value_name = "ADDRESS")]
    pub validators: Vec<String>,
    /// Milliseconds without transactions after which an empty block is made
    #[arg(long, default_value_t = 2_000)]
    pub block_interval_ms: u64,
    /// Seconds a governance vote lasts
    #[arg(long, default_value_t = 60)]
    pub voting_period: u64,
}

#[derive(Debug, Error)]
pub enum CommandError {
    #[error(transparent)]
    Devnet(#[from] DevnetError),
    #[error("cannot listen for signals: {0}")]
    Signal(#[from] std::io::Error),
    #[error("the chain ended by itself; the log says why")]
    Ended,
}

#[derive(Debug, Error)]
pub enum AccountError {
    #[error("expected ADDRESS=COINS")]
    Shape,
    #[error("coin {coin:?}: {cause}")]
    Coin {
        coin: String,
        cause: cosmwasm_std::CoinFromStrError,
    },
}

fn parse_account(text: &str) -> Result<(String, Vec<Coin>), AccountError> {
    let (address, coins) = text.split_once('=').ok_or(AccountError::Shape)?;
    let coin = |coin: &str| {
        coin.parse().map_err(|cause| AccountError::Coin {
            coin: coin.to_owned(),
            cause,
        })
    };
    Ok((
        address.to_owned(),
        coins.split(',').map(coin).collect::<Result<_, _>>()?,
    ))
}

impl From<Args> for Config {
    fn from(args: Args) -> Self {
        Self {
            chain_id: args.chain_id,
            listen: args.listen,
            home: args.home,
            genesis: args.accounts,
            validators: args.validators,
            block_interval: Duration::from_millis(args.block_interval_ms),
            voting_period: Duration::from_secs(args.voting_period),
            ..Self::default()
        }
    }
}

/// Runs a devnet until the process is told to stop. The first line of output is the URL of the RPC.
pub async fn run(config: Config) -> Result<(), CommandError> {
    let mut running = Devnet::start(config).await?;
    let warning =
        "This chain is for tests and demonstrations. It protects nothing: never use keys of value here.";
    // Whoever started it may read the first line and close the pipe.
    let _ = writeln!(std::io::stdout(), "{}\n{warning}", running.rpc_url());
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
        () = running.ended() => return Err(CommandError::Ended),
    }
    running.stop().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_an_address_and_its_coins() {
        let (address, coins) = parse_account("lease1abc=5ulease,7uusd").unwrap();
        assert_eq!((address.as_str(), coins.len()), ("lease1abc", 2));
        assert!(matches!(parse_account("lease1abc"), Err(AccountError::Shape)));
        assert!(matches!(
            parse_account("lease1abc=x"),
            Err(AccountError::Coin { .. })
        ));
    }
}
