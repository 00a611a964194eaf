use clap::Parser;

#[tokio::main]
async fn main() -> Result<(), devnet::CommandError> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    devnet::run(devnet::Args::parse().into()).await
}
