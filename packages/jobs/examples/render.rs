//! Renders units of a job directory with the `kernel` executor: PNGs, a contact sheet and an animation.
//!
//! `cargo run -p jobs --example render -- packages/jobs/examples-data/orbit OUT [FIRST COUNT]`

use std::fs::File;
use std::path::PathBuf;

use jobs::executor::{Capabilities, Grant, UnitOutcome, UnitRange};
use jobs::image::{contact_sheet, write_animation, Frame};
use jobs::kernel::{locate_program, KernelExecutor};
use jobs::{AttemptId, Executor, JobDir, Store};

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [job, out, range @ ..] = arguments.as_slice() else {
        return Err("usage: render JOB OUT [FIRST COUNT]".into());
    };
    let out = PathBuf::from(out);
    let job = JobDir::open(job)?;
    let units = match range {
        [first, count] => UnitRange {
            first: first.parse()?,
            count: count.parse()?,
        },
        _ => UnitRange {
            first: 0,
            count: job.manifest.units.count,
        },
    };
    let store = Store::open(out.join("store"))?;
    job.put_into(&store)?;
    let executor = KernelExecutor::new(out.join("attempts"), locate_program())?;
    let capabilities = executor.probe().await;
    let class = match &capabilities {
        Capabilities::Kernel(conformance) => conformance.class.clone(),
        Capabilities::Unavailable(reason) => return Err(reason.clone().into()),
    };
    println!("{class}");
    let grant = Grant {
        class,
        resources: job.manifest.resources.into(),
        capabilities,
    };
    let prepared = executor
        .prepare(&executor.assess(&job.manifest, &grant)?, &store)
        .await?;
    let attempt = AttemptId::new(0, units.first, 1);
    executor.destroy(&attempt).await?;
    let handle = executor.start(&prepared, &attempt, units).await?;
    let (width, height) = job.manifest.output.extent();
    let mut frames = Vec::new();
    for unit in units.iter() {
        let result = match executor.wait_unit(&handle, unit).await? {
            UnitOutcome::Finished(result) => result,
            UnitOutcome::NotRun(exit) => return Err(format!("unit {unit}: {exit:?}").into()),
        };
        println!(
            "{unit:4} {:7.3} s {}",
            result.elapsed_micros as f64 / 1e6,
            result.result
        );
        let frame = Frame::new(width, height, std::fs::read(&result.path)?)?;
        frame.write_png(File::create(out.join(format!("frame-{unit:04}.png")))?)?;
        frames.push(frame);
    }
    contact_sheet(&frames, 8, 4)?.write_png(File::create(out.join("contact-sheet.png"))?)?;
    write_animation(&frames, 24, File::create(out.join("animation.png"))?)?;
    Ok(())
}
