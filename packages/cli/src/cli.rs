//! The command line: what there is, and which code answers it.

use std::io::IsTerminal as _;

use anyhow::Result;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::commands::{
    account, audit, beacon, bid, deploy, devnet, gov, job, keys, lease, list, market, order, provider,
    simulate,
};
use crate::context::Global;
use crate::demo;
use crate::output::line;

/// An on-chain exchange for GPU work.
#[derive(Parser, Debug)]
#[command(
    name = "leasebook",
    version,
    propagate_version = true,
    after_help = "Examples:
  leasebook devnet                        a market of one's own to try things on
  leasebook job submit orbit/ --max-price 0.05/frame --class software-vulkan --thin-audit
  leasebook market book                   what is open, and at what price
  leasebook why 7                         which rule keeps each provider from order 7

Exit codes: 0 done, 1 something else, 2 wrong usage, 3 the node cannot be reached, 4 the chain or a contract refused.
With --json a failure is one document on stderr: {\"error\": ..., \"code\": ...}."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a chain with a market on this machine, for trying things
    Devnet(devnet::Args),
    /// Set up a market on a chain that runs already
    Deploy(deploy::Args),
    /// Keys
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Money: deposit, balance, withdraw
    #[command(subcommand)]
    Account(account::Account),
    /// Be a provider
    #[command(subcommand)]
    Provider(provider::Provider),
    /// Jobs: check a manifest, submit it, watch it, fetch its results
    #[command(subcommand)]
    Job(job::Job),
    /// Orders
    #[command(subcommand)]
    Order(order::Order),
    /// Bids
    #[command(subcommand)]
    Bid(bid::Bid),
    /// Leases
    #[command(subcommand)]
    Lease(lease::Lease),
    /// Audits: which units are checked again, by whom, and how that ended
    #[command(subcommand)]
    Audit(audit::Audit),
    /// The public randomness that audits are drawn by
    #[command(subcommand)]
    Beacon(beacon::Beacon),
    /// The book, clearing prices, what contracts hold and owe
    #[command(subcommand)]
    Market(market::MarketCommand),
    /// Parameters, proposals and votes
    #[command(subcommand)]
    Gov(gov::Gov),
    /// Which rule keeps a provider from an order
    #[command(after_help = "Examples:
  leasebook why 7
  leasebook why 7 provider")]
    Why {
        order: u64,
        /// Owner's address, or the name of its key [default: every provider]
        provider: Option<String>,
        #[command(flatten)]
        part: list::Part,
    },
    /// The whole market in one story, on a chain made for it
    Demo(demo::Args),
    /// Try what the rules are worth, without a chain
    #[command(subcommand)]
    Simulate(simulate::Simulate),
    /// Move the clock of a devnet ahead, for what takes a day to vest
    #[command(after_help = "Example:\n  leasebook clock 24h")]
    Clock { ahead: String },
    /// Completions for a shell
    #[command(after_help = "Example:
  leasebook completions bash > ~/.local/share/bash-completion/completions/leasebook")]
    Completions { shell: Shell },
}

/// # Errors
/// Whatever kept the command from doing what it was asked.
pub async fn run(cli: Cli) -> Result<()> {
    let global = &cli.global;
    match cli.command {
        Command::Devnet(args) => devnet::run(global, args).await,
        Command::Deploy(args) => deploy::run(global, args).await,
        Command::Keys(command) => keys::run(global, command),
        Command::Account(command) => account::run(global, command).await,
        Command::Provider(command) => provider::run(global, command).await,
        Command::Job(command) => job::run(global, command).await,
        Command::Order(command) => order::run(global, command).await,
        Command::Bid(command) => bid::run(global, command).await,
        Command::Lease(command) => lease::run(global, command).await,
        Command::Audit(command) => audit::run(global, command).await,
        Command::Beacon(command) => beacon::run(global, command).await,
        Command::Market(command) => market::run(global, command).await,
        Command::Gov(command) => gov::run(global, command).await,
        Command::Why {
            order,
            provider,
            part,
        } => market::why(global, order, provider, part).await,
        Command::Demo(args) => demo::run(global, args).await,
        Command::Simulate(command) => simulate::run(global, command),
        Command::Clock { ahead } => devnet::advance(global, &ahead).await,
        Command::Completions { shell } => {
            let mut script = vec![];
            clap_complete::generate(shell, &mut Cli::command(), "leasebook", &mut script);
            Ok(line(String::from_utf8(script)?.trim_end())?)
        }
    }
}

/// Logs go to stderr, quiet unless `RUST_LOG` asks for more.
pub fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
