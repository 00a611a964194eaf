//! `leasebook-agent`: the provider's daemon.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = cli::Args::parse();
    cli::log(args.json);
    // Two threads: the work is done in children, the rest is waiting.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(cli::execute(args)),
        Err(error) => Err(cli::CliError::Runtime(error)),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leasebook-agent: {error}");
            ExitCode::FAILURE
        }
    }
}
