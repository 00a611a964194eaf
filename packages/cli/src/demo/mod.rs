//! `leasebook demo`: the whole market in one story, with real transactions and separate processes.
//!
//! The chain, each agent and each kernel run in processes of their own. Every chapter checks its figures, and the
//! statement at the end accounts for every unit of every token; if something does not add up the demo fails.

mod burn;
mod cheats;
mod frames;
mod ground;
mod market_day;
mod process;
mod service;
mod stage;
mod statement;
mod tale;
mod vote;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use jobs::JobDir;
use serde::Serialize;

use crate::context::Global;
use ground::Standing;
use stage::{Stage, BIDDERS, CHARACTERS};
use statement::Statement;
use tale::Tale;

#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:
  leasebook demo
  leasebook demo --json | jq .statement.burned
  leasebook demo --keep /tmp/market       afterwards: leasebook --home /tmp/market devnet
  leasebook --node http://127.0.0.1:16657 demo --key /tmp/net/mnemonic")]
pub struct Args {
    /// Leave the chain's state, keys and logs in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Folder for the frames, the contact sheet and the animation
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    pictures: PathBuf,
    /// Job to render
    #[arg(long, value_name = "DIR", default_value = "packages/jobs/examples-data/orbit")]
    job: PathBuf,
    /// Job whose results are audited
    #[arg(long, value_name = "DIR", default_value = "packages/jobs/examples-data/julia")]
    exact_job: PathBuf,
    #[command(flatten)]
    standing: Standing,
}

#[derive(Serialize)]
struct Report {
    seconds: f64,
    statement: Statement,
    contact_sheet: PathBuf,
    animation: PathBuf,
    kept: Option<PathBuf>,
}

/// # Errors
/// A step failed, or a figure does not add up.
pub async fn run(global: &Global, args: Args) -> Result<()> {
    let output = global.output();
    let tale = Tale::new(output);
    let job = JobDir::open(&args.job).with_context(|| format!("the job {}", args.job.display()))?;
    let exact = &args.exact_job;
    let exact = JobDir::open(exact).with_context(|| format!("the job {}", exact.display()))?;
    let scratch = Scratch::new(args.keep.clone())?;

    tale.chapter(1, "A chain, two tokens, five contracts, bonded providers");
    let mut stage = Stage::set(global, &args.standing, &scratch.path).await?;
    for character in &CHARACTERS[..BIDDERS] {
        tale.note(format!(
            "{:<7} {:<11} 4 x {:<17} an hour of one costs it {}",
            character.name,
            character.region,
            character.class,
            market_day::SCALE.format(character.hourly_cost.into()),
        ));
    }
    tale.note(format!(
        "and {} more, who meet us in chapter 6; all check each other's work",
        CHARACTERS.len() - BIDDERS
    ));
    tale.note("(the classes are labels here: all work on this machine's one adapter)");
    stage.start_agents().await?;
    tale.note(format!(
        "chain at {}; every agent answers",
        stage.market.chain.url()
    ));

    let frames = frames::tell(&mut stage, &tale, &job, &args.pictures).await?;
    let service = service::tell(&mut stage, &tale).await?;
    let cheats = cheats::tell(&mut stage, &tale, &exact).await?;
    let vote = vote::tell(&mut stage, &tale).await?;
    let totals = burn::tell(&mut stage, &tale).await?;
    let mut leases = vec![frames.lease, service];
    leases.extend(cheats.leases);
    leases.extend([vote.before, vote.after]);
    let burned = totals.burned + cheats.burned;
    let statement = statement::draw(&stage, &tale, leases, burned).await?;

    let contact_sheet = args.pictures.join("contact-sheet.png");
    let animation = args.pictures.join("animation.png");
    crate::pictures::assemble(&frames.pictures, &contact_sheet, &animation)?;
    tale.say(format!(
        "every figure adds up, after {:.0} s\ncontact sheet  {}\nanimation      {}",
        tale.elapsed().as_secs_f64(),
        contact_sheet.display(),
        animation.display(),
    ));
    if let Some(kept) = &args.keep {
        let kept = kept.display();
        tale.say(match stage.own {
            Some(_) => format!("go on with it: leasebook --home {kept} devnet"),
            None => format!(
                "go on with it: leasebook --home {kept} --node {}",
                stage.market.chain.url()
            ),
        });
    }
    let report = Report {
        seconds: tale.elapsed().as_secs_f64(),
        statement,
        contact_sheet,
        animation,
        kept: args.keep,
    };
    if output.is_json() {
        output.show(&report, |_| String::new())?;
    }
    Ok(())
}

/// The folder of the chain; removed afterwards unless it is to be kept.
struct Scratch {
    path: PathBuf,
    kept: bool,
}

impl Scratch {
    fn new(keep: Option<PathBuf>) -> Result<Self> {
        match keep {
            Some(path) => {
                if path.join("market.json").exists() {
                    anyhow::bail!(
                        "{} already holds a market; name another folder with --keep",
                        path.display()
                    );
                }
                std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
                Ok(Self {
                    path: path.canonicalize()?,
                    kept: true,
                })
            }
            None => {
                let path = std::env::temp_dir().join(format!("leasebook-demo-{}", std::process::id()));
                std::fs::create_dir_all(&path)?;
                Ok(Self { path, kept: false })
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.kept && !std::thread::panicking() {
            // Left for whoever looks into a failure; a second run has another name.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
