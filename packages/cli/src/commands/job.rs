//! `leasebook job`: from a manifest to results.

use anyhow::Result;
use clap::Subcommand;

use crate::context::Global;

#[derive(Subcommand, Debug)]
pub enum Job {
    /// Check a manifest and the files it names
    Check { path: std::path::PathBuf },
}

pub async fn run(_global: &Global, _command: Job) -> Result<()> {
    Ok(())
}
