//! The agent's time for a job against the same kernel run directly, as a ratio in one run.
//!
//! Units take about a second. The agent's time is from the delivery of the inputs to the block in which the last unit is
//! attested, with its child process, journal, receipts, batches and the devnet's blocks in it; the direct time is the device,
//! the compilation and the units alone. More than 1.05 is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use market_types::escrow::Progress;
use serde_json::Value;
use support::job::{busy, Job};
use support::process::kernel_program;
use support::Stage;

const UNITS: u32 = 30;
const UNIT: Duration = Duration::from_secs(1);
const MOST: f64 = 1.05;

#[tokio::main]
async fn main() -> ExitCode {
    // `cargo test --benches` asks every benchmark for a trial run, which this has not.
    if std::env::args().any(|argument| argument == "--test") {
        return ExitCode::SUCCESS;
    }
    let dir = tempfile::tempdir().unwrap();
    let job = busy(UNITS, work(dir.path()));
    // Before and after, so that a machine that slows down is not held against the agent.
    let before = directly(&dir.path().join("before"), &job).total;
    let (agents, kernel) = by_agent(&job).await;
    let after = directly(&dir.path().join("after"), &job).total;
    let direct = (before + after) / 2;
    let ratio = agents.as_secs_f64() / direct.as_secs_f64();
    let line = |what: &str, time: Duration| println!("{what:52}{:>8.2} s", time.as_secs_f64());
    println!("A job of {UNITS} units of about a second:\n");
    line("the kernel run directly, before", before);
    line("the agent, from inputs to the last attestation", agents);
    line("  of that in the kernel", kernel);
    line("the kernel run directly, after", after);
    let good = ratio <= MOST;
    println!(
        "\nRatio: {ratio:.3}, at most {MOST}: {}.",
        if good { "yes" } else { "NO" }
    );
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The work that takes about [`UNIT`] here.
fn work(dir: &Path) -> u32 {
    let mut work: u32 = 8;
    loop {
        // The first units of a process are slower.
        let timing = directly(&dir.join(work.to_string()), &busy(3, work));
        let took = timing.units.into_iter().min().unwrap();
        if took * 8 >= UNIT {
            return (f64::from(work) * UNIT.as_secs_f64() / took.as_secs_f64()) as u32;
        }
        work = work.checked_mul(2).expect("a kernel that takes its time");
    }
}

struct Timing {
    /// Device, compilation and units, without the start of the process.
    total: Duration,
    units: Vec<Duration>,
}

fn directly(dir: &Path, job: &Job) -> Timing {
    fs::create_dir_all(dir).unwrap();
    fs::write(dir.join("job.toml"), toml::to_string(&job.manifest).unwrap()).unwrap();
    fs::write(dir.join("kernel.wgsl"), &job.source).unwrap();
    let run = Command::new(kernel_program())
        .arg("direct")
        .arg(dir)
        .args(["0", &job.units.to_string()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let timing: Value = serde_json::from_slice(&run.stdout).unwrap();
    let micros = |value: &Value| Duration::from_micros(value.as_u64().unwrap());
    let units = timing["units"].as_array().unwrap();
    Timing {
        total: micros(&timing["total_micros"]),
        units: units.iter().map(|unit| micros(&unit["elapsed_micros"])).collect(),
    }
}

/// The time of the whole job, and the sum of its units in the kernel.
async fn by_agent(job: &Job) -> (Duration, Duration) {
    let stage = Stage::new().await;
    let _agent = stage.agent(None);
    let order = stage.task(job).await;
    let lease = stage.award(order).await;
    let began = Instant::now();
    stage.deliver(lease, job).await;
    let attested = async || {
        let lease = stage.lease(lease).await;
        matches!(lease.progress, Progress::Task { attested, .. } if attested == job.units).then_some(())
    };
    stage.until("all units to be attested", attested).await;
    let total = began.elapsed();
    let page = stage.client(lease).units(0).await.unwrap();
    let kernel = page
        .units
        .iter()
        .map(|unit| Duration::from_micros(unit.elapsed_micros))
        .sum();
    (total, kernel)
}
