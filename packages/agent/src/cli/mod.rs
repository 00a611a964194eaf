//! The command line.

mod check;
mod init;
mod signals;

use std::io;
use std::path::PathBuf;

use agent::config::{load, ConfigError};
use agent::daemon::{self, DaemonError};
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use tracing_subscriber::EnvFilter;

const EXAMPLES: &str = "Examples:
  leasebook-agent init --config agent.toml          write a configuration and a key to start from
  leasebook-agent identity --config agent.toml      what `leasebook provider register` needs of this agent
  leasebook-agent check --config agent.toml         is everything in place?
  leasebook-agent run --config agent.toml --dry-run say what it would bid and why
  leasebook-agent run --config agent.toml           work

Signals:
  TERM, INT  end running units or leave them to the next start, post what is signed, stop
  HUP        read the [bidding] part of the configuration again

Environment:
  RUST_LOG   what is logged, such as debug or agent=debug [info]";

/// The provider's daemon: bids, runs what it won, attests it, and serves its tenants.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES)]
pub struct Args {
    /// Log and answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Work until told to stop.
    Run {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Say what would be sent, and send nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Check configuration, key, chain, registration and executors.
    Check {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Write a configuration to start from, and a key beside it.
    Init {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print the agent's address, its public key and its agreement to serve the owner.
    Identity {
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print a shell's completion script.
    Completions { shell: Shell },
}

#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Key(#[from] chain_client::KeyError),
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("{} exists; it is not overwritten", path.display())]
    Exists { path: PathBuf },
    #[error("signals cannot be watched: {0}")]
    Signals(io::Error),
    #[error("{failed} of {all} checks failed")]
    Checks { failed: usize, all: usize },
    #[error("the runtime cannot be started: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

pub fn log(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match json {
        true => builder.json().init(),
        false => builder.init(),
    }
}

pub async fn execute(args: Args) -> Result<(), CliError> {
    match args.command {
        Command::Run { config, dry_run } => {
            let (loaded, _) = load(&config)?;
            let (bidding, stop) =
                signals::watch(config.clone(), loaded.bidding).map_err(CliError::Signals)?;
            daemon::run(&daemon::Options { config, dry_run }, bidding, stop).await?;
            Ok(())
        }
        Command::Check { config } => check::check(&config, args.json).await,
        Command::Init { config } => init::init(&config),
        Command::Identity { config } => init::identity(&config),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "leasebook-agent", &mut io::stdout());
            Ok(())
        }
    }
}
