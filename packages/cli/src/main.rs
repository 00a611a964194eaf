use std::process::ExitCode;

use clap::Parser;
use leasebook::failure::Failure;
use leasebook::output::Output;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match leasebook::Cli::try_parse() {
        Ok(cli) => cli,
        // Help and version are answers, and a mistake is shown as the parser paints it, unless a program asked.
        Err(error) if !error.use_stderr() || !std::env::args().any(|arg| arg == "--json") => error.exit(),
        Err(error) => return end(&Failure::usage(&error), Output::new(true)),
    };
    leasebook::start_logging();
    let (output, raw) = (cli.global.output(), cli.global.raw);
    match leasebook::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(&Failure::of(&error, raw), output),
    }
}

fn end(failure: &Failure, output: Output) -> ExitCode {
    failure.report(output);
    ExitCode::from(failure.code)
}
