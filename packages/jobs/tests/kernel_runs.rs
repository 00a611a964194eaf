//! Kernels that behave: what they compute, and what an agent sees of it.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use jobs::executor::{Capabilities, ExecutorError, Exit, Recovered, Refusal, Unavailable, UnitOutcome};
use jobs::kernel::KernelError;
use jobs::manifest::{Content, NetworkPolicy, Output, Secret};
use jobs::{Digest, Executor, JobDir};
use support::*;

#[tokio::test]
async fn the_adapter_here_may_attest_and_software_is_known_to_limit_loops() {
    let bench = Bench::new();
    let Capabilities::Kernel(found) = bench.executor.probe().await else {
        panic!("no adapter")
    };
    assert_eq!(found.failed_test(), None);
    found.class.check().unwrap();
    if found.adapter.software {
        assert_eq!(found.class.0, "software-vulkan");
        assert!(found.loop_limited);
    }
}

#[tokio::test]
async fn an_integer_kernel_gives_what_the_cpu_gives() {
    let bench = Bench::new();
    let mut manifest = bench.job(MIX);
    manifest.kernel.workgroups = [16, 1, 1];
    manifest.output = Output::Bytes { bytes: 4 * 1024 };
    let prepared = bench.prepare(&manifest).await.unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(1, 3))
        .await
        .unwrap();
    for unit in 1..4 {
        let UnitOutcome::Finished(result) = bench.executor.wait_unit(&handle, unit).await.unwrap() else {
            panic!("unit {unit} was not run")
        };
        let output = std::fs::read(&result.path).unwrap();
        assert_eq!(
            words(&output),
            (0..1024).map(|word| mixed(unit, word)).collect::<Vec<_>>()
        );
        assert_eq!(
            (result.unit, result.bytes, result.result),
            (unit, 4096, Digest::of(&output))
        );
    }
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(outcome.exit, Exit::Completed);
    assert_eq!(
        outcome.finished.iter().map(|r| r.unit).collect::<Vec<_>>(),
        [1, 2, 3]
    );
    let usage = bench.executor.usage(&attempt("a")).await.unwrap();
    assert_eq!((usage.units_finished, usage.output_bytes), (3, 3 * 4096));
    assert!(matches!(
        bench.executor.wait_unit(&handle, 4).await,
        Err(ExecutorError::ForeignUnit { unit: 4, .. })
    ));
}

#[tokio::test]
async fn scratch_lasts_from_dispatch_to_dispatch_and_not_from_unit_to_unit() {
    let bench = Bench::new();
    let mut manifest = bench.job(
        "@group(0) @binding(2) var<storage, read_write> scratch: array<u32>;
         @compute @workgroup_size(1) fn main() {
             scratch[0] += job.dispatch + 1u;
             output[0] = scratch[0];
             output[1] += 1u;
             output[2] = job.seed; output[3] = job.parameters[1].y;
         }",
    );
    manifest.kernel.scratch_bytes = 4;
    manifest.kernel.dispatches = 5;
    manifest.units.seed = 77;
    manifest.units.parameters = vec![0, 1, 2, 3, 4, 55];
    let prepared = bench.prepare(&manifest).await.unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(0, 2))
        .await
        .unwrap();
    for result in bench.executor.wait(&handle).await.unwrap().finished {
        assert_eq!(words(&std::fs::read(result.path).unwrap())[..4], [15, 5, 77, 55]);
    }
}

#[tokio::test]
async fn inputs_are_bound_in_the_manifests_order() {
    let bench = Bench::new();
    let mut manifest = bench.job(
        "@group(0) @binding(3) var<storage, read> first: array<u32>;
         @group(0) @binding(4) var<storage, read> second: array<u32>;
         @compute @workgroup_size(1) fn main() { output[0] = first[1]; output[1] = second[0]; }",
    );
    for content in [&[1u8, 0, 0, 0, 2, 0, 0, 0][..], &[9, 0, 0]] {
        let digest = bench.store.put(content).unwrap();
        manifest.inputs.push(Content {
            digest,
            size: content.len() as u64,
            sources: vec![],
        });
    }
    let prepared = bench.prepare(&manifest).await.unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(0, 1))
        .await
        .unwrap();
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(
        words(&std::fs::read(&outcome.finished[0].path).unwrap())[..2],
        [2, 9]
    );
}

#[tokio::test]
async fn a_frame_of_the_example_job_has_the_same_digest_each_time() {
    let bench = Bench::new();
    let job = JobDir::open(concat!(env!("CARGO_MANIFEST_DIR"), "/examples-data/orbit")).unwrap();
    job.put_into(&bench.store).unwrap();
    let prepared = bench.prepare(&job.manifest).await.unwrap();
    let mut digests = Vec::new();
    for name in ["a", "b"] {
        let handle = bench
            .executor
            .start(&prepared, &attempt(name), units(11, 1))
            .await
            .unwrap();
        let outcome = bench.executor.wait(&handle).await.unwrap();
        assert_eq!(outcome.exit, Exit::Completed);
        digests.push(outcome.finished[0].result);
        let pixels = std::fs::read(&outcome.finished[0].path).unwrap();
        let colours: std::collections::HashSet<_> = pixels.chunks_exact(4).collect();
        assert!(colours.len() > 10_000, "{} colours", colours.len());
    }
    assert_eq!(digests[0], digests[1]);
}

#[tokio::test]
async fn starting_an_attempt_again_starts_nothing() {
    let bench = Bench::new();
    let prepared = bench.prepare(&bench.job(MIX)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap();
    assert_eq!(
        bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap(),
        handle
    );
    let first = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(
        bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap(),
        handle
    );
    assert_eq!(
        bench.restarted().start(&prepared, &a, units(0, 4)).await.unwrap(),
        handle
    );
    assert_eq!(
        bench.executor.wait(&handle).await.unwrap(),
        first,
        "not a file was written anew"
    );

    assert!(matches!(
        bench.executor.start(&prepared, &a, units(0, 3)).await,
        Err(ExecutorError::AttemptConflict { .. })
    ));
}

#[tokio::test]
async fn units_outside_the_job_are_refused() {
    let bench = Bench::new();
    let prepared = bench.prepare(&bench.job(MIX)).await.unwrap();
    for (first, count) in [(0, 0), (0, 5), (4, 1), (3, 2), (1, u32::MAX), (u32::MAX, 1)] {
        let refused = bench
            .executor
            .start(&prepared, &attempt("a"), units(first, count))
            .await;
        assert!(
            matches!(refused, Err(ExecutorError::Units { count: 4, .. })),
            "{first} {count}"
        );
    }
}

#[tokio::test]
async fn a_restarted_agent_learns_what_became_of_an_attempt() {
    let bench = Bench::new();
    let (a, b) = (attempt("a"), attempt("b"));
    assert_eq!(bench.executor.recover(&a).await.unwrap(), Recovered::NeverStarted);

    let prepared = bench.prepare(&bench.job(MIX)).await.unwrap();
    let handle = bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap();
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(
        bench.restarted().recover(&a).await.unwrap(),
        Recovered::Exited(handle, outcome)
    );

    let prepared = bench.prepare(&endless(&bench, 60)).await.unwrap();
    let handle = bench.executor.start(&prepared, &b, units(0, 1)).await.unwrap();
    wait_for(&bench.folder(&b).join("started.json")).await;
    let restarted = bench.restarted();
    assert_eq!(
        restarted.recover(&b).await.unwrap(),
        Recovered::Running(handle.clone())
    );
    restarted.stop(&handle, Duration::ZERO).await.unwrap();
    assert_eq!(restarted.wait(&handle).await.unwrap().exit, Exit::Stopped);
}

#[tokio::test]
async fn an_adopted_attempt_is_waited_for_like_ones_own() {
    let bench = Bench::new();
    let prepared = bench.prepare(&bench.job(MIX)).await.unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(0, 4))
        .await
        .unwrap();
    let outcome = bench.restarted().wait(&handle).await.unwrap();
    assert_eq!((outcome.exit, outcome.finished.len()), (Exit::Completed, 4));
}

#[tokio::test]
async fn destroying_leaves_no_process_and_no_file() {
    let bench = Bench::new();
    let prepared = bench.prepare(&endless(&bench, 60)).await.unwrap();
    let a = attempt("a");
    bench.executor.start(&prepared, &a, units(0, 1)).await.unwrap();
    wait_for(&bench.folder(&a).join("started.json")).await;
    let pid = started_pid(&bench, &a);
    bench.executor.destroy(&a).await.unwrap();
    assert!(!bench.folder(&a).exists());
    assert!(!is_running(pid));
    bench.executor.destroy(&a).await.unwrap();
    assert_eq!(bench.executor.recover(&a).await.unwrap(), Recovered::NeverStarted);
}

#[tokio::test]
async fn content_must_be_there_and_be_what_its_digest_and_size_say() {
    let bench = Bench::new();
    let absent = Digest::of(b"never uploaded");
    assert!(matches!(
        bench.prepare(&job(absent, 14)).await,
        Err(ExecutorError::Missing(digest)) if digest == absent
    ));

    let mut longer = bench.job(MIX);
    longer.kernel.source.size += 1;
    assert!(matches!(
        bench.prepare(&longer).await,
        Err(ExecutorError::Refused(Refusal::ContentSize { .. }))
    ));

    let manifest = bench.job(MIX);
    let prepared = bench.prepare(&manifest).await.unwrap();
    std::fs::write(&prepared.kernel, "changed after it was checked").unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(0, 1))
        .await
        .unwrap();
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert!(matches!(&outcome.exit, Exit::Failed { unit: None, reason } if reason.contains("was asked for")));
    assert!(matches!(
        bench.prepare(&manifest).await,
        Err(ExecutorError::Store(_))
    ));
}

#[tokio::test]
async fn a_job_is_assessed_before_a_bid() {
    let bench = Bench::new();
    let manifest = bench.job(MIX);
    let grant = grant(&bench.executor, &manifest).await;
    let assess = |manifest: &jobs::Manifest| bench.executor.assess(manifest, &grant);
    assert_eq!(assess(&manifest), Ok(plan(&manifest)));

    let mut greedy = manifest.clone();
    greedy.resources.ram_mib += 1;
    assert_eq!(
        assess(&greedy),
        Err(Refusal::Resource {
            resource: "MiB of RAM",
            needed: 65,
            granted: 64
        })
    );
    let mut online = manifest.clone();
    online.network = NetworkPolicy::Outbound;
    assert_eq!(assess(&online), Err(Refusal::Network));
    let mut secretive = manifest.clone();
    secretive.secrets.push(Secret {
        name: "key".into(),
        ciphertext: "00".into(),
    });
    assert_eq!(assess(&secretive), Err(Refusal::Secrets));

    let mut failing = grant.clone();
    let Capabilities::Kernel(conformance) = &mut failing.capabilities else {
        panic!("no adapter")
    };
    conformance.integer_exact = false;
    assert!(matches!(
        bench.executor.assess(&manifest, &failing),
        Err(Refusal::SelfTest {
            failed: "integer hash chain",
            ..
        })
    ));
    let Capabilities::Kernel(conformance) = &mut failing.capabilities else {
        panic!("no adapter")
    };
    (conformance.integer_exact, conformance.adapter.max_buffer_bytes) = (true, 255);
    assert_eq!(
        bench.executor.assess(&manifest, &failing),
        Err(Refusal::BufferTooLarge {
            needed: 256,
            max: 255
        })
    );
    failing.capabilities = Capabilities::Unavailable(Unavailable::NoAdapter);
    assert_eq!(
        bench.executor.assess(&manifest, &failing),
        Err(Refusal::Unavailable(Unavailable::NoAdapter))
    );
}

#[tokio::test]
async fn a_kernel_that_is_none_is_refused_with_line_and_column() {
    let bench = Bench::new();
    let line = 1 + JOB.matches('\n').count() as u32;
    for (body, expected) in [
        ("@compute @workgroup_size(1) fn main() { let x = ; }", "parse"),
        (
            "@compute @workgroup_size(1) fn main() { output[0] = 1.5f; }",
            "invalid",
        ),
    ] {
        let refused = bench.prepare(&bench.job(body)).await.unwrap_err();
        let ExecutorError::Refused(Refusal::Kernel(fault)) = refused else {
            panic!("{refused}")
        };
        match (expected, &fault) {
            ("parse", KernelError::Parse { line: at, column, .. }) => assert_eq!((*at, *column), (line, 49)),
            ("invalid", KernelError::Invalid { line: at, .. } | KernelError::Parse { line: at, .. }) => {
                assert_eq!(*at, line);
            }
            _ => panic!("{body}: {fault}"),
        }
    }
}

#[tokio::test]
async fn a_kernel_that_leaves_its_bind_group_is_refused() {
    let bench = Bench::new();
    let main = "@compute @workgroup_size(1) fn main() { output[0] = 1u; }";
    for body in [
        "@group(1) @binding(0) var<storage, read_write> x: array<u32>;",
        "@group(0) @binding(2) var<storage, read_write> x: array<u32>;",
        "@group(0) @binding(3) var<storage, read> x: array<u32>;",
        "@group(0) @binding(9) var t: texture_2d<f32>;",
    ] {
        let refused = bench
            .prepare(&bench.job(&format!("{body}\n{main}")))
            .await
            .unwrap_err();
        assert!(
            matches!(
                refused,
                ExecutorError::Refused(Refusal::Kernel(KernelError::Binding { .. }))
            ),
            "{body}: {refused}"
        );
    }
    let overriding = format!("override n: u32 = 3;\n{main}");
    assert!(matches!(
        bench.prepare(&bench.job(&overriding)).await,
        Err(ExecutorError::Refused(Refusal::Kernel(KernelError::Overrides)))
    ));
    assert!(matches!(
        bench
            .prepare(&bench.job("@compute @workgroup_size(257) fn main() {}"))
            .await,
        Err(ExecutorError::Refused(Refusal::Kernel(KernelError::Workgroup {
            x: 257,
            ..
        })))
    ));
    assert!(matches!(
        bench.prepare(&bench.job("@compute @workgroup_size(1) fn other() {}")).await,
        Err(ExecutorError::Refused(Refusal::Kernel(KernelError::NoEntry { found, .. }))) if found == ["other"]
    ));
}
