//! Kernels, programs and machines that do not behave.

#![allow(clippy::unwrap_used)]

mod support;

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use jobs::executor::{Capabilities, ExecutorError, Exit, Recovered, Refusal, Unavailable, UnitOutcome};
use jobs::kernel::KernelError;
use jobs::{Digest, Executor};
use nix::sys::signal::{kill, Signal};
use nix::unistd::Pid;
use support::*;

#[tokio::test]
async fn a_unit_that_never_ends_is_killed_at_its_deadline() {
    let bench = Bench::new();
    let prepared = bench.prepare(&endless(&bench, 1)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(2, 2)).await.unwrap();
    let exit = Exit::DeadlineExceeded {
        unit: 2,
        deadline: Duration::from_secs(1),
    };
    assert_eq!(
        bench.executor.wait_unit(&handle, 2).await.unwrap(),
        UnitOutcome::NotRun(exit.clone())
    );
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!((outcome.exit, outcome.finished), (exit, vec![]));
    gone(started_pid(&bench, &a)).await;
}

#[tokio::test]
async fn the_deadline_holds_when_the_agent_is_gone() {
    let bench = Bench::new();
    let prepared = bench.prepare(&endless(&bench, 1)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 1)).await.unwrap();
    // Nobody asks for the attempt until it has ended by itself.
    wait_for(&bench.folder(&a).join("exit.json")).await;
    gone(started_pid(&bench, &a)).await;
    let Recovered::Exited(recovered, outcome) = bench.restarted().recover(&a).await.unwrap() else {
        panic!()
    };
    assert_eq!(recovered, handle);
    assert_eq!(
        outcome.exit,
        Exit::DeadlineExceeded {
            unit: 0,
            deadline: Duration::from_secs(1)
        }
    );
}

#[tokio::test]
async fn a_child_that_does_not_keep_its_own_deadline_is_killed_by_the_agent() {
    let bench = Bench::new();
    // The first unit ends at once, so that the time for starting is over.
    let prepared = bench.prepare(&endless_from(&bench, 1, 3)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 2)).await.unwrap();
    assert!(matches!(
        bench.executor.wait_unit(&handle, 0).await.unwrap(),
        UnitOutcome::Finished(_)
    ));
    let pid = started_pid(&bench, &a);
    kill(Pid::from_raw(pid), Signal::SIGSTOP).unwrap();
    let outcome = bench.executor.wait(&handle).await.unwrap();
    assert_eq!(
        outcome.exit,
        Exit::DeadlineExceeded {
            unit: 1,
            deadline: Duration::from_secs(3)
        }
    );
    assert_eq!(outcome.finished.len(), 1);
    gone(pid).await;
}

#[tokio::test]
async fn a_killed_child_is_lost_and_its_finished_units_are_kept() {
    let bench = Bench::new();
    let prepared = bench.prepare(&endless_from(&bench, 2, 60)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap();
    let UnitOutcome::Finished(second) = bench.executor.wait_unit(&handle, 1).await.unwrap() else {
        panic!()
    };
    kill(Pid::from_raw(started_pid(&bench, &a)), Signal::SIGKILL).unwrap();
    assert_eq!(
        bench.executor.wait_unit(&handle, 2).await.unwrap(),
        UnitOutcome::NotRun(Exit::Lost)
    );
    let Recovered::Lost(lost, finished) = bench.restarted().recover(&a).await.unwrap() else {
        panic!()
    };
    assert_eq!((lost, finished.len()), (handle, 2));
    assert_eq!(finished[1], second);
    assert_eq!(Digest::of(&std::fs::read(&second.path).unwrap()), second.result);
}

#[tokio::test]
async fn stopping_ends_after_the_present_unit_and_kills_when_the_grace_is_over() {
    let bench = Bench::new();
    let prepared = bench.prepare(&endless(&bench, 60)).await.unwrap();
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 4)).await.unwrap();
    wait_for(&bench.folder(&a).join("started.json")).await;
    let before = Instant::now();
    bench
        .executor
        .stop(&handle, Duration::from_millis(100))
        .await
        .unwrap();
    assert!(before.elapsed() < Duration::from_secs(10));
    assert_eq!(bench.executor.wait(&handle).await.unwrap().exit, Exit::Stopped);
    gone(started_pid(&bench, &a)).await;
}

#[tokio::test]
async fn writes_out_of_bounds_change_nothing_but_the_kernels_own_output() {
    let bench = Bench::new();
    let wild = bench.job(
        "@compute @workgroup_size(64)
         fn main(@builtin(global_invocation_id) id: vec3<u32>) {
             for (var i = 0u; i < 5000u; i++) {
                 output[64u + id.x + i * 64u] = 0xdeadbeefu;
                 output[(id.x + i) * 1000003u + 64u] = 0xdeadbeefu;
                 output[0xffffffffu - i] = 0xdeadbeefu;
             }
         }",
    );
    let wild = bench.prepare(&wild).await.unwrap();
    let tame = bench.prepare(&bench.job(MIX)).await.unwrap();
    let wild = bench
        .executor
        .start(&wild, &attempt("wild"), units(0, 4))
        .await
        .unwrap();
    let tame = bench
        .executor
        .start(&tame, &attempt("tame"), units(0, 4))
        .await
        .unwrap();
    let wild = bench.executor.wait(&wild).await.unwrap();
    assert_eq!((wild.exit, wild.finished.len()), (Exit::Completed, 4));
    assert!(wild.finished.iter().all(|result| result.bytes == 256));
    for result in bench.executor.wait(&tame).await.unwrap().finished {
        let expected: Vec<_> = (0..64).map(|word| mixed(result.unit, word)).collect();
        assert_eq!(words(&std::fs::read(result.path).unwrap()), expected);
    }
}

#[tokio::test]
async fn garbage_instead_of_a_kernel_is_refused_and_hurts_nobody() {
    let bench = Bench::new();
    let nested = format!("const x = {}1{};", "(".repeat(200_000), ")".repeat(200_000));
    for garbage in [&b"\xff\xfe\x00"[..], b"", b"\0\0\0\0", b"fn", nested.as_bytes()] {
        let digest = bench.store.put(garbage).unwrap();
        let refused = bench
            .prepare(&job(digest, garbage.len() as u64))
            .await
            .unwrap_err();
        assert!(
            matches!(refused, ExecutorError::Refused(Refusal::Kernel(_))),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn a_program_that_is_absent_or_talks_nonsense_is_unavailable() {
    let absent = Bench::with_program("/nonexistent/leasebook-kernel")
        .executor
        .probe()
        .await;
    assert!(
        matches!(absent, Capabilities::Unavailable(Unavailable::NoProgram { .. })),
        "{absent:?}"
    );
    for program in ["/bin/false", "/bin/echo"] {
        let found = Bench::with_program(program).executor.probe().await;
        assert!(
            matches!(found, Capabilities::Unavailable(Unavailable::SelfTestFailed(_))),
            "{found:?}"
        );
    }
    let bench = Bench::with_program("/bin/echo");
    let refused = bench.prepare(&bench.job(MIX)).await.unwrap_err();
    assert!(
        matches!(
            refused,
            ExecutorError::Refused(Refusal::Kernel(KernelError::Checker(_)))
        ),
        "{refused}"
    );
}

#[tokio::test]
async fn a_child_that_ends_without_a_word_is_lost() {
    let bench = Bench::with_program("/bin/true");
    let prepared = Bench::new();
    let prepared = prepared.prepare(&prepared.job(MIX)).await.unwrap();
    let handle = bench
        .executor
        .start(&prepared, &attempt("a"), units(0, 1))
        .await
        .unwrap();
    assert_eq!(bench.executor.wait(&handle).await.unwrap().exit, Exit::Lost);
}

#[tokio::test]
async fn the_agents_environment_does_not_reach_the_child() {
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    let dir = tempfile::tempdir().unwrap();
    let spy = dir.path().join("spy");
    std::fs::write(&spy, "#!/bin/sh\nenv\n").unwrap();
    std::fs::set_permissions(&spy, std::fs::Permissions::from_mode(0o700)).unwrap();
    let prepared = Bench::new();
    let prepared = prepared.prepare(&prepared.job(MIX)).await.unwrap();
    let bench = Bench::with_program(spy);
    let a = attempt("a");
    let handle = bench.executor.start(&prepared, &a, units(0, 1)).await.unwrap();
    bench.executor.wait(&handle).await.unwrap();
    let log = bench.executor.logs(&a, 0).await.unwrap();
    let text = String::from_utf8(log.bytes).unwrap();
    assert!(text.contains("PATH=") && !text.contains("CARGO"), "{text}");
    assert_eq!(bench.executor.logs(&a, log.next).await.unwrap().bytes, b"");
}

async fn gone(pid: i32) {
    let ended = async {
        while is_running(pid) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), ended)
        .await
        .unwrap();
}
