//! Parts of frames are the frame's own pixels.

#![allow(clippy::unwrap_used)]

mod support;

use jobs::executor::{Exit, Prepared};
use jobs::kernel::{View, ViewError};
use jobs::{Executor, JobDir, Manifest};
use support::{attempt, plan, units, Bench, MIX};

/// The demo's animation, 160 x 90.
fn orbit(bench: &Bench) -> Manifest {
    let job = JobDir::open("examples-data/orbit").unwrap();
    job.put_into(&bench.store).unwrap();
    let mut manifest = job.manifest;
    manifest.kernel.workgroups = [20, 12, 1];
    manifest.output = jobs::manifest::Output::Rgba8 {
        width: 160,
        height: 90,
    };
    manifest
}

async fn render(bench: &Bench, prepared: &Prepared, name: &str) -> Vec<u8> {
    let handle = bench
        .executor
        .start(prepared, &attempt(name), units(5, 1))
        .await
        .unwrap();
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(outcome.exit, Exit::Completed);
    std::fs::read(&outcome.finished[0].path).unwrap()
}

#[tokio::test]
async fn a_part_of_a_frame_is_rendered_as_it_is_in_the_whole() {
    let bench = Bench::new();
    let prepared = bench.prepare(&orbit(&bench)).await.unwrap();
    let whole = render(&bench, &prepared, "whole").await;
    let views = [
        ("corner", (144, 81, 16, 9, 1)),
        ("inside", (37, 41, 16, 9, 1)),
        ("grid", (3, 5, 10, 6, 16)),
        ("all", (0, 0, 160, 90, 1)),
    ];
    for (name, (x, y, width, height, stride)) in views {
        let view = View {
            x,
            y,
            width,
            height,
            stride,
        };
        let part = render(&bench, &prepared.through(view).unwrap(), name).await;
        assert_eq!(part, view.of(&whole, 160), "{name}");
    }
}

#[tokio::test]
async fn a_part_is_asked_only_of_kernels_that_draw_parts() {
    let bench = Bench::new();
    let view = View::whole(1, 1);
    let bytes = bench.prepare(&bench.job(MIX)).await.unwrap();
    assert_eq!(bytes.through(view), Err(ViewError::NoImage));

    let mut manifest = bench.job(MIX);
    manifest.output = jobs::manifest::Output::Rgba8 { width: 8, height: 8 };
    let image = bench.prepare(&manifest).await.unwrap();
    assert_eq!(image.through(view), Err(ViewError::WholeFramesOnly));

    let orbit = bench
        .executor
        .prepare(&plan(&orbit(&bench)), &bench.store)
        .await
        .unwrap();
    let outside = View { x: 160, ..view };
    assert!(matches!(orbit.through(outside), Err(ViewError::Outside { .. })));
}
