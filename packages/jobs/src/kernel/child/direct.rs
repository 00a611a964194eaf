//! Runs units of a job with nothing around them, to compare the executor's time with.

use std::io;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use super::gpu::Gpu;
use super::runner::Runner;
use crate::kernel::validate;
use crate::{Digest, JobDir};

#[derive(Serialize)]
struct Timing {
    units: Vec<UnitTiming>,
    /// Device, compilation and units, without the start of the process.
    total_micros: u64,
}

#[derive(Serialize)]
struct UnitTiming {
    unit: u32,
    result: Digest,
    elapsed_micros: u64,
}

/// Prints the times as JSON.
///
/// # Errors
/// An unusable job or device.
pub fn run(job: &Path, first: &str, count: &str) -> io::Result<()> {
    let number = |text: &str| text.parse::<u32>().map_err(io::Error::other);
    let (first, count) = (number(first)?, number(count)?);
    let job = JobDir::open(job).map_err(io::Error::other)?;
    let mut contents = Vec::new();
    for file in &job.files {
        contents.push(std::fs::read(&file.path)?);
    }
    let begun = Instant::now();
    if contents.len() != job.manifest.contents().count() {
        return Err(io::Error::other("some content does not lie beside the manifest"));
    }
    let source = String::from_utf8(contents.remove(0)).map_err(io::Error::other)?;
    validate(source.as_bytes(), &job.manifest).map_err(io::Error::other)?;
    let gpu = Gpu::open().map_err(io::Error::other)?;
    let runner = Runner::new(&gpu, &job.manifest, None, &source, &contents).map_err(io::Error::other)?;
    let mut units = Vec::new();
    for unit in first..first.saturating_add(count) {
        let start = Instant::now();
        let output = runner.run(unit).map_err(io::Error::other)?;
        units.push(UnitTiming {
            unit,
            elapsed_micros: micros(start),
            result: Digest::of(&output),
        });
    }
    super::answer(&Timing {
        units,
        total_micros: micros(begun),
    })
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}
