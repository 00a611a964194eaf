use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = leasebook::Cli::parse();
    leasebook::start_logging();
    match leasebook::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(leasebook::exit_code(&error))
        }
    }
}
