//! `leasebook demo`: the whole market in one story.

use anyhow::Result;

use crate::context::Global;

#[derive(clap::Args, Debug)]
pub struct Args {}

pub async fn run(_global: &Global, _args: Args) -> Result<()> {
    Ok(())
}
