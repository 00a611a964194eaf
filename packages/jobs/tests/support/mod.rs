//! A bench for kernels: a store, an executor, and jobs written in a line or two.

#![allow(dead_code, clippy::unwrap_used)]

use std::path::PathBuf;
use std::time::Duration;

use jobs::comparison::ComparisonClass;
use jobs::executor::{Capabilities, ExecutorError, Grant, Plan, Prepared, UnitRange};
use jobs::kernel::KernelExecutor;
use jobs::manifest::{Content, ExecutorKind, Kernel, Needs, NetworkPolicy, Output, Units, VERSION};
use jobs::{AttemptId, Digest, Executor, Manifest, Store};

/// `x` mixed a few times: what [`MIX`] computes for word `word` of unit `unit`.
pub fn mixed(unit: u32, word: u32) -> u32 {
    (0..100).fold(unit.wrapping_mul(1_000_003) ^ word, |x, i| {
        let x = x ^ (x << 13);
        let x = x ^ (x >> 17);
        (x ^ (x << 5)).wrapping_add(i)
    })
}

pub const JOB: &str = "
struct Job {
    unit: u32, unit_count: u32, dispatch: u32, dispatch_count: u32,
    width: u32, height: u32, seed: u32, output_words: u32,
    parameters: array<vec4<u32>, 4>,
}
@group(0) @binding(0) var<uniform> job: Job;
@group(0) @binding(1) var<storage, read_write> output: array<u32>;
";

/// 64 words an invocation group; output word = [`mixed`].
pub const MIX: &str = "
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var x = job.unit * 1000003u ^ id.x;
    for (var i = 0u; i < 100u; i++) { x ^= x << 13u; x ^= x >> 17u; x ^= x << 5u; x += i; }
    output[id.x] = x;
}";

/// Far more work than any test's deadline allows. Software adapters end each loop early, hence the many dispatches of
/// [`endless`].
pub const ENDLESS: &str = "
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var x = id.x;
    for (var i = 0u; i < 4000000000u; i++) { x = x * 1664525u + i; }
    output[id.x % job.output_words] = x;
}";

pub struct Bench {
    pub dir: tempfile::TempDir,
    pub store: Store,
    pub executor: KernelExecutor,
}

pub fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_leasebook-kernel").into()
}

impl Bench {
    pub fn new() -> Self {
        Self::with_program(program())
    }

    pub fn with_program(program: impl Into<PathBuf>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("store")).unwrap();
        let executor = KernelExecutor::new(dir.path().join("attempts"), program).unwrap();
        Self { dir, store, executor }
    }

    /// The same machine after the agent was restarted.
    pub fn restarted(&self) -> KernelExecutor {
        KernelExecutor::new(self.dir.path().join("attempts"), program()).unwrap()
    }

    /// A job over [`JOB`] and `body`, its kernel in the store.
    pub fn job(&self, body: &str) -> Manifest {
        let source = format!("{JOB}{body}");
        let digest = self.store.put(source.as_bytes()).unwrap();
        job(digest, source.len() as u64)
    }

    pub async fn prepare(&self, manifest: &Manifest) -> Result<Prepared, ExecutorError> {
        self.executor.prepare(&plan(manifest), &self.store).await
    }

    pub fn folder(&self, attempt: &AttemptId) -> PathBuf {
        self.dir.path().join("attempts").join(attempt.as_str())
    }
}

pub fn job(digest: Digest, size: u64) -> Manifest {
    Manifest {
        version: VERSION,
        name: "test".into(),
        description: String::new(),
        executor: ExecutorKind::Kernel,
        comparison: ComparisonClass::Exact,
        network: NetworkPolicy::None,
        kernel: Kernel {
            source: Content {
                digest,
                size,
                sources: vec![],
            },
            entry: "main".into(),
            dispatches: 1,
            workgroups: [1, 1, 1],
            scratch_bytes: 0,
        },
        inputs: vec![],
        units: Units {
            count: 4,
            seed: 0,
            parameters: vec![],
            deadline_seconds: 60,
        },
        output: Output::Bytes { bytes: 256 },
        resources: Needs {
            gpus: 1,
            vram_mib: 1,
            cpu_milli: 100,
            ram_mib: 64,
            ephemeral_mib: 0,
        },
        secrets: vec![],
    }
}

/// [`ENDLESS`] in a job whose units may take `seconds`.
pub fn endless(bench: &Bench, seconds: u32) -> Manifest {
    let mut manifest = bench.job(ENDLESS);
    manifest.kernel.dispatches = 1_024;
    manifest.kernel.workgroups = [200, 1, 1];
    manifest.units.deadline_seconds = seconds;
    manifest
}

/// [`endless`], but units below `quick` end at once.
pub fn endless_from(bench: &Bench, quick: u32, seconds: u32) -> Manifest {
    let mut manifest = endless(bench, seconds);
    let bound = format!("select(4000000000u, 1u, job.unit < {quick}u)");
    let source = format!("{JOB}{}", ENDLESS.replace("4000000000u", &bound));
    manifest.kernel.source.digest = bench.store.put(source.as_bytes()).unwrap();
    manifest.kernel.source.size = source.len() as u64;
    manifest
}

pub fn plan(manifest: &Manifest) -> Plan {
    Plan {
        manifest: manifest.clone(),
        manifest_digest: manifest.digest().unwrap(),
        unit_deadline: Duration::from_secs(manifest.units.deadline_seconds.into()),
    }
}

pub async fn grant(executor: &KernelExecutor, manifest: &Manifest) -> Grant {
    let capabilities = executor.probe().await;
    let Capabilities::Kernel(conformance) = &capabilities else {
        panic!("no adapter, run scripts/install-vulkan: {capabilities:?}")
    };
    Grant {
        class: conformance.class.clone(),
        resources: manifest.resources.into(),
        capabilities,
    }
}

pub fn attempt(name: &str) -> AttemptId {
    name.parse().unwrap()
}

pub fn units(first: u32, count: u32) -> UnitRange {
    UnitRange { first, count }
}

pub fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|w| u32::from_le_bytes(w.try_into().unwrap()))
        .collect()
}

/// Waits for a file that another process writes; a minute is long enough for any of them.
pub async fn wait_for(path: &std::path::Path) {
    let appeared = async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), appeared)
        .await
        .unwrap();
}

pub fn started_pid(bench: &Bench, attempt: &AttemptId) -> i32 {
    let started = std::fs::read(bench.folder(attempt).join("started.json")).unwrap();
    let started: serde_json::Value = serde_json::from_slice(&started).unwrap();
    started["pid"].as_i64().unwrap().try_into().unwrap()
}

/// Whether the process runs still; one that has ended and waits for its parent does not.
pub fn is_running(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(") ").next().unwrap().starts_with('Z'))
}
